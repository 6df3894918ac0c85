#include "common/base/civil.h"

#include "common/error/error.h"
#include "gtest/gtest.h"

namespace ronghe::base {
namespace {

TEST(CivilTest, MonthArithmeticClampsToTheEndOfTheMonth) {
  struct {
    absl::CivilDay day;
    int months;
    absl::CivilDay expected;
  } const cases[] = {
      {absl::CivilDay(2026, 1, 31), 1, absl::CivilDay(2026, 2, 28)},
      {absl::CivilDay(2026, 8, 31), 6, absl::CivilDay(2027, 2, 28)},
      {absl::CivilDay(2024, 2, 29), 12, absl::CivilDay(2025, 2, 28)},
      {absl::CivilDay(2026, 11, 30), 3, absl::CivilDay(2027, 2, 28)},
      {absl::CivilDay(2023, 2, 28), 12, absl::CivilDay(2024, 2, 28)},
      {absl::CivilDay(2026, 3, 31), -1, absl::CivilDay(2026, 2, 28)},
      {absl::CivilDay(2026, 1, 15), -13, absl::CivilDay(2024, 12, 15)},
      {absl::CivilDay(2026, 6, 1), 0, absl::CivilDay(2026, 6, 1)},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(AddMonths(c.day, c.months), c.expected) << FormatDay(c.day) << " + " << c.months;
  }
}

TEST(CivilTest, FormatsAndParsesBack) {
  EXPECT_EQ(FormatDay(absl::CivilDay(2026, 1, 9)), "2026-01-09");
  EXPECT_EQ(FormatDay(absl::CivilDay(1, 1, 1)), "0001-01-01");
  for (const char* text : {"2024-02-29", "0001-01-01", "9999-12-31"}) {
    auto day = ParseDay(text);
    ASSERT_TRUE(day.ok()) << text;
    EXPECT_EQ(FormatDay(*day), text);
  }
}

TEST(CivilTest, RefusesWhatIsNoDay) {
  for (const char* text :
       {"", "2026-1-9", "2026/01/09", "2026-02-29", "2026-00-10", "2026-13-01", "2026-04-31",
        "0000-01-01", "+026-01-01", "2026-01-09 ", "二〇二六-1-1"}) {
    auto day = ParseDay(text);
    EXPECT_EQ(day.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_EQ(error::Reason(day.status()), "DAY_INVALID") << text;
  }
}

}  // namespace
}  // namespace ronghe::base

#include "services/membership/domain/organization/worker.h"

#include "common/error/error.h"
#include "gtest/gtest.h"

namespace ronghe::membership {
namespace {

using Day = absl::CivilDay;

TEST(PartyWorker, YearsCountEveryDayOnce) {
  const Day today(2026, 11, 30);
  EXPECT_EQ(YearsOfWork({}, today), 0);
  EXPECT_EQ(YearsOfWork({{Day(2023, 11, 30), Day(9999, 12, 31)}}, today), 3);
  EXPECT_EQ(YearsOfWork({{Day(2023, 12, 1), Day(9999, 12, 31)}}, today), 3);
  EXPECT_EQ(YearsOfWork({{Day(2023, 12, 2), Day(9999, 12, 31)}}, today), 2);
  // Two posts at once are one year, two after each other are two.
  EXPECT_EQ(
      YearsOfWork({{Day(2020, 1, 1), Day(2021, 1, 1)}, {Day(2020, 1, 1), Day(2021, 1, 1)}}, today),
      1);
  EXPECT_EQ(
      YearsOfWork({{Day(2022, 1, 1), Day(2023, 1, 1)}, {Day(2020, 1, 1), Day(2021, 1, 1)}}, today),
      2);
  // A post that has not begun counts nothing.
  EXPECT_EQ(YearsOfWork({{Day(2030, 1, 1), Day(9999, 12, 31)}}, today), 0);
}

TEST(PartyWorker, Seed39c_ExchangesDoNotOverlap) {
  const std::vector<Period> others = {{Day(2025, 1, 1), Day(2025, 6, 30)}};
  EXPECT_TRUE(CheckExchange({Day(2025, 7, 1), Day(2025, 12, 31)}, 1, 2, others).ok());
  EXPECT_TRUE(CheckExchange({Day(2024, 7, 1), Day(2024, 12, 31)}, 1, 2, others).ok());
  for (const Period& next :
       {Period{Day(2025, 6, 30), Day(2025, 12, 31)}, Period{Day(2024, 1, 1), Day(2025, 1, 1)},
        Period{Day(2025, 2, 1), Day(2025, 3, 1)}, Period{Day(2024, 1, 1), Day(2026, 1, 1)}}) {
    EXPECT_EQ(error::Reason(CheckExchange(next, 1, 2, others)), "EXCHANGE_OVERLAPS");
  }
  EXPECT_EQ(error::Reason(CheckExchange({Day(2026, 1, 2), Day(2026, 1, 1)}, 1, 2, {})),
            "EXCHANGE_DAYS_REVERSED");
  EXPECT_EQ(error::Reason(CheckExchange({Day(2026, 1, 1), Day(2026, 1, 1)}, 1, 1, {})),
            "EXCHANGE_SAME_ORGANIZATION");
}

}  // namespace
}  // namespace ronghe::membership

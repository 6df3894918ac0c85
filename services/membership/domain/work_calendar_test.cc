#include "services/membership/domain/work_calendar.h"

#include <utility>
#include <vector>

#include "common/error/error.h"
#include "gtest/gtest.h"

namespace ronghe::membership {
namespace {

absl::CivilDay Day(int month, int day) { return absl::CivilDay(2026, month, day); }

// The first days of May and October 2026 as the notice has them.
WorkCalendar Calendar() {
  WorkYear year{.year = 2026, .source = "notice", .holidays = {}, .workdays = {Day(5, 9)}};
  for (int day = 1; day <= 5; ++day) year.holidays.insert(Day(5, day));
  return *WorkCalendar::Create({year});
}

TEST(WorkCalendarTest, WeekendsHolidaysAndAdjustedWeekends) {
  const WorkCalendar calendar = Calendar();
  EXPECT_TRUE(calendar.IsWorkday(Day(4, 30)));   // Thursday
  EXPECT_FALSE(calendar.IsWorkday(Day(5, 1)));   // Friday, holiday
  EXPECT_FALSE(calendar.IsWorkday(Day(5, 5)));   // Tuesday, holiday
  EXPECT_TRUE(calendar.IsWorkday(Day(5, 9)));    // Saturday, worked
  EXPECT_FALSE(calendar.IsWorkday(Day(5, 10)));  // Sunday
}

TEST(WorkCalendarTest, TheNthWorkdayCountsTheFirstDay) {
  const WorkCalendar calendar = Calendar();
  EXPECT_EQ(calendar.NthWorkday(Day(5, 11), 1).last, Day(5, 11));
  EXPECT_EQ(calendar.NthWorkday(Day(5, 11), 5).last, Day(5, 15));
  // Over a weekend.
  EXPECT_EQ(calendar.NthWorkday(Day(5, 14), 5).last, Day(5, 20));
  // A start on a day off counts from the first working day.
  EXPECT_EQ(calendar.NthWorkday(Day(5, 16), 5).last, Day(5, 22));
}

TEST(WorkCalendarTest, ASpanOverAHolidayAndAnAdjustedWeekend) {
  // 29 and 30 April, then 6, 7 and 8 May.
  EXPECT_EQ(Calendar().NthWorkday(Day(4, 29), 5).last, Day(5, 8));
  // 30 April, 6, 7, 8 May and Saturday 9 May, which is worked.
  EXPECT_EQ(Calendar().NthWorkday(Day(4, 30), 5).last, Day(5, 9));
}

TEST(WorkCalendarTest, AYearWithoutNoticeCountsPlainWeekendsAndSaysSo) {
  const WorkCalendar calendar = Calendar();
  EXPECT_TRUE(calendar.NthWorkday(Day(5, 11), 5).published);
  const WorkSpan span = calendar.NthWorkday(absl::CivilDay(2027, 1, 1), 5);  // a Friday
  EXPECT_FALSE(span.published);
  EXPECT_EQ(span.last, absl::CivilDay(2027, 1, 7));
  // Also when it only ends there.
  EXPECT_FALSE(calendar.NthWorkday(Day(12, 30), 5).published);
}

TEST(WorkCalendarTest, BadYearsAreRefused) {
  const auto reason = [](std::vector<WorkYear> years) {
    return error::Reason(WorkCalendar::Create(std::move(years)).status());
  };
  EXPECT_EQ(reason({{.year = 2026, .source = ""}}), "RULES_INVALID");
  EXPECT_EQ(reason({{.year = 2026, .source = "n", .holidays = {absl::CivilDay(2025, 1, 1)}}}),
            "RULES_INVALID");
  EXPECT_EQ(reason({{.year = 2026, .source = "n", .workdays = {Day(5, 11)}}}), "RULES_INVALID");
  EXPECT_EQ(
      reason({{.year = 2026, .source = "n", .holidays = {Day(5, 9)}, .workdays = {Day(5, 9)}}}),
      "RULES_INVALID");
  EXPECT_EQ(reason({{.year = 2026, .source = "n"}, {.year = 2026, .source = "n"}}),
            "RULES_INVALID");
}

}  // namespace
}  // namespace ronghe::membership

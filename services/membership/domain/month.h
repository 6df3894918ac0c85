// How are months and periods of dues written, stored and counted?
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_MONTH_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_MONTH_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"

namespace ronghe::membership {

using Month = absl::CivilMonth;

// 202611, as the tables hold it, and back.
int32_t MonthCode(Month month);
Month MonthOf(int32_t code);

// "2026-11", and back; nothing for any other text.
std::string FormatMonth(Month month);
std::optional<Month> ParseMonth(std::string_view text);

absl::CivilDay FirstDay(Month month);
absl::CivilDay LastDay(Month month);
// The last month of the quarter that `month` lies in.
Month QuarterEnd(Month month);

// A year, a quarter or a month for which dues are handed up.
struct DuesPeriod {
  std::string name;  // "2026", "2026-Q3", "2026-07"
  Month first;
  Month last;
};
std::optional<DuesPeriod> ParsePeriod(std::string_view text);

// The day that a figure of the form MMDD (131: 31 January) means in a year.
absl::CivilDay DayInYear(absl::civil_year_t year, int64_t month_and_day);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_MONTH_H_

#include "services/membership/domain/month.h"

#include <cctype>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "common/base/strings.h"

namespace ronghe::membership {
namespace {

// The number that a text of digits is; -1 for any other.
int Digits(std::string_view text) {
  int number = 0;
  for (const char c : text) {
    if (std::isdigit(static_cast<unsigned char>(c)) == 0) return -1;
  }
  return absl::SimpleAtoi(base::Sv(text), &number) ? number : -1;
}

}  // namespace

int32_t MonthCode(Month month) { return static_cast<int32_t>(month.year()) * 100 + month.month(); }

Month MonthOf(int32_t code) { return Month(code / 100, code % 100); }

std::string FormatMonth(Month month) {
  return absl::StrFormat("%04d-%02d", month.year(), month.month());
}

std::optional<Month> ParseMonth(std::string_view text) {
  if (text.size() != 7 || text[4] != '-') return std::nullopt;
  const int year = Digits(text.substr(0, 4));
  const int month = Digits(text.substr(5));
  if (year < 1921 || month < 1 || month > 12) return std::nullopt;
  return Month(year, month);
}

absl::CivilDay FirstDay(Month month) { return absl::CivilDay(month); }

absl::CivilDay LastDay(Month month) { return absl::CivilDay(month + 1) - 1; }

Month QuarterEnd(Month month) { return month + (2 - (month.month() - 1) % 3); }

std::optional<DuesPeriod> ParsePeriod(std::string_view text) {
  if (const std::optional<Month> month = ParseMonth(text)) {
    return DuesPeriod{std::string(text), *month, *month};
  }
  const int year = text.size() < 4 ? -1 : Digits(text.substr(0, 4));
  if (year < 1921) return std::nullopt;
  if (text.size() == 4) return DuesPeriod{std::string(text), Month(year, 1), Month(year, 12)};
  if (text.size() != 7 || text.substr(4, 2) != "-Q" || text[6] < '1' || text[6] > '4') {
    return std::nullopt;
  }
  const int first = (text[6] - '1') * 3 + 1;
  return DuesPeriod{std::string(text), Month(year, first), Month(year, first + 2)};
}

absl::CivilDay DayInYear(absl::civil_year_t year, int64_t month_and_day) {
  return absl::CivilDay(year, static_cast<int>(month_and_day / 100),
                        static_cast<int>(month_and_day % 100));
}

}  // namespace ronghe::membership

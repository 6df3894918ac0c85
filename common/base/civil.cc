#include "common/base/civil.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "common/base/strings.h"
#include "common/error/error.h"

namespace ronghe::base {
namespace {

// The number that the digits of `text` write; -1 if they aren't all digits.
int Digits(std::string_view text) {
  int value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

std::string FormatDay(absl::CivilDay day) {
  return absl::StrFormat("%04d-%02d-%02d", day.year(), day.month(), day.day());
}

absl::StatusOr<absl::CivilDay> ParseDay(std::string_view text) {
  if (text.size() == 10 && text[4] == '-' && text[7] == '-') {
    int year = Digits(text.substr(0, 4));
    int month = Digits(text.substr(5, 2));
    int day = Digits(text.substr(8, 2));
    absl::CivilDay parsed(year, month, day);
    if (year >= 1 && parsed.year() == year && parsed.month() == month && parsed.day() == day) {
      return parsed;
    }
  }
  return error::Make(absl::StatusCode::kInvalidArgument, "DAY_INVALID",
                     "日期无效,应写成“2026-11-23”的形式",
                     {{"value", std::string(Utf8Prefix(text, 32))}});
}

absl::CivilDay AddMonths(absl::CivilDay day, int months) {
  absl::CivilMonth month = absl::CivilMonth(day) + months;
  absl::CivilDay last = absl::CivilDay(month + 1) - 1;
  return std::min(absl::CivilDay(month) + (day.day() - 1), last);
}

}  // namespace ronghe::base

#ifndef RONGHE_COMMON_BASE_CIVIL_H_
#define RONGHE_COMMON_BASE_CIVIL_H_

// How are civil days written, read and counted in months?

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"

namespace ronghe::base {

// "2026-11-23".
std::string FormatDay(absl::CivilDay day);

// Reads exactly YYYY-MM-DD, years 1 to 9999. INVALID_ARGUMENT, reason DAY_INVALID, for anything
// else, a day that doesn't exist included.
absl::StatusOr<absl::CivilDay> ParseDay(std::string_view text);

// The same day of the month `months` later (earlier if negative); the last day of that month where
// it has no such day: 2024-02-29 + 12 = 2025-02-28, 2025-08-31 + 6 = 2026-02-28.
absl::CivilDay AddMonths(absl::CivilDay day, int months);

}  // namespace ronghe::base

#endif  // RONGHE_COMMON_BASE_CIVIL_H_

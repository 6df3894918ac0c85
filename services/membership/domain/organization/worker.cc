#include "services/membership/domain/organization/worker.h"

#include <algorithm>

#include "services/membership/domain/organization/errors.h"

namespace ronghe::membership {
namespace {

// Days and years of the Gregorian cycle.
constexpr int64_t kCycleDays = 146097;
constexpr int64_t kCycleYears = 400;

}  // namespace

int32_t YearsOfWork(std::vector<WorkDays> work, absl::CivilDay today) {
  std::sort(work.begin(), work.end(),
            [](const WorkDays& a, const WorkDays& b) { return a.from < b.from; });
  int64_t days = 0;
  absl::CivilDay counted_to = absl::CivilDay::min();
  for (const WorkDays& part : work) {
    const absl::CivilDay from = std::max(part.from, counted_to);
    const absl::CivilDay to = std::min(part.to, today);
    if (to <= from) continue;
    days += to - from;
    counted_to = to;
  }
  // A day more: 365 days are a year wherever they lie.
  return static_cast<int32_t>((days + 1) * kCycleYears / kCycleDays);
}

absl::Status CheckExchange(const Period& next, int64_t from_organization, int64_t to_organization,
                           const std::vector<Period>& others) {
  if (from_organization == to_organization) return ExchangeSameOrganization();
  if (next.last < next.first) return ExchangeDaysReversed();
  for (const Period& other : others) {
    if (next.first <= other.last && other.first <= next.last) return ExchangeOverlaps();
  }
  return absl::OkStatus();
}

}  // namespace ronghe::membership

// How old is a Party worker, how many years of Party work are on record, and do two exchanges
// overlap? Facts only: nothing here weighs a person.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_WORKER_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_WORKER_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"

namespace ronghe::membership {

enum class WorkerEventKind : int32_t { kTask = 1, kTraining = 2, kCertificate = 3, kCare = 4 };

// Days from `from` on until before `to`.
struct WorkDays {
  absl::CivilDay from;
  absl::CivilDay to;
};

// Whole years that the days come to until before `today`, days that overlap counted once.
int32_t YearsOfWork(std::vector<WorkDays> work, absl::CivilDay today);

// A period of which both days count.
struct Period {
  absl::CivilDay first;
  absl::CivilDay last;
};

// Whether an exchange of `next` between two organizations can stand beside those on record (seed
// 39c).
//
// Errors: FAILED_PRECONDITION EXCHANGE_SAME_ORGANIZATION, EXCHANGE_DAYS_REVERSED,
// EXCHANGE_OVERLAPS.
absl::Status CheckExchange(const Period& next, int64_t from_organization, int64_t to_organization,
                           const std::vector<Period>& others);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_WORKER_H_

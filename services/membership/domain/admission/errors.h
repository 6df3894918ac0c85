// What can an admission refuse besides the rules of its book (RuleRefused)?
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ADMISSION_ERRORS_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ADMISSION_ERRORS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "services/membership/domain/admission/case.h"
#include "services/membership/domain/admission/event.h"

namespace ronghe::membership::admission {

// NOT_FOUND
absl::Status CaseNotFound(int64_t id);
absl::Status AnalysisNotFound(int64_t id);

// ALREADY_EXISTS: the person has an open case, wherever.
absl::Status CaseOpen();

// FAILED_PRECONDITION A_STATE: the event can't happen where the case stands.
absl::Status StateRefused(EventKind event, State state);

// FAILED_PRECONDITION A_DAY_ORDER: the event would come before what it follows.
absl::Status DayOutOfOrder(absl::CivilDay day, absl::CivilDay earliest);

// FAILED_PRECONDITION A_ANALYSED: the committee has analysed the activists of the year.
absl::Status AlreadyAnalysed(int32_t year);

// ABORTED CASE_CHANGED: somebody moved the case on between two reads; the call may be repeated.
absl::Status CaseChanged();

}  // namespace ronghe::membership::admission

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ADMISSION_ERRORS_H_

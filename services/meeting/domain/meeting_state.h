// What may be done to a meeting in which state?
//
//   PLANNED → OPEN → CLOSED → SUBMITTED → ACCEPTED
//                                 └─────→ RETURNED
//   SUBMITTED, ACCEPTED, RETURNED → SUPERSEDED by a new version, which is born SUBMITTED.
#ifndef RONGHE_SERVICES_MEETING_DOMAIN_MEETING_STATE_H_
#define RONGHE_SERVICES_MEETING_DOMAIN_MEETING_STATE_H_

#include <string_view>

#include "absl/status/status.h"
#include "services/meeting/domain/types.h"

namespace ronghe::meeting {

enum class Action {
  kOpen,
  kRecordAttendance,
  kSetAgenda,
  kSetMotions,
  kSetResolutions,
  kClose,
  kSubmit,
  kAccept,
  kReturn,
  kCorrect,
};

std::string_view ActionCode(Action action);

// Errors: FAILED_PRECONDITION STATE_INVALID with the state and the action.
absl::Status CheckAction(State state, Action action);

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_DOMAIN_MEETING_STATE_H_

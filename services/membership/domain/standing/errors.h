// What can the cases around a standing refuse, and what does it tell the user then?
//
// As domain/errors.h; refusals by a figure of the rule book are made by Guard instead. None says
// anything about a person beyond codes and days.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STANDING_ERRORS_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STANDING_ERRORS_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"

namespace ronghe::membership {

// NOT_FOUND
absl::Status DispositionNotFound(int64_t id);
absl::Status DisciplineNotFound(int64_t id);
absl::Status SuspensionNotFound(int64_t id);
absl::Status OverlayNotFound(int64_t id);
absl::Status ReminderTalkNotFound(int64_t id);
absl::Status MemberTaskNotFound(int64_t id);
absl::Status LapseCounterNotFound(int64_t member_id);

// ALREADY_EXISTS
absl::Status DispositionOpen();
absl::Status SuspensionOpen();
absl::Status OverlayOpen();
// The same measure of the same day is on record.
absl::Status PastDisciplineExists();

// FAILED_PRECONDITION
// The machine of 3.2 knows no such change: states by name, the code of the change.
absl::Status StandingTransitionNotAllowed(std::string_view from, int32_t code);
// A step was asked for that the case does not offer where it stands.
absl::Status DispositionStateInvalid(std::string_view state, std::string_view event);
absl::Status SuspensionStateInvalid(std::string_view state, std::string_view event);
// A day in the future, or before the step that went before.
absl::Status StepDayInvalid(absl::CivilDay day, absl::CivilDay earliest, absl::CivilDay today);
absl::Status GroundNotOfKind(int32_t kind, int32_t ground);
// The motion was put to the vote and not carried.
absl::Status CorrectionNotRunning();
absl::Status RightsNotSuspended();
// Of a measure recorded from paper: two of its days that contradict each other.
absl::Status PastDisciplineDays(absl::CivilDay earlier, absl::CivilDay later);
absl::Status CloseReasonNotAllowed();
absl::Status NotAbroad();
absl::Status OverlayEnded();
absl::Status OverlayKindInvalid();
absl::Status OverlayHasNoDestination();
absl::Status ContactPersonInvalid();
absl::Status TalkerInvalid();
absl::Status SuspensionDeciderInvalid();
absl::Status TaskEnded();
// A change of standing that has a case, which it must come from.
absl::Status StandingNeedsCase(std::string_view service);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STANDING_ERRORS_H_

// Which way does a case of disposition go, what may be decided in it, and who approves?
//
// OPENED → INVESTIGATED → TALKED → MEETING_DECIDED → APPROVED → TOLD → FILED (D-05); a withdrawal
// needs no investigation. Before the meeting has decided, and where the committee refuses, a case
// may be CLOSED without a measure.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STANDING_DISPOSITION_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STANDING_DISPOSITION_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "services/membership/domain/change_code.h"
#include "services/membership/domain/decision.h"
#include "services/membership/domain/motion.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/domain/standing/discipline.h"

namespace ronghe::membership {

// Numbers as the proto has them.
enum class DispositionKind : int32_t { kDisposition = 1, kWithdrawal = 2, kDiscipline = 3 };

// D-03: 1 to 6 are the items of Article 31.
enum class Ground : int32_t {
  kD31_1 = 1,
  kD31_2 = 2,
  kD31_3 = 3,
  kD31_4 = 4,
  kD31_5 = 5,
  kD31_6 = 6,
  kD30 = 7,
  kDiscipline = 9,
};

enum class DispositionOutcome : int32_t {
  kCorrection = 2,
  kAdvisedOut = 3,
  kRemovedAfterAdvice = 4,
  kLapsed = 5,
  kRemoved = 6,
  kWithdrawn = 7,
  kDiscipline = 10,
};

enum class DispositionState : int32_t {
  kOpened = 1,
  kInvestigated = 2,
  kTalked = 3,
  kMeetingDecided = 4,
  kApproved = 5,
  kTold = 6,
  kFiled = 7,
  kClosed = 8,
};

enum class DispositionEvent : int32_t {
  kInvestigate,
  kTalk,
  kDecide,
  kApprove,
  kRefuse,
  kTell,
  kFile,
  kClose,
};

enum class DispositionOrigin : int32_t { kOrganization = 1, kCounter = 2 };

enum class CloseReason : int32_t {
  kNoGround = 1,
  kGoodReason = 2,
  kCriticism = 3,
  kWishWithdrawn = 4,
  kRefused = 5,
  kMemberLeft = 6,
};

enum class CorrectionResult : int32_t { kCorrected = 1, kNotCorrected = 2 };

// "OPENED", "INVESTIGATE".
std::string_view NameOf(DispositionState state);
std::string_view NameOf(DispositionEvent event);

inline bool IsEnded(DispositionState state) {
  return state == DispositionState::kFiled || state == DispositionState::kClosed;
}

// Where an event leads; nothing when it is not offered there.
std::optional<DispositionState> NextDisposition(DispositionKind kind, DispositionState from,
                                                DispositionEvent event);
// Errors: FAILED_PRECONDITION DISPOSITION_STATE_INVALID.
absl::StatusOr<DispositionState> StepDisposition(DispositionKind kind, DispositionState from,
                                                 DispositionEvent event);

// The state that comes next where nothing goes wrong; nothing for a case that has ended.
std::optional<DispositionState> AheadOf(DispositionKind kind, DispositionState state);

// Errors: FAILED_PRECONDITION GROUND_NOT_OF_KIND.
absl::Status CheckGround(DispositionKind kind, Ground ground);

// Whether the general meeting may decide `outcome` on this ground (codes of the rule book).
//
// Errors: FAILED_PRECONDITION OUTCOME_NOT_OF_GROUND.
absl::Status CheckOutcome(const RuleSet& rules, Ground ground, DispositionOutcome outcome,
                          Guard& guard);

// D-02: a correction period of `months`.
//
// Errors: FAILED_PRECONDITION D_CORRECTION_TOO_LONG.
absl::Status CheckCorrection(const RuleSet& rules, int32_t months, Guard& guard);

// Whether a case may be closed for `reason` (not kRefused) where it stands: criticism needs the
// talk, the wish withdrawn a withdrawal.
//
// Errors: FAILED_PRECONDITION CLOSE_REASON_NOT_ALLOWED.
absl::Status CheckClose(DispositionKind kind, DispositionState state, CloseReason reason);

// The code of the change by which an outcome ends a membership; nothing where it ends none.
std::optional<ChangeCode> ExitOf(DispositionOutcome outcome, std::optional<Measure> measure);

// A committee that is to approve, as the tree has it.
struct Approver {
  int64_t id = 0;
  int32_t kind = 0;           // organization kind, 611
  bool above_branch = false;  // an ancestor of the branch
  bool of_county = false;     // of a county or above
  Organ organ = Organ::kBasicCommittee;
};

// D-05, D-06: whether the committee has power to approve: a basic-level committee over the branch;
// expulsions and important cases a discipline commission above it. A commission may always.
//
// Errors: FAILED_PRECONDITION D_APPROVER.
absl::Status CheckApprover(const RuleSet& rules, const Approver& approver, bool important,
                           std::optional<Measure> measure, Guard& guard);

// A step's day: not after `today`, not before the step that went before.
//
// Errors: FAILED_PRECONDITION STEP_DAY_INVALID.
absl::Status CheckStepDay(absl::CivilDay day, absl::CivilDay earliest, absl::CivilDay today);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STANDING_DISPOSITION_H_

// Which way does a case of suspended standing go, and from which day on is a step allowed?
//
// OPENED → SEARCHING → STOP_PROPOSED → STOPPED → (found) RESTORE_REVIEW → RESTORED, or (two years)
// REMOVE_PROPOSED → REMOVED (3.4). Found before the suspension: CLOSED. One who is abroad (M-02) is
// not searched for, and is removed only as one out of contact is.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STANDING_SUSPENSION_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STANDING_SUSPENSION_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "services/membership/domain/decision.h"
#include "services/membership/domain/rule_book.h"

namespace ronghe::membership {

// Numbers as the proto has them.
enum class SuspensionGround : int32_t { kOutOfContact = 1, kAbroad = 2 };

enum class SuspensionState : int32_t {
  kOpened = 1,
  kSearching = 2,
  kStopProposed = 3,
  kStopped = 4,
  kRestoreReview = 5,
  kRestored = 6,
  kRemoveProposed = 7,
  kRemoved = 8,
  kClosed = 9,
};

enum class SuspensionEvent : int32_t {
  kAttempt,
  kProposeStop,
  kStop,
  kFind,
  kRestore,
  kProposeRemoval,
  kRemove,
};

// "OPENED", "ATTEMPT".
std::string_view NameOf(SuspensionState state);
std::string_view NameOf(SuspensionEvent event);

inline bool IsEnded(SuspensionState state) {
  return state == SuspensionState::kRestored || state == SuspensionState::kRemoved ||
         state == SuspensionState::kClosed;
}

// Where an event leads; nothing when it is not offered there.
std::optional<SuspensionState> NextSuspension(SuspensionGround ground, SuspensionState from,
                                              SuspensionEvent event);
// Errors: FAILED_PRECONDITION SUSPENSION_STATE_INVALID.
absl::StatusOr<SuspensionState> StepSuspension(SuspensionGround ground, SuspensionState from,
                                               SuspensionEvent event);

// The other states that may come next, by number.
std::vector<SuspensionState> AheadOf(SuspensionGround ground, SuspensionState state);

// M-03: from which day on the suspension may be proposed: six months after the last contact; M-02:
// five years after leaving, at once for one who is settled abroad.
absl::CivilDay StopAllowedFrom(const RuleSet& rules, SuspensionGround ground,
                               absl::CivilDay last_contact, bool settled);
// M-04: from which day on removal may be proposed.
absl::CivilDay RemovalAllowedFrom(const RuleSet& rules, absl::CivilDay stopped_on);

// What a proposal to suspend is judged by.
struct StopProposal {
  SuspensionGround ground = SuspensionGround::kOutOfContact;
  absl::CivilDay last_contact;
  bool settled = false;
  int32_t attempts = 0;
  absl::CivilDay day;
};
// Errors: FAILED_PRECONDITION M_STOP_TOO_EARLY, M_ATTEMPTS_TOO_FEW.
absl::Status CheckStopProposal(const RuleSet& rules, const StopProposal& proposal, Guard& guard);

// Errors: FAILED_PRECONDITION M_REMOVE_TOO_EARLY.
absl::Status CheckRemovalProposal(const RuleSet& rules, absl::CivilDay stopped_on,
                                  absl::CivilDay day, Guard& guard);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STANDING_SUSPENSION_H_

// What may be done to an election in which state?
//
//   DRAFT → ROLL_FIXED → OPEN → CLOSED → DECIDED
//                         ↑        ├───→ VOID    → OPEN, the same once more
//                         └────────├───→ RUNOFF  → OPEN, among those tied
//                                  └───→ SHORT   → OPEN, for the seats that remain, or → DECIDED
//   Everything before DECIDED → CANCELLED, as long as nobody is elected.
#ifndef RONGHE_SERVICES_MEETING_DOMAIN_ELECTION_ELECTION_STATE_H_
#define RONGHE_SERVICES_MEETING_DOMAIN_ELECTION_ELECTION_STATE_H_

#include <string_view>

#include "absl/status/status.h"
#include "services/meeting/domain/election/election.h"

namespace ronghe::meeting {

enum class ElectionAction {
  kSetCandidates,
  kFixRoll,
  kOpen,
  kIssueTokens,
  kCast,
  kClose,
  kDecide,
  kReduceSeats,
  kCancel,
};

// Errors: FAILED_PRECONDITION STATE_INVALID with the state and the action.
absl::Status CheckElectionAction(const Election& election, ElectionAction action);

// "RUNOFF".
std::string_view ElectionStateCode(ElectionState state);

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_DOMAIN_ELECTION_ELECTION_STATE_H_

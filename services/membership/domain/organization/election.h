// Which step may follow in the election of a committee, how many may be elected, and who may stand?
//
// The steps are REMINDED, REQUESTED, REPLIED, NOMINATING, CANDIDATES_APPROVED, ELECTED, REPORTED,
// APPROVED, CLOSED; two of them send back. Whether a term is extended or overdue is a matter of the
// term (term.h), not of a step. The ballots are the meeting's.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_ELECTION_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_ELECTION_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "services/membership/domain/codes.h"
#include "services/membership/domain/decision.h"
#include "services/membership/domain/rule_book.h"

namespace ronghe::membership {

enum class ElectionState : int32_t {
  kReminded = 1,
  kRequested = 2,
  kReplied = 3,
  kNominating = 4,
  kCandidatesApproved = 5,
  kElected = 6,
  kReported = 7,
  kApproved = 8,
  kClosed = 9,
  kCancelled = 10,
};

enum class ElectionStep {
  kRequest,
  kAgree,
  kReturnRequest,
  kPropose,
  kApproveCandidates,
  kReturnCandidates,
  kRecordResult,
  kReport,
  kApproveResult,
  kClose,
  kCancel,
};

// "REMINDED".
std::string_view StateName(ElectionState state);
inline bool IsFinal(ElectionState state) { return state >= ElectionState::kClosed; }

// Where a step leads.
//
// Errors: FAILED_PRECONDITION ELECTION_STATE.
absl::StatusOr<ElectionState> Follow(ElectionState state, ElectionStep step);

// Whether it is the post of a secretary or deputy.
bool Leads(Post code);

// What is to be elected in an organization of this kind.
struct Seats {
  int32_t kind = 0;
  int64_t full = 0;     // full members directly in it
  int64_t members = 0;  // of the whole subtree
  int32_t committee = 0;
  int32_t deputies = 0;
  bool by_delegates = false;
  bool scattered_sites = false;
};

// B-10, B-11: a branch with enough full members elects a committee of the right size, one with
// fewer a secretary alone. X-01: see CheckDelegatesElect.
//
// Errors: FAILED_PRECONDITION ELECTION_SEATS, ELECTION_DELEGATES.
absl::Status CheckSeats(Guard& guard, const RuleSet& setup, const RuleSet& elections,
                        const Seats& seats);

// delegates elect, and only a committee, where there are so many members or so many sites.
//
// Errors: FAILED_PRECONDITION ELECTION_DELEGATES.
absl::Status CheckDelegatesElect(Guard& guard, const RuleSet& elections, const Seats& seats);

// Somebody who stands, as of the day of the step.
struct CandidateFacts {
  int64_t member_id = 0;
  Post code = Post::kCommitteeMember;
  bool belongs = false;      // to the organization or one below it
  bool voting = false;       // full, of normal standing, rights not suspended
  bool disciplined = false;  // under discipline in effect that bars from office
  std::optional<absl::CivilDay> converted_on;
  int32_t adjustment_months = 0;
};

// whether somebody may be elected.
//
// Errors: FAILED_PRECONDITION CANDIDATE_NOT_ELIGIBLE.
absl::Status CheckEligible(Guard& guard, const RuleSet& elections, const CandidateFacts& candidate);

// whether a list may be put to the vote; B-12 only warns.
//
// Errors: FAILED_PRECONDITION CANDIDATE_NOT_ELIGIBLE, CANDIDATES_TOO_FEW, CANDIDATES_NOT_EQUAL,
// CANDIDATE_TWICE when somebody stands for one thing twice.
absl::Status CheckCandidates(Guard& guard, const RuleSet& setup, const RuleSet& elections,
                             int32_t committee_seats, int32_t deputy_seats,
                             std::span<const CandidateFacts> candidates, absl::CivilDay day);

// Somebody who was elected to something.
struct Elected {
  int64_t member_id = 0;
  Post code = Post::kCommitteeMember;
};

// What the meeting says of one ballot.
struct ElectionVerdict {
  std::string name;  // "elections/2"
  int64_t organization_id = 0;
  absl::CivilDay held_on;
  bool decided = false;    // the round was decided for good
  bool settled = false;    // the record of the meeting was submitted or accepted
  bool committee = false;  // seats of the committee were elected
  std::string delegation;  // whose delegates elected, "committeeElections/3/delegation"
  std::vector<Elected> elected;
  std::optional<std::vector<int64_t>> delegates;  // elected, where delegates were to be
};

// What an election must have been for a case to rest on it.
struct VerdictTerms {
  int64_t organization_id = 0;
  absl::CivilDay not_before;    // the day of the approval that it needed
  bool of_delegates = false;    // delegates were elected, not a committee or who leads it
  std::string delegation = {};  // who elect the committee; empty: the members themselves
};

// Errors: FAILED_PRECONDITION ELECTION_RESULT_INVALID with the cause.
absl::Status CheckVerdict(const ElectionVerdict& verdict, const VerdictTerms& terms);

// Whether as many were elected as there are seats at most, one of them secretary, and everybody
// who leads has a seat.
//
// Errors: FAILED_PRECONDITION ELECTION_RESULT_INVALID.
absl::Status CheckElected(int32_t committee_seats, int32_t deputy_seats,
                          std::span<const CandidateFacts> elected);

// B-12: whether somebody has been a full member for the months that a secretary needs.
bool HasStandingFor(const Rule& months, std::optional<absl::CivilDay> converted_on,
                    int32_t adjustment_months, absl::CivilDay day);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_ELECTION_H_

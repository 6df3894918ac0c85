// May it be elected so, by these voters, with these candidates? The guards of domain rules 7.1,
// each named by its row; the figures are rule data.
#ifndef RONGHE_SERVICES_MEETING_DOMAIN_ELECTION_ELECTION_RULES_H_
#define RONGHE_SERVICES_MEETING_DOMAIN_ELECTION_ELECTION_RULES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/meeting/domain/election/election.h"
#include "services/meeting/domain/rule_set.h"
#include "services/meeting/domain/types.h"

namespace ronghe::meeting {

// Who votes in a meeting held as `kinds`: the new committee where its election is
// named, else the delegates, else the general meeting, else the committee. Delegates elect a
// committee only, committees secretaries and deputies only. Temporary organizations elect nobody
// (B-26).
//
// Errors: FAILED_PRECONDITION X_MEETING_KIND, X_ORGANIZATION_KIND.
absl::StatusOr<Electorate> ElectorateOf(const RuleSet& rules, const Election& election, Kinds kinds,
                                        std::string_view organization_kind);

// The roll of voters from the meeting's frozen roll, by member id.
std::vector<Voter> VotersOf(const Meeting& meeting, Electorate electorate);

// A general meeting elects the secretary itself only where there is no committee: below the number
// of full members from which there must be one (X-06, B-10).
//
// Errors: FAILED_PRECONDITION X_MEETING_KIND.
absl::Status CheckDirectElection(const RuleSet& rules, const Election& election,
                                 const Meeting& meeting);

// Leaves members out of those who should vote: each must be on the roll and not present, and
// only a general meeting leaves anybody out. That the resolutions were carried is the caller's to
// check. `voters` is by member id.
//
// Errors: FAILED_PRECONDITION X_EXCLUSION, X_ROLL_EMPTY when nobody remains.
absl::Status Exclude(const RuleSet& rules, const Meeting& meeting, Electorate electorate,
                     const std::vector<Voter>& exclusions, std::vector<Voter>* voters);

// Whom the meeting's attendance marks as present among those who should vote, by member id.
std::vector<int64_t> PresentVoters(const Election& election, const Meeting& meeting);

// The members, each once, as voters present: each must be one who should vote and, unless the new
// committee votes, marked as present.
//
// Errors: FAILED_PRECONDITION X_NOT_PRESENT.
absl::Status CheckPresent(const RuleSet& rules, const Election& election, const Meeting& meeting,
                          const std::vector<int64_t>& present);

// Are candidates and tellers put together so that they can stand at all? Nobody twice, nobody who
// is elected already, no teller among the candidates or with a close relative among them, as each
// must have declared.
//
// Errors: FAILED_PRECONDITION X_CANDIDATE, X_TELLER, X_DECLARATION.
absl::Status CheckSlate(const RuleSet& rules, const Election& election);

// Puts `slate` in the place of the candidates. Declarations were made of the candidates before:
// with somebody new among them they hold no longer.
void ReplaceSlate(std::vector<Candidate> slate, Election* election);

// May the coming round open with so many present? Quorum, number of candidates (X-05, X-06;
// not in a runoff), that they can be elected, the higher organization's agreement to them
// a scrutineer among those present.
//
// Errors: FAILED_PRECONDITION X_QUORUM, X_CANDIDATE_COUNT, X_CANDIDATE, X_APPROVAL, X_TELLER,
// X_DECLARATION.
absl::Status CheckOpening(const RuleSet& rules, const Election& election,
                          const std::vector<int64_t>& present);

// The round that opens with `present`: its seats and the figures that it needs.
Round NewRound(const RuleSet& rules, const Election& election, int64_t session_id,
               const std::vector<int64_t>& present);

// Candidates that so many seats need (X-05: a fifth more, rounded up; X-06: as many).
int64_t CandidatesNeeded(const ElectionRules& rules, Office office, int64_t seats);

// "08", "01", "02"; nothing for delegates.
std::string PostCodeOf(const ElectionRules& rules, Office office);

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_DOMAIN_ELECTION_ELECTION_RULES_H_

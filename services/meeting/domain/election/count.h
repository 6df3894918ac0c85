// What do the ballots of a round come to? Counting and deciding of domain rules
// 7.1.
#ifndef RONGHE_SERVICES_MEETING_DOMAIN_ELECTION_COUNT_H_
#define RONGHE_SERVICES_MEETING_DOMAIN_ELECTION_COUNT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "services/meeting/domain/election/election.h"
#include "services/meeting/domain/rule_set.h"

namespace ronghe::meeting {

// One ballot. Candidates that it names in neither list are abstained from.
struct Ballot {
  std::vector<int64_t> votes_for;      // candidates, or others who can be elected
  std::vector<int64_t> votes_against;  // candidates

  friend bool operator==(const Ballot&, const Ballot&) = default;
};

// Is the ballot one that may be cast in `round`? At most as many marks for as seats, only
// members who can be elected, nobody named twice, against candidates only.
//
// Errors: FAILED_PRECONDITION X_MARKS, X_CANDIDATE; INVALID_ARGUMENT FIELD_INVALID.
absl::Status CheckBallot(const RuleSet& rules, const Election& election, const Round& round,
                         const Ballot& ballot);

// Counts ballots into the round: returned, invalid, and the votes of each candidate and of each
// member written in. A ballot with more marks than seats is invalid.
void CountBallots(const std::vector<Ballot>& ballots, Round* round);

// What was counted on paper.
struct PaperCount {
  int32_t issued = 0;
  int32_t returned = 0;
  int32_t invalid = 0;
  std::vector<Candidate> counts;  // member and votes; position is not looked at
};

// Puts the counts into the round, after a look whether they can be: each candidate once, the votes
// of each making up the valid ballots, no more marks than valid ballots have seats.
//
// Errors: FAILED_PRECONDITION X_ISSUED (X-11: more ballots issued than voters present), X_CANDIDATE
// somebody written in can't be elected); INVALID_ARGUMENT FIELD_INVALID.
absl::Status TakeCount(const RuleSet& rules, const Election& election, const PaperCount& count,
                       Round* round);

// Decides a counted round and says what is to come: outcomes of the candidates, round.outcome,
// election.state and the slate of the round that must follow. The round is the election's last one.
//
// More back than issued: VOID. Elected is who has more votes than half of those present; in
// a runoff, who has more votes. More of them than seats: by votes, and those equal at the edge are
// TIED: RUNOFF. Fewer: SHORT, else DECIDED.
void DecideRound(const RuleSet& rules, Election* election);

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_DOMAIN_ELECTION_COUNT_H_

// Is a motion carried? Quorum and majority of domain rules 11.1, in integers.
#ifndef RONGHE_SERVICES_MEETING_DOMAIN_VOTE_H_
#define RONGHE_SERVICES_MEETING_DOMAIN_VOTE_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/meeting/domain/rule_set.h"

namespace ronghe::meeting {

// What a rule makes of a count of votes.
struct Verdict {
  bool quorum = false;
  bool passed = false;  // never without a quorum
  int64_t required_present = 0;
  int64_t required_for = 0;

  MotionResult result() const {
    if (!quorum) return MotionResult::kNoQuorum;
    return passed ? MotionResult::kPassed : MotionResult::kRejected;
  }

  friend bool operator==(const Verdict&, const Verdict&) = default;
};

// `roll` N members have the right to vote, `present` A of them are there, `votes_for` Y voted for
// and `written_for` Yw declared so in writing before the meeting.
//
// Errors: FAILED_PRECONDITION Q_EMPTY when N is 0, Q_WRITTEN_NOT_COUNTED when there are written
// opinions and the rule does not count them.
absl::StatusOr<Verdict> Decide(const RuleSet& rules, const VoteRule& rule, int64_t roll,
                               int64_t present, int64_t votes_for, int64_t written_for);

// Decides `motion` on the roll of `meeting` and fills in what the rule made of it. Those who
// arrived after the vote do not count as present for it. The numbers of the motion must have been
// checked (record_rules.h).
//
// Errors: as Decide; FAILED_PRECONDITION Q_QUORUM for a motion claimed as passed without a quorum,
// Q_MAJORITY for one claimed as passed without a majority, Q_RESULT_MISMATCH for any other claim
// that the votes do not bear out, Q_KIND_NOT_HELD when the meeting is not of the kind that decides
// such motions, Q_SECRET_BALLOT when the rule forces a secret ballot and it was not one.
absl::Status DecideMotion(const RuleSet& rules, const Meeting& meeting, Motion* motion);

// Decides all motions of a meeting of an organization of that kind ("631").
//
// Errors: as DecideMotion; FAILED_PRECONDITION Q_ORGANIZATION_KIND when such an organization does
// not decide such motions (a temporary one admits nobody), Q_ONE_BY_ONE when the rule wants each
// matter voted on by itself and a motion names none or one that another motion of its kind names.
absl::Status DecideMotions(const RuleSet& rules, std::string_view organization_kind,
                           Meeting* meeting);

// Members with the right to vote on a motion of `kind`: N of the rule.
int64_t VotingRoll(const Meeting& meeting, MotionKind kind);
// Those of them who were there when the vote was taken: the most that A can be.
int64_t VotingPresent(const Meeting& meeting, const Motion& motion);

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_DOMAIN_VOTE_H_

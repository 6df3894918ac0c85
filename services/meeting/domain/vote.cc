#include "services/meeting/domain/vote.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "services/meeting/domain/errors.h"

namespace ronghe::meeting {
namespace {

bool OnVotingRoll(const Attendee& attendee, MotionKind kind) {
  return attendee.voting && (!CommitteeDecides(kind) || attendee.committee);
}

// May a meeting of this organization vote on it, in this way?
absl::Status CheckAdmissible(const RuleSet& rules, const VoteRule& rule,
                             std::string_view organization_kind, const Motion& motion) {
  const std::vector<std::string>& allowed = rule.organization_kinds;
  if (!allowed.empty() &&
      std::find(allowed.begin(), allowed.end(), organization_kind) == allowed.end()) {
    return errors::MotionNotFor(rules, rule, organization_kind);
  }
  if (rule.subject_required && motion.subject.empty()) return errors::NoSubject(rules, rule);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Verdict> Decide(const RuleSet& rules, const VoteRule& rule, int64_t roll,
                               int64_t present, int64_t votes_for, int64_t written_for) {
  if (roll <= 0) return errors::QuorumOfNobody(rules, rule);
  if (written_for > 0 && !rule.written_counts) {
    return errors::WrittenNotCounted(rules, rule, written_for);
  }
  const int64_t counted = votes_for + (rule.written_counts ? written_for : 0);
  Verdict verdict;
  verdict.quorum = rule.quorum.Reached(present, roll);
  verdict.passed = verdict.quorum && rule.pass.Reached(counted, roll);
  verdict.required_present = rule.quorum.Least(roll);
  verdict.required_for = rule.pass.Least(roll);
  return verdict;
}

int64_t VotingRoll(const Meeting& meeting, MotionKind kind) {
  int64_t count = 0;
  for (const Attendee& attendee : meeting.attendance) {
    if (OnVotingRoll(attendee, kind)) ++count;
  }
  return count;
}

int64_t VotingPresent(const Meeting& meeting, const Motion& motion) {
  int64_t count = 0;
  for (const Attendee& attendee : meeting.attendance) {
    if (!OnVotingRoll(attendee, motion.kind) || attendee.presence != Presence::kPresent) continue;
    if (motion.voted_at.has_value() && attendee.arrived_at.has_value() &&
        *attendee.arrived_at > *motion.voted_at) {
      continue;
    }
    ++count;
  }
  return count;
}

absl::Status DecideMotion(const RuleSet& rules, const Meeting& meeting, Motion* motion) {
  const VoteRule* rule = rules.Vote(motion->kind);
  if (rule == nullptr) return absl::InternalError("a motion without a kind");
  if ((rule->meeting_kinds.bits() & meeting.kinds.bits()) == 0) {
    return errors::MotionKindNotHeld(rules, *rule, meeting.kinds);
  }
  if (rule->secret_ballot && motion->ballot_mode != BallotMode::kSecret) {
    return errors::BallotNotSecret(rules, *rule, motion->ballot_mode);
  }
  const int64_t roll = VotingRoll(meeting, motion->kind);
  const int64_t present = motion->present.value_or(VotingPresent(meeting, *motion));
  absl::StatusOr<Verdict> verdict =
      Decide(rules, *rule, roll, present, motion->votes_for, motion->written_for);
  if (!verdict.ok()) return verdict.status();
  if (motion->result != MotionResult::kUndecided && motion->result != verdict->result()) {
    if (motion->result == MotionResult::kPassed && !verdict->quorum) {
      return errors::NoQuorum(rules, *rule, verdict->required_present, present);
    }
    if (motion->result == MotionResult::kPassed) {
      return errors::NoMajority(rules, *rule, verdict->required_for,
                                int64_t{motion->votes_for} + motion->written_for);
    }
    return errors::ResultMismatch(rules, *rule, verdict->result(), motion->result);
  }
  motion->present = static_cast<int32_t>(present);
  motion->result = verdict->result();
  motion->should_vote = static_cast<int32_t>(roll);
  motion->required_present = static_cast<int32_t>(verdict->required_present);
  motion->required_for = static_cast<int32_t>(verdict->required_for);
  motion->rule_set = rules.Name();
  return absl::OkStatus();
}

absl::Status DecideMotions(const RuleSet& rules, std::string_view organization_kind,
                           Meeting* meeting) {
  std::set<std::pair<MotionKind, std::string>> decided;
  for (Motion& motion : meeting->motions) {
    const VoteRule* rule = rules.Vote(motion.kind);
    if (rule != nullptr) {
      RONGHE_RETURN_IF_ERROR(CheckAdmissible(rules, *rule, organization_kind, motion));
      if (rule->subject_required && !decided.emplace(motion.kind, motion.subject).second) {
        return errors::SubjectTwice(rules, *rule, motion.subject);
      }
    }
    RONGHE_RETURN_IF_ERROR(DecideMotion(rules, *meeting, &motion));
  }
  return absl::OkStatus();
}

}  // namespace ronghe::meeting

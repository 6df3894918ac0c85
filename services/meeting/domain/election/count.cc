#include "services/meeting/domain/election/count.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "services/meeting/domain/election/errors.h"

namespace ronghe::meeting {
namespace {

using base::Cat;
using errors::ElectionRefused;

absl::Status InvalidField(std::string field, std::string_view rule, std::string_view message_zh) {
  return error::InvalidFields({{std::move(field), Cat(message_zh, "(规则 ", rule, ")")}});
}

Candidate* Find(std::vector<Candidate>& candidates, int64_t member_id) {
  const auto it = std::find_if(candidates.begin(), candidates.end(),
                               [&](const Candidate& item) { return item.member_id == member_id; });
  return it == candidates.end() ? nullptr : &*it;
}

bool IsCandidate(const Round& round, int64_t member_id) {
  return std::any_of(round.candidates.begin(), round.candidates.end(),
                     [&](const Candidate& candidate) {
                       return candidate.member_id == member_id && !candidate.write_in();
                     });
}

// The candidates of the ballot with no votes; who was written in is forgotten.
void Clear(Round* round) {
  std::erase_if(round->candidates, [](const Candidate& item) { return item.write_in(); });
  for (Candidate& candidate : round->candidates) {
    candidate = {candidate.member_id, candidate.position, 0, 0, 0, CandidateOutcome::kNone};
  }
}

// Somebody who isn't a candidate can be written in where the round is not about the candidates of
// another one, and only somebody who can be elected and isn't yet.
absl::Status CheckWriteIn(const RuleSet& rules, const Election& election, const Round& round,
                          int64_t member_id) {
  const std::vector<int64_t> elected = Elected(election);
  const bool free = std::find(elected.begin(), elected.end(), member_id) == elected.end();
  if (!round.runoff && free && CanBeElected(election, member_id)) return absl::OkStatus();
  return ElectionRefused(rules, "X-02", "X_CANDIDATE", "所选的人不能当选。",
                         round.runoff ? "a candidate of the round" : "a member who can be elected",
                         base::Name("members", member_id));
}

absl::Status CheckCandidateCount(const Round& round, const Candidate& count,
                                 const std::string& field) {
  if (IsCandidate(round, count.member_id)) {
    if (count.votes_for + count.votes_against + count.abstained != round.valid()) {
      return InvalidField(field, "X-09", "赞成、反对、弃权票之和应等于有效票数");
    }
  } else if (count.votes_against != 0 || count.abstained != 0 || count.votes_for < 1 ||
             count.votes_for > round.valid()) {
    return InvalidField(field, "X-09", "另选他人只计赞成票,且不多于有效票数");
  }
  return absl::OkStatus();
}

// The candidates of the slate who are still to be voted on, in the order of the ballot.
std::vector<Candidate> NextSlate(const Round& round, CandidateOutcome outcome) {
  std::vector<Candidate> slate;
  for (const Candidate& candidate : round.candidates) {
    if (candidate.outcome != outcome ||
        (candidate.write_in() && outcome != CandidateOutcome::kTied)) {
      continue;
    }
    slate.push_back({candidate.member_id, static_cast<int32_t>(slate.size()) + 1, 0, 0, 0,
                     CandidateOutcome::kNone});
  }
  return slate;
}

// Sets the outcome of each candidate; true when some are tied at the edge.
bool Choose(const Share& majority, Round* round) {
  std::vector<Candidate*> passed;
  for (Candidate& candidate : round->candidates) {
    candidate.outcome = CandidateOutcome::kNotElected;
    const bool enough = round->runoff ? candidate.votes_for > 0
                                      : majority.Reached(candidate.votes_for, round->present);
    if (enough) passed.push_back(&candidate);
  }
  std::stable_sort(passed.begin(), passed.end(), [](const Candidate* a, const Candidate* b) {
    return a->votes_for > b->votes_for;
  });
  const size_t seats = static_cast<size_t>(round->seats);
  const bool tie =
      passed.size() > seats && passed[seats]->votes_for == passed[seats - 1]->votes_for;
  for (size_t i = 0; i < passed.size(); ++i) {
    if (tie && passed[i]->votes_for == passed[seats]->votes_for) {
      passed[i]->outcome = CandidateOutcome::kTied;
    } else if (i < seats) {
      passed[i]->outcome = CandidateOutcome::kElected;
    }
  }
  return tie;
}

}  // namespace

absl::Status CheckBallot(const RuleSet& rules, const Election& election, const Round& round,
                         const Ballot& ballot) {
  if (ballot.votes_for.size() > static_cast<size_t>(round.seats)) {
    return ElectionRefused(rules, "X-09", "X_MARKS", "所选人数不能多于应选名额。",
                           Cat("<=", round.seats), Cat(ballot.votes_for.size()));
  }
  std::set<int64_t> named;
  for (int64_t member_id : ballot.votes_for) {
    if (!named.insert(member_id).second) {
      return InvalidField("votes_for", "X-09", "同一人出现了两次");
    }
    if (IsCandidate(round, member_id)) continue;
    RONGHE_RETURN_IF_ERROR(CheckWriteIn(rules, election, round, member_id));
  }
  for (int64_t member_id : ballot.votes_against) {
    if (!named.insert(member_id).second) {
      return InvalidField("votes_against", "X-09", "同一人出现了两次");
    }
    if (!IsCandidate(round, member_id)) {
      return InvalidField("votes_against", "X-09", "只能对候选人投反对票");
    }
  }
  return absl::OkStatus();
}

void CountBallots(const std::vector<Ballot>& ballots, Round* round) {
  Clear(round);
  round->returned = static_cast<int32_t>(ballots.size());
  round->invalid = 0;
  std::map<int64_t, int32_t> write_ins;
  for (const Ballot& ballot : ballots) {
    if (ballot.votes_for.size() > static_cast<size_t>(round->seats)) {
      ++round->invalid;
      continue;
    }
    for (int64_t member_id : ballot.votes_for) {
      if (Candidate* candidate = Find(round->candidates, member_id); candidate != nullptr) {
        ++candidate->votes_for;
      } else {
        ++write_ins[member_id];
      }
    }
    for (int64_t member_id : ballot.votes_against) {
      if (Candidate* candidate = Find(round->candidates, member_id); candidate != nullptr) {
        ++candidate->votes_against;
      }
    }
  }
  for (Candidate& candidate : round->candidates) {
    candidate.abstained = round->valid() - candidate.votes_for - candidate.votes_against;
  }
  for (const auto& [member_id, votes] : write_ins) {
    round->candidates.push_back({member_id, 0, votes, 0, 0, CandidateOutcome::kNone});
  }
}

absl::Status TakeCount(const RuleSet& rules, const Election& election, const PaperCount& count,
                       Round* round) {
  if (count.issued > round->present) {
    return ElectionRefused(rules, "X-11", "X_ISSUED", "发出选票数不能多于到会的选举人数。",
                           Cat("<=", round->present), Cat(count.issued));
  }
  if (count.invalid > count.returned) {
    return InvalidField("count.invalid", "X-09", "无效票数不能多于收回票数");
  }
  Clear(round);
  round->issued = count.issued;
  round->returned = count.returned;
  round->invalid = count.invalid;
  std::set<int64_t> counted;
  int64_t marks = 0;
  for (size_t i = 0; i < count.counts.size(); ++i) {
    const Candidate& item = count.counts[i];
    const std::string field = Cat("count.counts[", i, "]");
    if (!counted.insert(item.member_id).second) {
      return InvalidField(field, "X-09", "同一人出现了两次");
    }
    RONGHE_RETURN_IF_ERROR(CheckCandidateCount(*round, item, field));
    marks += item.votes_for;
    if (Candidate* candidate = Find(round->candidates, item.member_id); candidate != nullptr) {
      candidate->votes_for = item.votes_for;
      candidate->votes_against = item.votes_against;
      candidate->abstained = item.abstained;
      continue;
    }
    RONGHE_RETURN_IF_ERROR(CheckWriteIn(rules, election, *round, item.member_id));
    round->candidates.push_back({item.member_id, 0, item.votes_for, 0, 0, CandidateOutcome::kNone});
  }
  for (const Candidate& candidate : round->candidates) {
    if (!counted.contains(candidate.member_id)) {
      return InvalidField("count.counts", "X-09", "应填写每名候选人的得票数");
    }
  }
  if (marks > int64_t{round->valid()} * round->seats) {
    return InvalidField("count.counts", "X-09", "赞成票总数不能多于有效票数与应选名额之积");
  }
  return absl::OkStatus();
}

void DecideRound(const RuleSet& rules, Election* election) {
  Round& round = election->rounds.back();
  if (round.returned > round.issued) {
    round.outcome = ElectionState::kVoid;
  } else if (Choose(rules.election.majority, &round)) {
    round.outcome = ElectionState::kRunoff;
    election->slate = NextSlate(round, CandidateOutcome::kTied);
  } else if (OpenSeats(*election) > 0) {
    round.outcome = ElectionState::kShort;
    election->slate = NextSlate(round, CandidateOutcome::kNotElected);
  } else {
    round.outcome = ElectionState::kDecided;
    election->slate.clear();
  }
  election->state = round.outcome;
}

}  // namespace ronghe::meeting

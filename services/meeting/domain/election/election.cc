#include "services/meeting/domain/election/election.h"

#include <algorithm>

namespace ronghe::meeting {

std::vector<int64_t> Elected(const Election& election) {
  std::vector<int64_t> elected;
  for (const Round& round : election.rounds) {
    std::vector<Candidate> winners;
    for (const Candidate& candidate : round.candidates) {
      if (candidate.outcome == CandidateOutcome::kElected) winners.push_back(candidate);
    }
    std::stable_sort(winners.begin(), winners.end(), [](const Candidate& a, const Candidate& b) {
      return a.votes_for > b.votes_for;
    });
    for (const Candidate& winner : winners) elected.push_back(winner.member_id);
  }
  return elected;
}

int32_t OpenSeats(const Election& election) {
  return election.seats - static_cast<int32_t>(Elected(election).size());
}

const Voter* FindVoter(const Election& election, int64_t member_id) {
  const auto it =
      std::lower_bound(election.voters.begin(), election.voters.end(), member_id,
                       [](const Voter& voter, int64_t id) { return voter.member_id < id; });
  return it != election.voters.end() && it->member_id == member_id ? &*it : nullptr;
}

bool CanBeElected(const Election& election, int64_t member_id) {
  return FindVoter(election, member_id) != nullptr ||
         std::binary_search(election.eligible.begin(), election.eligible.end(), member_id);
}

}  // namespace ronghe::meeting

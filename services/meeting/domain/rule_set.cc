#include "services/meeting/domain/rule_set.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

namespace ronghe::meeting {
namespace {

absl::Status CheckShare(const RuleSet& set, const Share& share) {
  if (share.numerator < 1 || share.denominator < 1 || share.numerator > share.denominator) {
    return absl::InvalidArgumentError(
        absl::StrCat(set.Name(), ": not a share: ", share.numerator, "/", share.denominator));
  }
  return absl::OkStatus();
}

absl::Status CheckElection(const RuleSet& set) {
  const ElectionRules& election = set.election;
  for (const Share& share : {election.quorum, election.majority}) {
    if (absl::Status status = CheckShare(set, share); !status.ok()) return status;
  }
  const bool whole = !election.source.empty() && !election.committee_post_code.empty() &&
                     !election.secretary_post_code.empty() && !election.deputy_post_code.empty() &&
                     !election.general_organization_kinds.empty() &&
                     !election.committee_organization_kinds.empty() &&
                     election.candidates.denominator > 0 &&
                     election.candidates.numerator >= election.candidates.denominator &&
                     election.committee_required_from > 0 && election.min_shown_ballots > 0;
  if (whole) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(set.Name(), ": the election rules are not whole"));
}

absl::Status Check(const RuleSet& set) {
  if (set.id.empty() || set.version.empty() || set.source.empty()) {
    return absl::InvalidArgumentError("a rule set needs id, version and source");
  }
  if (set.effective_to.has_value() && *set.effective_to <= set.effective_from) {
    return absl::InvalidArgumentError(absl::StrCat(set.Name(), ": ends before it begins"));
  }
  if (set.late_entry_days < 0) {
    return absl::InvalidArgumentError(absl::StrCat(set.Name(), ": late_entry_days is negative"));
  }
  if (set.organizational_life.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(set.Name(), ": no organizational life"));
  }
  if (absl::Status status = CheckElection(set); !status.ok()) return status;
  for (int i = 1; i <= kMotionKindCount; ++i) {
    const VoteRule* vote = set.Vote(static_cast<MotionKind>(i));
    if (vote == nullptr || vote->meeting_kinds.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(set.Name(), ": a motion kind has no rule or no meeting"));
    }
    for (const Share& share : {vote->quorum, vote->pass}) {
      if (absl::Status status = CheckShare(set, share); !status.ok()) return status;
    }
  }
  for (int i = 1; i <= kKindCount; ++i) {
    if (set.ForKind(static_cast<Kind>(i)) == nullptr) {
      const std::string_view code = KindCode(static_cast<Kind>(i));
      return absl::InvalidArgumentError(absl::StrCat(set.Name(), ": no rule for kind ",
                                                     absl::string_view(code.data(), code.size())));
    }
  }
  std::set<std::string> ids;
  for (const DutyRule& duty : set.duties) {
    if (!ids.insert(duty.id).second) {
      return absl::InvalidArgumentError(absl::StrCat(set.Name(), ": duty ", duty.id, " twice"));
    }
    if (duty.kind == Kind::kReading) {
      return absl::InvalidArgumentError(absl::StrCat(set.Name(), ": READING satisfies no duty"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

const VoteRule* RuleSet::Vote(MotionKind kind) const {
  for (const VoteRule& rule : votes) {
    if (rule.kind == kind) return &rule;
  }
  return nullptr;
}

const KindRule* RuleSet::ForKind(Kind kind) const {
  for (const KindRule& rule : kinds) {
    if (rule.kind == kind) return &rule;
  }
  return nullptr;
}

const DutyRule* RuleSet::Duty(std::string_view rule_id) const {
  for (const DutyRule& rule : duties) {
    if (rule.id == rule_id) return &rule;
  }
  return nullptr;
}

absl::StatusOr<RuleSets> RuleSets::Create(std::vector<RuleSet> sets) {
  if (sets.empty()) return absl::InvalidArgumentError("no rule set");
  std::sort(sets.begin(), sets.end(),
            [](const RuleSet& a, const RuleSet& b) { return a.effective_from < b.effective_from; });
  for (size_t i = 0; i < sets.size(); ++i) {
    if (absl::Status status = Check(sets[i]); !status.ok()) return status;
    if (i > 0 && (!sets[i - 1].effective_to.has_value() ||
                  *sets[i - 1].effective_to > sets[i].effective_from)) {
      return absl::InvalidArgumentError(
          absl::StrCat(sets[i - 1].Name(), " and ", sets[i].Name(), " overlap"));
    }
  }
  return RuleSets(std::move(sets));
}

const RuleSet& RuleSets::At(absl::CivilDay day) const {
  for (auto it = sets_.rbegin(); it != sets_.rend(); ++it) {
    if (it->effective_from <= day) return *it;
  }
  return sets_.front();
}

bool CommitteeExists(const CommitteeRule& rule, int64_t holders) {
  return holders >= rule.min_holders;
}

bool IsCommitteePost(const CommitteeRule& rule, std::string_view post_code) {
  return std::find(rule.post_codes.begin(), rule.post_codes.end(), post_code) !=
         rule.post_codes.end();
}

RollBase RollOf(const RuleSet& rules, Kinds kinds) {
  RollBase roll = RollBase::kNone;
  for (Kind kind : kinds.List()) roll = std::max(roll, rules.ForKind(kind)->roll);
  return roll;
}

}  // namespace ronghe::meeting

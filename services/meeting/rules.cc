#include "services/meeting/rules.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "common/base/civil.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/config/config.h"

namespace ronghe::meeting {
namespace {

using base::Cat;

absl::Status Invalid(const rules::v1::RuleSet& proto, std::string_view what) {
  return absl::InvalidArgumentError(Cat("rule set ", proto.id(), "@", proto.version(), ": ", what));
}

absl::StatusOr<Share> FromProto(const rules::v1::RuleSet& set, const rules::v1::Share& proto) {
  Share share;
  share.numerator = proto.numerator();
  share.denominator = proto.denominator();
  switch (proto.comparison()) {
    case rules::v1::Share::COMPARISON_AT_LEAST:
      share.comparison = Share::Comparison::kAtLeast;
      return share;
    case rules::v1::Share::COMPARISON_MORE_THAN:
      share.comparison = Share::Comparison::kMoreThan;
      return share;
    default:
      return Invalid(set, "a share without comparison");
  }
}

absl::StatusOr<Kind> KindFrom(const rules::v1::RuleSet& set, const std::string& code) {
  const std::optional<Kind> kind = ParseKindCode(code);
  if (!kind.has_value()) return Invalid(set, Cat("unknown kind ", code));
  return *kind;
}

absl::StatusOr<Kinds> KindsFrom(const rules::v1::RuleSet& set,
                                const google::protobuf::RepeatedPtrField<std::string>& codes) {
  Kinds kinds;
  for (const std::string& code : codes) {
    RONGHE_ASSIGN_OR_RETURN(const Kind kind, KindFrom(set, code));
    kinds.Add(kind);
  }
  return kinds;
}

absl::StatusOr<VoteRule> FromProto(const rules::v1::RuleSet& set,
                                   const rules::v1::VoteRule& proto) {
  VoteRule rule;
  rule.id = proto.id();
  const std::optional<MotionKind> kind = ParseMotionKindCode(proto.motion_kind());
  if (!kind.has_value()) return Invalid(set, Cat("unknown motion kind ", proto.motion_kind()));
  rule.kind = *kind;
  RONGHE_ASSIGN_OR_RETURN(rule.quorum, FromProto(set, proto.quorum()));
  RONGHE_ASSIGN_OR_RETURN(rule.pass, FromProto(set, proto.pass()));
  rule.written_counts = proto.written_counts();
  rule.source = proto.source();
  rule.secret_ballot = proto.secret_ballot();
  rule.subject_required = proto.subject_required();
  RONGHE_ASSIGN_OR_RETURN(rule.meeting_kinds, KindsFrom(set, proto.meeting_kinds()));
  rule.organization_kinds.assign(proto.organization_kinds().begin(),
                                 proto.organization_kinds().end());
  return rule;
}

absl::StatusOr<KindRule> FromProto(const rules::v1::RuleSet& set,
                                   const rules::v1::KindRule& proto) {
  KindRule rule;
  RONGHE_ASSIGN_OR_RETURN(rule.kind, KindFrom(set, proto.kind()));
  switch (proto.roll()) {
    case rules::v1::KindRule::ROLL_BASE_NONE:
      rule.roll = RollBase::kNone;
      break;
    case rules::v1::KindRule::ROLL_BASE_ALL_MEMBERS:
      rule.roll = RollBase::kAllMembers;
      break;
    case rules::v1::KindRule::ROLL_BASE_COMMITTEE:
      rule.roll = RollBase::kCommittee;
      break;
    case rules::v1::KindRule::ROLL_BASE_SUBTREE:
      rule.roll = RollBase::kSubtree;
      break;
    case rules::v1::KindRule::ROLL_BASE_DELEGATES:
      rule.roll = RollBase::kDelegates;
      break;
    default:
      return Invalid(set, Cat("kind ", proto.kind(), " without roll"));
  }
  rule.organization_kinds.assign(proto.organization_kinds().begin(),
                                 proto.organization_kinds().end());
  rule.empty_roll_allowed = proto.empty_roll_allowed();
  return rule;
}

absl::StatusOr<DutyRule> FromProto(const rules::v1::RuleSet& set,
                                   const rules::v1::DutyRule& proto) {
  DutyRule rule;
  if (proto.id().empty()) return Invalid(set, "a duty without id");
  rule.id = proto.id();
  RONGHE_ASSIGN_OR_RETURN(rule.kind, KindFrom(set, proto.kind()));
  rule.title = proto.title();
  rule.source = proto.source().empty() ? set.source() : proto.source();
  switch (proto.window()) {
    case rules::v1::DutyRule::WINDOW_UNIT_MONTH:
      rule.window = WindowUnit::kMonth;
      break;
    case rules::v1::DutyRule::WINDOW_UNIT_QUARTER:
      rule.window = WindowUnit::kQuarter;
      break;
    case rules::v1::DutyRule::WINDOW_UNIT_YEAR:
      rule.window = WindowUnit::kYear;
      break;
    default:
      return Invalid(set, Cat("duty ", proto.id(), " without window"));
  }
  rule.organization_kinds.assign(proto.organization_kinds().begin(),
                                 proto.organization_kinds().end());
  rule.needs_committee = proto.needs_committee();
  rule.founding_exempt = !proto.founding_counts();
  rule.enabled = !proto.disabled();
  return rule;
}

absl::StatusOr<ElectionRules> FromProto(const rules::v1::RuleSet& set,
                                        const rules::v1::Election& proto) {
  ElectionRules rules;
  rules.source = proto.source();
  RONGHE_ASSIGN_OR_RETURN(rules.quorum, FromProto(set, proto.quorum()));
  rules.candidates = {proto.candidates().numerator(), proto.candidates().denominator()};
  rules.committee_required_from = proto.committee_required_from();
  RONGHE_ASSIGN_OR_RETURN(rules.majority, FromProto(set, proto.majority()));
  rules.min_shown_ballots = proto.min_shown_ballots();
  rules.committee_post_code = proto.committee_post_code();
  rules.secretary_post_code = proto.secretary_post_code();
  rules.deputy_post_code = proto.deputy_post_code();
  rules.general_organization_kinds.assign(proto.general_organization_kinds().begin(),
                                          proto.general_organization_kinds().end());
  rules.committee_organization_kinds.assign(proto.committee_organization_kinds().begin(),
                                            proto.committee_organization_kinds().end());
  return rules;
}

}  // namespace

absl::StatusOr<RuleSet> FromProto(const rules::v1::RuleSet& proto) {
  RuleSet set;
  set.id = proto.id();
  set.version = proto.version();
  set.title = proto.title();
  set.source = proto.source();
  set.approved_by = proto.approved_by();
  RONGHE_ASSIGN_OR_RETURN(set.effective_from, base::ParseDay(proto.effective_from()));
  if (!proto.effective_to().empty()) {
    RONGHE_ASSIGN_OR_RETURN(set.effective_to, base::ParseDay(proto.effective_to()));
  }
  set.late_entry_days = proto.late_entry_days();
  set.late_entry_source = proto.late_entry_source();
  set.committee.post_codes.assign(proto.committee_post_codes().begin(),
                                  proto.committee_post_codes().end());
  set.committee.min_holders = proto.committee_min_holders();
  if (set.committee.post_codes.empty() || set.committee.min_holders < 1) {
    return Invalid(proto, "no committee posts");
  }
  for (const rules::v1::VoteRule& vote : proto.votes()) {
    RONGHE_ASSIGN_OR_RETURN(VoteRule rule, FromProto(proto, vote));
    set.votes.push_back(std::move(rule));
  }
  for (const rules::v1::KindRule& kind : proto.kinds()) {
    RONGHE_ASSIGN_OR_RETURN(KindRule rule, FromProto(proto, kind));
    set.kinds.push_back(std::move(rule));
  }
  for (const rules::v1::DutyRule& duty : proto.duties()) {
    RONGHE_ASSIGN_OR_RETURN(DutyRule rule, FromProto(proto, duty));
    set.duties.push_back(std::move(rule));
  }
  RONGHE_ASSIGN_OR_RETURN(set.election, FromProto(proto, proto.election()));
  RONGHE_ASSIGN_OR_RETURN(set.organizational_life,
                          KindsFrom(proto, proto.organizational_life_kinds()));
  return set;
}

absl::StatusOr<RuleSets> LoadRuleSets(const std::string& directory,
                                      operation::RuleCatalogue* shown) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".textproto") files.push_back(entry.path().string());
  }
  if (files.empty()) return absl::NotFoundError(Cat("no rule sets in ", directory));
  std::sort(files.begin(), files.end());
  std::vector<RuleSet> sets;
  for (const std::string& file : files) {
    RONGHE_ASSIGN_OR_RETURN(const auto proto, config::Load<rules::v1::RuleSet>(file));
    RONGHE_ASSIGN_OR_RETURN(RuleSet set, FromProto(proto));
    if (shown != nullptr) shown->Add(proto);
    sets.push_back(std::move(set));
  }
  return RuleSets::Create(std::move(sets));
}

}  // namespace ronghe::meeting

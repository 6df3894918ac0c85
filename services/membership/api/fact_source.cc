#include "services/membership/api/fact_source.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "services/membership/domain/organization/setup.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/post_store.h"

namespace ronghe::membership {
namespace {

constexpr std::string_view kSize = "membership.size_within_limit";
constexpr std::string_view kMinimum = "membership.min_full";
constexpr std::string_view kCommittee = "membership.committee_present";

fact::v1::Indicator MakeIndicator(std::string_view name, const char* title, const Rule& rule) {
  fact::v1::Indicator indicator;
  indicator.set_name(std::string(name));
  indicator.set_title(title);
  indicator.set_unit(fact::v1::INDICATOR_UNIT_LIMIT);
  indicator.set_rule_id(rule.id);
  indicator.set_rule_source(rule.source);
  indicator.set_rule_version(rule.set);
  return indicator;
}

int32_t KindOf(const org::OrgTree& tree, int64_t organization) {
  const std::optional<org::OrgNode> node = tree.Node(organization);
  return node.has_value() ? membership::KindOf(node->kind) : 0;
}

// Whether the indicator's rule asks anything of a branch of this size.
bool Due(std::string_view indicator, const RuleSet& rules, const SetupFacts& facts) {
  return facts.kind == kBranchKind &&
         (indicator != kCommittee || facts.full >= rules.Number("branch_committee.from_full"));
}

FindingCode FindingOf(std::string_view indicator) {
  if (indicator == kSize) return FindingCode::kAboveNormalSize;
  if (indicator == kMinimum) return FindingCode::kBelowMinimum;
  return FindingCode::kCommitteeMissing;
}

std::string CategoryName(Category category) {
  const std::string code = absl::StrCat(static_cast<int32_t>(category));
  return std::string(NameOf(Categories(), code));
}

}  // namespace

std::vector<fact::v1::Indicator> FactSource::Indicators(absl::CivilDay day) const {
  const RuleSet& rules = setup_.On(day);
  return {
      MakeIndicator(kCommittee, "应设支委会的已设支委会", rules.Get("branch_committee.from_full")),
      MakeIndicator(kMinimum, "正式党员达到设立支部的人数", rules.Get("branch.min_full")),
      MakeIndicator(kSize, "党员人数不超过规模上限", rules.Get("branch.max_members"))};
}

absl::StatusOr<std::vector<fact::Figure>> FactSource::Figures(
    absl::Time deadline, std::span<const int64_t> branches, const fact::Period& period,
    std::span<const std::string> indicators) {
  const absl::CivilDay day = period.end - 1;
  const SetupRules rules{setup_.On(day), elections_.On(day), workers_.On(day)};
  std::map<int64_t, SetupFacts> sizes;
  RONGHE_RETURN_IF_ERROR(
      database_.ReadSnapshot(deadline, [&](sql::Session& session) -> absl::Status {
        sizes.clear();
        RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberCount> members,
                                CountIntervalsAsOf(session, branches, day));
        for (const MemberCount& row : members) {
          SetupFacts& facts = sizes[row.organization_id];
          (row.category == Category::kFull ? facts.full : facts.probationary) = row.count;
        }
        RONGHE_ASSIGN_OR_RETURN(const std::vector<CommitteeSize> committees,
                                CommitteeSizesAsOf(session, branches, day));
        for (const CommitteeSize& row : committees) {
          sizes[row.organization_id].committee = row.members;
        }
        return absl::OkStatus();
      }));
  std::vector<fact::Figure> figures;
  for (const int64_t branch : branches) {
    SetupFacts& facts = sizes[branch];
    facts.kind = KindOf(tree_, branch);
    for (const std::string& indicator : indicators) {
      const bool due = Due(indicator, rules.setup, facts);
      FindingSet wanted;
      wanted.set(static_cast<size_t>(FindingOf(indicator)));
      const bool found = !CheckSetup(rules, facts, day, wanted).empty();
      figures.push_back({.organization = branch,
                         .indicator = indicator,
                         .numerator = due && !found ? 1 : 0,
                         .denominator = due ? 1 : 0});
    }
  }
  return figures;
}

absl::StatusOr<fact::EvidencePage> FactSource::Evidence(absl::Time deadline, int64_t organization,
                                                        const fact::EvidenceQuery& query,
                                                        int32_t limit, std::string_view cursor) {
  const absl::CivilDay day = query.period.end - 1;
  const RuleSet& rules = setup_.On(day);
  fact::EvidencePage page;
  if (query.indicator == kCommittee) {
    // The cursor is "code.id": posts are read in that order.
    int32_t after_code = 0;
    int64_t after_id = 0;
    if (const size_t dot = cursor.find('.'); dot != std::string_view::npos) {
      std::from_chars(cursor.data(), cursor.data() + dot, after_code);
      std::from_chars(cursor.data() + dot + 1, cursor.data() + cursor.size(), after_id);
    }
    RONGHE_ASSIGN_OR_RETURN(
        const std::vector<HeldPostRow> posts, database_.Read(deadline, [&](sql::Session& session) {
          return PostsAsOf(session, organization, day, after_code, after_id, limit + 1);
        }));
    for (const HeldPostRow& post : posts) {
      if (!IsCommitteePost(post.code)) break;
      if (static_cast<int32_t>(page.records.size()) == limit) {
        page.next = absl::StrCat(after_code, ".", after_id);
        break;
      }
      after_code = static_cast<int32_t>(post.code);
      after_id = post.id;
      fact::v1::EvidenceRecord& record = page.records.emplace_back();
      record.set_name(base::ChildName("members", post.member_id, "posts", post.id));
      record.set_title(post.full_name);
      record.set_counted(true);
      record.set_detail(std::string(NameOf(Posts(), PostCode(post.code))));
    }
    if (page.records.empty() && cursor.empty()) {
      fact::v1::EvidenceRecord& record = page.records.emplace_back();
      record.set_name(base::Name("organizations", organization));
      record.set_title(tree_.Name(organization));
      record.set_detail(absl::StrCat("没有在任的支委会成员;正式党员 ",
                                     rules.Number("branch_committee.from_full"),
                                     " 人以上应设支委会"));
    }
    return page;
  }

  int64_t after = 0;
  std::from_chars(cursor.data(), cursor.data() + cursor.size(), after);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberAsOf> members,
                          database_.Read(deadline, [&](sql::Session& session) {
                            return MembersAsOf(session, organization, day, after, limit + 1);
                          }));
  for (const MemberAsOf& member : members) {
    if (static_cast<int32_t>(page.records.size()) == limit) {
      page.next = absl::StrCat(after);
      break;
    }
    after = member.member_id;
    fact::v1::EvidenceRecord& record = page.records.emplace_back();
    record.set_name(base::Name("members", member.member_id));
    record.set_title(member.full_name);
    const bool minimum = query.indicator == kMinimum;
    record.set_counted(!minimum || member.category == Category::kFull);
    record.set_detail(base::Cat(
        CategoryName(member.category),
        minimum ? absl::StrCat(";设立支部须有正式党员 ", rules.Number("branch.min_full"), " 人以上")
                : absl::StrCat(";支部党员一般不超过 ", rules.Number("branch.max_members"), " 人")));
  }
  return page;
}

}  // namespace ronghe::membership

#include "services/meeting/store/roll_store.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "common/base/status_macros.h"
#include "common/org/copy_store.h"
#include "services/meeting/domain/errors.h"

namespace ronghe::meeting {
namespace {

constexpr std::string_view kNormalStanding = "10";
constexpr std::string_view kGroupKind = "641";
constexpr int32_t kFull = 1;
constexpr int32_t kProbationary = 2;
constexpr size_t kListLimit = 256;

Attendee FromInterval(const org::IntervalRow& row, bool committee) {
  Attendee attendee;
  attendee.member_id = row.member_id;
  attendee.full = row.category == kFull;
  attendee.voting = attendee.full && row.voting;
  attendee.committee = committee;
  return attendee;
}

bool OnRoll(const org::IntervalRow& row) {
  return row.standing == kNormalStanding &&
         (row.category == kFull || row.category == kProbationary);
}

// The organizations whose members are on the roll.
absl::StatusOr<std::vector<int64_t>> Organizations(const org::OrgTree& tree, const RuleSet& rules,
                                                   int64_t organization_id, RollBase base) {
  if (base == RollBase::kSubtree) {
    std::vector<int64_t> all =
        tree.SubtreeIds(organization_id, std::nullopt, kListLimit + 1,
                        [](const org::OrgBrief& brief) { return brief.active; });
    if (all.size() > kListLimit) return errors::RollTooLarge(rules, kListLimit);
    return all;
  }
  std::vector<int64_t> organizations = {organization_id};
  for (const org::OrgNode& child : tree.Children(organization_id)) {
    if (child.kind == kGroupKind && organizations.size() < kListLimit) {
      organizations.push_back(child.id);
    }
  }
  return organizations;
}

}  // namespace

absl::StatusOr<absl::flat_hash_map<int64_t, int64_t>> CommitteeHolders(
    sql::Session& session, const CommitteeRule& rule, std::span<const int64_t> organization_ids,
    absl::CivilDay day) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<org::PostRow> posts,
                          org::PostsAsOf(session, organization_ids, day));
  std::set<std::pair<int64_t, int64_t>> holders;
  for (const org::PostRow& post : posts) {
    if (IsCommitteePost(rule, post.post_code)) {
      holders.emplace(post.organization_id, post.member_id);
    }
  }
  absl::flat_hash_map<int64_t, int64_t> counts;
  for (const auto& [organization_id, member_id] : holders) ++counts[organization_id];
  return counts;
}

absl::StatusOr<std::vector<Attendee>> LoadRoll(sql::Session& session, const org::OrgTree& tree,
                                               const RuleSet& rules, int64_t organization_id,
                                               Kinds kinds, absl::CivilDay day) {
  const RollBase base = RollOf(rules, kinds);
  std::vector<Attendee> roll;
  if (base == RollBase::kNone || base == RollBase::kDelegates) return roll;

  RONGHE_ASSIGN_OR_RETURN(const std::vector<org::PostRow> posts,
                          org::PostsAsOf(session, organization_id, day));
  std::set<int64_t> committee;
  for (const org::PostRow& post : posts) {
    if (IsCommitteePost(rules.committee, post.post_code)) committee.insert(post.member_id);
  }

  std::map<int64_t, Attendee> by_member;
  if (base != RollBase::kCommittee) {
    RONGHE_ASSIGN_OR_RETURN(const std::vector<int64_t> organizations,
                            Organizations(tree, rules, organization_id, base));
    RONGHE_ASSIGN_OR_RETURN(
        const std::vector<org::IntervalRow> intervals,
        org::IntervalsAsOf(session, std::span<const int64_t>(organizations), day));
    for (const org::IntervalRow& row : intervals) {
      if (!OnRoll(row)) continue;
      by_member.emplace(row.member_id, FromInterval(row, committee.contains(row.member_id)));
    }
  } else {
    std::vector<int64_t> holders(committee.begin(), committee.end());
    if (holders.size() > kListLimit) holders.resize(kListLimit);
    RONGHE_ASSIGN_OR_RETURN(const std::vector<org::IntervalRow> intervals,
                            org::IntervalsOfMembers(session, std::span<const int64_t>(holders)));
    for (const org::IntervalRow& row : intervals) {
      if (row.valid_from > day || row.valid_to <= day || !OnRoll(row)) continue;
      by_member.emplace(row.member_id, FromInterval(row, true));
    }
  }
  roll.reserve(by_member.size());
  for (auto& [member_id, attendee] : by_member) roll.push_back(attendee);
  return roll;
}

std::vector<Attendee> DelegateRoll(std::vector<int64_t> members) {
  std::sort(members.begin(), members.end());
  std::vector<Attendee> roll;
  for (int64_t member_id : members) {
    Attendee& attendee = roll.emplace_back();
    attendee.member_id = member_id;
    attendee.full = attendee.voting = true;
  }
  return roll;
}

absl::StatusOr<std::vector<int64_t>> VotingMembers(sql::Session& session, const org::OrgTree& tree,
                                                   int64_t root, std::span<const int64_t> members,
                                                   absl::CivilDay day) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<org::IntervalRow> intervals,
                          org::IntervalsOfMembers(session, members));
  std::set<int64_t> voting;
  for (const org::IntervalRow& row : intervals) {
    const bool then = row.valid_from <= day && day < row.valid_to;
    if (then && OnRoll(row) && FromInterval(row, false).voting &&
        tree.Within(row.organization_id, root)) {
      voting.insert(row.member_id);
    }
  }
  return std::vector<int64_t>(voting.begin(), voting.end());
}

}  // namespace ronghe::meeting

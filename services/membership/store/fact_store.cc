#include "services/membership/store/fact_store.h"

#include "common/sql/statement.h"

namespace ronghe::membership {
namespace {

const sql::Query<OrganizationSizeRow> kSizes(
    "membership_interval.sizes_on",
    "SELECT organization_id, COUNT(CASE WHEN category = 1 THEN 1 END), "
    "COUNT(CASE WHEN category = 2 THEN 1 END) FROM membership_interval "
    "WHERE organization_id IN (?*) AND valid_to > ? AND valid_from <= ? AND standing = 10 "
    "GROUP BY organization_id");

const sql::Query<CommitteeSizeRow> kCommittees(
    "post.committees_on",
    "SELECT organization_id, COUNT(DISTINCT member_id) FROM post "
    "WHERE organization_id IN (?*) AND valid_to > ? AND valid_from <= ? AND code <= 8 "
    "GROUP BY organization_id");

const sql::Query<MemberOnDayRow> kMembers(
    "membership_interval.members_on",
    "SELECT member_id, category FROM membership_interval WHERE organization_id = ? "
    "AND valid_to > ? AND valid_from <= ? AND standing = 10 AND member_id > ? "
    "ORDER BY member_id LIMIT ?");

const sql::Query<PostOnDayRow> kCommitteePosts(
    "post.committee_posts_on",
    "SELECT id, member_id, code FROM post WHERE organization_id = ? AND valid_to > ? "
    "AND valid_from <= ? AND code <= 8 AND id > ? ORDER BY id LIMIT ?");

}  // namespace

absl::StatusOr<std::vector<OrganizationSizeRow>> SizesOn(sql::Session& session,
                                                         std::span<const int64_t> organization_ids,
                                                         absl::CivilDay day) {
  return session.Select(kSizes, organization_ids, day, day);
}

absl::StatusOr<std::vector<CommitteeSizeRow>> CommitteesOn(
    sql::Session& session, std::span<const int64_t> organization_ids, absl::CivilDay day) {
  return session.Select(kCommittees, organization_ids, day, day);
}

absl::StatusOr<std::vector<MemberOnDayRow>> MembersOn(sql::Session& session,
                                                      int64_t organization_id, absl::CivilDay day,
                                                      int64_t after_member_id, int32_t limit) {
  return session.Select(kMembers, organization_id, day, day, after_member_id, limit);
}

absl::StatusOr<std::vector<PostOnDayRow>> CommitteePostsOn(sql::Session& session,
                                                           int64_t organization_id,
                                                           absl::CivilDay day, int64_t after_id,
                                                           int32_t limit) {
  return session.Select(kCommitteePosts, organization_id, day, day, after_id, limit);
}

}  // namespace ronghe::membership

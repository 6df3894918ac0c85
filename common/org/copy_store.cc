#include "common/org/copy_store.h"

#include "common/sql/statement.h"

namespace ronghe::org {
namespace {

const sql::Query<IntervalRow> kIntervalsAsOf(
    "interval_copy.as_of",
    "SELECT id, member_id, organization_id, category, standing, voting, valid_from, valid_to "
    "FROM interval_copy WHERE organization_id IN (?*) AND valid_to > ? AND valid_from <= ? "
    "ORDER BY organization_id, member_id, id");

const sql::Query<IntervalRow> kIntervalsWithin(
    "interval_copy.within",
    "SELECT id, member_id, organization_id, category, standing, voting, valid_from, valid_to "
    "FROM interval_copy WHERE organization_id IN (?*) AND valid_to > ? AND valid_from < ? "
    "AND valid_from < valid_to ORDER BY organization_id, member_id, id");

const sql::Query<IntervalRow> kIntervalsOfMembers(
    "interval_copy.of_members",
    "SELECT id, member_id, organization_id, category, standing, voting, valid_from, valid_to "
    "FROM interval_copy WHERE member_id IN (?*) AND valid_from < valid_to "
    "ORDER BY organization_id, member_id, id");

const sql::Query<IntervalRow> kIntervalOfMember(
    "interval_copy.of_member_as_of",
    "SELECT id, member_id, organization_id, category, standing, voting, valid_from, valid_to "
    "FROM interval_copy WHERE member_id = ? AND valid_from <= ? AND valid_to > ? "
    "ORDER BY valid_from DESC, id DESC LIMIT 1");

const sql::Query<PostRow> kPostsAsOf(
    "post_copy.as_of",
    "SELECT id, member_id, organization_id, post_code, valid_from, valid_to FROM post_copy "
    "WHERE organization_id IN (?*) AND valid_to > ? AND valid_from <= ? "
    "ORDER BY organization_id, member_id, id");

const sql::Query<PostRow> kPostsOfMembers(
    "post_copy.of_members_as_of",
    "SELECT id, member_id, organization_id, post_code, valid_from, valid_to FROM post_copy "
    "WHERE member_id IN (?*) AND valid_to > ? AND valid_from <= ? "
    "ORDER BY organization_id, member_id, id");

const sql::Query<PostRow> kPostsWithin(
    "post_copy.within",
    "SELECT id, member_id, organization_id, post_code, valid_from, valid_to FROM post_copy "
    "WHERE organization_id IN (?*) AND valid_to > ? AND valid_from < ? AND valid_from < valid_to "
    "ORDER BY organization_id, member_id, id");

const sql::Query<OrgSizeRow> kSizesAsOf(
    "interval_copy.sizes_as_of",
    "SELECT organization_id, COUNT(CASE WHEN category = 1 THEN 1 END), "
    "COUNT(CASE WHEN category = 2 THEN 1 END) FROM interval_copy "
    "WHERE organization_id IN (?*) AND valid_to > ? AND valid_from <= ? AND standing = '10' "
    "GROUP BY organization_id ORDER BY organization_id");

}  // namespace

absl::StatusOr<std::vector<IntervalRow>> IntervalsAsOf(sql::Session& session,
                                                       int64_t organization_id,
                                                       absl::CivilDay day) {
  return IntervalsAsOf(session, std::span<const int64_t>(&organization_id, 1), day);
}

absl::StatusOr<std::vector<IntervalRow>> IntervalsAsOf(sql::Session& session,
                                                       std::span<const int64_t> organization_ids,
                                                       absl::CivilDay day) {
  if (organization_ids.empty()) return std::vector<IntervalRow>();
  return session.Select(kIntervalsAsOf, organization_ids, day, day);
}

absl::StatusOr<std::vector<IntervalRow>> IntervalsWithin(sql::Session& session,
                                                         std::span<const int64_t> organization_ids,
                                                         absl::CivilDay from, absl::CivilDay to) {
  if (organization_ids.empty()) return std::vector<IntervalRow>();
  return session.Select(kIntervalsWithin, organization_ids, from, to);
}

absl::StatusOr<std::vector<IntervalRow>> IntervalsOfMembers(sql::Session& session,
                                                            std::span<const int64_t> member_ids) {
  if (member_ids.empty()) return std::vector<IntervalRow>();
  return session.Select(kIntervalsOfMembers, member_ids);
}

absl::StatusOr<std::optional<IntervalRow>> IntervalOfMember(sql::Session& session,
                                                            int64_t member_id, absl::CivilDay day) {
  return session.SelectOne(kIntervalOfMember, member_id, day, day);
}

absl::StatusOr<std::vector<PostRow>> PostsAsOf(sql::Session& session, int64_t organization_id,
                                               absl::CivilDay day) {
  return PostsAsOf(session, std::span<const int64_t>(&organization_id, 1), day);
}

absl::StatusOr<std::vector<PostRow>> PostsAsOf(sql::Session& session,
                                               std::span<const int64_t> organization_ids,
                                               absl::CivilDay day) {
  if (organization_ids.empty()) return std::vector<PostRow>();
  return session.Select(kPostsAsOf, organization_ids, day, day);
}

absl::StatusOr<std::vector<PostRow>> PostsOfMembers(sql::Session& session,
                                                    std::span<const int64_t> member_ids,
                                                    absl::CivilDay day) {
  if (member_ids.empty()) return std::vector<PostRow>();
  return session.Select(kPostsOfMembers, member_ids, day, day);
}

absl::StatusOr<std::vector<PostRow>> PostsWithin(sql::Session& session,
                                                 std::span<const int64_t> organization_ids,
                                                 absl::CivilDay from, absl::CivilDay to) {
  if (organization_ids.empty()) return std::vector<PostRow>();
  return session.Select(kPostsWithin, organization_ids, from, to);
}

absl::StatusOr<std::vector<OrgSizeRow>> SizesAsOf(sql::Session& session,
                                                  std::span<const int64_t> organization_ids,
                                                  absl::CivilDay day) {
  if (organization_ids.empty()) return std::vector<OrgSizeRow>();
  return session.Select(kSizesAsOf, organization_ids, day, day);
}

}  // namespace ronghe::org

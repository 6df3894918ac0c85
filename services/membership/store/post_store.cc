#include "services/membership/store/post_store.h"

#include <optional>

#include "common/base/status_macros.h"
#include "services/membership/domain/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_POST_COLUMNS "id, member_id, organization_id, code, valid_from, valid_to"
#define RONGHE_HELD_POST                                                             \
  "SELECT p.id, p.member_id, m.full_name, p.organization_id, p.code, p.valid_from, " \
  "p.valid_to FROM post p JOIN member m ON m.id = p.member_id "

const sql::Command kInsert("post.insert",
                           "INSERT INTO post (" RONGHE_POST_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?)");
const sql::Query<PostRow> kLock("post.lock",
                                "SELECT " RONGHE_POST_COLUMNS " FROM post WHERE id = ? FOR UPDATE");
const sql::Command kEnd("post.end", "UPDATE post SET valid_to = ? WHERE id IN (?*)");
const sql::Query<PostRow> kOpen("post.open", "SELECT " RONGHE_POST_COLUMNS
                                             " FROM post WHERE valid_to = '9999-12-31' AND "
                                             "member_id IN (?*)");
const sql::Query<PostRow> kOfMembers("post.of_members", "SELECT " RONGHE_POST_COLUMNS
                                                        " FROM post WHERE member_id IN (?*)");
const sql::Query<HeldPostRow> kAsOf(
    "post.as_of", RONGHE_HELD_POST
    "WHERE p.organization_id = ? AND p.valid_from <= ? AND p.valid_to > ? AND "
    "(p.code > ? OR (p.code = ? AND p.id > ?)) ORDER BY p.code, p.id LIMIT ?");
const sql::Query<HeldPostRow> kOfMember(
    "post.of_member",
    RONGHE_HELD_POST "WHERE p.member_id = ? AND p.id < ? ORDER BY p.id DESC LIMIT ?");
const sql::Query<CommitteeSize> kCommittees(
    "post.committee_sizes",
    "SELECT organization_id, COUNT(DISTINCT member_id) FROM post WHERE organization_id IN (?*) AND "
    "valid_from <= ? AND valid_to > ? AND code <= 8 GROUP BY organization_id");

}  // namespace

absl::Status InsertPosts(sql::Session& session, std::span<const PostRow> rows) {
  return session.InsertMany(kInsert, rows);
}

absl::StatusOr<PostRow> LockPost(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<PostRow> row, session.SelectOne(kLock, id));
  if (!row) return PostNotFound(id);
  return *row;
}

absl::Status EndPosts(sql::Session& session, std::span<const int64_t> ids,
                      absl::CivilDay valid_to) {
  return session.Execute(kEnd, valid_to, ids).status();
}

absl::StatusOr<std::vector<PostRow>> OpenPosts(sql::Session& session,
                                               std::span<const int64_t> member_ids) {
  return session.Select(kOpen, member_ids);
}

absl::StatusOr<std::vector<PostRow>> PostsOfMembers(sql::Session& session,
                                                    std::span<const int64_t> member_ids) {
  return session.Select(kOfMembers, member_ids);
}

absl::StatusOr<std::vector<HeldPostRow>> PostsAsOf(sql::Session& session, int64_t organization_id,
                                                   absl::CivilDay day, int32_t after_code,
                                                   int64_t after_id, int32_t limit) {
  return session.Select(kAsOf, organization_id, day, day, after_code, after_code, after_id, limit);
}

absl::StatusOr<std::vector<HeldPostRow>> PostsOf(sql::Session& session, int64_t member_id,
                                                 int64_t before_id, int32_t limit) {
  return session.Select(kOfMember, member_id, before_id, limit);
}

absl::StatusOr<std::vector<CommitteeSize>> CommitteeSizesAsOf(
    sql::Session& session, std::span<const int64_t> organization_ids, absl::CivilDay day) {
  return session.Select(kCommittees, organization_ids, day, day);
}

}  // namespace ronghe::membership

#include "services/membership/store/role_post_store.h"

#include <optional>

#include "common/base/status_macros.h"
#include "services/membership/domain/care/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_ROLE_POST_COLUMNS                                                              \
  "id, organization_id, kind, title, coverage, duty, displayed, valid_from, valid_to, goal, " \
  "indicator, stage, result, etag, create_time, update_time"

const sql::Command kInsert("role_post.insert",
                           "INSERT INTO role_post (" RONGHE_ROLE_POST_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<RolePostRow> kLock("role_post.lock", "SELECT " RONGHE_ROLE_POST_COLUMNS
                                                      " FROM role_post WHERE id = ? FOR UPDATE");
const sql::Query<RolePostRow> kLoad("role_post.by_id", "SELECT " RONGHE_ROLE_POST_COLUMNS
                                                       " FROM role_post WHERE id = ?");
const sql::Command kUpdate("role_post.update",
                           "UPDATE role_post SET valid_to = ?, stage = ?, result = ?, etag = ?, "
                           "update_time = ? WHERE id = ?");
const sql::Query<RolePostRow> kOf("role_post.of",
                                  "SELECT " RONGHE_ROLE_POST_COLUMNS
                                  " FROM role_post WHERE organization_id = ? AND id > ? AND "
                                  "valid_to >= ? ORDER BY id LIMIT ?");
const sql::Command kInsertHolder(
    "role_post_holder.insert",
    "INSERT INTO role_post_holder (id, role_post_id, member_id, valid_from, valid_to) VALUES "
    "(?, ?, ?, ?, ?)");
const sql::Command kEndHolders("role_post_holder.end",
                               "UPDATE role_post_holder SET valid_to = GREATEST(valid_from, ?) "
                               "WHERE role_post_id = ? AND valid_to = '9999-12-31'");
const sql::Query<NamedHolderRow> kHolders(
    "role_post_holder.of",
    "SELECT h.member_id, m.full_name, h.valid_from, h.valid_to FROM role_post_holder h "
    "JOIN member m ON m.id = h.member_id WHERE h.role_post_id = ? "
    "ORDER BY h.valid_to DESC, h.id LIMIT 200");
const sql::Command kInsertReview(
    "role_post_review.insert",
    "INSERT INTO role_post_review (role_post_id, year, meeting_id, day, result, create_time) "
    "VALUES (?, ?, ?, ?, ?, ?)");
const sql::Query<RolePostReviewRow> kReviews(
    "role_post_review.of",
    "SELECT role_post_id, year, meeting_id, day, result, create_time FROM role_post_review "
    "WHERE role_post_id = ? ORDER BY year DESC LIMIT 100");

absl::StatusOr<RolePostRow> Found(absl::StatusOr<std::optional<RolePostRow>> row, int64_t id) {
  RONGHE_RETURN_IF_ERROR(row.status());
  if (!*row) return RolePostNotFound(id);
  return **std::move(row);
}

}  // namespace

absl::Status InsertRolePost(sql::Session& session, const RolePostRow& row) {
  return session.InsertMany(kInsert, std::span(&row, 1));
}

absl::StatusOr<RolePostRow> LockRolePost(sql::Session& session, int64_t id) {
  return Found(session.SelectOne(kLock, id), id);
}

absl::StatusOr<RolePostRow> LoadRolePost(sql::Session& session, int64_t id) {
  return Found(session.SelectOne(kLoad, id), id);
}

absl::Status UpdateRolePost(sql::Session& session, const RolePostRow& row) {
  return session
      .Execute(kUpdate, row.valid_to, row.stage, row.result, row.etag, row.update_time, row.id)
      .status();
}

absl::StatusOr<std::vector<RolePostRow>> RolePostsOf(sql::Session& session, int64_t organization_id,
                                                     bool with_ended, int64_t after_id,
                                                     int32_t limit) {
  const absl::CivilDay earliest_end = with_ended ? absl::CivilDay(1000, 1, 1) : kOpenEnd;
  return session.Select(kOf, organization_id, after_id, earliest_end, limit);
}

absl::Status InsertHolders(sql::Session& session, std::span<const RolePostHolderRow> rows) {
  return session.InsertMany(kInsertHolder, rows);
}

absl::Status EndHolders(sql::Session& session, int64_t role_post_id, absl::CivilDay day) {
  return session.Execute(kEndHolders, day, role_post_id).status();
}

absl::StatusOr<std::vector<NamedHolderRow>> HoldersOf(sql::Session& session, int64_t role_post_id) {
  return session.Select(kHolders, role_post_id);
}

absl::Status InsertReview(sql::Session& session, const RolePostReviewRow& row) {
  const absl::Status status = session.InsertMany(kInsertReview, std::span(&row, 1));
  return status.code() == absl::StatusCode::kAlreadyExists ? RolePostReviewed(row.year) : status;
}

absl::StatusOr<std::vector<RolePostReviewRow>> ReviewsOf(sql::Session& session,
                                                         int64_t role_post_id) {
  return session.Select(kReviews, role_post_id);
}

}  // namespace ronghe::membership

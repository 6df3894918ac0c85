#include "services/membership/store/organization_change_store.h"

#include "common/base/status_macros.h"
#include "services/membership/domain/organization/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_ORGANIZATION_CHANGE_COLUMNS                                          \
  "id, kind, state, target_id, effective_on, moved, total, error_reason, subject, " \
  "create_time, update_time"
#define RONGHE_CHANGED_MEMBER_COLUMNS                                                       \
  "id, organization_id, category, standing, voting, full_name, gender, identity_cipher, "   \
  "identity_index, ethnicity, birth_date, education, degree, phone_cipher, joined_on, "     \
  "converted_on, adjustment_months, occupation, technical_post, migrant_worker, floating, " \
  "out_of_contact, residence_region, household_region, etag, create_time, update_time, "    \
  "transfer_id"

struct NumberRow {
  int64_t number = 0;
};

const sql::Command kInsert("organization_change.insert",
                           "INSERT INTO organization_change (" RONGHE_ORGANIZATION_CHANGE_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Command kUpdate("organization_change.update",
                           "UPDATE organization_change SET state = ?, target_id = ?, moved = ?, "
                           "total = ?, error_reason = ?, update_time = ? WHERE id = ?");
const sql::Query<OrganizationChangeRow> kById("organization_change.by_id",
                                              "SELECT " RONGHE_ORGANIZATION_CHANGE_COLUMNS
                                              " FROM organization_change WHERE id = ?");
const sql::Query<OrganizationChangeRow> kLock("organization_change.lock",
                                              "SELECT " RONGHE_ORGANIZATION_CHANGE_COLUMNS
                                              " FROM organization_change WHERE id = ? FOR UPDATE");
const sql::Query<OrganizationChangeRow> kNextRunning(
    "organization_change.next_running",
    "SELECT " RONGHE_ORGANIZATION_CHANGE_COLUMNS
    " FROM organization_change WHERE state = 1 AND id > ? ORDER BY id LIMIT 1");
const sql::Query<OrganizationChangeRow> kOfOrganization(
    "organization_change.of_organization",
    "SELECT " RONGHE_ORGANIZATION_CHANGE_COLUMNS
    " FROM organization_change WHERE id IN (SELECT id FROM organization_change WHERE target_id = ? "
    "UNION SELECT organization_change_id FROM organization_change_source WHERE organization_id = "
    "?) AND id < ? ORDER BY id DESC LIMIT ?");

const sql::Command kInsertSource(
    "organization_change_source.insert",
    "INSERT INTO organization_change_source (organization_change_id, organization_id, "
    "running_organization_id, ordinal, done, moved) VALUES (?, ?, ?, ?, ?, ?)");
const sql::Command kUpdateSource(
    "organization_change_source.update",
    "UPDATE organization_change_source SET done = ?, moved = ?, running_organization_id = CASE "
    "WHEN done = 1 THEN NULL ELSE running_organization_id END WHERE organization_change_id = ? AND "
    "organization_id = ?");
const sql::Command kReleaseSources(
    "organization_change_source.release",
    "UPDATE organization_change_source SET running_organization_id = NULL WHERE "
    "organization_change_id = ?");
const sql::Query<ChangeSourceRow> kSources(
    "organization_change_source.of_changes",
    "SELECT organization_change_id, organization_id, ordinal, done, moved FROM "
    "organization_change_source WHERE organization_change_id IN (?*) ORDER BY "
    "organization_change_id, ordinal");
const sql::Query<NumberRow> kChanging(
    "organization_change.changing",
    "SELECT COUNT(*) FROM organization_change c JOIN organization_change_source s ON "
    "s.organization_change_id = c.id WHERE c.state = 1 AND (c.target_id = ? OR "
    "s.running_organization_id = ?)");

const sql::Query<MemberRow> kLockMembersOf(
    "organization_change.lock_members_of",
    "SELECT " RONGHE_CHANGED_MEMBER_COLUMNS
    " FROM member WHERE organization_id = ? AND id > ? AND standing IN (10, 20) ORDER BY id LIMIT "
    "? FOR UPDATE");
const sql::Query<MemberRow> kLockMembers("organization_change.lock_members",
                                         "SELECT " RONGHE_CHANGED_MEMBER_COLUMNS
                                         " FROM member WHERE id IN (?*) ORDER BY id FOR UPDATE");
const sql::Query<NumberRow> kCountMembers(
    "organization_change.count_members",
    "SELECT COUNT(*) FROM member WHERE organization_id IN (?*) AND standing IN (10, 20)");
const sql::Query<OrganizationRow> kLockChildren(
    "organization_change.lock_children",
    "SELECT id, parent_id, kind, code, title, short_title, sort, founded_on, revoked_on, "
    "unit_situation, region_code, can_approve_probationary, admits_floating, level, next_child, "
    "etag, create_time, update_time FROM organization WHERE parent_id = ? AND revoked_on IS NULL "
    "ORDER BY id FOR UPDATE");
const sql::Query<PostRow> kLockPosts(
    "organization_change.lock_posts",
    "SELECT id, member_id, organization_id, code, valid_from, valid_to FROM post WHERE "
    "organization_id = ? AND valid_to = '9999-12-31' ORDER BY id FOR UPDATE");

}  // namespace

absl::Status InsertOrganizationChange(sql::Session& session, const OrganizationChangeRow& row) {
  return session.InsertMany(kInsert, std::span(&row, 1));
}

absl::Status UpdateOrganizationChange(sql::Session& session, const OrganizationChangeRow& row) {
  return session
      .Execute(kUpdate, row.state, row.target_id, row.moved, row.total, row.error_reason,
               row.update_time, row.id)
      .status();
}

absl::StatusOr<OrganizationChangeRow> LoadOrganizationChange(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<OrganizationChangeRow> row,
                          session.SelectOne(kById, id));
  if (!row) return OrganizationChangeNotFound(id);
  return *row;
}

absl::StatusOr<OrganizationChangeRow> LockOrganizationChange(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<OrganizationChangeRow> row,
                          session.SelectOne(kLock, id));
  if (!row) return OrganizationChangeNotFound(id);
  return *row;
}

absl::StatusOr<std::optional<OrganizationChangeRow>> NextRunningChange(sql::Session& session,
                                                                       int64_t after) {
  return session.SelectOne(kNextRunning, after);
}

absl::StatusOr<std::vector<OrganizationChangeRow>> ChangesOfOrganization(sql::Session& session,
                                                                         int64_t organization_id,
                                                                         int64_t before_id,
                                                                         int32_t limit) {
  return session.Select(kOfOrganization, organization_id, organization_id, before_id, limit);
}

absl::Status InsertChangeSources(sql::Session& session, std::span<const ChangeSourceRow> rows) {
  for (const ChangeSourceRow& row : rows) {
    std::optional<int64_t> running;
    if (!row.done) running = row.organization_id;
    const absl::Status status =
        session
            .Execute(kInsertSource, row.organization_change_id, row.organization_id, running,
                     row.ordinal, row.done, row.moved)
            .status();
    if (status.code() == absl::StatusCode::kAlreadyExists) {
      return OrganizationChanging(row.organization_id);
    }
    RONGHE_RETURN_IF_ERROR(status);
  }
  return absl::OkStatus();
}

absl::Status UpdateChangeSource(sql::Session& session, const ChangeSourceRow& row) {
  return session
      .Execute(kUpdateSource, row.done, row.moved, row.organization_change_id, row.organization_id)
      .status();
}

absl::Status ReleaseChangeSources(sql::Session& session, int64_t change_id) {
  return session.Execute(kReleaseSources, change_id).status();
}

absl::StatusOr<std::vector<ChangeSourceRow>> SourcesOf(sql::Session& session,
                                                       std::span<const int64_t> change_ids) {
  return session.Select(kSources, change_ids);
}

absl::StatusOr<bool> IsChanging(sql::Session& session, int64_t organization_id) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<NumberRow> row,
                          session.SelectOne(kChanging, organization_id, organization_id));
  return row && row->number > 0;
}

absl::StatusOr<std::vector<MemberRow>> LockMembersOf(sql::Session& session, int64_t organization_id,
                                                     int64_t after_id, int32_t limit) {
  return session.Select(kLockMembersOf, organization_id, after_id, limit);
}

absl::StatusOr<std::vector<MemberRow>> LockMembers(sql::Session& session,
                                                   std::span<const int64_t> ids) {
  return session.Select(kLockMembers, ids);
}

absl::StatusOr<int64_t> CountMembersOf(sql::Session& session,
                                       std::span<const int64_t> organization_ids) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<NumberRow> row,
                          session.SelectOne(kCountMembers, organization_ids));
  return row ? row->number : 0;
}

absl::StatusOr<std::vector<OrganizationRow>> LockChildren(sql::Session& session,
                                                          int64_t organization_id) {
  return session.Select(kLockChildren, organization_id);
}

absl::StatusOr<std::vector<PostRow>> LockPostsIn(sql::Session& session, int64_t organization_id) {
  return session.Select(kLockPosts, organization_id);
}

}  // namespace ronghe::membership

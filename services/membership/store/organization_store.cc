#include "services/membership/store/organization_store.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "services/membership/domain/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_ORGANIZATION_COLUMNS                                                             \
  "id, parent_id, kind, code, title, short_title, sort, founded_on, revoked_on, "               \
  "unit_situation, region_code, can_approve_probationary, admits_floating, level, next_child, " \
  "etag, create_time, update_time"

struct IdRow {
  int64_t id;
};
struct NumberRow {
  int32_t number;
};

const sql::Query<OrganizationRow> kByIds("organization.by_ids",
                                         "SELECT " RONGHE_ORGANIZATION_COLUMNS
                                         " FROM organization WHERE id IN (?*)");
const sql::Query<OrganizationRow> kAfter("organization.after",
                                         "SELECT " RONGHE_ORGANIZATION_COLUMNS
                                         " FROM organization WHERE id > ? ORDER BY id LIMIT ?");
const sql::Query<OrganizationRow> kLock(
    "organization.lock", "SELECT " RONGHE_ORGANIZATION_COLUMNS
                         " FROM organization WHERE id IN (?*) ORDER BY id FOR UPDATE");
const sql::Command kInsert("organization.insert",
                           "INSERT INTO organization (" RONGHE_ORGANIZATION_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Command kUpdate(
    "organization.update",
    "UPDATE organization SET parent_id = ?, title = ?, short_title = ?, sort = ?, founded_on = ?, "
    "revoked_on = ?, unit_situation = ?, region_code = ?, can_approve_probationary = ?, "
    "admits_floating = ?, level = ?, etag = ?, update_time = ? WHERE id = ?");
// Keeps the parent that an organization is about to lose. The day's first row stands.
const sql::Command kKeepParent(
    "organization_past.keep",
    "INSERT INTO organization_past (organization_id, valid_to, parent_id) "
    "SELECT id, ?, parent_id FROM organization WHERE id = ? AND parent_id <> ? "
    "ON DUPLICATE KEY UPDATE valid_to = VALUES(valid_to)");
const sql::Query<PastParentRow> kParentsOn(
    "organization_past.on",
    "SELECT organization_id, parent_id FROM organization_past WHERE valid_to > ? "
    "ORDER BY organization_id, valid_to");
const sql::Command kTakeChild("organization.take_child",
                              "UPDATE organization SET next_child = next_child + 1 WHERE id = ?");
const sql::Command kSetNextChild("organization.set_next_child",
                                 "UPDATE organization SET next_child = ? WHERE id = ?");
const sql::Query<OrganizationRow> kChildrenSince(
    "organization.children_since",
    "SELECT " RONGHE_ORGANIZATION_COLUMNS
    " FROM organization WHERE parent_id IN (?*) AND update_time >= ? AND revoked_on IS NULL");
const sql::Command kMakeTree(
    "organization_tree.make",
    "INSERT INTO organization_tree (id, next_root) VALUES (1, 1) ON DUPLICATE KEY UPDATE id = 1");
const sql::Query<NumberRow> kLockTree(
    "organization_tree.lock", "SELECT next_root FROM organization_tree WHERE id = 1 FOR UPDATE");
const sql::Command kTakeRoot("organization_tree.take_root",
                             "UPDATE organization_tree SET next_root = next_root + 1 WHERE id = 1");
const sql::Query<IdRow> kParent("organization.parent",
                                "SELECT parent_id FROM organization WHERE id = ?");
const sql::Query<IdRow> kActiveChild(
    "organization.active_child",
    "SELECT id FROM organization WHERE parent_id = ? AND revoked_on IS NULL LIMIT 1");
const sql::Query<IdRow> kAnyMember(
    "organization.any_member",
    "SELECT id FROM member WHERE organization_id = ? AND standing IN (10, 20) LIMIT 1");

}  // namespace

absl::StatusOr<std::vector<OrganizationRow>> LoadOrganizations(sql::Session& session,
                                                               std::span<const int64_t> ids) {
  RONGHE_ASSIGN_OR_RETURN(std::vector<OrganizationRow> rows, session.Select(kByIds, ids));
  absl::flat_hash_map<int64_t, size_t> order;
  for (size_t i = 0; i < ids.size(); ++i) order.try_emplace(ids[i], i);
  std::sort(rows.begin(), rows.end(), [&](const OrganizationRow& a, const OrganizationRow& b) {
    return order[a.id] < order[b.id];
  });
  return rows;
}

absl::StatusOr<std::vector<OrganizationRow>> OrganizationsAfter(sql::Session& session,
                                                                int64_t after, int32_t limit) {
  return session.Select(kAfter, after, limit);
}

absl::StatusOr<OrganizationRow> LockOrganization(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(std::vector<OrganizationRow> rows, LockOrganizations(session, {id}));
  if (rows.empty()) return OrganizationNotFound(id);
  return std::move(rows.front());
}

absl::StatusOr<std::vector<OrganizationRow>> LockOrganizations(sql::Session& session,
                                                               std::vector<int64_t> ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::vector<OrganizationRow> rows;
  for (size_t from = 0; from < ids.size(); from += sql::kMaxList) {
    const auto part = std::span(ids).subspan(from, std::min(sql::kMaxList, ids.size() - from));
    RONGHE_ASSIGN_OR_RETURN(std::vector<OrganizationRow> some, session.Select(kLock, part));
    std::move(some.begin(), some.end(), std::back_inserter(rows));
  }
  return rows;
}

absl::Status InsertOrganizations(sql::Session& session, std::span<const OrganizationRow> rows) {
  return session.InsertMany(kInsert, rows);
}

absl::Status SetNextChild(sql::Session& session, int64_t id, int32_t next_child) {
  return session.Execute(kSetNextChild, next_child, id).status();
}

absl::StatusOr<std::vector<OrganizationRow>> ChildrenSince(sql::Session& session,
                                                           std::span<const int64_t> parents,
                                                           absl::Time since) {
  return session.Select(kChildrenSince, parents, since);
}

absl::Status InsertOrganization(sql::Session& session, const OrganizationRow& row) {
  return session.InsertMany(kInsert, std::span<const OrganizationRow>(&row, 1));
}

absl::Status UpdateOrganization(sql::Session& session, const OrganizationRow& row) {
  RONGHE_RETURN_IF_ERROR(
      session.Execute(kKeepParent, base::ShanghaiDay(row.update_time), row.id, row.parent_id)
          .status());
  return session
      .Execute(kUpdate, row.parent_id, row.title, row.short_title, row.sort, row.founded_on,
               row.revoked_on, row.unit_situation, row.region_code, row.can_approve_probationary,
               row.admits_floating, row.level, row.etag, row.update_time, row.id)
      .status();
}

absl::StatusOr<std::vector<PastParentRow>> ParentsOn(sql::Session& session, absl::CivilDay day) {
  return session.Select(kParentsOn, day);
}

absl::Status TakeChildNumber(sql::Session& session, int64_t id) {
  return session.Execute(kTakeChild, id).status();
}

absl::StatusOr<int32_t> LockTree(sql::Session& session) {
  RONGHE_RETURN_IF_ERROR(session.Execute(kMakeTree).status());
  RONGHE_ASSIGN_OR_RETURN(const std::optional<NumberRow> row, session.SelectOne(kLockTree));
  return row ? row->number : 1;
}

absl::Status TakeRootNumber(sql::Session& session) { return session.Execute(kTakeRoot).status(); }

absl::StatusOr<int64_t> ParentOf(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<IdRow> row, session.SelectOne(kParent, id));
  return row ? row->id : 0;
}

absl::StatusOr<bool> HasActiveChildren(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<IdRow> row, session.SelectOne(kActiveChild, id));
  return row.has_value();
}

absl::StatusOr<bool> HasMembers(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<IdRow> row, session.SelectOne(kAnyMember, id));
  return row.has_value();
}

}  // namespace ronghe::membership

#include "services/evaluation/store/scheme_store.h"

#include "common/base/status_macros.h"
#include "common/sql/statement.h"

namespace ronghe::evaluation::scheme_store {
namespace {

struct VersionRow {
  int32_t version = 0;
};

const sql::Query<SchemeRow> kById(
    "scheme.by_id",
    "SELECT id, organization_id, code, version, title, state, rules, rules_digest, system_share, "
    "etag, created_at, published_at FROM scheme WHERE id = ?");

const sql::Query<SchemeRow> kByIdForUpdate(
    "scheme.by_id_for_update",
    "SELECT id, organization_id, code, version, title, state, rules, rules_digest, system_share, "
    "etag, created_at, published_at FROM scheme WHERE id = ? FOR UPDATE");

const sql::Query<SchemeHead> kList(
    "scheme.list",
    "SELECT id, organization_id, code, version, title, state, rules_digest, system_share, etag, "
    "created_at, published_at FROM scheme WHERE id < ? ORDER BY id DESC LIMIT ?");

const sql::Query<SchemeHead> kListOfCode(
    "scheme.list_of_code",
    "SELECT id, organization_id, code, version, title, state, rules_digest, system_share, etag, "
    "created_at, published_at FROM scheme WHERE code = ? AND id < ? ORDER BY id DESC LIMIT ?");

const sql::Query<VersionRow> kLastVersion(
    "scheme.last_version",
    "SELECT version FROM scheme WHERE code = ? ORDER BY version DESC LIMIT 1");

const sql::Command kInsert(
    "scheme.insert",
    "INSERT INTO scheme (id, organization_id, code, version, title, state, rules, rules_digest, "
    "system_share, etag, created_at, published_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

const sql::Command kPublish(
    "scheme.publish",
    "UPDATE scheme SET state = 2, etag = ?, published_at = ? WHERE id = ? AND state = 1");

}  // namespace

absl::StatusOr<std::optional<SchemeRow>> Get(sql::Session& session, int64_t id) {
  return session.SelectOne(kById, id);
}

absl::StatusOr<std::optional<SchemeRow>> GetForUpdate(sql::Session& session, int64_t id) {
  return session.SelectOne(kByIdForUpdate, id);
}

absl::StatusOr<std::vector<SchemeHead>> List(sql::Session& session, std::string_view code,
                                             int64_t before_id, int64_t limit) {
  if (code.empty()) return session.Select(kList, before_id, limit);
  return session.Select(kListOfCode, code, before_id, limit);
}

absl::StatusOr<int32_t> LastVersion(sql::Session& session, std::string_view code) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<VersionRow> row,
                          session.SelectOne(kLastVersion, code));
  return row.has_value() ? row->version : 0;
}

absl::Status Insert(sql::Session& session, const SchemeRow& row) {
  return session.InsertMany(kInsert, std::vector<SchemeRow>{row});
}

absl::Status Publish(sql::Session& session, int64_t id, int64_t etag, absl::Time now) {
  return session.Execute(kPublish, etag, now, id).status();
}

}  // namespace ronghe::evaluation::scheme_store

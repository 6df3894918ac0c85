#include "services/gateway/access/store/grant_store.h"

#include "common/sql/statement.h"

namespace ronghe::gateway::access::grant_store {
namespace {

#define RONGHE_GRANT_COLUMNS \
  "id, holder_kind, holder_id, role, organization_id, starts_at, ends_at, created_at, creator"

const sql::Command kInsert("role_grant.insert", "INSERT INTO role_grant (" RONGHE_GRANT_COLUMNS
                                                ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<GrantRow> kByIdForUpdate("role_grant.by_id_for_update",
                                          "SELECT " RONGHE_GRANT_COLUMNS
                                          " FROM role_grant WHERE id = ? FOR UPDATE");
const sql::Command kEnd("role_grant.end",
                        "UPDATE role_grant SET ends_at = ? WHERE id = ? AND "
                        "(ends_at IS NULL OR ends_at > ?)");
const sql::Query<GrantRow> kOfHolder(
    "role_grant.of_holder",
    "SELECT " RONGHE_GRANT_COLUMNS
    " FROM role_grant WHERE holder_kind = ? AND holder_id = ? ORDER BY id LIMIT 1000");
const sql::Query<GrantRow> kInForce(
    "role_grant.in_force",
    "SELECT " RONGHE_GRANT_COLUMNS
    " FROM role_grant WHERE holder_kind = ? AND holder_id = ? AND starts_at <= ? AND "
    "(ends_at IS NULL OR ends_at > ?) ORDER BY id LIMIT 1000");

}  // namespace

absl::Status Insert(sql::Session& session, const GrantRow& g) {
  return session
      .Execute(kInsert, g.id, g.holder_kind, g.holder_id, g.role, g.organization_id, g.starts_at,
               g.ends_at, g.created_at, g.creator)
      .status();
}

absl::StatusOr<std::optional<GrantRow>> LoadForUpdate(sql::Session& session, int64_t id) {
  return session.SelectOne(kByIdForUpdate, id);
}

absl::Status End(sql::Session& session, int64_t id, absl::Time now) {
  return session.Execute(kEnd, now, id, now).status();
}

absl::StatusOr<std::vector<GrantRow>> OfHolder(sql::Session& session, HolderKind kind,
                                               int64_t holder_id) {
  return session.Select(kOfHolder, kind, holder_id);
}

absl::StatusOr<std::vector<GrantRow>> InForce(sql::Session& session, HolderKind kind,
                                              int64_t holder_id, absl::Time now) {
  return session.Select(kInForce, kind, holder_id, now, now);
}

}  // namespace ronghe::gateway::access::grant_store

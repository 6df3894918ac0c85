#include "services/gateway/access/store/grant_store.h"

#include "common/base/status_macros.h"
#include "common/sql/statement.h"

namespace ronghe::gateway::access::grant_store {
namespace {

#define RONGHE_GRANT_COLUMNS                                                            \
  "id, holder_kind, holder_id, role, organization_id, starts_at, ends_at, created_at, " \
  "creator, basis, source_id, delegator_id, end_reason, member_inside"
#define RONGHE_GRANT_NOT_ENDED "(ends_at IS NULL OR ends_at > ?)"

const sql::Command kInsert("role_grant.insert",
                           "INSERT INTO role_grant (" RONGHE_GRANT_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<GrantRow> kByIdForUpdate("role_grant.by_id_for_update",
                                          "SELECT " RONGHE_GRANT_COLUMNS
                                          " FROM role_grant WHERE id = ? FOR UPDATE");
const sql::Command kEnd("role_grant.end",
                        "UPDATE role_grant SET ends_at = ?, end_reason = ? WHERE id IN (?*)");
const sql::Command kSetMemberInside("role_grant.set_member_inside",
                                    "UPDATE role_grant SET member_inside = 1 WHERE id = ?");
const sql::Query<GrantRow> kList("role_grant.list",
                                 "SELECT " RONGHE_GRANT_COLUMNS
                                 " FROM role_grant WHERE holder_kind = ? AND holder_id = ? AND "
                                 "id > ? ORDER BY id LIMIT ?");
const sql::Query<GrantRow> kListOnOrganization(
    "role_grant.list_on_organization",
    "SELECT " RONGHE_GRANT_COLUMNS
    " FROM role_grant WHERE organization_id = ? AND " RONGHE_GRANT_NOT_ENDED
    " AND id > ? ORDER BY id LIMIT ?");
const sql::Query<GrantRow> kListDelegated(
    "role_grant.list_delegated",
    "SELECT " RONGHE_GRANT_COLUMNS
    " FROM role_grant WHERE delegator_id = ? AND " RONGHE_GRANT_NOT_ENDED
    " AND id > ? ORDER BY id LIMIT ?");
const sql::Query<GrantRow> kNotEnded(
    "role_grant.not_ended",
    "SELECT " RONGHE_GRANT_COLUMNS
    " FROM role_grant WHERE holder_kind = ? AND holder_id = ? AND " RONGHE_GRANT_NOT_ENDED
    " ORDER BY id LIMIT 256");
const sql::Query<GrantRow> kDelegatedFrom(
    "role_grant.delegated_from",
    "SELECT " RONGHE_GRANT_COLUMNS
    " FROM role_grant WHERE source_id IN (?*) AND " RONGHE_GRANT_NOT_ENDED
    " ORDER BY id LIMIT 256");
const sql::Query<GrantRow> kInForce(
    "role_grant.in_force",
    "SELECT " RONGHE_GRANT_COLUMNS
    " FROM role_grant WHERE holder_kind = ? AND holder_id = ? AND "
    "starts_at <= ? AND " RONGHE_GRANT_NOT_ENDED
    " AND (delegator_id = 0 OR EXISTS "
    "(SELECT 1 FROM account WHERE account.id = role_grant.delegator_id AND account.state <> 4)) "
    "ORDER BY id LIMIT 256");

}  // namespace

absl::Status Insert(sql::Session& session, const GrantRow& g) {
  return session
      .Execute(kInsert, g.id, g.holder_kind, g.holder_id, g.role, g.organization_id, g.starts_at,
               g.ends_at, g.created_at, g.creator, g.basis, g.source_id, g.delegator_id,
               g.end_reason, g.member_inside)
      .status();
}

absl::StatusOr<std::optional<GrantRow>> LoadForUpdate(sql::Session& session, int64_t id) {
  return session.SelectOne(kByIdForUpdate, id);
}

absl::StatusOr<std::vector<GrantRow>> End(sql::Session& session, std::vector<GrantRow> grants,
                                          EndReason reason, absl::Time now) {
  std::vector<int64_t> ids;
  for (GrantRow& grant : grants) {
    grant.ends_at = now;
    grant.end_reason = reason;
    ids.push_back(grant.id);
  }
  RONGHE_ASSIGN_OR_RETURN(std::vector<GrantRow> delegated,
                          session.Select(kDelegatedFrom, ids, now));
  RONGHE_RETURN_IF_ERROR(session.Execute(kEnd, now, reason, ids).status());
  ids.clear();
  for (GrantRow& grant : delegated) {
    grant.ends_at = now;
    grant.end_reason = EndReason::kSourceEnded;
    ids.push_back(grant.id);
    grants.push_back(std::move(grant));
  }
  RONGHE_RETURN_IF_ERROR(session.Execute(kEnd, now, EndReason::kSourceEnded, ids).status());
  return grants;
}

absl::Status SetMemberInside(sql::Session& session, int64_t id) {
  return session.Execute(kSetMemberInside, id).status();
}

absl::StatusOr<std::vector<GrantRow>> List(sql::Session& session, HolderKind kind,
                                           int64_t holder_id, int64_t after, int64_t limit) {
  return session.Select(kList, kind, holder_id, after, limit);
}

absl::StatusOr<std::vector<GrantRow>> ListOnOrganization(sql::Session& session,
                                                         int64_t organization_id, absl::Time now,
                                                         int64_t after, int64_t limit) {
  return session.Select(kListOnOrganization, organization_id, now, after, limit);
}

absl::StatusOr<std::vector<GrantRow>> ListDelegated(sql::Session& session, int64_t delegator_id,
                                                    absl::Time now, int64_t after, int64_t limit) {
  return session.Select(kListDelegated, delegator_id, now, after, limit);
}

absl::StatusOr<std::vector<GrantRow>> NotEnded(sql::Session& session, HolderKind kind,
                                               int64_t holder_id, absl::Time now) {
  return session.Select(kNotEnded, kind, holder_id, now);
}

absl::StatusOr<std::vector<GrantRow>> InForce(sql::Session& session, HolderKind kind,
                                              int64_t holder_id, absl::Time now) {
  return session.Select(kInForce, kind, holder_id, now, now);
}

}  // namespace ronghe::gateway::access::grant_store

#include "services/gateway/access/store/client_store.h"

#include "common/base/status_macros.h"
#include "common/sql/statement.h"

namespace ronghe::gateway::access::client_store {
namespace {

#define RONGHE_CLIENT_COLUMNS                                                    \
  "id, certificate_name, display_name, state, created_at, department, contact, " \
  "thumbprints, per_second, burst, daily_quota, etag"
#define RONGHE_CLIENT_KEY_COLUMNS \
  "client_id, key_id, kind, algorithm, material, created_at, ends_at"
#define RONGHE_CLIENT_SHARE_COLUMNS \
  "client_id, position, method, fields, purposes, legal_basis, attribute, valid_until"

const sql::Command kInsert("client.insert", "INSERT INTO client (" RONGHE_CLIENT_COLUMNS
                                            ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<ClientRow> kById("client.by_id",
                                  "SELECT " RONGHE_CLIENT_COLUMNS " FROM client WHERE id = ?");
const sql::Query<ClientRow> kByIdForUpdate("client.by_id_for_update",
                                           "SELECT " RONGHE_CLIENT_COLUMNS
                                           " FROM client WHERE id = ? FOR UPDATE");
const sql::Query<ClientRow> kList("client.list", "SELECT " RONGHE_CLIENT_COLUMNS
                                                 " FROM client WHERE id > ? ORDER BY id LIMIT ?");
const sql::Command kUpdate("client.update",
                           "UPDATE client SET display_name = ?, state = ?, department = ?, "
                           "contact = ?, thumbprints = ?, per_second = ?, burst = ?, "
                           "daily_quota = ?, etag = ? WHERE id = ?");

const sql::Command kInsertKey("client_key.insert",
                              "INSERT INTO client_key (" RONGHE_CLIENT_KEY_COLUMNS
                              ") VALUES (?, ?, ?, ?, ?, ?, ?)");
const sql::Query<ClientKeyRow> kKeys("client_key.of_client",
                                     "SELECT " RONGHE_CLIENT_KEY_COLUMNS
                                     " FROM client_key WHERE client_id = ? "
                                     "ORDER BY created_at, key_id LIMIT 101");
const sql::Command kEndKey("client_key.end",
                           "UPDATE client_key SET ends_at = ? WHERE client_id = ? AND key_id = ? "
                           "AND (ends_at IS NULL OR ends_at > ?)");
const sql::Command kEndSecrets("client_key.end_secrets",
                               "UPDATE client_key SET ends_at = ? WHERE client_id = ? AND "
                               "kind = 1 AND key_id <> ? AND (ends_at IS NULL OR ends_at > ?)");

const sql::Command kDeleteShares("client_share.delete",
                                 "DELETE FROM client_share WHERE client_id = ?");
const sql::Command kInsertShare("client_share.insert",
                                "INSERT INTO client_share (" RONGHE_CLIENT_SHARE_COLUMNS
                                ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<ClientShareRow> kShares("client_share.of_client",
                                         "SELECT " RONGHE_CLIENT_SHARE_COLUMNS
                                         " FROM client_share WHERE client_id = ? ORDER BY position "
                                         "LIMIT 1000");
const sql::Query<ClientShareRow> kSharesAfter(
    "client_share.after",
    "SELECT " RONGHE_CLIENT_SHARE_COLUMNS
    " FROM client_share WHERE client_id > ? OR (client_id = ? AND position > ?) "
    "ORDER BY client_id, position LIMIT ?");

const sql::Command kUseAssertion(
    "client_assertion.insert",
    "INSERT INTO client_assertion (client_id, jti_hash, expires_at) VALUES (?, ?, ?)");
const sql::Command kPurgeAssertions(
    "client_assertion.purge",
    "DELETE FROM client_assertion WHERE expires_at < ? ORDER BY expires_at, client_id LIMIT ?");

const sql::Command kOpenQuota("client_quota.open",
                              "INSERT INTO client_quota (client_id, day, taken) VALUES (?, ?, 0) "
                              "ON DUPLICATE KEY UPDATE taken = taken");
const sql::Command kTakeQuota("client_quota.take",
                              "UPDATE client_quota SET taken = taken + ? WHERE client_id = ? AND "
                              "day = ? AND taken + ? <= ?");
const sql::Command kPurgeQuota("client_quota.purge",
                               "DELETE FROM client_quota WHERE day < ? LIMIT ?");

}  // namespace

absl::Status Insert(sql::Session& session, const ClientRow& c) {
  return session
      .Execute(kInsert, c.id, c.certificate_name, c.display_name, c.state, c.created_at,
               c.department, c.contact, c.thumbprints, c.per_second, c.burst, c.daily_quota, c.etag)
      .status();
}

absl::StatusOr<std::optional<ClientRow>> Load(sql::Session& session, int64_t id) {
  return session.SelectOne(kById, id);
}

absl::StatusOr<std::optional<ClientRow>> LoadForUpdate(sql::Session& session, int64_t id) {
  return session.SelectOne(kByIdForUpdate, id);
}

absl::StatusOr<std::vector<ClientRow>> List(sql::Session& session, int64_t after, int64_t limit) {
  return session.Select(kList, after, limit);
}

absl::Status Update(sql::Session& session, ClientRow* c) {
  ++c->etag;
  return session
      .Execute(kUpdate, c->display_name, c->state, c->department, c->contact, c->thumbprints,
               c->per_second, c->burst, c->daily_quota, c->etag, c->id)
      .status();
}

absl::Status InsertKey(sql::Session& session, const ClientKeyRow& k) {
  return session
      .Execute(kInsertKey, k.client_id, k.key_id, k.kind, k.algorithm, k.material, k.created_at,
               k.ends_at)
      .status();
}

absl::StatusOr<std::vector<ClientKeyRow>> Keys(sql::Session& session, int64_t client_id) {
  return session.Select(kKeys, client_id);
}

absl::StatusOr<bool> EndKey(sql::Session& session, int64_t client_id, std::string_view key_id,
                            absl::Time at) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t ended, session.Execute(kEndKey, at, client_id, key_id, at));
  return ended > 0;
}

absl::Status EndSecrets(sql::Session& session, int64_t client_id, std::string_view except,
                        absl::Time at) {
  return session.Execute(kEndSecrets, at, client_id, except, at).status();
}

absl::Status SaveShares(sql::Session& session, int64_t client_id,
                        const std::vector<ClientShareRow>& shares) {
  RONGHE_RETURN_IF_ERROR(session.Execute(kDeleteShares, client_id).status());
  int32_t position = 0;
  for (const ClientShareRow& s : shares) {
    RONGHE_RETURN_IF_ERROR(session
                               .Execute(kInsertShare, client_id, ++position, s.method, s.fields,
                                        s.purposes, s.legal_basis, s.attribute, s.valid_until)
                               .status());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ClientShareRow>> Shares(sql::Session& session, int64_t client_id) {
  return session.Select(kShares, client_id);
}

absl::StatusOr<std::vector<ClientShareRow>> SharesAfter(sql::Session& session, int64_t client_id,
                                                        int32_t position, int64_t limit) {
  return session.Select(kSharesAfter, client_id, client_id, position, limit);
}

absl::Status UseAssertion(sql::Session& session, int64_t client_id, std::string_view jti_hash,
                          absl::Time expires_at) {
  return session.Execute(kUseAssertion, client_id, sql::Bytes(jti_hash), expires_at).status();
}

absl::StatusOr<int64_t> PurgeAssertions(sql::Session& session, absl::Time before, int64_t limit) {
  return session.Execute(kPurgeAssertions, before, limit);
}

absl::StatusOr<bool> TakeQuota(sql::Session& session, int64_t client_id, absl::CivilDay day,
                               int64_t calls, int64_t quota) {
  RONGHE_ASSIGN_OR_RETURN(int64_t taken,
                          session.Execute(kTakeQuota, calls, client_id, day, calls, quota));
  if (taken > 0) return true;
  // The first of the day, or nothing left: opening the day's row changes no count.
  RONGHE_RETURN_IF_ERROR(session.Execute(kOpenQuota, client_id, day).status());
  RONGHE_ASSIGN_OR_RETURN(taken, session.Execute(kTakeQuota, calls, client_id, day, calls, quota));
  return taken > 0;
}

absl::StatusOr<int64_t> PurgeQuota(sql::Session& session, absl::CivilDay before, int64_t limit) {
  return session.Execute(kPurgeQuota, before, limit);
}

}  // namespace ronghe::gateway::access::client_store

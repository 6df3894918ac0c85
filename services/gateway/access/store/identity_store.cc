#include "services/gateway/access/store/identity_store.h"

#include "common/base/status_macros.h"
#include "common/sql/statement.h"

namespace ronghe::gateway::access::identity_store {
namespace {

struct IdRow {
  int64_t id = 0;
};

#define RONGHE_IDENTITY_COLUMNS "id, account_id, issuer, subject, created_at, creator"

const sql::Command kInsert("oidc_identity.insert",
                           "INSERT INTO oidc_identity (" RONGHE_IDENTITY_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?)");
const sql::Query<IdentityRow> kForUpdate("oidc_identity.for_update",
                                         "SELECT " RONGHE_IDENTITY_COLUMNS
                                         " FROM oidc_identity WHERE id = ? FOR UPDATE");
const sql::Query<IdentityRow> kByPerson("oidc_identity.by_person",
                                        "SELECT " RONGHE_IDENTITY_COLUMNS
                                        " FROM oidc_identity WHERE issuer = ? AND subject = ?");
const sql::Query<IdentityRow> kOfAccount("oidc_identity.of_account",
                                         "SELECT " RONGHE_IDENTITY_COLUMNS
                                         " FROM oidc_identity WHERE account_id = ? ORDER BY id "
                                         "LIMIT ?");
const sql::Command kDelete("oidc_identity.delete", "DELETE FROM oidc_identity WHERE id = ?");

const sql::Command kAddSession(
    "oidc_session.insert",
    "INSERT INTO oidc_session (session_id, identity_id, provider_session, created_at) "
    "VALUES (?, ?, ?, ?)");
const sql::Query<IdRow> kSessions("oidc_session.of_identity",
                                  "SELECT session_id FROM oidc_session WHERE identity_id = ? AND "
                                  "(? = '' OR provider_session = ?) "
                                  "ORDER BY session_id DESC LIMIT 1000");
const sql::Query<IdRow> kSessionsOf(
    "oidc_session.of_provider_session",
    "SELECT s.session_id FROM oidc_session s JOIN oidc_identity i ON i.id = s.identity_id "
    "WHERE i.issuer = ? AND s.provider_session = ? ORDER BY s.session_id DESC LIMIT 1000");
const sql::Command kPurgeSessions(
    "oidc_session.purge",
    "DELETE FROM oidc_session WHERE created_at < ? ORDER BY created_at, session_id LIMIT ?");

const sql::Command kUseLogout("oidc_logout.insert",
                              "INSERT INTO oidc_logout (token_hash, expires_at) VALUES (?, ?)");
const sql::Command kPurgeLogouts(
    "oidc_logout.purge",
    "DELETE FROM oidc_logout WHERE expires_at < ? ORDER BY expires_at, token_hash LIMIT ?");

std::vector<int64_t> Ids(const std::vector<IdRow>& rows) {
  std::vector<int64_t> ids;
  ids.reserve(rows.size());
  for (const IdRow& row : rows) ids.push_back(row.id);
  return ids;
}

}  // namespace

absl::Status Insert(sql::Session& session, const IdentityRow& identity) {
  return session
      .Execute(kInsert, identity.id, identity.account_id, identity.issuer, identity.subject,
               identity.created_at, identity.creator)
      .status();
}

absl::StatusOr<std::optional<IdentityRow>> LoadForUpdate(sql::Session& session, int64_t id) {
  return session.SelectOne(kForUpdate, id);
}

absl::StatusOr<std::optional<IdentityRow>> ByPerson(sql::Session& session, std::string_view issuer,
                                                    std::string_view subject) {
  return session.SelectOne(kByPerson, issuer, subject);
}

absl::StatusOr<std::vector<IdentityRow>> OfAccount(sql::Session& session, int64_t account_id) {
  return session.Select(kOfAccount, account_id, kMaxPerAccount);
}

absl::Status Delete(sql::Session& session, int64_t id) {
  return session.Execute(kDelete, id).status();
}

absl::Status AddSession(sql::Session& session, int64_t session_id, int64_t identity_id,
                        std::string_view provider_session, absl::Time now) {
  return session.Execute(kAddSession, session_id, identity_id, provider_session, now).status();
}

absl::StatusOr<std::vector<int64_t>> Sessions(sql::Session& session, int64_t identity_id,
                                              std::string_view provider_session) {
  RONGHE_ASSIGN_OR_RETURN(
      const auto rows, session.Select(kSessions, identity_id, provider_session, provider_session));
  return Ids(rows);
}

absl::StatusOr<std::vector<int64_t>> SessionsOf(sql::Session& session, std::string_view issuer,
                                                std::string_view provider_session) {
  RONGHE_ASSIGN_OR_RETURN(const auto rows, session.Select(kSessionsOf, issuer, provider_session));
  return Ids(rows);
}

absl::Status UseLogoutToken(sql::Session& session, std::string_view token_hash,
                            absl::Time expires_at) {
  return session.Execute(kUseLogout, sql::Bytes(std::string(token_hash)), expires_at).status();
}

absl::Status Purge(sql::Session& session, absl::Time before, absl::Time now, int64_t limit) {
  RONGHE_RETURN_IF_ERROR(session.Execute(kPurgeSessions, before, limit).status());
  return session.Execute(kPurgeLogouts, now, limit).status();
}

}  // namespace ronghe::gateway::access::identity_store

#include "services/gateway/access/store/session_store.h"

#include "common/base/status_macros.h"
#include "common/sql/statement.h"

namespace ronghe::gateway::access::session_store {
namespace {

struct IdRow {
  int64_t id = 0;
};
struct CountRow {
  int64_t count = 0;
};

#define RONGHE_SESSION_COLUMNS                                                                 \
  "id, token_hash, csrf_hash, account_id, created_at, seen_at, expires_at, ended_at, method, " \
  "second_factor, address, issued_at"

const sql::Command kInsert("auth_session.insert",
                           "INSERT INTO auth_session (" RONGHE_SESSION_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<SessionRow> kByToken("auth_session.by_token",
                                      "SELECT " RONGHE_SESSION_COLUMNS
                                      " FROM auth_session WHERE token_hash = ?");
const sql::Query<SessionRow> kById("auth_session.by_id", "SELECT " RONGHE_SESSION_COLUMNS
                                                         " FROM auth_session WHERE id = ?");
const sql::Query<SessionRow> kByIdForUpdate("auth_session.by_id_for_update",
                                            "SELECT " RONGHE_SESSION_COLUMNS
                                            " FROM auth_session WHERE id = ? FOR UPDATE");
const sql::Query<SessionRow> kOpenOf("auth_session.open_of",
                                     "SELECT " RONGHE_SESSION_COLUMNS
                                     " FROM auth_session WHERE account_id = ? AND ended_at IS NULL "
                                     "AND expires_at > ? ORDER BY id DESC LIMIT 100");
const sql::Command kUpdate("auth_session.update",
                           "UPDATE auth_session SET token_hash = ?, csrf_hash = ?, seen_at = ?, "
                           "expires_at = ?, second_factor = ?, issued_at = ? WHERE id = ?");
const sql::Command kMarkSeen("auth_session.mark_seen",
                             "UPDATE auth_session SET seen_at = ? WHERE id = ? AND seen_at < ?");
const sql::Command kEnd("auth_session.end",
                        "UPDATE auth_session SET ended_at = ? WHERE id = ? AND ended_at IS NULL");
const sql::Query<IdRow> kOthers(
    "auth_session.others_of_account",
    "SELECT id FROM auth_session WHERE account_id = ? AND id <> ? AND ended_at IS NULL "
    "AND expires_at > ? ORDER BY id DESC LIMIT 1000 FOR UPDATE");
const sql::Command kPurge(
    "auth_session.purge",
    "DELETE FROM auth_session WHERE expires_at < ? ORDER BY expires_at, id LIMIT ?");
const sql::Query<CountRow> kCountOpen(
    "auth_session.count_open",
    "SELECT COUNT(*) FROM auth_session WHERE expires_at > ? AND ended_at IS NULL");

}  // namespace

absl::Status Insert(sql::Session& session, const SessionRow& row) {
  return session
      .Execute(kInsert, row.id, row.token_hash, row.csrf_hash, row.account_id, row.created_at,
               row.seen_at, row.expires_at, row.ended_at, row.method, row.second_factor,
               row.address, row.issued_at)
      .status();
}

absl::StatusOr<std::optional<SessionRow>> ByToken(sql::Session& session,
                                                  std::string_view token_hash) {
  return session.SelectOne(kByToken, token_hash);
}

absl::StatusOr<std::optional<SessionRow>> Load(sql::Session& session, int64_t id) {
  return session.SelectOne(kById, id);
}

absl::StatusOr<std::optional<SessionRow>> LoadForUpdate(sql::Session& session, int64_t id) {
  return session.SelectOne(kByIdForUpdate, id);
}

absl::StatusOr<std::vector<SessionRow>> OpenOf(sql::Session& session, int64_t account_id,
                                               absl::Time now) {
  return session.Select(kOpenOf, account_id, now);
}

absl::Status Update(sql::Session& session, const SessionRow& row) {
  return session
      .Execute(kUpdate, row.token_hash, row.csrf_hash, row.seen_at, row.expires_at,
               row.second_factor, row.issued_at, row.id)
      .status();
}

absl::Status MarkSeen(sql::Session& session, int64_t id, absl::Time now) {
  return session.Execute(kMarkSeen, now, id, now).status();
}

absl::StatusOr<bool> End(sql::Session& session, int64_t id, absl::Time now) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t ended, session.Execute(kEnd, now, id));
  return ended == 1;
}

absl::Status EndOthers(sql::Session& session, int64_t account_id, int64_t except, absl::Time now,
                       int64_t keep) {
  RONGHE_ASSIGN_OR_RETURN(const auto open, session.Select(kOthers, account_id, except, now));
  for (size_t i = static_cast<size_t>(keep); i < open.size(); ++i) {
    RONGHE_RETURN_IF_ERROR(session.Execute(kEnd, now, open[i].id).status());
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> Purge(sql::Session& session, absl::Time before, int64_t limit) {
  return session.Execute(kPurge, before, limit);
}

absl::StatusOr<int64_t> CountOpen(sql::Session& session, absl::Time now) {
  RONGHE_ASSIGN_OR_RETURN(const auto row, session.SelectOne(kCountOpen, now));
  return row.has_value() ? row->count : 0;
}

}  // namespace ronghe::gateway::access::session_store

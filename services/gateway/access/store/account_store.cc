#include "services/gateway/access/store/account_store.h"

#include "common/base/status_macros.h"
#include "common/sql/error.h"
#include "common/sql/statement.h"

namespace ronghe::gateway::access::account_store {
namespace {

struct IdRow {
  int64_t id = 0;
};
struct HashRow {
  std::string password_hash;
};
struct GuardRow {
  int64_t failures = 0;
  std::optional<absl::Time> locked_until;
};

#define RONGHE_ACCOUNT_COLUMNS                                                                 \
  "id, login_name, display_name, organization_id, state, password_hash, password_changed_at, " \
  "used_at, signed_in_at, created_at, etag, member_id, second_factor_at"

const sql::Command kInsert("account.insert", "INSERT INTO account (" RONGHE_ACCOUNT_COLUMNS
                                             ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<AccountRow> kById("account.by_id",
                                   "SELECT " RONGHE_ACCOUNT_COLUMNS " FROM account WHERE id = ?");
const sql::Query<AccountRow> kByIdForUpdate("account.by_id_for_update",
                                            "SELECT " RONGHE_ACCOUNT_COLUMNS
                                            " FROM account WHERE id = ? FOR UPDATE");
const sql::Query<AccountRow> kOfMemberForUpdate("account.of_member_for_update",
                                                "SELECT " RONGHE_ACCOUNT_COLUMNS
                                                " FROM account WHERE member_id = ? FOR UPDATE");
const sql::Query<AccountRow> kByLoginName("account.by_login_name",
                                          "SELECT " RONGHE_ACCOUNT_COLUMNS
                                          " FROM account WHERE login_name = ?");
const sql::Query<AccountRow> kList("account.list",
                                   "SELECT " RONGHE_ACCOUNT_COLUMNS
                                   " FROM account WHERE id > ? ORDER BY id LIMIT ?");
const sql::Command kUpdate(
    "account.update",
    "UPDATE account SET state = ?, password_hash = ?, password_changed_at = ?, used_at = ?, "
    "member_id = ?, second_factor_at = ?, etag = etag + 1 WHERE id = ?");
const sql::Query<AccountRow> kUnusedSince("account.unused_since",
                                          "SELECT " RONGHE_ACCOUNT_COLUMNS
                                          " FROM account WHERE used_at < ? AND state <> 4 "
                                          "ORDER BY used_at, id LIMIT ? FOR UPDATE");
const sql::Command kMarkUsed("account.mark_used",
                             "UPDATE account SET used_at = ?, signed_in_at = ? WHERE id = ?");
const sql::Query<IdRow> kAny("account.any", "SELECT id FROM account ORDER BY id LIMIT 1");

const sql::Command kAddHistory(
    "password_history.insert",
    "INSERT INTO password_history (id, account_id, password_hash, created_at) VALUES (?, ?, ?, ?)");
const sql::Query<HashRow> kHistory(
    "password_history.latest",
    "SELECT password_hash FROM password_history WHERE account_id = ? ORDER BY id DESC LIMIT ?");

const sql::Command kEnsureGuard(
    "sign_in_guard.ensure",
    "INSERT INTO sign_in_guard (id, login_hash, failures, locked_until, updated_at) "
    "VALUES (?, ?, 0, NULL, ?) ON DUPLICATE KEY UPDATE updated_at = updated_at");
const sql::Query<GuardRow> kLockGuard(
    "sign_in_guard.lock",
    "SELECT failures, locked_until FROM sign_in_guard WHERE login_hash = ? FOR UPDATE");
const sql::Command kSaveGuard(
    "sign_in_guard.save",
    "UPDATE sign_in_guard SET failures = ?, locked_until = ?, updated_at = ? WHERE login_hash = ?");
const sql::Command kPurgeGuards(
    "sign_in_guard.purge",
    "DELETE FROM sign_in_guard WHERE updated_at < ? ORDER BY updated_at LIMIT ?");

}  // namespace

absl::Status Insert(sql::Session& session, const AccountRow& a) {
  return session
      .Execute(kInsert, a.id, a.login_name, a.display_name, a.organization_id, a.state,
               a.password_hash, a.password_changed_at, a.used_at, a.signed_in_at, a.created_at,
               a.etag, a.member_id, a.second_factor_at)
      .status();
}

absl::StatusOr<std::optional<AccountRow>> Load(sql::Session& session, int64_t id) {
  return session.SelectOne(kById, id);
}

absl::StatusOr<std::optional<AccountRow>> LoadForUpdate(sql::Session& session, int64_t id) {
  return session.SelectOne(kByIdForUpdate, id);
}

absl::StatusOr<std::optional<AccountRow>> OfMemberForUpdate(sql::Session& session,
                                                            int64_t member_id) {
  return session.SelectOne(kOfMemberForUpdate, member_id);
}

absl::StatusOr<std::optional<AccountRow>> ByLoginName(sql::Session& session,
                                                      std::string_view name) {
  return session.SelectOne(kByLoginName, name);
}

absl::StatusOr<std::vector<AccountRow>> List(sql::Session& session, int64_t after, int64_t limit) {
  return session.Select(kList, after, limit);
}

absl::Status Update(sql::Session& session, AccountRow* account) {
  RONGHE_RETURN_IF_ERROR(session
                             .Execute(kUpdate, account->state, account->password_hash,
                                      account->password_changed_at, account->used_at,
                                      account->member_id, account->second_factor_at, account->id)
                             .status());
  ++account->etag;
  return absl::OkStatus();
}

absl::Status MarkUsed(sql::Session& session, int64_t id, absl::Time now) {
  return session.Execute(kMarkUsed, now, now, id).status();
}

absl::StatusOr<std::vector<AccountRow>> UnusedSince(sql::Session& session, absl::Time before,
                                                    int64_t limit) {
  return session.Select(kUnusedSince, before, limit);
}

absl::StatusOr<bool> Any(sql::Session& session) {
  RONGHE_ASSIGN_OR_RETURN(const auto row, session.SelectOne(kAny));
  return row.has_value();
}

absl::Status AddHistory(sql::Session& session, int64_t id, int64_t account_id,
                        std::string_view password_hash, absl::Time now) {
  return session.Execute(kAddHistory, id, account_id, password_hash, now).status();
}

absl::StatusOr<std::vector<std::string>> History(sql::Session& session, int64_t account_id,
                                                 int64_t limit) {
  RONGHE_ASSIGN_OR_RETURN(const auto rows, session.Select(kHistory, account_id, limit));
  std::vector<std::string> hashes;
  for (const HashRow& row : rows) hashes.push_back(row.password_hash);
  return hashes;
}

absl::StatusOr<Guard> LockGuard(sql::Session& session, int64_t new_id, std::string_view login_hash,
                                absl::Time now) {
  RONGHE_RETURN_IF_ERROR(session.Execute(kEnsureGuard, new_id, login_hash, now).status());
  RONGHE_ASSIGN_OR_RETURN(const auto row, session.SelectOne(kLockGuard, login_hash));
  if (!row.has_value()) return sql::Conflict();
  return Guard{row->failures, row->locked_until};
}

absl::Status SaveGuard(sql::Session& session, std::string_view login_hash, const Guard& guard,
                       absl::Time now) {
  return session.Execute(kSaveGuard, guard.failures, guard.locked_until, now, login_hash).status();
}

absl::StatusOr<int64_t> PurgeGuards(sql::Session& session, absl::Time before, int64_t limit) {
  return session.Execute(kPurgeGuards, before, limit);
}

}  // namespace ronghe::gateway::access::account_store

#include "services/gateway/access/store/second_factor_store.h"

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/sql/statement.h"

namespace ronghe::gateway::access {

std::string SecretPlace(int64_t account_id) {
  return absl::StrCat("second_factor.secret:", account_id);
}

std::string PendingPlace(int64_t account_id) {
  return absl::StrCat("second_factor.pending:", account_id);
}

}  // namespace ronghe::gateway::access

namespace ronghe::gateway::access::second_factor_store {
namespace {

struct CountRow {
  int64_t count = 0;
};

#define RONGHE_SECOND_FACTOR_COLUMNS "account_id, secret, pending, last_step, updated_at"

const sql::Query<SecondFactorRow> kByAccountForUpdate(
    "second_factor.by_account_for_update",
    "SELECT " RONGHE_SECOND_FACTOR_COLUMNS " FROM second_factor WHERE account_id = ? FOR UPDATE");
const sql::Command kSave("second_factor.save",
                         "INSERT INTO second_factor (" RONGHE_SECOND_FACTOR_COLUMNS
                         ") VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
                         "secret = VALUES(secret), pending = VALUES(pending), "
                         "last_step = VALUES(last_step), updated_at = VALUES(updated_at)");
const sql::Command kAcceptStep("second_factor.accept_step",
                               "UPDATE second_factor SET last_step = ?, updated_at = ? "
                               "WHERE account_id = ? AND last_step < ?");
const sql::Command kErase("second_factor.erase", "DELETE FROM second_factor WHERE account_id = ?");

const sql::Command kAddCode("recovery_code.insert",
                            "INSERT INTO recovery_code (id, account_id, code_hash, created_at, "
                            "used_at) VALUES (?, ?, ?, ?, NULL)");
const sql::Command kEraseCodes("recovery_code.erase",
                               "DELETE FROM recovery_code WHERE account_id = ?");
const sql::Command kUseCode("recovery_code.use",
                            "UPDATE recovery_code SET used_at = ? WHERE account_id = ? AND "
                            "code_hash = ? AND used_at IS NULL");
const sql::Query<CountRow> kCountCodes(
    "recovery_code.count",
    "SELECT COUNT(*) FROM recovery_code WHERE account_id = ? AND used_at IS NULL");

}  // namespace

absl::StatusOr<std::optional<SecondFactorRow>> LoadForUpdate(sql::Session& session,
                                                             int64_t account_id) {
  return session.SelectOne(kByAccountForUpdate, account_id);
}

absl::Status Save(sql::Session& session, const SecondFactorRow& row) {
  return session
      .Execute(kSave, row.account_id, row.secret, row.pending, row.last_step, row.updated_at)
      .status();
}

absl::StatusOr<bool> AcceptStep(sql::Session& session, int64_t account_id, int64_t step,
                                absl::Time now) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t changed,
                          session.Execute(kAcceptStep, step, now, account_id, step));
  return changed == 1;
}

absl::Status Erase(sql::Session& session, int64_t account_id) {
  RONGHE_RETURN_IF_ERROR(session.Execute(kErase, account_id).status());
  return EraseRecoveryCodes(session, account_id);
}

absl::Status AddRecoveryCode(sql::Session& session, int64_t id, int64_t account_id,
                             std::string_view code_hash, absl::Time now) {
  return session.Execute(kAddCode, id, account_id, code_hash, now).status();
}

absl::Status EraseRecoveryCodes(sql::Session& session, int64_t account_id) {
  return session.Execute(kEraseCodes, account_id).status();
}

absl::StatusOr<bool> UseRecoveryCode(sql::Session& session, int64_t account_id,
                                     std::string_view code_hash, absl::Time now) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t changed,
                          session.Execute(kUseCode, now, account_id, code_hash));
  return changed == 1;
}

absl::StatusOr<int64_t> CountRecoveryCodes(sql::Session& session, int64_t account_id) {
  RONGHE_ASSIGN_OR_RETURN(const auto row, session.SelectOne(kCountCodes, account_id));
  return row.has_value() ? row->count : 0;
}

}  // namespace ronghe::gateway::access::second_factor_store

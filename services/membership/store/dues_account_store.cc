#include "services/membership/store/dues_account_store.h"

#include "common/base/status_macros.h"

namespace ronghe::membership {
namespace {

#define RONGHE_DUES_ACCOUNT_COLUMNS                                                        \
  "member_id, organization_id, paid_through, arrears_months, unpaid_months, arrears_fen, " \
  "last_paid_on, update_time"

const sql::Query<DuesAccountRow> kByMembers(
    "dues_account.by_members", "SELECT " RONGHE_DUES_ACCOUNT_COLUMNS
                               " FROM dues_account WHERE member_id IN (?*) ORDER BY member_id");
const sql::Query<DuesAccountRow> kLock("dues_account.lock",
                                       "SELECT " RONGHE_DUES_ACCOUNT_COLUMNS
                                       " FROM dues_account WHERE member_id IN (?*) ORDER BY "
                                       "member_id FOR UPDATE");
const sql::Command kOpen("dues_account.open",
                         "INSERT INTO dues_account (" RONGHE_DUES_ACCOUNT_COLUMNS
                         ") VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
                         "organization_id = organization_id");
const sql::Command kUpdate(
    "dues_account.update",
    "INSERT INTO dues_account (" RONGHE_DUES_ACCOUNT_COLUMNS
    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
    "organization_id = VALUES(organization_id), paid_through = VALUES(paid_through), "
    "arrears_months = VALUES(arrears_months), unpaid_months = VALUES(unpaid_months), "
    "arrears_fen = VALUES(arrears_fen), last_paid_on = VALUES(last_paid_on), "
    "update_time = VALUES(update_time)");
const sql::Query<ArrearsRow> kArrears(
    "dues_account.arrears",
    "SELECT m.id, m.full_name, m.organization_id, a.paid_through, a.arrears_months, "
    "a.unpaid_months, a.arrears_fen, a.last_paid_on FROM member m JOIN dues_account a ON "
    "a.member_id = m.id WHERE m.organization_id = ? AND m.id > ? AND a.arrears_months >= ? "
    "ORDER BY m.id LIMIT ?");

}  // namespace

absl::StatusOr<std::vector<DuesAccountRow>> PaidThrough(sql::Session& session,
                                                        std::span<const int64_t> member_ids) {
  return session.Select(kByMembers, member_ids);
}

absl::Status OpenDuesAccounts(sql::Session& session, std::span<const DuesAccountRow> rows) {
  return session.InsertMany(kOpen, rows);
}

absl::StatusOr<std::optional<DuesAccountRow>> LockDuesAccount(sql::Session& session,
                                                              int64_t member_id) {
  const std::vector<int64_t> ids = {member_id};
  return session.SelectOne(kLock, ids);
}

absl::StatusOr<std::vector<DuesAccountRow>> LockDuesAccounts(sql::Session& session,
                                                             std::span<const int64_t> member_ids) {
  return session.Select(kLock, member_ids);
}

absl::Status UpdateDuesAccounts(sql::Session& session, std::span<const DuesAccountRow> rows) {
  return session.InsertMany(kUpdate, rows);
}

absl::StatusOr<std::vector<ArrearsRow>> ArrearsOf(sql::Session& session, int64_t organization_id,
                                                  int64_t after_member, int32_t min_months,
                                                  int32_t limit) {
  return session.Select(kArrears, organization_id, after_member, min_months, limit);
}

}  // namespace ronghe::membership

#include "services/membership/store/ledger_check_store.h"

#include <utility>

#include "common/base/status_macros.h"
#include "services/membership/domain/dues/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_LEDGER_CHECK_COLUMNS                                                   \
  "id, organization_id, state, position, organizations_done, debit_fen, credit_fen, " \
  "difference_count, create_time, end_time"
#define RONGHE_LEDGER_DIFFERENCE_COLUMNS \
  "check_id, ordinal, rule, organization_id, fund, expected_fen, actual_fen"

const sql::Command kInsert("ledger_check.insert",
                           "INSERT INTO ledger_check (" RONGHE_LEDGER_CHECK_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<LedgerCheckRow> kLoad("ledger_check.load", "SELECT " RONGHE_LEDGER_CHECK_COLUMNS
                                                            " FROM ledger_check WHERE id = ?");
const sql::Query<LedgerCheckRow> kLock("ledger_check.lock",
                                       "SELECT " RONGHE_LEDGER_CHECK_COLUMNS
                                       " FROM ledger_check WHERE id = ? FOR UPDATE");
const sql::Command kUpdate("ledger_check.update",
                           "UPDATE ledger_check SET state = ?, position = ?, organizations_done = "
                           "?, debit_fen = ?, credit_fen = ?, difference_count = ?, end_time = ? "
                           "WHERE id = ?");
const sql::Query<LedgerCheckRow> kNext("ledger_check.next",
                                       "SELECT " RONGHE_LEDGER_CHECK_COLUMNS
                                       " FROM ledger_check WHERE state = 1 ORDER BY id LIMIT 1");
const sql::Command kInsertDifference("ledger_difference.insert",
                                     "INSERT INTO ledger_difference "
                                     "(" RONGHE_LEDGER_DIFFERENCE_COLUMNS
                                     ") VALUES (?, ?, ?, ?, ?, ?, ?)");
const sql::Query<LedgerDifferenceRow> kDifferences("ledger_difference.of_check",
                                                   "SELECT " RONGHE_LEDGER_DIFFERENCE_COLUMNS
                                                   " FROM ledger_difference WHERE check_id = ? "
                                                   "ORDER BY ordinal LIMIT ?");
const sql::Query<OrganizationSum> kPaidOnBills(
    "ledger_check.paid_on_bills",
    "SELECT organization_id, COALESCE(SUM(paid_fen), 0) FROM dues_bill WHERE organization_id IN "
    "(?*) GROUP BY organization_id");
const sql::Query<OrganizationSum> kAllocated(
    "ledger_check.allocated",
    "SELECT b.organization_id, COALESCE(SUM(a.amount_fen), 0) FROM dues_bill b JOIN "
    "dues_allocation a ON a.member_id = b.member_id AND a.month = b.month JOIN dues_payment p ON "
    "p.id = a.payment_id WHERE b.organization_id IN (?*) AND p.state <> 3 GROUP BY "
    "b.organization_id");
const sql::Query<OrganizationSum> kSettled(
    "ledger_check.settled",
    "SELECT organization_id, COALESCE(SUM(settled_fen), 0) FROM dues_month WHERE organization_id "
    "IN (?*) GROUP BY organization_id");
const sql::Query<OrganizationSum> kPaidTo(
    "ledger_check.paid_to",
    "SELECT organization_id, COALESCE(SUM(amount_fen), 0) FROM dues_payment WHERE organization_id "
    "IN (?*) AND state <> 3 AND kind <> 3 GROUP BY organization_id");
const sql::Query<OrganizationSum> kCollected(
    "ledger_check.collected",
    "SELECT organization_id, COALESCE(SUM(collected_fen), 0) FROM dues_month WHERE "
    "organization_id IN (?*) GROUP BY organization_id");

const sql::Query<OrganizationSum> kPeriodsReceived(
    "ledger_check.periods_received",
    "SELECT organization_id, COALESCE(SUM(received_fen), 0) FROM remittance_period WHERE "
    "organization_id IN (?*) GROUP BY organization_id");
const sql::Query<OrganizationSum> kPeriodsPaid(
    "ledger_check.periods_paid",
    "SELECT p.organization_id, COALESCE(SUM(r.sent_fen), 0) FROM remittance_period p JOIN "
    "remittance r ON r.parent_id = p.organization_id AND r.first_month >= p.first_month AND "
    "r.last_month <= p.last_month AND r.state <> 3 WHERE p.organization_id IN (?*) GROUP BY "
    "p.organization_id");

absl::StatusOr<LedgerCheckRow> Found(absl::StatusOr<std::optional<LedgerCheckRow>> row,
                                     int64_t id) {
  RONGHE_RETURN_IF_ERROR(row.status());
  if (!row->has_value()) return DuesNotFound("ledgerChecks", id);
  return **std::move(row);
}

}  // namespace

absl::Status InsertLedgerCheck(sql::Session& session, const LedgerCheckRow& row) {
  return session.InsertMany(kInsert, std::span<const LedgerCheckRow>(&row, 1));
}

absl::StatusOr<LedgerCheckRow> LoadLedgerCheck(sql::Session& session, int64_t id) {
  return Found(session.SelectOne(kLoad, id), id);
}

absl::StatusOr<LedgerCheckRow> LockLedgerCheck(sql::Session& session, int64_t id) {
  return Found(session.SelectOne(kLock, id), id);
}

absl::Status UpdateLedgerCheck(sql::Session& session, const LedgerCheckRow& row) {
  return session
      .Execute(kUpdate, row.state, row.position, row.organizations_done, row.debit_fen,
               row.credit_fen, row.difference_count, row.end_time, row.id)
      .status();
}

absl::StatusOr<std::optional<LedgerCheckRow>> NextLedgerCheck(sql::Session& session) {
  return session.SelectOne(kNext);
}

absl::Status InsertLedgerDifferences(sql::Session& session,
                                     std::span<const LedgerDifferenceRow> rows) {
  return session.InsertMany(kInsertDifference, rows);
}

absl::StatusOr<std::vector<LedgerDifferenceRow>> LedgerDifferencesOf(sql::Session& session,
                                                                     int64_t check_id,
                                                                     int32_t limit) {
  return session.Select(kDifferences, check_id, limit);
}

absl::StatusOr<std::vector<OrganizationSum>> PaidOnBills(sql::Session& session,
                                                         std::span<const int64_t> ids) {
  return session.Select(kPaidOnBills, ids);
}

absl::StatusOr<std::vector<OrganizationSum>> AllocatedToBills(sql::Session& session,
                                                              std::span<const int64_t> ids) {
  return session.Select(kAllocated, ids);
}

absl::StatusOr<std::vector<OrganizationSum>> SettledByMonth(sql::Session& session,
                                                            std::span<const int64_t> ids) {
  return session.Select(kSettled, ids);
}

absl::StatusOr<std::vector<OrganizationSum>> PaidToOrganizations(sql::Session& session,
                                                                 std::span<const int64_t> ids) {
  return session.Select(kPaidTo, ids);
}

absl::StatusOr<std::vector<OrganizationSum>> CollectedByMonth(sql::Session& session,
                                                              std::span<const int64_t> ids) {
  return session.Select(kCollected, ids);
}

absl::StatusOr<std::vector<OrganizationSum>> ReceivedInPeriods(sql::Session& session,
                                                               std::span<const int64_t> ids) {
  return session.Select(kPeriodsReceived, ids);
}

absl::StatusOr<std::vector<OrganizationSum>> PaidInPeriods(sql::Session& session,
                                                           std::span<const int64_t> ids) {
  return session.Select(kPeriodsPaid, ids);
}

}  // namespace ronghe::membership

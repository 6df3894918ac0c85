#include "services/membership/store/dues_payment_store.h"

#include "common/base/status_macros.h"
#include "services/membership/domain/dues/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_DUES_PAYMENT_COLUMNS                                                   \
  "id, member_id, organization_id, kind, channel, payer, amount_fen, paid_on, "       \
  "external_number, receipt_number, state, late_make_up, recorded_by, confirmed_by, " \
  "create_time, update_time"

struct LastNumber {
  int32_t number = 0;
};

const sql::Command kInsert("dues_payment.insert",
                           "INSERT INTO dues_payment (" RONGHE_DUES_PAYMENT_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<DuesPaymentRow> kLoad("dues_payment.load", "SELECT " RONGHE_DUES_PAYMENT_COLUMNS
                                                            " FROM dues_payment WHERE id = ?");
const sql::Query<DuesPaymentRow> kLock("dues_payment.lock",
                                       "SELECT " RONGHE_DUES_PAYMENT_COLUMNS
                                       " FROM dues_payment WHERE id = ? FOR UPDATE");
const sql::Command kUpdate("dues_payment.update_state",
                           "UPDATE dues_payment SET state = ?, confirmed_by = ?, update_time = ? "
                           "WHERE id = ?");
const sql::Query<DuesPaymentRow> kByExternal("dues_payment.by_external",
                                             "SELECT " RONGHE_DUES_PAYMENT_COLUMNS
                                             " FROM dues_payment WHERE channel = ? AND "
                                             "external_number = ?");
const sql::Query<DuesPaymentRow> kOfOrganization(
    "dues_payment.of_organization", "SELECT " RONGHE_DUES_PAYMENT_COLUMNS
                                    " FROM dues_payment WHERE organization_id = ? AND id < ? "
                                    "ORDER BY id DESC LIMIT ?");
const sql::Command kInsertAllocation(
    "dues_allocation.insert",
    "INSERT INTO dues_allocation (payment_id, month, member_id, amount_fen, settled) VALUES "
    "(?, ?, ?, ?, ?)");
const sql::Query<DuesAllocationRow> kAllocations(
    "dues_allocation.of_payments",
    "SELECT payment_id, month, member_id, amount_fen, settled FROM dues_allocation WHERE "
    "payment_id IN (?*) ORDER BY payment_id, month");
const sql::Command kCountReceipt(
    "dues_receipt.count",
    "INSERT INTO dues_receipt (organization_id, year, last_number) VALUES (?, ?, 1) "
    "ON DUPLICATE KEY UPDATE last_number = last_number + 1");
const sql::Query<LastNumber> kLastReceipt(
    "dues_receipt.last",
    "SELECT last_number FROM dues_receipt WHERE organization_id = ? AND year = ?");

absl::StatusOr<DuesPaymentRow> Found(absl::StatusOr<std::optional<DuesPaymentRow>> row,
                                     int64_t id) {
  RONGHE_RETURN_IF_ERROR(row.status());
  if (!row->has_value()) return DuesNotFound("duesPayments", id);
  return **std::move(row);
}

}  // namespace

absl::Status InsertPayment(sql::Session& session, const DuesPaymentRow& row) {
  return session.InsertMany(kInsert, std::span<const DuesPaymentRow>(&row, 1));
}

absl::Status InsertAllocations(sql::Session& session, std::span<const DuesAllocationRow> rows) {
  return session.InsertMany(kInsertAllocation, rows);
}

absl::StatusOr<DuesPaymentRow> LoadPayment(sql::Session& session, int64_t id) {
  return Found(session.SelectOne(kLoad, id), id);
}

absl::StatusOr<DuesPaymentRow> LockPayment(sql::Session& session, int64_t id) {
  return Found(session.SelectOne(kLock, id), id);
}

absl::Status UpdatePaymentState(sql::Session& session, const DuesPaymentRow& row) {
  return session.Execute(kUpdate, row.state, row.confirmed_by, row.update_time, row.id).status();
}

absl::StatusOr<std::optional<DuesPaymentRow>> PaymentByExternal(sql::Session& session,
                                                                int32_t channel,
                                                                std::string_view external_number) {
  return session.SelectOne(kByExternal, channel, external_number);
}

absl::StatusOr<std::vector<DuesPaymentRow>> PaymentsOf(sql::Session& session,
                                                       int64_t organization_id, int64_t before_id,
                                                       int32_t limit) {
  return session.Select(kOfOrganization, organization_id, before_id, limit);
}

absl::StatusOr<std::vector<DuesAllocationRow>> AllocationsOf(sql::Session& session,
                                                             std::span<const int64_t> payment_ids) {
  return session.Select(kAllocations, payment_ids);
}

absl::StatusOr<int32_t> NextReceipt(sql::Session& session, int64_t organization_id, int32_t year) {
  RONGHE_RETURN_IF_ERROR(session.Execute(kCountReceipt, organization_id, year).status());
  RONGHE_ASSIGN_OR_RETURN(const std::optional<LastNumber> last,
                          session.SelectOne(kLastReceipt, organization_id, year));
  return last ? last->number : 1;
}

}  // namespace ronghe::membership

#include "services/membership/api/dues_convert.h"

#include <vector>

#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "common/rpc/etag.h"
#include "services/membership/api/convert.h"
#include "services/membership/domain/dues/errors.h"
#include "services/membership/domain/errors.h"

namespace ronghe::membership {
namespace {

std::string OrganizationName(int64_t id) {
  return id == 0 ? std::string() : base::Name("organizations", id);
}

std::string MonthName(int32_t code) { return FormatMonth(MonthOf(code)); }

absl::Status BadField(std::string_view path, std::string_view description) {
  return error::InvalidFields({{std::string(path), std::string(description)}});
}

}  // namespace

v1::DuesStandard ToProto(const DuesStandardRow& row) {
  v1::DuesStandard standard;
  standard.set_name(base::ChildName("members", row.member_id, "duesStandards",
                                    int64_t{row.year} * 100 + row.revision));
  standard.set_member(base::Name("members", row.member_id));
  standard.set_kind(static_cast<v1::DuesStandardKind>(row.kind));
  standard.set_category(static_cast<v1::DuesCategory>(row.category));
  standard.set_base_fen(row.base_fen);
  standard.set_rate_basis_points(row.rate_bp);
  standard.set_amount_fen(row.amount_fen);
  standard.set_capped(row.capped);
  standard.set_from_month(MonthName(row.from_month));
  standard.set_to_month(MonthName(row.to_month));
  standard.set_reason(static_cast<v1::DuesChangeReason>(row.reason));
  standard.set_rule_set(row.rule_set);
  standard.set_source(row.source);
  *standard.mutable_create_time() = rpc::ToProto(row.create_time);
  return standard;
}

v1::DuesReduction ToProto(const DuesReductionRow& row) {
  v1::DuesReduction reduction;
  reduction.set_name(base::Name("duesReductions", row.id));
  reduction.set_member(base::Name("members", row.member_id));
  reduction.set_organization(OrganizationName(row.organization_id));
  reduction.set_committee(OrganizationName(row.committee_id));
  reduction.set_amount_fen(row.amount_fen);
  reduction.set_from_month(MonthName(row.from_month));
  reduction.set_to_month(MonthName(row.to_month));
  reduction.set_motion(row.motion);
  reduction.set_state(static_cast<v1::DuesReductionState>(row.state));
  *reduction.mutable_create_time() = rpc::ToProto(row.create_time);
  if (row.decide_time) *reduction.mutable_decide_time() = rpc::ToProto(*row.decide_time);
  reduction.set_etag(base::Cat(row.etag));
  return reduction;
}

v1::BillRun ToProto(const BillRunRow& row) {
  v1::BillRun run;
  run.set_name(base::Name("billRuns", row.id));
  run.set_organization(OrganizationName(row.organization_id));
  run.set_month(MonthName(row.month));
  run.set_state(static_cast<v1::BillRunState>(row.state));
  run.set_branches_done(row.branches_done);
  run.set_bills_made(row.bills_made);
  run.set_members_without_standard(row.without_standard);
  *run.mutable_start_time() = rpc::ToProto(row.create_time);
  if (row.end_time) *run.mutable_end_time() = rpc::ToProto(*row.end_time);
  return run;
}

v1::DuesBill ToProto(const DuesBillRow& row) {
  v1::DuesBill bill;
  bill.set_name(base::Cat("members/", row.member_id, "/duesBills/", MonthName(row.month)));
  bill.set_member(base::Name("members", row.member_id));
  bill.set_organization(OrganizationName(row.organization_id));
  bill.set_month(MonthName(row.month));
  bill.set_amount_fen(row.amount_fen);
  bill.set_paid_fen(row.paid_fen);
  bill.set_state(static_cast<v1::DuesBillState>(row.state));
  return bill;
}

v1::DuesBill ToProto(const NamedBillRow& row) {
  v1::DuesBill bill = ToProto(DuesBillRow{.member_id = row.member_id,
                                          .month = row.month,
                                          .organization_id = row.organization_id,
                                          .amount_fen = row.amount_fen,
                                          .paid_fen = row.paid_fen,
                                          .state = row.state});
  bill.set_full_name(row.full_name);
  return bill;
}

v1::DuesAccount ToProto(const DuesAccountRow& row) {
  v1::DuesAccount account;
  account.set_name(base::Cat("members/", row.member_id, "/duesAccount"));
  if (row.paid_through) *account.mutable_paid_through() = rpc::ToProto(*row.paid_through);
  account.set_arrears_months(row.arrears_months);
  account.set_unpaid_months(row.unpaid_months);
  account.set_arrears_fen(row.arrears_fen);
  if (row.last_paid_on) *account.mutable_last_paid_on() = rpc::ToProto(*row.last_paid_on);
  return account;
}

v1::Arrears ToProto(const ArrearsRow& row) {
  v1::Arrears arrears;
  arrears.set_member(base::Name("members", row.member_id));
  arrears.set_full_name(row.full_name);
  arrears.set_organization(OrganizationName(row.organization_id));
  *arrears.mutable_account() = ToProto(DuesAccountRow{.member_id = row.member_id,
                                                      .organization_id = row.organization_id,
                                                      .paid_through = row.paid_through,
                                                      .arrears_months = row.arrears_months,
                                                      .unpaid_months = row.unpaid_months,
                                                      .arrears_fen = row.arrears_fen,
                                                      .last_paid_on = row.last_paid_on});
  return arrears;
}

v1::DuesMonth ToProto(const DuesMonthRow& row) {
  v1::DuesMonth month;
  month.set_month(MonthName(row.month));
  month.set_members(row.members);
  month.set_billed_members(row.billed_members);
  month.set_billed_fen(row.billed_fen);
  month.set_settled_fen(row.settled_fen);
  month.set_collected_fen(row.collected_fen);
  return month;
}

v1::DuesPayment ToProto(const DuesPaymentRow& row, std::span<const DuesAllocationRow> allocations) {
  v1::DuesPayment payment;
  payment.set_name(base::Name("duesPayments", row.id));
  payment.set_member(base::Name("members", row.member_id));
  payment.set_organization(OrganizationName(row.organization_id));
  payment.set_kind(static_cast<v1::DuesPaymentKind>(row.kind));
  payment.set_channel(static_cast<v1::DuesChannel>(row.channel));
  payment.set_payer(static_cast<v1::DuesPayer>(row.payer));
  payment.set_amount_fen(row.amount_fen);
  *payment.mutable_paid_on() = rpc::ToProto(row.paid_on);
  payment.set_external_number(row.external_number.value_or(""));
  payment.set_receipt_number(row.receipt_number);
  payment.set_state(static_cast<v1::DuesPaymentState>(row.state));
  payment.set_late_make_up(row.late_make_up);
  *payment.mutable_create_time() = rpc::ToProto(row.create_time);
  for (const DuesAllocationRow& one : allocations) {
    if (one.payment_id != row.id) continue;
    v1::DuesAllocation* const allocation = payment.add_allocations();
    allocation->set_month(MonthName(one.month));
    allocation->set_amount_fen(one.amount_fen);
    allocation->set_settled(one.settled);
  }
  return payment;
}

v1::LedgerEntry ToProto(const LedgerEntryRow& row, std::span<const LedgerLineRow> lines) {
  v1::LedgerEntry entry;
  entry.set_name(base::Name("ledgerEntries", row.id));
  entry.set_organization(OrganizationName(row.organization_id));
  entry.set_fund(static_cast<v1::Fund>(row.fund));
  entry.set_kind(static_cast<v1::LedgerEntryKind>(row.kind));
  *entry.mutable_day() = rpc::ToProto(row.day);
  for (const LedgerLineRow& one : lines) {
    if (one.entry_id != row.id) continue;
    v1::LedgerLine* const line = entry.add_lines();
    line->set_account(static_cast<v1::LedgerAccount>(one.account));
    line->set_debit_fen(one.debit_fen);
    line->set_credit_fen(one.credit_fen);
  }
  entry.set_use(static_cast<v1::FundUse>(row.use));
  entry.set_decision(row.decision);
  if (!row.reference_collection.empty()) entry.set_reference(row.reference().name());
  if (row.reverses_id) entry.set_reverses(base::Name("ledgerEntries", *row.reverses_id));
  *entry.mutable_create_time() = rpc::ToProto(row.create_time);
  return entry;
}

v1::FundRequest ToProto(const FundRequestRow& row) {
  v1::FundRequest request;
  request.set_name(base::Name("fundRequests", row.id));
  request.set_organization(OrganizationName(row.organization_id));
  request.set_decider(OrganizationName(row.decider_id));
  request.set_use(static_cast<v1::FundUse>(row.use));
  request.set_amount_fen(row.amount_fen);
  request.set_allotted_fen(row.allotted_fen);
  request.set_motion(row.motion);
  request.set_decision(row.decision);
  request.set_state(static_cast<v1::FundRequestState>(row.state));
  *request.mutable_create_time() = rpc::ToProto(row.create_time);
  if (row.decide_time) *request.mutable_decide_time() = rpc::ToProto(*row.decide_time);
  return request;
}

v1::Remittance ToProto(const RemittanceRow& row) {
  v1::Remittance remittance;
  remittance.set_name(base::Name("remittances", row.id));
  remittance.set_organization(OrganizationName(row.organization_id));
  remittance.set_receiver(OrganizationName(row.parent_id));
  remittance.set_period(row.period);
  remittance.set_base_fen(row.base_fen);
  remittance.set_ratio_basis_points(row.ratio_bp);
  remittance.set_ratio_fen(row.ratio_fen);
  remittance.set_central_fen(row.central_fen);
  remittance.set_sent_fen(row.sent_fen);
  remittance.set_received_fen(row.received_fen);
  remittance.set_state(static_cast<v1::RemittanceState>(row.state));
  remittance.set_rule_id(row.rule_id);
  *remittance.mutable_send_time() = rpc::ToProto(row.create_time);
  if (row.receive_time) *remittance.mutable_receive_time() = rpc::ToProto(*row.receive_time);
  return remittance;
}

v1::RemittancePeriod ToProto(const RemittancePeriodRow& row) {
  v1::RemittancePeriod period;
  period.set_name(
      base::Cat("organizations/", row.organization_id, "/remittancePeriods/", row.period));
  period.set_remittance_count(row.remittance_count);
  period.set_paid_fen(row.paid_fen);
  period.set_received_fen(row.received_fen);
  *period.mutable_close_time() = rpc::ToProto(row.close_time);
  return period;
}

v1::LedgerCheck ToProto(const LedgerCheckRow& row,
                        std::span<const LedgerDifferenceRow> differences) {
  v1::LedgerCheck check;
  check.set_name(base::Name("ledgerChecks", row.id));
  check.set_organization(OrganizationName(row.organization_id));
  check.set_state(static_cast<v1::LedgerCheckState>(row.state));
  check.set_organizations_done(row.organizations_done);
  check.set_debit_fen(row.debit_fen);
  check.set_credit_fen(row.credit_fen);
  check.set_difference_count(row.difference_count);
  for (const LedgerDifferenceRow& one : differences) {
    v1::LedgerDifference* const difference = check.add_differences();
    difference->set_rule(one.rule);
    difference->set_organization(OrganizationName(one.organization_id));
    difference->set_fund(static_cast<v1::Fund>(one.fund));
    difference->set_expected_fen(one.expected_fen);
    difference->set_actual_fen(one.actual_fen);
  }
  *check.mutable_start_time() = rpc::ToProto(row.create_time);
  if (row.end_time) *check.mutable_end_time() = rpc::ToProto(*row.end_time);
  return check;
}

absl::StatusOr<DuesBase> ReadBase(const v1::DuesBase& base) {
  const std::optional<DuesCategory> category = DuesCategoryOf(base.category());
  if (!category) return BadField("base.category", "党费计算类别不在代码表中。");
  DuesBase read{.category = *category,
                .base_fen = base.base_fen(),
                .items = {},
                .fixed_fen = base.fixed_fen()};
  for (const v1::DuesBaseItem& item : base.items()) {
    read.items.emplace_back(item.code(), item.amount_fen());
  }
  return read;
}

absl::StatusOr<Month> ReadMonth(std::string_view text, std::string_view path) {
  const std::optional<Month> month = ParseMonth(text);
  if (!month) return BadField(path, "月份应写作2026-01。");
  return *month;
}

}  // namespace ronghe::membership

#include "services/membership/domain/dues/errors.h"

#include "common/base/strings.h"
#include "common/error/error.h"

namespace ronghe::membership {
namespace {

using base::Cat;

absl::Status Refused(std::string_view reason, std::string_view message,
                     error::Metadata metadata = {}) {
  return error::Make(absl::StatusCode::kFailedPrecondition, reason, message, std::move(metadata));
}

absl::Status Invalid(std::string_view reason, std::string_view message,
                     error::Metadata metadata = {}) {
  return error::Make(absl::StatusCode::kInvalidArgument, reason, message, std::move(metadata));
}

// A refusal that names what a rule requires and what was found.
error::Metadata Against(std::string_view rule_id, std::string_view required,
                        std::string_view actual) {
  return {{"rule_id", std::string(rule_id)},
          {"required", std::string(required)},
          {"actual", std::string(actual)}};
}

error::Metadata Against(const DuesRates& rates, std::string_view rule_id, std::string_view required,
                        std::string_view actual) {
  error::Metadata metadata = Against(rule_id, required, actual);
  metadata.emplace_back("rule_set", rates.name);
  metadata.emplace_back("source", rates.source);
  return metadata;
}

}  // namespace

absl::Status DuesNotFound(std::string_view collection, int64_t id) {
  return error::Make(absl::StatusCode::kNotFound, "NOT_FOUND", "没有这条党费记录。",
                     {{"name", Cat(collection, "/", id)}});
}

absl::Status DuesBaseRequired() { return Invalid("DUES_BASE_REQUIRED", "请填写党费计算基数。"); }

absl::Status DuesBaseItemUnknown(std::string_view code) {
  return Invalid("DUES_BASE_ITEM_UNKNOWN", "收入项目不在代码表中。", {{"item", std::string(code)}});
}

absl::Status DuesChangeReasonRequired() {
  return Invalid("DUES_CHANGE_REASON_REQUIRED", "年度内调整党费标准应说明理由。");
}

absl::Status DuesBaseItemExcluded(const DuesRates& rates, const BaseItem& item) {
  error::Metadata metadata = Against(rates, item.rule_id, "counts", "excluded");
  metadata.emplace_back("item", item.code);
  return Refused("DUES_BASE_ITEM_EXCLUDED", Cat(item.title, "不列入党费计算基数。"),
                 std::move(metadata));
}

absl::Status DuesFixedAmountOutOfRange(const DuesRates& rates, const CategoryRate& rate,
                                       int64_t amount_fen) {
  return Refused(
      "DUES_FIXED_AMOUNT_OUT_OF_RANGE", "月交纳金额不在规定的范围内。",
      Against(rates, "4.1", Cat(rate.fixed_min_fen, "-", rate.fixed_max_fen), Cat(amount_fen)));
}

absl::Status DuesStandardExists(int64_t member_id, absl::civil_year_t year) {
  error::Metadata metadata = Against("C-02", "1", "2");
  metadata.emplace_back("member", Cat("members/", member_id));
  metadata.emplace_back("year", Cat(year));
  return Refused("DUES_STANDARD_EXISTS", "该党员本年度的党费标准已经核定，年度内一般不变。",
                 std::move(metadata));
}

absl::Status DuesStandardMissing(Month month) {
  return Refused("DUES_STANDARD_MISSING", "该党员这个月份没有核定党费标准。",
                 {{"month", FormatMonth(month)}});
}

absl::Status DuesStandardUnchanged() {
  return Refused("DUES_STANDARD_UNCHANGED", "党费标准没有变化。");
}

absl::Status DuesChangeTooLate(Month from) {
  return Refused("DUES_CHANGE_TOO_LATE", "调整从下月起执行，请核定下一年度的标准。",
                 {{"rule_id", "C-02"}, {"month", FormatMonth(from)}});
}

absl::Status DuesReductionNotLower(int64_t held_fen, int64_t asked_fen) {
  return Refused("DUES_REDUCTION_NOT_LOWER", "减免后的金额应低于原标准。",
                 Against("4.1", Cat("<", held_fen), Cat(asked_fen)));
}

absl::Status DuesReductionOpen() {
  return Refused("DUES_REDUCTION_OPEN", "该党员已有待批准的减免申请。");
}

absl::Status DuesReductionEnded() { return Refused("DUES_REDUCTION_STATE", "减免申请已经办结。"); }

absl::Status DuesOwnProposal() {
  return error::Make(absl::StatusCode::kPermissionDenied, "DUES_OWN_PROPOSAL",
                     "提出减免申请的人不能批准该申请。");
}

absl::Status DuesNoCommittee() {
  return Refused("DUES_NO_COMMITTEE", "该党支部没有可以批准减免的上级党委。", {{"rule_id", "4.1"}});
}

absl::Status DuesTemporaryOrganization() {
  return Refused("DUES_TEMPORARY_ORGANIZATION", "临时党组织不收缴党费。", {{"rule_id", "B-06"}});
}

absl::Status DuesMemberElsewhere(int64_t member_id) {
  return Refused("MEMBER_ELSEWHERE", "该党员的组织关系不在这个党支部。",
                 {{"member", Cat("members/", member_id)}});
}

absl::Status BillRunActive(int64_t id) {
  return Refused("BILL_RUN_ACTIVE", "该党组织这个月份的账单正在生成。",
                 {{"bill_run", Cat("billRuns/", id)}});
}

absl::Status MonthInFuture(Month month) {
  return Refused("MONTH_IN_FUTURE", "月份不能晚于本月。", {{"month", FormatMonth(month)}});
}

absl::Status DuesBillSettled(Month month) {
  return Refused("DUES_BILL_SETTLED", "这个月份的党费已经交清。", {{"month", FormatMonth(month)}});
}

absl::Status DuesBillMissing(Month month) {
  return Refused("DUES_BILL_MISSING", "这个月份没有应交的党费。", {{"month", FormatMonth(month)}});
}

absl::Status DuesAmountExceeds(int64_t rest_fen, int64_t amount_fen) {
  return Refused("DUES_AMOUNT_EXCEEDS", "交纳金额超过这个月份尚欠的金额。",
                 {{"required", Cat(rest_fen)}, {"actual", Cat(amount_fen)}});
}

absl::Status DuesExternalNumberUsed() {
  return error::Make(absl::StatusCode::kAlreadyExists, "DUES_EXTERNAL_NUMBER_USED",
                     "该支付流水号已用于另一笔党费。");
}

absl::Status DuesNotFloating() {
  return Refused("DUES_NOT_FLOATING",
                 "党费应交到组织关系所在党支部；流动党员可以交到流入地党支部。",
                 {{"rule_id", "C-06"}});
}

absl::Status DuesPaymentNotIn(std::string_view state) {
  return Refused("DUES_PAYMENT_STATE", "这笔党费的状态不允许该操作。",
                 {{"required", std::string(state)}});
}

absl::Status DuesPeriodClosed(Month month) {
  return Refused("DUES_PERIOD_CLOSED", "这个月份的党费已经上缴结账，请记入以后的日期。",
                 {{"month", FormatMonth(month)}});
}

absl::Status LedgerUnbalanced(int64_t debit_fen, int64_t credit_fen) {
  return Refused("LEDGER_UNBALANCED", "分录借贷不平衡。",
                 {{"debit_fen", Cat(debit_fen)}, {"credit_fen", Cat(credit_fen)}});
}

absl::Status LedgerAccountNotOfFund(LedgerFund fund, LedgerAccount account) {
  return Refused("LEDGER_ACCOUNT_NOT_OF_FUND", "党费、党建活动经费和党组织工作经费不得混用。",
                 {{"rule_id", "6.6"},
                  {"fund", Cat(static_cast<int32_t>(fund))},
                  {"account", Cat(static_cast<int32_t>(account))}});
}

absl::Status LedgerOverdrawn(LedgerAccount account, int64_t missing_fen) {
  return Refused(
      "LEDGER_OVERDRAWN", "账户余额不足。",
      {{"account", Cat(static_cast<int32_t>(account))}, {"missing_fen", Cat(missing_fen)}});
}

absl::Status LedgerEntryReversed() {
  return Refused("LEDGER_ENTRY_REVERSED", "该分录已经冲正，或者本身就是冲正分录。");
}

absl::Status LedgerEntryOfPayment() {
  return Refused("LEDGER_ENTRY_OF_PAYMENT", "该分录由交纳、上缴或拨付产生，请冲正原业务。");
}

absl::Status FundDecisionRequired() {
  return Refused("FUND_DECISION_REQUIRED", "使用和下拨党费应当集体讨论决定。",
                 {{"rule_id", "C-16"}, {"required", "meetings/{id}/motions/{number}"}});
}

absl::Status FundRequestDecided() { return Refused("FUND_REQUEST_STATE", "该申请已经办结。"); }

absl::Status FundRequestNoLevelAbove() {
  return Refused("FUND_REQUEST_NO_LEVEL_ABOVE", "请求下拨党费只能逐级向上一级党组织提出。",
                 {{"rule_id", "C-16"}});
}

absl::Status RemittancePeriodOverlaps(std::string_view period) {
  return Refused("REMITTANCE_PERIOD_OVERLAPS", "该期间的党费已经上缴。",
                 {{"period", std::string(period)}});
}

absl::Status RemittancePeriodNotOver(Month last) {
  return Refused("REMITTANCE_PERIOD_NOT_OVER", "该期间尚未结束。",
                 {{"required", Cat("after ", FormatMonth(last))}});
}

absl::Status RemittanceChildrenOpen(int64_t organization_id) {
  return Refused("REMITTANCE_CHILDREN_OPEN", "下级党组织该期间上缴的党费还没有结账。",
                 {{"organization", Cat("organizations/", organization_id)}});
}

absl::Status RemittanceNotOpen() {
  return Refused("REMITTANCE_STATE", "该笔上缴党费的状态不允许该操作。");
}

absl::Status RemittanceAmountDiffers(int64_t open_fen, int64_t received_fen) {
  return Refused("REMITTANCE_AMOUNT_DIFFERS", "收到的金额超过上缴的金额。",
                 {{"required", Cat(open_fen)}, {"actual", Cat(received_fen)}});
}

absl::Status RemittancePeriodIsClosed() {
  return Refused("REMITTANCE_PERIOD_CLOSED", "该期间已经结账。");
}

absl::Status RemittanceDifference(int64_t paid_fen, int64_t received_fen, int64_t organization_id) {
  return Refused("REMITTANCE_DIFFERENCE", "下级上缴金额与本级收到金额不一致，不能结账。",
                 {{"rule_id", "C-14"},
                  {"required", Cat(paid_fen)},
                  {"actual", Cat(received_fen)},
                  {"difference_fen", Cat(paid_fen - received_fen)},
                  {"organization", Cat("organizations/", organization_id)}});
}

absl::Status DuesReportPublished() {
  return Refused("DUES_REPORT_PUBLISHED", "该年度的党费情况已经公布，不能更改。");
}

absl::Status DuesYearNotOver(absl::civil_year_t year) {
  return Refused("DUES_YEAR_NOT_OVER", "该年度尚未结束。", {{"year", Cat(year)}});
}

}  // namespace ronghe::membership

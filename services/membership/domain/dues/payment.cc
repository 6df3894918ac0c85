#include "services/membership/domain/dues/payment.h"

#include <algorithm>

#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "services/membership/domain/dues/errors.h"

namespace ronghe::membership {
namespace {

absl::Status CheckNamedMonth(const PaymentRequest& request, std::span<const Owed> owed,
                             bool month_settled) {
  if (month_settled) return DuesBillSettled(*request.month);
  const auto bill = std::find_if(owed.begin(), owed.end(), [&request](const Owed& one) {
    return one.month == *request.month;
  });
  if (bill == owed.end()) return DuesBillMissing(*request.month);
  if (request.amount_fen > bill->rest_fen) {
    return DuesAmountExceeds(bill->rest_fen, request.amount_fen);
  }
  return absl::OkStatus();
}

}  // namespace

Month PaidAheadLimit(const RuleSet& rules, absl::CivilDay paid_on) {
  const Month month(paid_on);
  return std::max(QuarterEnd(month), month + rules.Number("dues.prepay_months"));
}

absl::Status CheckChannel(const RuleSet& rules, int32_t channel, Guard& guard) {
  const Rule& rule = rules.Get("dues.channels");
  std::string allowed;
  for (const int64_t code : rule.codes) allowed += base::Cat(allowed.empty() ? "" : ",", code);
  return guard.Require(rule.Has(channel), rule, "DUES_CHANNEL_BANNED",
                       "党费应由党员本人交纳，不得由单位代缴、从工资中扣缴或以特殊名目收取。",
                       allowed, base::Cat(channel));
}

absl::StatusOr<std::vector<Allocation>> Allocate(const RuleSet& rules,
                                                 const PaymentRequest& request,
                                                 std::span<const Owed> owed, bool month_settled,
                                                 Guard& guard) {
  RONGHE_RETURN_IF_ERROR(CheckChannel(rules, request.channel, guard));
  if (request.month) RONGHE_RETURN_IF_ERROR(CheckNamedMonth(request, owed, month_settled));
  const Month limit = PaidAheadLimit(rules, request.paid_on);
  std::vector<Allocation> allocations;
  int64_t left = request.amount_fen;
  for (const Owed& one : owed) {
    if (left == 0) break;
    if (request.month && one.month != *request.month) continue;
    if (one.month > limit) break;
    const int64_t given = std::min(left, one.rest_fen);
    allocations.push_back({one.month, given, given == one.rest_fen, one.billed});
    left -= given;
  }
  const Rule& ahead = rules.Get("dues.prepay_months");
  RONGHE_RETURN_IF_ERROR(guard.Require(
      left == 0, ahead, "DUES_PREPAY_LIMIT", "交纳金额超过应交月份和可以预交的月份的合计。",
      base::Cat(request.amount_fen - left), base::Cat(request.amount_fen)));
  const bool pays_ahead = !allocations.empty() && allocations.back().month > Month(request.paid_on);
  const Rule& quarterly = rules.Get("dues.quarter_months");
  RONGHE_RETURN_IF_ERROR(guard.Require(!pays_ahead || request.quarterly_consent, quarterly,
                                       "DUES_QUARTERLY_CONSENT",
                                       "党费应按月交纳；经党支部同意，可以按季度交纳。", "consent",
                                       pays_ahead ? "none" : "monthly"));
  return allocations;
}

bool IsLateMakeUp(const RuleSet& rules, absl::CivilDay paid_on,
                  std::span<const Allocation> allocations, Guard& guard) {
  const Rule& rule = rules.Get("dues.make_up_months");
  const Month earliest = Month(paid_on) - rule.number;
  Month oldest(paid_on);
  for (const Allocation& one : allocations) oldest = std::min(oldest, one.month);
  if (oldest >= Month(paid_on)) return false;
  const bool late = oldest < earliest;
  guard.Expect(!late, rule, "DUES_MAKE_UP_LATE", FormatMonth(earliest), FormatMonth(oldest));
  return late;
}

BillState StateOfBill(int64_t amount_fen, int64_t paid_fen, bool reduced) {
  if (amount_fen == 0) return BillState::kWaived;
  if (paid_fen >= amount_fen) return BillState::kPaid;
  if (paid_fen > 0) return BillState::kPartial;
  return reduced ? BillState::kReduced : BillState::kBilled;
}

AccountFigures FiguresOf(std::span<const BillLine> bills) {
  AccountFigures figures;
  bool all_settled = true;
  for (size_t i = 0; i < bills.size(); ++i) {
    const BillLine& bill = bills[i];
    all_settled = all_settled && bill.settled;
    if (all_settled) figures.paid_through = LastDay(bill.month);
    if (i + 1 == bills.size()) break;
    const bool unpaid = !bill.settled && bill.paid_fen == 0;
    figures.unpaid_months = unpaid ? figures.unpaid_months + 1 : 0;
    if (bill.settled) continue;
    ++figures.arrears_months;
    figures.arrears_fen += bill.amount_fen - bill.paid_fen;
  }
  return figures;
}

int64_t StepReached(const Rule& steps, int32_t before, int32_t after) {
  int64_t reached = 0;
  for (const int64_t step : steps.codes) {
    if (before < step && step <= after) reached = std::max(reached, step);
  }
  return reached;
}

}  // namespace ronghe::membership

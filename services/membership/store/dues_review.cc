#include "services/membership/store/dues_review.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/sql/statement.h"
#include "services/membership/domain/dues/payment.h"
#include "services/membership/store/dues_bill_store.h"

namespace ronghe::membership {
namespace {

event::Draft UnpaidEvent(const DuesAccountRow& account, int64_t step, absl::Time now) {
  return {.type = std::string(kDuesUnpaidChanged),
          .subject = base::Name("members", account.member_id),
          .organization_id = account.organization_id,
          .data = {{"organization", base::Name("organizations", account.organization_id)},
                   {"months", base::Cat(account.unpaid_months)},
                   {"step", base::Cat(step)}},
          .time = now};
}

// The bills of accounts from a month on, by member and month.
absl::StatusOr<std::vector<DuesBillRow>> BillsOf(sql::Session& session,
                                                 std::span<const DuesAccountRow> accounts,
                                                 Month since) {
  std::vector<DuesBillRow> bills;
  for (size_t from = 0; from < accounts.size(); from += sql::kMaxList) {
    std::vector<int64_t> ids;
    for (const DuesAccountRow& account :
         accounts.subspan(from, std::min(sql::kMaxList, accounts.size() - from))) {
      ids.push_back(account.member_id);
    }
    RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesBillRow> some,
                            BillsFrom(session, MonthCode(since), ids));
    bills.insert(bills.end(), some.begin(), some.end());
  }
  return bills;
}

}  // namespace

absl::StatusOr<std::vector<event::Draft>> ReviewAccounts(sql::Session& session,
                                                         std::span<DuesAccountRow> accounts,
                                                         Month now_month, const Rule& steps,
                                                         absl::Time now) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesBillRow> bills,
                          BillsOf(session, accounts, now_month - kReviewedMonths));
  std::vector<event::Draft> drafts;
  size_t next = 0;
  for (DuesAccountRow& account : accounts) {
    std::vector<BillLine> lines;
    for (; next < bills.size() && bills[next].member_id <= account.member_id; ++next) {
      const DuesBillRow& bill = bills[next];
      if (bill.member_id != account.member_id) continue;
      lines.push_back({MonthOf(bill.month), bill.amount_fen, bill.paid_fen, bill.settled});
      account.organization_id = bill.organization_id;
    }
    const AccountFigures figures = FiguresOf(lines);
    const int32_t before = account.unpaid_months;
    account.paid_through = figures.paid_through;
    account.arrears_months = figures.arrears_months;
    account.unpaid_months = figures.unpaid_months;
    account.arrears_fen = figures.arrears_fen;
    account.update_time = now;
    const int64_t reached = StepReached(steps, before, figures.unpaid_months);
    const bool came_down = StepReached(steps, figures.unpaid_months, before) != 0;
    if (reached != 0 || came_down) drafts.push_back(UnpaidEvent(account, reached, now));
  }
  RONGHE_RETURN_IF_ERROR(UpdateDuesAccounts(session, accounts));
  return drafts;
}

}  // namespace ronghe::membership

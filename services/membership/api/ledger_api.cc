#include "services/membership/api/ledger_api.h"

#include <array>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "services/membership/api/collective_decision.h"
#include "services/membership/api/dues_convert.h"
#include "services/membership/api/request.h"
#include "services/membership/domain/decision.h"
#include "services/membership/domain/dues/errors.h"
#include "services/membership/store/ledger_check_store.h"
#include "services/membership/store/ledger_store.h"
#include "services/membership/store/remittance_store.h"

namespace ronghe::membership {
namespace {

constexpr int32_t kShownDifferences = 100;

// The banks of C-18; the rules say by number which are allowed.
constexpr std::array<std::string_view, 6> kBanks = {"ICBC", "ABC", "BOC", "CCB", "BOCOM", "PSBC"};

int64_t BankNumber(std::string_view code) {
  for (size_t i = 0; i < kBanks.size(); ++i) {
    if (kBanks[i] == code) return static_cast<int64_t>(i) + 1;
  }
  return 0;
}

absl::StatusOr<LedgerFund> ReadFund(int32_t code) {
  const std::optional<LedgerFund> fund = FundOf(code);
  if (!fund) return error::InvalidFields({{"fund", "经费类别不在代码表中。"}});
  return *fund;
}

// The account that an income is credited to; nothing when the code means none.
std::optional<LedgerAccount> IncomeAccount(int32_t income) {
  switch (income) {
    case v1::FUND_INCOME_INTEREST:
      return LedgerAccount::kInterest;
    case v1::FUND_INCOME_BUDGET_GRANT:
      return LedgerAccount::kBudgetGrant;
    case v1::FUND_INCOME_PAYROLL_GRANT:
      return LedgerAccount::kPayrollGrant;
    default:
      return std::nullopt;
  }
}

struct YearFigures {
  int64_t income = 0;
  int64_t expense = 0;
  int64_t handed_up = 0;
  int64_t balance = 0;
};

void AddUp(const LedgerBalanceRow& row, int32_t year, YearFigures& figures) {
  const int64_t net = row.debit_fen - row.credit_fen;
  if (HoldsMoney(row.account)) {
    figures.balance += net;
    return;
  }
  if (row.year != year) return;
  switch (row.account) {
    case LedgerAccount::kExpense:
      figures.expense += net;
      break;
    case LedgerAccount::kHandedUp:
    case LedgerAccount::kAllottedBelow:
      figures.handed_up += net;
      break;
    default:
      figures.income -= net;
  }
}

}  // namespace

absl::Status CheckFundUse(const RuleSet& rules, LedgerFund fund, FundUse use) {
  const Rule& rule = rules.Get(fund == LedgerFund::kDues       ? "fund.uses.dues"
                               : fund == LedgerFund::kActivity ? "fund.uses.activity"
                                                               : "fund.uses.work");
  if (rule.Has(static_cast<int64_t>(use))) return absl::OkStatus();
  std::string allowed;
  for (const int64_t code : rule.codes) allowed += base::Cat(allowed.empty() ? "" : ",", code);
  return RuleRefused(rule, "FUND_USE_NOT_ALLOWED", "该项经费不能用于这一用途，三项经费不得混用。",
                     allowed, base::Cat(static_cast<int32_t>(use)));
}

LedgerApi::LedgerApi(service::Writer& writer, MembershipTree& tree, const RuleBooks& books,
                     MotionReader& motions, const rpc::PageTokens& tokens,
                     std::function<void()> nudge)
    : writer_(writer),
      tree_(tree),
      books_(books),
      motions_(motions),
      tokens_(tokens),
      nudge_(std::move(nudge)) {}

absl::StatusOr<v1::FundAccount> LedgerApi::OpenFundAccount(
    rpc::Call& call, const v1::OpenFundAccountRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const LedgerFund fund, ReadFund(request.fund()));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day,
                          PastDay(call, request.has_opened_on(), request.opened_on(), "opened_on"));
  const Rule& banks = books_.Get("dues").On(day).Get("dues.banks");
  if (!banks.Has(BankNumber(request.bank()))) {
    std::string allowed;
    for (const int64_t code : banks.codes) {
      if (code < 1 || code > static_cast<int64_t>(kBanks.size())) continue;
      allowed += base::Cat(allowed.empty() ? "" : ",", kBanks[static_cast<size_t>(code) - 1]);
    }
    return RuleRefused(banks, "DUES_BANK_NOT_ALLOWED", "党费只能存入规定的银行。", allowed,
                       request.bank());
  }
  return writer_.Write<v1::FundAccount>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::FundAccount> {
        RONGHE_RETURN_IF_ERROR(SetFundAccount(tx.session(), {.organization_id = id,
                                                             .fund = fund,
                                                             .bank = request.bank(),
                                                             .opened_on = day,
                                                             .update_time = tx.now()}));
        v1::FundAccount account;
        account.set_name(base::ChildName("organizations", id, "fundAccounts", request.fund()));
        account.set_organization(request.parent());
        account.set_fund(request.fund());
        account.set_bank(request.bank());
        *account.mutable_opened_on() = rpc::ToProto(day);
        tx.Audit(id, account.name());
        return account;
      });
}

absl::StatusOr<v1::LedgerEntry> LedgerApi::PostFundEntry(rpc::Call& call,
                                                         const v1::PostFundEntryRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const LedgerFund fund, ReadFund(request.fund()));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day,
                          PastDay(call, request.has_day(), request.day(), "day"));
  const bool expense = request.use() != v1::FUND_USE_UNSPECIFIED;
  if (expense == (request.income() != v1::FUND_INCOME_UNSPECIFIED)) {
    return error::InvalidFields({{"use", "收入来源和支出用途应填写其中一项。"}});
  }
  LedgerEntryRow entry{.kind = expense ? EntryKind::kExpense : EntryKind::kIncome,
                       .day = day,
                       .posted_by = call.principal().subject};
  Posting posting{.organization_id = id, .fund = fund, .lines = {}};
  if (expense) {
    entry.use = static_cast<FundUse>(request.use());
    RONGHE_RETURN_IF_ERROR(CheckFundUse(books_.Get("dues").On(day), fund, entry.use));
    RONGHE_ASSIGN_OR_RETURN(const MotionVerdict vote,
                            ReadDecision(motions_, call, request.decision()));
    RONGHE_RETURN_IF_ERROR(CheckDecision(vote, request.parent(), id));
    entry.decision = request.decision();
    posting.lines = {Debit(LedgerAccount::kExpense, request.amount_fen()),
                     Credit(LedgerAccount::kBank, request.amount_fen())};
  } else {
    const std::optional<LedgerAccount> income = IncomeAccount(request.income());
    if (!income) return error::InvalidFields({{"income", "收入来源不在代码表中。"}});
    posting.lines = {Debit(LedgerAccount::kBank, request.amount_fen()),
                     Credit(*income, request.amount_fen())};
  }
  return writer_.Write<v1::LedgerEntry>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::LedgerEntry> {
        LedgerEntryRow row = entry;
        row.id = tx.NextId();
        row.create_time = tx.now();
        RONGHE_RETURN_IF_ERROR(PostEntry(tx.session(), row, posting));
        const std::vector<int64_t> ids = {row.id};
        RONGHE_ASSIGN_OR_RETURN(const std::vector<LedgerLineRow> lines, LinesOf(tx.session(), ids));
        tx.Audit(id, base::Name("ledgerEntries", row.id));
        return ToProto(row, lines);
      });
}

absl::StatusOr<v1::LedgerEntry> LedgerApi::ReverseFundEntry(
    rpc::Call& call, const v1::ReverseFundEntryRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "ledgerEntries"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day,
                          PastDay(call, request.has_day(), request.day(), "day"));
  return writer_.Write<v1::LedgerEntry>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::LedgerEntry> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(const LedgerEntryRow entry, LoadEntry(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(entry.organization_id));
        if (!entry.reference_collection.empty()) return LedgerEntryOfPayment();
        RONGHE_ASSIGN_OR_RETURN(
            const LedgerEntryRow reversal,
            PostReversal(session, tx.NextId(), entry, day, call.principal().subject, tx.now()));
        const std::vector<int64_t> ids = {reversal.id};
        RONGHE_ASSIGN_OR_RETURN(const std::vector<LedgerLineRow> lines, LinesOf(session, ids));
        tx.Audit(entry.organization_id, base::Name("ledgerEntries", reversal.id));
        return ToProto(reversal, lines);
      });
}

absl::StatusOr<v1::ListLedgerEntriesResponse> LedgerApi::ListLedgerEntries(
    rpc::Call& call, const v1::ListLedgerEntriesRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const LedgerFund fund, ReadFund(request.fund()));
  const std::string filter = base::Cat(id, "|", static_cast<int32_t>(fund));
  RONGHE_ASSIGN_OR_RETURN(int64_t before,
                          tokens_.OpenNumber(call.method(), filter, request.page_token(),
                                             std::numeric_limits<int64_t>::max()));
  const int32_t size = rpc::PageSize(request.page_size());
  std::vector<LedgerEntryRow> rows;
  std::vector<LedgerLineRow> lines;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(rows, EntriesBefore(session, id, fund, before, size + 1));
        std::vector<int64_t> ids;
        for (const LedgerEntryRow& row : rows) ids.push_back(row.id);
        RONGHE_ASSIGN_OR_RETURN(lines, LinesOf(session, ids));
        return absl::OkStatus();
      }));
  v1::ListLedgerEntriesResponse response;
  for (const LedgerEntryRow& row : rows) {
    if (response.entries_size() == size) {
      response.set_next_page_token(tokens_.Seal(call.method(), filter, base::Cat(before)));
      break;
    }
    *response.add_entries() = ToProto(row, lines);
    before = row.id;
  }
  return response;
}

absl::StatusOr<v1::FundPosition> LedgerApi::GetFundPosition(
    rpc::Call& call, const v1::GetFundPositionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  const int32_t year = request.year();
  const RuleSet& rules = books_.Get("dues").On(absl::CivilDay(year, 12, 31));
  const absl::CivilDay early(year, static_cast<int>(rules.Number("fund.spent_early_month")), 1);
  const org::OrgCounts counts = tree_.tree().Count(id);
  v1::FundPosition position;
  position.set_name(base::ChildName("organizations", id, "fundPositions", year));
  position.set_members(counts.full + counts.probationary);
  return writer_.database().Read(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::FundPosition> {
        position.clear_funds();
        const std::vector<int64_t> ids = {id};
        RONGHE_ASSIGN_OR_RETURN(const std::vector<LedgerBalanceRow> rows, BalancesOf(session, ids));
        std::map<LedgerFund, YearFigures> funds;
        for (const LedgerBalanceRow& row : rows) AddUp(row, year, funds[row.fund]);
        for (const auto& [fund, figures] : funds) {
          v1::FundFigures* const shown = position.add_funds();
          shown->set_fund(static_cast<v1::Fund>(fund));
          shown->set_income_fen(figures.income);
          shown->set_expense_fen(figures.expense);
          shown->set_handed_up_fen(figures.handed_up);
          shown->set_balance_fen(figures.balance);
          if (position.members() > 0) {
            shown->set_per_member_fen(figures.income / position.members());
          }
          if (fund != LedgerFund::kDues && position.members() > 0 &&
              shown->per_member_fen() < rules.Number("fund.per_member_fen")) {
            shown->add_warnings(v1::FUND_WARNING_PER_MEMBER_SHORT);
          }
          RONGHE_ASSIGN_OR_RETURN(
              const int64_t spent,
              SpentBefore(session, id, fund, absl::CivilDay(year, 1, 1), early));
          if (figures.income > 0 &&
              rules.Get("fund.spent_early").ratio.Met(spent, figures.income)) {
            shown->add_warnings(v1::FUND_WARNING_SPENT_EARLY);
          }
        }
        return position;
      });
}

absl::StatusOr<v1::LedgerCheck> LedgerApi::CheckLedger(rpc::Call& call,
                                                       const v1::CheckLedgerRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  absl::StatusOr<v1::LedgerCheck> check = writer_.Write<v1::LedgerCheck>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::LedgerCheck> {
        const LedgerCheckRow row{.id = tx.NextId(), .organization_id = id, .create_time = tx.now()};
        RONGHE_RETURN_IF_ERROR(InsertLedgerCheck(tx.session(), row));
        tx.Audit(id, base::Name("ledgerChecks", row.id));
        return ToProto(row, {});
      });
  if (check.ok()) nudge_();
  return check;
}

absl::StatusOr<v1::LedgerCheck> LedgerApi::GetLedgerCheck(
    rpc::Call& call, const v1::GetLedgerCheckRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), "ledgerChecks"));
  return writer_.database().Read(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::LedgerCheck> {
        RONGHE_ASSIGN_OR_RETURN(const LedgerCheckRow row, LoadLedgerCheck(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
        RONGHE_ASSIGN_OR_RETURN(const std::vector<LedgerDifferenceRow> differences,
                                LedgerDifferencesOf(session, id, kShownDifferences));
        return ToProto(row, differences);
      });
}

}  // namespace ronghe::membership

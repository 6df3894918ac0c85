#include "services/membership/store/ledger_store.h"

#include <utility>

#include "common/base/status_macros.h"
#include "common/sql/error.h"
#include "services/membership/domain/dues/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_LEDGER_ENTRY_COLUMNS                                                  \
  "id, organization_id, fund, kind, day, use_code, decision, reference_collection, " \
  "reference_id, reverses_id, posted_by, create_time"
#define RONGHE_LEDGER_LINE_COLUMNS \
  "entry_id, line, organization_id, fund, account, year, debit_fen, credit_fen"
#define RONGHE_LEDGER_BALANCE_COLUMNS "organization_id, fund, account, year, debit_fen, credit_fen"
#define RONGHE_FUND_REQUEST_COLUMNS                                                         \
  "id, organization_id, decider_id, use_code, amount_fen, allotted_fen, motion, decision, " \
  "state, create_time, decide_time"

struct AccountNet {
  LedgerAccount account = LedgerAccount::kBank;
  int64_t debit_fen = 0;
  int64_t credit_fen = 0;
};
struct Number {
  int64_t number = 0;
};

const sql::Command kInsertEntry("ledger_entry.insert",
                                "INSERT INTO ledger_entry (" RONGHE_LEDGER_ENTRY_COLUMNS
                                ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<LedgerEntryRow> kLoadEntry("ledger_entry.load",
                                            "SELECT " RONGHE_LEDGER_ENTRY_COLUMNS
                                            " FROM ledger_entry WHERE id = ?");
const sql::Query<LedgerEntryRow> kOfReference(
    "ledger_entry.of_reference", "SELECT " RONGHE_LEDGER_ENTRY_COLUMNS
                                 " FROM ledger_entry WHERE reference_collection = ? AND "
                                 "reference_id = ? AND reverses_id IS NULL ORDER BY id");
const sql::Query<LedgerEntryRow> kBefore("ledger_entry.before",
                                         "SELECT " RONGHE_LEDGER_ENTRY_COLUMNS
                                         " FROM ledger_entry WHERE organization_id = ? AND fund = "
                                         "? AND id < ? ORDER BY id DESC LIMIT ?");
const sql::Command kInsertLine("ledger_line.insert",
                               "INSERT INTO ledger_line (" RONGHE_LEDGER_LINE_COLUMNS
                               ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<LedgerLineRow> kLines("ledger_line.of_entries",
                                       "SELECT " RONGHE_LEDGER_LINE_COLUMNS
                                       " FROM ledger_line WHERE entry_id IN (?*) ORDER BY "
                                       "entry_id, line");
const sql::Query<LedgerBalanceRow> kLineSums(
    "ledger_line.sums",
    "SELECT organization_id, fund, account, year, COALESCE(SUM(debit_fen), 0), "
    "COALESCE(SUM(credit_fen), 0) FROM ledger_line WHERE organization_id IN (?*) GROUP BY "
    "organization_id, fund, account, year ORDER BY organization_id, fund, account, year");
const sql::Command kMove("ledger_balance.move",
                         "INSERT INTO ledger_balance (" RONGHE_LEDGER_BALANCE_COLUMNS
                         ") VALUES (?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE debit_fen = "
                         "debit_fen + VALUES(debit_fen), credit_fen = credit_fen + "
                         "VALUES(credit_fen)");
const sql::Query<AccountNet> kLockBalances(
    "ledger_balance.lock",
    "SELECT account, debit_fen, credit_fen FROM ledger_balance WHERE organization_id = ? AND "
    "fund = ? FOR UPDATE");
const sql::Query<LedgerBalanceRow> kBalances(
    "ledger_balance.of_organizations",
    "SELECT " RONGHE_LEDGER_BALANCE_COLUMNS
    " FROM ledger_balance WHERE organization_id IN (?*) ORDER BY organization_id, fund, account, "
    "year");
const sql::Query<UseSum> kUses(
    "ledger_entry.uses",
    "SELECT e.use_code, COALESCE(SUM(l.debit_fen - l.credit_fen), 0) FROM ledger_line l JOIN "
    "ledger_entry e ON e.id = l.entry_id WHERE l.organization_id IN (?*) AND l.fund = ? AND "
    "l.account = 52 AND l.year = ? GROUP BY e.use_code ORDER BY e.use_code");
const sql::Query<Number> kSpent(
    "ledger_entry.spent_before",
    "SELECT COALESCE(SUM(l.debit_fen - l.credit_fen), 0) FROM ledger_line l JOIN ledger_entry e "
    "ON e.id = l.entry_id WHERE l.organization_id = ? AND l.fund = ? AND l.account = 52 AND "
    "e.day >= ? AND e.day < ?");
const sql::Command kSetAccount(
    "fund_account.set",
    "INSERT INTO fund_account (organization_id, fund, bank, opened_on, update_time) VALUES "
    "(?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE bank = VALUES(bank), opened_on = "
    "VALUES(opened_on), update_time = VALUES(update_time)");
const sql::Command kInsertRequest("fund_request.insert",
                                  "INSERT INTO fund_request (" RONGHE_FUND_REQUEST_COLUMNS
                                  ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<FundRequestRow> kLoadRequest("fund_request.load",
                                              "SELECT " RONGHE_FUND_REQUEST_COLUMNS
                                              " FROM fund_request WHERE id = ?");
const sql::Query<FundRequestRow> kLockRequest("fund_request.lock",
                                              "SELECT " RONGHE_FUND_REQUEST_COLUMNS
                                              " FROM fund_request WHERE id = ? FOR UPDATE");
const sql::Command kUpdateRequest("fund_request.update",
                                  "UPDATE fund_request SET allotted_fen = ?, decision = ?, state "
                                  "= ?, decide_time = ? WHERE id = ?");
const sql::Query<FundRequestRow> kRequestsOf(
    "fund_request.of_organization",
    "SELECT " RONGHE_FUND_REQUEST_COLUMNS
    " FROM fund_request WHERE (organization_id = ? OR decider_id = ?) AND id < ? "
    "ORDER BY id DESC LIMIT ?");

absl::StatusOr<FundRequestRow> FoundRequest(absl::StatusOr<std::optional<FundRequestRow>> row,
                                            int64_t id) {
  RONGHE_RETURN_IF_ERROR(row.status());
  if (!row->has_value()) return DuesNotFound("fundRequests", id);
  return **std::move(row);
}

}  // namespace

absl::Status PostEntry(sql::Session& session, LedgerEntryRow& entry, const Posting& posting) {
  RONGHE_RETURN_IF_ERROR(CheckPosting(posting));
  entry.organization_id = posting.organization_id;
  entry.fund = posting.fund;
  std::vector<LedgerLineRow> lines;
  std::vector<LedgerBalanceRow> moves;
  for (const LedgerLine& line : posting.lines) {
    lines.push_back({entry.id, static_cast<int32_t>(lines.size()) + 1, entry.organization_id,
                     entry.fund, line.account, static_cast<int32_t>(entry.day.year()),
                     line.debit_fen, line.credit_fen});
    moves.push_back({entry.organization_id, entry.fund, line.account, lines.back().year,
                     line.debit_fen, line.credit_fen});
  }
  RONGHE_RETURN_IF_ERROR(
      session.InsertMany(kInsertEntry, std::span<const LedgerEntryRow>(&entry, 1)));
  RONGHE_RETURN_IF_ERROR(session.InsertMany(kInsertLine, lines));
  RONGHE_RETURN_IF_ERROR(session.InsertMany(kMove, moves));
  RONGHE_ASSIGN_OR_RETURN(const FundBalances balances,
                          LockBalances(session, entry.organization_id, entry.fund));
  return CheckBalances(balances);
}

absl::StatusOr<LedgerEntryRow> PostReversal(sql::Session& session, int64_t id,
                                            const LedgerEntryRow& entry, absl::CivilDay day,
                                            const std::string& posted_by, absl::Time now) {
  if (entry.kind == EntryKind::kReversal) return LedgerEntryReversed();
  const std::vector<int64_t> ids = {entry.id};
  RONGHE_ASSIGN_OR_RETURN(const std::vector<LedgerLineRow> lines, LinesOf(session, ids));
  Posting posting{.organization_id = entry.organization_id, .fund = entry.fund, .lines = {}};
  for (const LedgerLineRow& line : lines) {
    posting.lines.push_back({line.account, line.debit_fen, line.credit_fen});
  }
  LedgerEntryRow reversal = entry;
  reversal.id = id;
  reversal.kind = EntryKind::kReversal;
  reversal.day = day;
  reversal.reverses_id = entry.id;
  reversal.posted_by = posted_by;
  reversal.create_time = now;
  const absl::Status posted = PostEntry(session, reversal, Reversed(posting));
  if (sql::ViolatedKey(posted) == "ledger_entry_by_reversed") return LedgerEntryReversed();
  RONGHE_RETURN_IF_ERROR(posted);
  return reversal;
}

absl::StatusOr<LedgerEntryRow> LoadEntry(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<LedgerEntryRow> row,
                          session.SelectOne(kLoadEntry, id));
  if (!row) return DuesNotFound("ledgerEntries", id);
  return *row;
}

absl::StatusOr<std::vector<LedgerEntryRow>> EntriesOf(sql::Session& session,
                                                      const Subject& reference) {
  return session.Select(kOfReference, reference.collection, reference.id);
}

absl::StatusOr<std::vector<LedgerEntryRow>> EntriesBefore(sql::Session& session,
                                                          int64_t organization_id, LedgerFund fund,
                                                          int64_t before_id, int32_t limit) {
  return session.Select(kBefore, organization_id, fund, before_id, limit);
}

absl::StatusOr<std::vector<LedgerLineRow>> LinesOf(sql::Session& session,
                                                   std::span<const int64_t> entry_ids) {
  return session.Select(kLines, entry_ids);
}

absl::StatusOr<std::vector<LedgerBalanceRow>> BalancesOf(
    sql::Session& session, std::span<const int64_t> organization_ids) {
  return session.Select(kBalances, organization_ids);
}

absl::StatusOr<FundBalances> LockBalances(sql::Session& session, int64_t organization_id,
                                          LedgerFund fund) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<AccountNet> rows,
                          session.Select(kLockBalances, organization_id, fund));
  FundBalances balances;
  for (const AccountNet& row : rows) balances[row.account] += row.debit_fen - row.credit_fen;
  return balances;
}

absl::StatusOr<std::vector<LedgerBalanceRow>> LineSumsOf(
    sql::Session& session, std::span<const int64_t> organization_ids) {
  return session.Select(kLineSums, organization_ids);
}

absl::StatusOr<std::vector<UseSum>> UsesOf(sql::Session& session, LedgerFund fund, int32_t year,
                                           std::span<const int64_t> organization_ids) {
  return session.Select(kUses, organization_ids, fund, year);
}

absl::StatusOr<int64_t> SpentBefore(sql::Session& session, int64_t organization_id, LedgerFund fund,
                                    absl::CivilDay first, absl::CivilDay before) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<Number> sum,
                          session.SelectOne(kSpent, organization_id, fund, first, before));
  return sum ? sum->number : 0;
}

absl::Status SetFundAccount(sql::Session& session, const FundAccountRow& row) {
  return session.InsertMany(kSetAccount, std::span<const FundAccountRow>(&row, 1));
}

absl::Status InsertFundRequest(sql::Session& session, const FundRequestRow& row) {
  return session.InsertMany(kInsertRequest, std::span<const FundRequestRow>(&row, 1));
}

absl::StatusOr<FundRequestRow> LoadFundRequest(sql::Session& session, int64_t id) {
  return FoundRequest(session.SelectOne(kLoadRequest, id), id);
}

absl::StatusOr<FundRequestRow> LockFundRequest(sql::Session& session, int64_t id) {
  return FoundRequest(session.SelectOne(kLockRequest, id), id);
}

absl::Status UpdateFundRequest(sql::Session& session, const FundRequestRow& row) {
  return session
      .Execute(kUpdateRequest, row.allotted_fen, row.decision, row.state, row.decide_time, row.id)
      .status();
}

absl::StatusOr<std::vector<FundRequestRow>> FundRequestsOf(sql::Session& session,
                                                           int64_t organization_id,
                                                           int64_t before_id, int32_t limit) {
  return session.Select(kRequestsOf, organization_id, organization_id, before_id, limit);
}

}  // namespace ronghe::membership

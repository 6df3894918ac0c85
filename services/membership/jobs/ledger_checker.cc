#include "services/membership/jobs/ledger_checker.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "common/base/status_macros.h"
#include "common/log/log.h"
#include "services/membership/store/ledger_store.h"
#include "services/membership/store/remittance_store.h"

namespace ronghe::membership {
namespace {

constexpr absl::Duration kStep = absl::Seconds(60);
constexpr size_t kOrganizationsAtATime = 64;

using Sums = std::map<int64_t, int64_t>;

template <class Row>
Sums ByOrganization(const std::vector<Row>& rows) {
  Sums sums;
  for (const Row& row : rows) sums[row.organization_id] += row.fen;
  return sums;
}

int64_t At(const Sums& sums, int64_t id) {
  const auto found = sums.find(id);
  return found == sums.end() ? 0 : found->second;
}

// Compares sums that must be equal.
class Comparison {
 public:
  Comparison(std::span<const int64_t> ids, CheckedBooks& books) : ids_(ids), books_(books) {}

  void Equal(const char* rule, const Sums& expected, const Sums& actual) {
    for (const int64_t id : ids_)
      Equal(rule, id, LedgerFund::kDues, At(expected, id), At(actual, id));
  }
  void Equal(const char* rule, int64_t id, LedgerFund fund, int64_t expected, int64_t actual) {
    if (expected == actual) return;
    books_.differences.push_back({.rule = rule,
                                  .organization_id = id,
                                  .fund = fund,
                                  .expected_fen = expected,
                                  .actual_fen = actual});
  }

 private:
  std::span<const int64_t> ids_;
  CheckedBooks& books_;
};

using BalanceKey = std::tuple<int64_t, LedgerFund, LedgerAccount, int32_t>;

std::map<BalanceKey, LedgerBalanceRow> ByKey(std::vector<LedgerBalanceRow> rows) {
  std::map<BalanceKey, LedgerBalanceRow> by_key;
  for (LedgerBalanceRow& row : rows) {
    by_key[{row.organization_id, row.fund, row.account, row.year}] = row;
  }
  return by_key;
}

// Lines against balances, and debit against credit.
void CompareBalances(const std::map<BalanceKey, LedgerBalanceRow>& lines,
                     const std::map<BalanceKey, LedgerBalanceRow>& balances, Comparison& compare,
                     CheckedBooks& books) {
  std::map<std::pair<int64_t, LedgerFund>, std::pair<int64_t, int64_t>> sides;
  std::set<BalanceKey> keys;
  for (const auto& [key, row] : lines) {
    auto& [debit, credit] = sides[{row.organization_id, row.fund}];
    debit += row.debit_fen;
    credit += row.credit_fen;
    books.debit_fen += row.debit_fen;
    books.credit_fen += row.credit_fen;
    keys.insert(key);
  }
  for (const auto& [key, row] : balances) keys.insert(key);
  for (const auto& [where, both] : sides) {
    compare.Equal("BALANCE", where.first, where.second, both.first, both.second);
  }
  for (const BalanceKey& key : keys) {
    const auto line = lines.find(key);
    const auto balance = balances.find(key);
    const LedgerBalanceRow none;
    const LedgerBalanceRow& a = line == lines.end() ? none : line->second;
    const LedgerBalanceRow& b = balance == balances.end() ? none : balance->second;
    compare.Equal("BALANCE", std::get<0>(key), std::get<1>(key), a.debit_fen, b.debit_fen);
    compare.Equal("BALANCE", std::get<0>(key), std::get<1>(key), a.credit_fen, b.credit_fen);
  }
}

// Credit minus debit of accounts of the dues, by organization.
Sums NetOf(const std::map<BalanceKey, LedgerBalanceRow>& lines,
           std::initializer_list<LedgerAccount> accounts) {
  Sums sums;
  for (const auto& [key, row] : lines) {
    for (const LedgerAccount account : accounts) {
      if (row.fund == LedgerFund::kDues && row.account == account) {
        sums[row.organization_id] += row.credit_fen - row.debit_fen;
      }
    }
  }
  return sums;
}

Sums Negated(Sums sums) {
  for (auto& [id, fen] : sums) fen = -fen;
  return sums;
}

}  // namespace

absl::StatusOr<CheckedBooks> CheckBooks(sql::Session& session, std::span<const int64_t> ids) {
  CheckedBooks books;
  Comparison compare(ids, books);
  RONGHE_ASSIGN_OR_RETURN(std::vector<LedgerBalanceRow> line_rows, LineSumsOf(session, ids));
  RONGHE_ASSIGN_OR_RETURN(std::vector<LedgerBalanceRow> balance_rows, BalancesOf(session, ids));
  const auto lines = ByKey(std::move(line_rows));
  CompareBalances(lines, ByKey(std::move(balance_rows)), compare, books);

  RONGHE_ASSIGN_OR_RETURN(const auto allocated, AllocatedToBills(session, ids));
  RONGHE_ASSIGN_OR_RETURN(const auto on_bills, PaidOnBills(session, ids));
  RONGHE_ASSIGN_OR_RETURN(const auto settled, SettledByMonth(session, ids));
  compare.Equal("BILLS", ByOrganization(allocated), ByOrganization(on_bills));
  compare.Equal("BILLS", ByOrganization(on_bills), ByOrganization(settled));

  RONGHE_ASSIGN_OR_RETURN(const auto payments, PaidToOrganizations(session, ids));
  RONGHE_ASSIGN_OR_RETURN(const auto collected, CollectedByMonth(session, ids));
  compare.Equal("PAYMENTS", ByOrganization(payments),
                NetOf(lines, {LedgerAccount::kCollected, LedgerAccount::kVoluntary}));
  compare.Equal("PAYMENTS", ByOrganization(payments), ByOrganization(collected));

  RONGHE_ASSIGN_OR_RETURN(const auto from, ReceivedFrom(session, ids));
  RONGHE_ASSIGN_OR_RETURN(const auto by, ReceivedBy(session, ids));
  compare.Equal("REMITTANCES", ByOrganization(from),
                Negated(NetOf(lines, {LedgerAccount::kHandedUp})));
  compare.Equal("REMITTANCES", ByOrganization(by),
                NetOf(lines, {LedgerAccount::kReceivedFromBelow}));
  RONGHE_ASSIGN_OR_RETURN(const auto in_periods, ReceivedInPeriods(session, ids));
  RONGHE_ASSIGN_OR_RETURN(const auto paid_in_periods, PaidInPeriods(session, ids));
  compare.Equal("REMITTANCES", ByOrganization(paid_in_periods), ByOrganization(in_periods));
  return books;
}

absl::Status LedgerChecker::Run(job::JobContext& context) {
  while (!context.cancelled()) {
    RONGHE_ASSIGN_OR_RETURN(std::optional<LedgerCheckRow> check,
                            context.database().Read(context.DeadlineIn(kStep), NextLedgerCheck));
    if (!check) return absl::OkStatus();
    RONGHE_RETURN_IF_ERROR(tree_.TryCatchUp(context.DeadlineIn(kStep)));
    while (check->state == CheckState::kRunning) {
      if (context.cancelled()) return absl::OkStatus();
      RONGHE_RETURN_IF_ERROR(Step(context, *check));
    }
    log::Info("ledger_check_done", {{"ledger_check", check->id},
                                    {"organizations", check->organizations_done},
                                    {"differences", check->difference_count}});
  }
  return absl::OkStatus();
}

absl::Status LedgerChecker::Step(job::JobContext& context, LedgerCheckRow& check) {
  std::optional<org::OrgPath> after;
  if (!check.position.empty()) {
    RONGHE_RETURN_IF_ERROR(org::ParsePath(check.position, &after.emplace()));
  }
  const std::vector<org::OrgStop> stops =
      tree_.tree().SubtreeStops(check.organization_id, after, kOrganizationsAtATime,
                                [](const org::OrgBrief&) { return true; });
  std::vector<int64_t> ids;
  for (const org::OrgStop& stop : stops) ids.push_back(stop.id);
  CheckedBooks books;
  if (!ids.empty()) {
    RONGHE_ASSIGN_OR_RETURN(books, context.database().ReadSnapshot(
                                       context.DeadlineIn(kStep), [&](sql::Session& session) {
                                         return CheckBooks(session, ids);
                                       }));
  }
  LedgerCheckRow done;
  RONGHE_RETURN_IF_ERROR(context.database().Transact(
      context.DeadlineIn(kStep), [&](sql::Session& session) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(context.CheckLease(session));
        RONGHE_ASSIGN_OR_RETURN(LedgerCheckRow row, LockLedgerCheck(session, check.id));
        std::vector<LedgerDifferenceRow> differences = books.differences;
        for (LedgerDifferenceRow& one : differences) {
          one.check_id = row.id;
          one.ordinal = row.difference_count++;
        }
        RONGHE_RETURN_IF_ERROR(InsertLedgerDifferences(session, differences));
        row.debit_fen += books.debit_fen;
        row.credit_fen += books.credit_fen;
        row.organizations_done += static_cast<int64_t>(ids.size());
        if (stops.empty()) {
          row.state = row.difference_count == 0 ? CheckState::kProven : CheckState::kDifferent;
          row.end_time = context.now();
        } else {
          row.position = org::FormatPath(stops.back().path);
        }
        done = row;
        return UpdateLedgerCheck(session, row);
      }));
  check = done;
  return absl::OkStatus();
}

void AddLedgerJobs(job::JobRunner& jobs, LedgerChecker& checker) {
  jobs.Add(kLedgerCheckJob, absl::Seconds(30),
           [&checker](job::JobContext& context) { return checker.Run(context); });
}

}  // namespace ronghe::membership

#include "services/membership/domain/dues/ledger.h"

#include <limits>

#include "services/membership/domain/dues/errors.h"

namespace ronghe::membership {
namespace {

// No sum of a posting's lines may overflow.
constexpr int64_t kMostFen = int64_t{1} << 50;

bool OneSide(const LedgerLine& line) {
  return line.debit_fen >= 0 && line.credit_fen >= 0 && line.debit_fen <= kMostFen &&
         line.credit_fen <= kMostFen && (line.debit_fen == 0) != (line.credit_fen == 0);
}

}  // namespace

std::optional<LedgerFund> FundOf(int32_t code) {
  if (code < 1 || code > static_cast<int32_t>(LedgerFund::kWork)) return std::nullopt;
  return static_cast<LedgerFund>(code);
}

bool HoldsMoney(LedgerAccount account) {
  return account >= LedgerAccount::kInHand && account <= LedgerAccount::kInTransit;
}

bool FundHas(LedgerFund fund, LedgerAccount account) {
  switch (account) {
    case LedgerAccount::kBank:
    case LedgerAccount::kInterest:
    case LedgerAccount::kExpense:
      return true;
    case LedgerAccount::kBudgetGrant:
      return fund == LedgerFund::kActivity;
    case LedgerAccount::kPayrollGrant:
      return fund == LedgerFund::kWork;
    case LedgerAccount::kInHand:
    case LedgerAccount::kCentralInHand:
    case LedgerAccount::kInTransit:
    case LedgerAccount::kCollected:
    case LedgerAccount::kVoluntary:
    case LedgerAccount::kCentral:
    case LedgerAccount::kReceivedFromBelow:
    case LedgerAccount::kAllottedFromAbove:
    case LedgerAccount::kHandedUp:
    case LedgerAccount::kAllottedBelow:
      return fund == LedgerFund::kDues;
  }
  return false;
}

absl::Status CheckPosting(const Posting& posting) {
  int64_t debit = 0;
  int64_t credit = 0;
  for (const LedgerLine& line : posting.lines) {
    if (!FundHas(posting.fund, line.account)) {
      return LedgerAccountNotOfFund(posting.fund, line.account);
    }
    if (!OneSide(line)) return LedgerUnbalanced(line.debit_fen, line.credit_fen);
    debit += line.debit_fen;
    credit += line.credit_fen;
    if (debit > kMostFen || credit > kMostFen) return LedgerUnbalanced(debit, credit);
  }
  if (debit == 0 || debit != credit) return LedgerUnbalanced(debit, credit);
  return absl::OkStatus();
}

Posting Reversed(const Posting& posting) {
  Posting reversed = posting;
  for (LedgerLine& line : reversed.lines) std::swap(line.debit_fen, line.credit_fen);
  return reversed;
}

void Apply(const Posting& posting, FundBalances& balances) {
  for (const LedgerLine& line : posting.lines) {
    balances[line.account] += line.debit_fen - line.credit_fen;
  }
}

absl::Status CheckBalances(const FundBalances& balances) {
  for (const auto& [account, fen] : balances) {
    if (HoldsMoney(account) && fen < 0) return LedgerOverdrawn(account, -fen);
  }
  return absl::OkStatus();
}

}  // namespace ronghe::membership

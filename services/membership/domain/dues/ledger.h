// Which entries may stand in the books of a fund, and what is left in it (6.6)?
//
// Every posting belongs to one organization and one fund; its lines have no fund of their own, so
// that no posting can move money from one fund to another. Debit and credit are equal, money that
// is not there can't go out, and what is wrong is taken back by a posting with the sides changed.
// Amounts are fen.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DUES_LEDGER_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DUES_LEDGER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace ronghe::membership {

enum class LedgerFund : int32_t { kDues = 1, kActivity = 2, kWork = 3 };
std::optional<LedgerFund> FundOf(int32_t code);

enum class LedgerAccount : int32_t {
  kInHand = 10,
  kBank = 11,
  kCentralInHand = 12,
  kInTransit = 13,
  kCollected = 40,
  kVoluntary = 41,
  kCentral = 42,
  kReceivedFromBelow = 43,
  kAllottedFromAbove = 44,
  kInterest = 45,
  kBudgetGrant = 46,
  kPayrollGrant = 47,
  kHandedUp = 50,
  kAllottedBelow = 51,
  kExpense = 52,
};

enum class EntryKind : int32_t {
  kPayment = 1,
  kConfirmation = 2,
  kRemittance = 3,
  kReceipt = 4,
  kAllotment = 5,
  kIncome = 6,
  kExpense = 7,
  kReversal = 8,
};

enum class FundUse : int32_t {
  kNone = 0,
  kTraining = 1,
  kMaterial = 2,
  kCommendation = 3,
  kDifficulty = 4,
  kDisaster = 5,
  kActivity = 11,
  kWork = 21,
};

// Whether the account holds money: its debit can't be less than its credit.
bool HoldsMoney(LedgerAccount account);
// Whether a fund has the account: only dues are collected, received, allotted and handed up; each
// of the other two has its own grant.
bool FundHas(LedgerFund fund, LedgerAccount account);

struct LedgerLine {
  LedgerAccount account = LedgerAccount::kBank;
  int64_t debit_fen = 0;
  int64_t credit_fen = 0;

  friend bool operator==(const LedgerLine&, const LedgerLine&) = default;
};

struct Posting {
  int64_t organization_id = 0;
  LedgerFund fund = LedgerFund::kDues;
  std::vector<LedgerLine> lines;
};

inline LedgerLine Debit(LedgerAccount account, int64_t fen) { return {account, fen, 0}; }
inline LedgerLine Credit(LedgerAccount account, int64_t fen) { return {account, 0, fen}; }

// Errors: FAILED_PRECONDITION LEDGER_UNBALANCED when a line has not exactly one positive side or
// the sides differ; LEDGER_ACCOUNT_NOT_OF_FUND.
absl::Status CheckPosting(const Posting& posting);

// The posting that takes another back.
Posting Reversed(const Posting& posting);

// Debit minus credit of the accounts of one organization and fund.
using FundBalances = std::map<LedgerAccount, int64_t>;

void Apply(const Posting& posting, FundBalances& balances);

// Errors: FAILED_PRECONDITION LEDGER_OVERDRAWN when an account that holds money is below zero.
absl::Status CheckBalances(const FundBalances& balances);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_DUES_LEDGER_H_

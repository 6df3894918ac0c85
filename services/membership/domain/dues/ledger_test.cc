// Do the books stay right under millions of postings, legal and not, against a plain reference?
#include "services/membership/domain/dues/ledger.h"

#include <array>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "common/error/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ronghe::membership {
namespace {

using Account = LedgerAccount;

constexpr std::array kAccounts = {Account::kInHand,
                                  Account::kBank,
                                  Account::kCentralInHand,
                                  Account::kInTransit,
                                  Account::kCollected,
                                  Account::kVoluntary,
                                  Account::kCentral,
                                  Account::kReceivedFromBelow,
                                  Account::kAllottedFromAbove,
                                  Account::kInterest,
                                  Account::kBudgetGrant,
                                  Account::kPayrollGrant,
                                  Account::kHandedUp,
                                  Account::kAllottedBelow,
                                  Account::kExpense};

Posting Of(LedgerFund fund, std::vector<LedgerLine> lines) {
  return {.organization_id = 1, .fund = fund, .lines = std::move(lines)};
}

TEST(LedgerRules, C_18_6_6_AFundHasItsOwnAccountsOnly) {
  const auto reason = [](LedgerFund fund, Account account) {
    return error::Reason(CheckPosting(Of(fund, {Debit(Account::kBank, 1), Credit(account, 1)})));
  };
  EXPECT_EQ(reason(LedgerFund::kDues, Account::kCollected), "");
  EXPECT_EQ(reason(LedgerFund::kDues, Account::kBudgetGrant), "LEDGER_ACCOUNT_NOT_OF_FUND");
  EXPECT_EQ(reason(LedgerFund::kActivity, Account::kBudgetGrant), "");
  EXPECT_EQ(reason(LedgerFund::kActivity, Account::kCollected), "LEDGER_ACCOUNT_NOT_OF_FUND");
  EXPECT_EQ(reason(LedgerFund::kActivity, Account::kPayrollGrant), "LEDGER_ACCOUNT_NOT_OF_FUND");
  EXPECT_EQ(reason(LedgerFund::kWork, Account::kPayrollGrant), "");
  EXPECT_EQ(reason(LedgerFund::kWork, Account::kHandedUp), "LEDGER_ACCOUNT_NOT_OF_FUND");
}

TEST(LedgerRules, EveryPostingBalances) {
  for (const auto& lines : std::vector<std::vector<LedgerLine>>{
           {},
           {Debit(Account::kBank, 1)},
           {Debit(Account::kBank, 2), Credit(Account::kInterest, 1)},
           {Debit(Account::kBank, 0), Credit(Account::kInterest, 0)},
           {Debit(Account::kBank, -1), Credit(Account::kInterest, -1)},
           {{Account::kBank, 1, 1}, {Account::kInterest, 1, 1}},
           {Debit(Account::kBank, int64_t{1} << 60), Credit(Account::kInterest, int64_t{1} << 60)},
       }) {
    EXPECT_EQ(error::Reason(CheckPosting(Of(LedgerFund::kDues, lines))), "LEDGER_UNBALANCED");
  }
  EXPECT_TRUE(
      CheckPosting(Of(LedgerFund::kDues, {Debit(Account::kBank, 3), Credit(Account::kInterest, 1),
                                          Credit(Account::kVoluntary, 2)}))
          .ok());
}

// What a bookkeeper with a pencil would do: keeps every line for ever, adds up anew each time, and
// knows the rules by heart rather than by code.
class Reference {
 public:
  // "" or the reason of the refusal.
  std::string Judge(const Posting& posting) const {
    int64_t balance = 0;
    int64_t turnover = 0;
    for (const LedgerLine& line : posting.lines) {
      if (!Known(posting.fund, line.account)) return "LEDGER_ACCOUNT_NOT_OF_FUND";
      const bool debit = line.debit_fen > 0 && line.credit_fen == 0;
      const bool credit = line.credit_fen > 0 && line.debit_fen == 0;
      if (!debit && !credit) return "LEDGER_UNBALANCED";
      balance += line.debit_fen - line.credit_fen;
      turnover += line.debit_fen;
    }
    if (balance != 0 || turnover == 0) return "LEDGER_UNBALANCED";
    std::map<Account, int64_t> after = Sums(posting.fund);
    for (const LedgerLine& line : posting.lines) {
      after[line.account] += line.debit_fen - line.credit_fen;
    }
    for (const Account account :
         {Account::kInHand, Account::kBank, Account::kCentralInHand, Account::kInTransit}) {
      if (after[account] < 0) return "LEDGER_OVERDRAWN";
    }
    return "";
  }
  void Enter(const Posting& posting) {
    for (const LedgerLine& line : posting.lines) {
      sums_[posting.fund][line.account] += line.debit_fen - line.credit_fen;
    }
  }
  std::map<Account, int64_t> Sums(LedgerFund fund) const {
    const auto found = sums_.find(fund);
    return found == sums_.end() ? std::map<Account, int64_t>() : found->second;
  }

 private:
  static bool Known(LedgerFund fund, Account account) {
    const int code = static_cast<int>(account);
    if (code == 11 || code == 45 || code == 52) return true;
    if (code == 46) return fund == LedgerFund::kActivity;
    if (code == 47) return fund == LedgerFund::kWork;
    return fund == LedgerFund::kDues;
  }
  std::map<LedgerFund, std::map<Account, int64_t>> sums_;
};

// Two million postings in all, legal and not, in many small books: there money runs short often.
TEST(LedgerModel, MillionsOfPostingsAgreeWithTheReference) {
  constexpr int kRounds = 400;
  constexpr int kPostings = 5'000;
  int64_t accepted = 0;
  std::map<std::string, int64_t> refusals;
  for (int round = 0; round < kRounds; ++round) {
    std::mt19937 random(static_cast<uint32_t>(round));
    const auto draw = [&random](int below) {
      return static_cast<int>(random() % static_cast<uint32_t>(below));
    };
    std::map<LedgerFund, FundBalances> books;
    Reference reference;
    std::vector<Posting> entered;
    std::vector<bool> reversed;
    for (int i = 0; i < kPostings; ++i) {
      Posting posting;
      std::optional<size_t> takes_back;
      if (!entered.empty() && draw(8) == 0) {
        takes_back = static_cast<size_t>(draw(static_cast<int>(entered.size())));
        if (reversed[*takes_back]) continue;
        posting = Reversed(entered[*takes_back]);
      } else {
        posting.organization_id = 1;
        posting.fund = static_cast<LedgerFund>(1 + draw(3));
        const int64_t amount = 1 + draw(1'000);
        const bool plain = draw(3) != 0;
        const auto account = [&] {
          if (plain && draw(2) == 0) return Account::kBank;
          return kAccounts[static_cast<size_t>(draw(static_cast<int>(kAccounts.size())))];
        };
        posting.lines = {Debit(account(), amount), Credit(account(), amount)};
        if (draw(10) == 0) posting.lines[0].debit_fen += draw(3) - 1;
        if (draw(10) == 0) posting.lines[1].credit_fen = -posting.lines[1].credit_fen;
        if (draw(10) == 0) posting.lines.push_back({account(), draw(2), draw(2)});
        if (draw(20) == 0) posting.lines.pop_back();
      }
      FundBalances after = books[posting.fund];
      absl::Status status = CheckPosting(posting);
      if (status.ok()) {
        Apply(posting, after);
        status = CheckBalances(after);
      }
      const std::string expected = reference.Judge(posting);
      ASSERT_EQ(error::Reason(status), expected) << "round " << round << " posting " << i;
      if (!status.ok()) {
        ++refusals[expected];
        continue;
      }
      ++accepted;
      books[posting.fund] = after;
      reference.Enter(posting);
      if (takes_back) {
        reversed[*takes_back] = true;
      } else {
        entered.push_back(posting);
        reversed.push_back(false);
      }
    }
    for (const auto& [fund, balances] : books) {
      int64_t sum = 0;
      for (const auto& [account, fen] : balances) {
        sum += fen;
        ASSERT_EQ(fen, reference.Sums(fund)[account]);
        ASSERT_TRUE(FundHas(fund, account));
        ASSERT_TRUE(!HoldsMoney(account) || fen >= 0);
      }
      ASSERT_EQ(sum, 0);
    }
  }
  // The drive was worth it: every kind of outcome came often.
  EXPECT_GT(accepted, 100'000);
  for (const char* const reason :
       {"LEDGER_UNBALANCED", "LEDGER_ACCOUNT_NOT_OF_FUND", "LEDGER_OVERDRAWN"}) {
    EXPECT_GT(refusals[reason], 20'000) << reason;
  }
}

TEST(LedgerModel, TakingBackEverythingLeavesNothing) {
  std::mt19937 random(7);
  FundBalances balances;
  std::vector<Posting> entered;
  for (int i = 0; i < 10'000; ++i) {
    const int64_t amount = 1 + static_cast<int64_t>(random() % 1'000);
    entered.push_back(Of(LedgerFund::kDues,
                         {Debit(Account::kInHand, amount), Credit(Account::kCollected, amount)}));
    Apply(entered.back(), balances);
  }
  while (!entered.empty()) {
    Apply(Reversed(entered.back()), balances);
    ASSERT_TRUE(CheckBalances(balances).ok());
    entered.pop_back();
  }
  for (const auto& [account, fen] : balances) EXPECT_EQ(fen, 0);
}

}  // namespace
}  // namespace ronghe::membership

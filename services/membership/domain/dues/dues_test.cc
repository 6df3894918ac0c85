// Do the figures of dues come out as the regulations say, row by row?
#include <map>
#include <string>
#include <vector>

#include "common/base/civil.h"
#include "common/error/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/domain/decision.h"
#include "services/membership/domain/dues/payment.h"
#include "services/membership/domain/dues/rates.h"
#include "services/membership/domain/dues/standard.h"
#include "services/membership/domain/month.h"
#include "services/membership/rules/load.h"

namespace ronghe::membership {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr absl::CivilDay kDay(2026, 3, 10);

class DuesRules : public ::testing::Test {
 protected:
  absl::StatusOr<MonthlyDues> Reckon(DuesCategory category, int64_t base_fen) const {
    return ReckonDues(rates_, {.category = category, .base_fen = base_fen});
  }

  const DuesRateBook book_ = *LoadDuesRates(BuiltinDuesRatesFile());
  const DuesRates& rates_ = book_.On(kDay);
  const RuleBooks books_ = *LoadRuleBooks();
  const RuleSet& rules_ = books_.Get("dues").On(kDay);
};

struct RateVector {
  DuesCategory category;
  int64_t base_fen;
  int64_t amount_fen;
  bool capped = false;
};

TEST_F(DuesRules, C_01_TheWholeBaseTakesTheRateOfItsBracket) {
  // The vectors of 11.5.
  for (const RateVector& one : std::vector<RateVector>{
           {DuesCategory::kSalary, 299'999, 1'500},
           {DuesCategory::kSalary, 300'000, 1'500},
           {DuesCategory::kSalary, 300'001, 3'000},
           {DuesCategory::kSalary, 500'000, 5'000},
           {DuesCategory::kSalary, 500'001, 7'500},
           {DuesCategory::kSalary, 1'000'000, 15'000},
           {DuesCategory::kSalary, 1'000'001, 20'000},
           {DuesCategory::kSalary, 5'000'000, 100'000},
           {DuesCategory::kSalary, 6'000'000, 100'000, true},
           {DuesCategory::kAnnualSalary, 300'001, 3'000},
           {DuesCategory::kIrregular, 1'000'001, 20'000},
           {DuesCategory::kRetired, 300'000, 1'500},
           {DuesCategory::kRetired, 500'000, 2'500},
           {DuesCategory::kRetired, 500'001, 5'000},
           {DuesCategory::kRetired, 800'000, 8'000},
           {DuesCategory::kFarmer, 0, 20},
           {DuesCategory::kStudent, 0, 20},
           {DuesCategory::kUnemployed, 0, 20},
           {DuesCategory::kRelief, 0, 20},
           {DuesCategory::kMinimumLiving, 0, 20},
       }) {
    const auto dues = Reckon(one.category, one.base_fen);
    ASSERT_TRUE(dues.ok()) << dues.status();
    EXPECT_EQ(dues->amount_fen, one.amount_fen) << one.base_fen;
    EXPECT_EQ(dues->capped, one.capped) << one.base_fen;
  }
}

TEST_F(DuesRules, C_01_TheAmountNeverFallsAsTheBaseGrows) {
  for (const DuesCategory category : {DuesCategory::kSalary, DuesCategory::kRetired}) {
    int64_t before = 0;
    for (int64_t base = 1; base < 6'000'000; base += 997) {
      const int64_t amount = Reckon(category, base)->amount_fen;
      EXPECT_GE(amount, before) << base;
      before = amount;
    }
  }
}

TEST_F(DuesRules, C_01_WithoutABaseThereIsNoAmount) {
  EXPECT_EQ(error::Reason(Reckon(DuesCategory::kSalary, 0).status()), "DUES_BASE_REQUIRED");
}

TEST_F(DuesRules, C_03_TheCeilingIsFlagged) {
  EXPECT_FALSE(Reckon(DuesCategory::kSalary, 5'000'000)->capped);
  EXPECT_TRUE(Reckon(DuesCategory::kSalary, 5'000'050)->capped);
}

TEST_F(DuesRules, C_22_RoundingIsData) {
  DuesRates rates = rates_;
  const DuesBase base{.category = DuesCategory::kSalary, .base_fen = 254'321};  // 12.71605 yuan
  EXPECT_EQ(ReckonDues(rates, base)->amount_fen, 1'272);
  rates.rounding = Rounding::kJiaoHalfUp;
  EXPECT_EQ(ReckonDues(rates, base)->amount_fen, 1'270);
  rates.rounding = Rounding::kJiaoUp;
  EXPECT_EQ(ReckonDues(rates, base)->amount_fen, 1'280);
}

TEST_F(DuesRules, FarmersPayWhatTheProvinceSetsWithinBounds) {
  const auto pay = [this](int64_t fen) {
    return ReckonDues(rates_, {.category = DuesCategory::kFarmer, .fixed_fen = fen});
  };
  EXPECT_EQ(pay(100)->amount_fen, 100);
  EXPECT_EQ(error::Reason(pay(19).status()), "DUES_FIXED_AMOUNT_OUT_OF_RANGE");
  EXPECT_EQ(error::Reason(pay(101).status()), "DUES_FIXED_AMOUNT_OUT_OF_RANGE");
}

TEST_F(DuesRules, TheBaseIsMadeOfTheItemsThatCount) {
  DuesBase base{.category = DuesCategory::kSalary,
                .items = {{"STATION_WAGE", 200'000}, {"BASIC_PERFORMANCE", 100'001}}};
  EXPECT_EQ(ReckonDues(rates_, base)->amount_fen, 3'000);
  base.items.emplace_back("INCENTIVE_PERFORMANCE", 1);
  EXPECT_EQ(error::Reason(ReckonDues(rates_, base).status()), "DUES_BASE_ITEM_EXCLUDED");
  base.items.back().first = "LOTTERY";
  EXPECT_EQ(error::Reason(ReckonDues(rates_, base).status()), "DUES_BASE_ITEM_UNKNOWN");
}

TEST_F(DuesRules, PerformancePayCountedWholeBefore2017) {
  const DuesBase base{.category = DuesCategory::kSalary, .items = {{"INCENTIVE_PERFORMANCE", 1}}};
  EXPECT_TRUE(ReckonDues(book_.On(absl::CivilDay(2016, 12, 31)), base).ok());
  EXPECT_FALSE(ReckonDues(book_.On(absl::CivilDay(2017, 1, 1)), base).ok());
}

TEST_F(DuesRules, ImpossibleRatesAreRefused) {
  const auto reason = [this](auto spoil) {
    DuesRates rates = rates_;
    spoil(rates);
    return error::Reason(DuesRateBook::Create({rates}).status());
  };
  EXPECT_EQ(reason([](DuesRates&) {}), "");
  EXPECT_EQ(reason([](DuesRates& r) { r.categories.erase(DuesCategory::kRelief); }),
            "RULES_INVALID");
  EXPECT_EQ(reason([](DuesRates& r) {
              r.categories[DuesCategory::kSalary].brackets.back().up_to_fen = 2'000'000;
            }),
            "RULES_INVALID");
  EXPECT_EQ(
      reason([](DuesRates& r) { r.categories[DuesCategory::kSalary].brackets[1].up_to_fen = 1; }),
      "RULES_INVALID");
  EXPECT_EQ(reason([](DuesRates& r) { r.cap_fen = 0; }), "RULES_INVALID");
}

class DuesStandards : public DuesRules {
 protected:
  static Standard Yearly(int64_t amount) {
    return {.category = DuesCategory::kSalary,
            .dues = {.base_fen = amount * 100, .rate_bp = 100, .amount_fen = amount},
            .from = Month(2026, 1),
            .to = Month(2026, 12)};
  }
  // The amount of each month after a plan; -1: none.
  static std::vector<int64_t> Amounts(std::vector<Standard> year, const StandardPlan& plan) {
    for (const auto& [revision, last] : plan.cut) {
      for (Standard& one : year) {
        if (one.revision == revision) one.to = last;
      }
    }
    year.insert(year.end(), plan.added.begin(), plan.added.end());
    std::vector<int64_t> amounts;
    for (int month = 1; month <= 12; ++month) {
      int holding = 0;
      for (const Standard& one : year) holding += one.Holds(Month(2026, month)) ? 1 : 0;
      EXPECT_LE(holding, 1) << month;
      const Standard* const held = StandardIn(year, Month(2026, month));
      amounts.push_back(held == nullptr ? -1 : held->dues.amount_fen);
    }
    return amounts;
  }
};

TEST_F(DuesStandards, C_02_AChangeNeedsAReasonAndTakesEffectNextMonth) {
  const std::vector<Standard> year = {Yearly(100)};
  const MonthlyDues dues{.base_fen = 20'000, .rate_bp = 100, .amount_fen = 200};
  EXPECT_EQ(
      error::Reason(PlanStandardChange(year, DuesCategory::kSalary, dues, ChangeReason::kNone, kDay)
                        .status()),
      "DUES_CHANGE_REASON_REQUIRED");
  const auto plan =
      PlanStandardChange(year, DuesCategory::kSalary, dues, ChangeReason::kWageChanged, kDay);
  ASSERT_TRUE(plan.ok());
  EXPECT_THAT(Amounts(year, *plan),
              ElementsAre(100, 100, 100, 200, 200, 200, 200, 200, 200, 200, 200, 200));
  EXPECT_EQ(error::Reason(PlanStandardChange(year, DuesCategory::kSalary, year[0].dues,
                                             ChangeReason::kWageChanged, kDay)
                              .status()),
            "DUES_STANDARD_UNCHANGED");
  EXPECT_EQ(error::Reason(PlanStandardChange({}, DuesCategory::kSalary, dues,
                                             ChangeReason::kWageChanged, kDay)
                              .status()),
            "DUES_STANDARD_MISSING");
}

TEST_F(DuesStandards, C_02_InDecemberTheNextYearsStandardChangesFromJanuary) {
  const MonthlyDues dues{.base_fen = 20'000, .rate_bp = 100, .amount_fen = 200};
  for (const int day : {1, 31}) {
    const absl::CivilDay today(2025, 12, day);
    const auto change = [&](std::span<const Standard> year) {
      return PlanStandardChange(year, DuesCategory::kSalary, dues, ChangeReason::kRetired, today);
    };
    EXPECT_EQ(error::Reason(change({}).status()), "DUES_CHANGE_TOO_LATE");
    const std::vector<Standard> next_year = {Yearly(100)};  // 2026
    const auto plan = change(next_year);
    ASSERT_TRUE(plan.ok()) << plan.status();
    EXPECT_THAT(Amounts(next_year, *plan), ::testing::Each(200));
    EXPECT_THAT(plan->cut, ElementsAre(std::pair(0, Month(2025, 12))));
  }
}

TEST_F(DuesStandards, C_11_AWageThatChangesIsAReasonLikeTheOthers) {
  const std::vector<Standard> year = {Yearly(100)};
  const MonthlyDues dues{.base_fen = 20'000, .rate_bp = 100, .amount_fen = 200};
  for (const ChangeReason reason : {ChangeReason::kWageChanged, ChangeReason::kRetired,
                                    ChangeReason::kJobChanged, ChangeReason::kCorrected}) {
    const auto plan = PlanStandardChange(year, DuesCategory::kSalary, dues, reason, kDay);
    ASSERT_TRUE(plan.ok());
    EXPECT_EQ(plan->added.front().reason, reason);
    EXPECT_EQ(plan->added.front().from, Month(kDay) + 1);
  }
}

TEST_F(DuesStandards, C_05_AProbationaryMemberPaysFromTheMonthOfTheVote) {
  EXPECT_EQ(FirstMonthOfYear(2026, absl::CivilDay(2026, 6, 30)), Month(2026, 6));
  EXPECT_EQ(FirstMonthOfYear(2026, absl::CivilDay(2010, 6, 30)), Month(2026, 1));
  EXPECT_EQ(FirstMonthOfYear(2026, absl::CivilDay(2027, 1, 1)).year(), 2027);
}

TEST_F(DuesStandards, HardshipReducesSomeMonthsAndTheRestGoesOn) {
  const std::vector<Standard> year = {Yearly(100)};
  const auto plan = PlanReduction(year, 0, Month(2026, 3), Month(2026, 5));
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->added.front().kind, StandardKind::kWaived);
  EXPECT_THAT(Amounts(year, *plan),
              ElementsAre(100, 100, 0, 0, 0, 100, 100, 100, 100, 100, 100, 100));
  EXPECT_EQ(error::Reason(PlanReduction(year, 100, Month(2026, 3), Month(2026, 5)).status()),
            "DUES_REDUCTION_NOT_LOWER");
  const auto whole = PlanReduction(year, 40, Month(2026, 1), Month(2026, 12));
  ASSERT_TRUE(whole.ok());
  EXPECT_THAT(Amounts(year, *whole), ::testing::Each(40));
}

TEST_F(DuesStandards, OverlaysNeverOverlapWhateverTheirOrder) {
  for (int a = 1; a <= 12; ++a) {
    for (int b = a; b <= 12; ++b) {
      for (int c = 1; c <= 12; ++c) {
        for (int d = c; d <= 12; ++d) {
          std::vector<Standard> year = {Yearly(100)};
          for (const auto& [from, to, amount] :
               {std::tuple(a, b, int64_t{50}), std::tuple(c, d, int64_t{25})}) {
            Standard next = Yearly(amount);
            next.from = Month(2026, from);
            next.to = Month(2026, to);
            const StandardPlan plan = Overlay(year, next);
            const std::vector<int64_t> amounts = Amounts(year, plan);
            for (int month = from; month <= to; ++month) {
              ASSERT_EQ(amounts[static_cast<size_t>(month) - 1], amount);
            }
            ASSERT_THAT(amounts, ::testing::Not(::testing::Contains(-1)));
            for (const auto& [revision, last] : plan.cut) {
              year[static_cast<size_t>(revision)].to = last;
            }
            year.insert(year.end(), plan.added.begin(), plan.added.end());
          }
        }
      }
    }
  }
}

class DuesPayments : public DuesRules {
 protected:
  absl::StatusOr<std::vector<Allocation>> Pay(int64_t amount, std::vector<Owed> owed,
                                              bool consent = true, int32_t channel = 1,
                                              std::optional<Month> month = std::nullopt,
                                              bool settled = false) {
    guard_ = Guard();
    return Allocate(rules_,
                    {.amount_fen = amount,
                     .channel = channel,
                     .paid_on = kDay,
                     .month = month,
                     .quarterly_consent = consent},
                    owed, settled, guard_);
  }
  std::string Refusal(const absl::StatusOr<std::vector<Allocation>>& allocations) const {
    return error::Reason(allocations.status());
  }

  const std::vector<Owed> owed_ = {{Month(2026, 1), 100},
                                   {Month(2026, 2), 100},
                                   {Month(2026, 3), 100, false},
                                   {Month(2026, 4), 100, false}};
  Guard guard_;
};

TEST_F(DuesPayments, C_07_TheOldestMonthsAreSettledFirst) {
  const auto paid = Pay(150, owed_);
  ASSERT_TRUE(paid.ok());
  EXPECT_THAT(*paid, ElementsAre(Allocation{Month(2026, 1), 100, true, true},
                                 Allocation{Month(2026, 2), 50, false, true}));
}

TEST_F(DuesPayments, C_07_PayingAheadWithinTheQuarterTakesConsent) {
  std::vector<Owed> owed = {
      {Month(2026, 1), 100, false}, {Month(2026, 2), 100, false}, {Month(2026, 3), 100, false}};
  const auto pay = [&](bool consent) {
    Guard guard;
    return Allocate(rules_,
                    {.amount_fen = 300,
                     .channel = 2,
                     .paid_on = absl::CivilDay(2026, 1, 5),
                     .quarterly_consent = consent},
                    owed, false, guard);
  };
  EXPECT_EQ(Refusal(pay(false)), "DUES_QUARTERLY_CONSENT");
  EXPECT_THAT(*pay(true), SizeIs(3));
}

TEST_F(DuesPayments, C_08_MakingUpMoreThanSixMonthsIsFlagged) {
  const auto late = [this](Month oldest) {
    guard_ = Guard();
    const std::vector<Allocation> allocations = {{oldest, 1, true}};
    return IsLateMakeUp(rules_, kDay, allocations, guard_);
  };
  EXPECT_FALSE(late(Month(2026, 3)));
  EXPECT_THAT(guard_.decisions(), IsEmpty());
  EXPECT_FALSE(late(Month(2025, 9)));
  EXPECT_EQ(guard_.decisions().front().outcome, Outcome::kMet);
  EXPECT_TRUE(late(Month(2025, 8)));
  EXPECT_EQ(guard_.decisions().front().outcome, Outcome::kWarned);
  EXPECT_EQ(guard_.decisions().front().rule_id, "C-08");
}

TEST_F(DuesPayments, C_09_TheStepsOfUnpaidMonths) {
  const Rule& steps = rules_.Get("dues.unpaid_steps");
  EXPECT_EQ(StepReached(steps, 2, 3), 3);
  EXPECT_EQ(StepReached(steps, 3, 4), 0);
  EXPECT_EQ(StepReached(steps, 4, 5), 5);
  EXPECT_EQ(StepReached(steps, 5, 6), 6);
  EXPECT_EQ(StepReached(steps, 0, 9), 6);
  EXPECT_EQ(StepReached(steps, 6, 7), 0);
}

TEST_F(DuesPayments, C_09_APaymentOfAnyMonthEndsTheRow) {
  std::vector<BillLine> bills;
  for (int month = 1; month <= 8; ++month) bills.push_back({Month(2026, month), 100, 0, false});
  AccountFigures figures = FiguresOf(bills);
  EXPECT_EQ(figures.arrears_months, 7);  // the newest month is not past
  EXPECT_EQ(figures.unpaid_months, 7);
  EXPECT_EQ(figures.arrears_fen, 700);
  EXPECT_EQ(figures.paid_through, std::nullopt);
  bills[0] = {Month(2026, 1), 100, 100, true};
  bills[3].paid_fen = 40;
  figures = FiguresOf(bills);
  EXPECT_EQ(figures.arrears_months, 6);
  EXPECT_EQ(figures.unpaid_months, 3);
  EXPECT_EQ(figures.arrears_fen, 560);
  EXPECT_EQ(figures.paid_through, absl::CivilDay(2026, 1, 31));
  for (BillLine& bill : bills) bill = {bill.month, 100, 100, true};
  figures = FiguresOf(bills);
  EXPECT_EQ(figures.arrears_months, 0);
  EXPECT_EQ(figures.paid_through, absl::CivilDay(2026, 8, 31));
}

TEST_F(DuesPayments, C_10_BannedChannelsAreRefusedByTheirArticle) {
  for (const int32_t channel : {90, 91, 92, 0, 5}) {
    const auto paid = Pay(100, owed_, true, channel);
    EXPECT_EQ(Refusal(paid), "DUES_CHANNEL_BANNED") << channel;
    EXPECT_EQ(error::MetadataValue(paid.status(), "rule_id"), "C-10");
  }
  for (const int32_t channel : {1, 2, 3, 4}) EXPECT_TRUE(Pay(100, owed_, true, channel).ok());
}

TEST_F(DuesPayments, C_23_NothingIsTakenBeyondTheQuarterUnlessALocalRuleAllows) {
  EXPECT_EQ(PaidAheadLimit(rules_, kDay), Month(2026, 3));
  EXPECT_EQ(Refusal(Pay(400, owed_)), "DUES_PREPAY_LIMIT");
  EXPECT_TRUE(Pay(300, owed_).ok());
  RuleSet local = rules_;
  local.rules.at("dues.prepay_months").number = 6;
  EXPECT_EQ(PaidAheadLimit(local, kDay), Month(2026, 9));
}

TEST_F(DuesPayments, ANamedMonthTakesNoMoreThanItOwes) {
  EXPECT_THAT(*Pay(60, owed_, false, 1, Month(2026, 2)),
              ElementsAre(Allocation{Month(2026, 2), 60, false, true}));
  EXPECT_EQ(Refusal(Pay(101, owed_, false, 1, Month(2026, 2))), "DUES_AMOUNT_EXCEEDS");
  EXPECT_EQ(Refusal(Pay(100, owed_, false, 1, Month(2025, 2))), "DUES_BILL_MISSING");
  EXPECT_EQ(Refusal(Pay(100, owed_, false, 1, Month(2025, 12), true)), "DUES_BILL_SETTLED");
}

TEST_F(DuesPayments, WhatAPaymentGivesIsWhatItIs) {
  for (int64_t amount = 1; amount <= 300; ++amount) {
    const auto paid = Pay(amount, owed_);
    ASSERT_TRUE(paid.ok());
    int64_t sum = 0;
    for (const Allocation& one : *paid) sum += one.amount_fen;
    EXPECT_EQ(sum, amount);
  }
}

TEST_F(DuesPayments, BillLifeCycle) {
  EXPECT_EQ(StateOfBill(100, 0, false), BillState::kBilled);
  EXPECT_EQ(StateOfBill(100, 0, true), BillState::kReduced);
  EXPECT_EQ(StateOfBill(100, 1, true), BillState::kPartial);
  EXPECT_EQ(StateOfBill(100, 100, false), BillState::kPaid);
  EXPECT_EQ(StateOfBill(0, 0, true), BillState::kWaived);
}

TEST_F(DuesRules, C_04_C_12_C_13_C_14_C_18_C_19_FiguresStandInTheBook) {
  for (const auto& [key, number] : std::map<std::string, int64_t>{
           {"dues.central_from_fen", 100'000},
           {"remit.centre_bp", 500},
           {"remit.local_bp", 1'000},
           {"remit.branch_bp", 10'000},
           {"dues.two_persons", 2},
       }) {
    EXPECT_EQ(rules_.Number(key), number) << key;
  }
  EXPECT_THAT(rules_.Get("dues.banks").codes, SizeIs(6));
}

TEST_F(DuesRules, C_12_PartsAreRoundedHalfUp) {
  EXPECT_EQ(PartOf(1'000'000, 500), 50'000);
  EXPECT_EQ(PartOf(10, 500), 1);  // 0.5
  EXPECT_EQ(PartOf(9, 500), 0);   // 0.45
  EXPECT_EQ(PartOf(-5, 500), 0);
  EXPECT_EQ(PartOf(int64_t{1} << 60, 10'000), int64_t{1} << 60);
  for (int64_t amount = 0; amount < 30'000; amount += 7) {
    for (const int32_t part : {1, 500, 1'000, 2'000, 9'999, 10'000}) {
      EXPECT_EQ(PartOf(amount, part), (amount * part + 5'000) / 10'000);
    }
  }
}

TEST_F(DuesRules, C_15_EachFundPaysForItsOwn) {
  std::map<int64_t, int> payers;
  for (const char* const key : {"fund.uses.dues", "fund.uses.activity", "fund.uses.work"}) {
    for (const int64_t use : rules_.Get(key).codes) ++payers[use];
  }
  for (const auto& [use, funds] : payers) EXPECT_EQ(funds, 1) << use;
  EXPECT_THAT(rules_.Get("fund.uses.dues").codes, SizeIs(5));
}

TEST(DuesMonths, MonthsAndPeriodsAreReadAndWritten) {
  EXPECT_EQ(MonthCode(Month(2026, 3)), 202603);
  EXPECT_EQ(MonthOf(202603), Month(2026, 3));
  EXPECT_EQ(ParseMonth("2026-03"), Month(2026, 3));
  for (const char* const bad : {"", "2026-13", "2026-00", "2026-3", "2026/03", "x026-03"}) {
    EXPECT_EQ(ParseMonth(bad), std::nullopt) << bad;
    EXPECT_EQ(ParsePeriod(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(ParsePeriod("2026")->last, Month(2026, 12));
  EXPECT_EQ(ParsePeriod("2026-Q3")->first, Month(2026, 7));
  EXPECT_EQ(ParsePeriod("2026-Q3")->last, Month(2026, 9));
  EXPECT_EQ(ParsePeriod("2026-Q5"), std::nullopt);
  EXPECT_EQ(QuarterEnd(Month(2026, 1)), Month(2026, 3));
  EXPECT_EQ(QuarterEnd(Month(2026, 12)), Month(2026, 12));
  EXPECT_EQ(LastDay(Month(2028, 2)), absl::CivilDay(2028, 2, 29));
}

TEST(DuesMonths, DL_19_DL_20_DL_21_DaysOfTheYear) {
  EXPECT_EQ(DayInYear(2027, 131), absl::CivilDay(2027, 1, 31));
  EXPECT_EQ(DayInYear(2027, 430), absl::CivilDay(2027, 4, 30));
}

}  // namespace
}  // namespace ronghe::membership

// Do measures of discipline run for their time, and suspend rights while they should?
#include "services/membership/domain/standing/discipline.h"

#include <vector>

#include "common/testing/matchers.h"
#include "gtest/gtest.h"
#include "services/membership/domain/membership.h"
#include "services/membership/rules/load.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::HasReason;

class DisciplineRules : public ::testing::Test {
 protected:
  const RuleBooks books_ = *LoadRuleBooks();
  const RuleSet& rules_ = books_.Get("standing").On(absl::CivilDay(2026, 6, 1));
  Guard guard_;
};

TEST_F(DisciplineRules, D_07_PeriodsAreTwelveEighteenTwentyFourAndOneOrTwoYears) {
  struct Row {
    Measure measure;
    int32_t asked;
    int32_t months;
  };
  for (const Row& row :
       {Row{Measure::kWarning, 0, 12}, Row{Measure::kWarning, 12, 12},
        Row{Measure::kSeriousWarning, 0, 18}, Row{Measure::kPostRemoved, 0, 24},
        Row{Measure::kProbationWithinParty, 12, 12}, Row{Measure::kProbationWithinParty, 24, 24},
        Row{Measure::kExpelled, 0, 0}}) {
    ASSERT_OK_AND_ASSIGN(const int32_t months,
                         EffectMonths(rules_, row.measure, row.asked, guard_));
    EXPECT_EQ(months, row.months);
  }
  EXPECT_THAT(EffectMonths(rules_, Measure::kWarning, 6, guard_), HasReason("D_EFFECT_PERIOD"));
  for (const int32_t months : {0, 6, 18, 36}) {
    EXPECT_THAT(EffectMonths(rules_, Measure::kProbationWithinParty, months, guard_),
                HasReason("D_EFFECT_PERIOD"));
  }
}

TEST_F(DisciplineRules, DL_24_AnEffectEndsOnTheSameDayOfTheMonthOrItsLast) {
  EXPECT_EQ(PeriodFrom(Measure::kWarning, absl::CivilDay(2024, 2, 29), 12).until,
            absl::CivilDay(2025, 2, 28));
  EXPECT_EQ(PeriodFrom(Measure::kSeriousWarning, absl::CivilDay(2026, 8, 31), 18).until,
            absl::CivilDay(2028, 2, 29));
  EXPECT_EQ(PeriodFrom(Measure::kExpelled, absl::CivilDay(2026, 8, 31), 0).until, kOpenEnd);
}

TEST_F(DisciplineRules, D_08_OnlyProbationSuspendsRightsAndUntilTheyAreRestored) {
  const absl::CivilDay from(2026, 3, 1);
  for (const Measure measure :
       {Measure::kWarning, Measure::kSeriousWarning, Measure::kPostRemoved}) {
    const DisciplinePeriod period = PeriodFrom(measure, from, 12);
    EXPECT_FALSE(InEffect(period, from - 1));
    EXPECT_TRUE(InEffect(period, from));
    EXPECT_TRUE(InEffect(period, absl::CivilDay(2027, 2, 28)));
    EXPECT_FALSE(InEffect(period, absl::CivilDay(2027, 3, 1)));
    EXPECT_FALSE(SuspendsRights(period, from));
  }
  DisciplinePeriod probation = PeriodFrom(Measure::kProbationWithinParty, from, 12);
  EXPECT_FALSE(SuspendsRights(probation, from - 1));
  EXPECT_TRUE(SuspendsRights(probation, from));
  // The end of the period alone restores nothing.
  EXPECT_TRUE(SuspendsRights(probation, absl::CivilDay(2030, 1, 1)));
  probation.restored_on = absl::CivilDay(2027, 3, 5);
  EXPECT_TRUE(SuspendsRights(probation, absl::CivilDay(2027, 3, 4)));
  EXPECT_FALSE(SuspendsRights(probation, absl::CivilDay(2027, 3, 5)));
  const std::vector<DisciplinePeriod> both = {PeriodFrom(Measure::kWarning, from, 12), probation};
  EXPECT_TRUE(RightsSuspended(both, from));
  EXPECT_FALSE(RightsSuspended(both, absl::CivilDay(2027, 3, 5)));
  EXPECT_FALSE(RightsSuspended({}, from));
}

TEST_F(DisciplineRules, D_07_AMeasureFromPaperHasTheDaysOfItsDocument) {
  const PastBounds bounds{.joined_on = absl::CivilDay(2010, 7, 1),
                          .recorded_on = absl::CivilDay(2026, 3, 1),
                          .today = absl::CivilDay(2026, 6, 1)};
  const absl::CivilDay decided(2025, 8, 31);
  const auto on = [&](const PastMeasure& past) { return PastPeriod(rules_, past, bounds, guard_); };
  ASSERT_OK_AND_ASSIGN(const DisciplinePeriod warning,
                       on({.decided_on = decided, .effect_from = decided + 1}));
  EXPECT_EQ(warning.from, absl::CivilDay(2025, 9, 1));
  EXPECT_EQ(warning.until, absl::CivilDay(2026, 9, 1));

  // Probation: the rights may have been restored, but not before its end.
  PastMeasure probation{.measure = Measure::kProbationWithinParty,
                        .months = 12,
                        .decided_on = absl::CivilDay(2024, 1, 1),
                        .effect_from = absl::CivilDay(2024, 1, 1),
                        .restored_on = absl::CivilDay(2025, 1, 1)};
  ASSERT_OK_AND_ASSIGN(const DisciplinePeriod restored, on(probation));
  EXPECT_FALSE(SuspendsRights(restored, bounds.today));
  probation.restored_on = absl::CivilDay(2024, 12, 31);
  EXPECT_THAT(on(probation), HasReason("D_PAST_DAYS"));
  probation.restored_on = bounds.today + 1;
  EXPECT_THAT(on(probation), HasReason("D_PAST_DAYS"));
  probation.restored_on.reset();
  probation.months = 18;
  EXPECT_THAT(on(probation), HasReason("D_EFFECT_PERIOD"));
  EXPECT_THAT(on({.decided_on = decided, .effect_from = decided, .restored_on = bounds.today}),
              HasReason("D_PAST_DAYS"));

  // After joining, in order, and not in the future.
  EXPECT_THAT(on({.decided_on = bounds.joined_on - 1, .effect_from = decided}),
              HasReason("D_PAST_DAYS"));
  EXPECT_THAT(on({.decided_on = decided, .effect_from = decided - 1}), HasReason("D_PAST_DAYS"));
  EXPECT_THAT(on({.decided_on = decided, .effect_from = bounds.today + 1}),
              HasReason("D_PAST_DAYS"));
}

TEST_F(DisciplineRules, D_07_FromPaperAfterTheRecordBeganOnlyWithAReason) {
  const PastBounds bounds{.joined_on = absl::CivilDay(2010, 7, 1),
                          .recorded_on = absl::CivilDay(2026, 3, 1),
                          .today = absl::CivilDay(2026, 6, 1)};
  PastMeasure past{.decided_on = bounds.recorded_on - 1, .effect_from = bounds.recorded_on};
  EXPECT_OK(PastPeriod(rules_, past, bounds, guard_));
  past.decided_on = bounds.recorded_on;
  EXPECT_THAT(PastPeriod(rules_, past, bounds, guard_), HasReason("D_PAST_AFTER_RECORD"));
  past.explained = true;
  Guard guard;
  EXPECT_OK(PastPeriod(rules_, past, bounds, guard));
  EXPECT_EQ(guard.decisions().front().outcome, Outcome::kWaived);
}

}  // namespace
}  // namespace ronghe::membership

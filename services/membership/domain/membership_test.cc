#include "services/membership/domain/membership.h"

#include "common/error/error.h"
#include "gtest/gtest.h"

namespace ronghe::membership {
namespace {

constexpr absl::CivilDay kToday(2026, 11, 23);
constexpr Membership kFullIn1{.organization_id = 1, .category = Category::kFull};
constexpr Membership kProbationaryIn1{.organization_id = 1, .category = Category::kProbationary};
constexpr Membership kFullIn2{.organization_id = 2, .category = Category::kFull};
const Interval kOpen{kProbationaryIn1, absl::CivilDay(2026, 1, 10)};

TEST(MembershipTest, VotingOf11_2) {
  EXPECT_TRUE(kFullIn1.voting());
  EXPECT_FALSE(kProbationaryIn1.voting());
  Membership membership = kFullIn1;
  membership.voting_suspended = true;
  EXPECT_FALSE(membership.voting());
  EXPECT_TRUE(membership.counted());
  membership = kFullIn1;
  membership.standing = Standing::kSuspended;
  EXPECT_FALSE(membership.voting());
  EXPECT_FALSE(membership.counted());
}

TEST(PlanChangeTest, LaterDayClosesAndOpens) {
  const absl::CivilDay day(2026, 6, 1);
  EXPECT_EQ(PlanChange(kOpen, kFullIn1, day, kToday).value(),
            (ChangePlan{ChangePlan::Kind::kCloseAndOpen, day}));
}

TEST(PlanChangeTest, SameDayAmends) {
  EXPECT_EQ(PlanChange(kOpen, kFullIn2, kOpen.from, kToday).value(),
            (ChangePlan{ChangePlan::Kind::kAmend, kOpen.from}));
}

TEST(PlanChangeTest, LeavingCloses) {
  Membership left = kProbationaryIn1;
  left.standing = Standing::kLeft;
  EXPECT_EQ(PlanChange(kOpen, left, kToday, kToday).value(),
            (ChangePlan{ChangePlan::Kind::kClose, kToday}));
  EXPECT_EQ(error::Reason(PlanChange(kOpen, left, kOpen.from, kToday).status()),
            "EFFECTIVE_DATE_BEFORE_INTERVAL");
}

TEST(PlanChangeTest, SuspensionIsNoEnd) {
  Membership suspended = kProbationaryIn1;
  suspended.standing = Standing::kSuspended;
  EXPECT_EQ(PlanChange(kOpen, suspended, kToday, kToday)->kind, ChangePlan::Kind::kCloseAndOpen);
}

TEST(PlanChangeTest, Refusals) {
  EXPECT_EQ(error::Reason(PlanChange(kOpen, kFullIn1, kToday + 1, kToday).status()),
            "EFFECTIVE_DATE_IN_FUTURE");
  EXPECT_EQ(error::Reason(PlanChange(kOpen, kFullIn1, kOpen.from - 1, kToday).status()),
            "EFFECTIVE_DATE_BEFORE_INTERVAL");
  EXPECT_EQ(error::Reason(PlanChange(kOpen, kProbationaryIn1, kToday, kToday).status()),
            "MEMBER_UNCHANGED");
}

TEST(FirstIntervalsTest, FromTheLaterOfJoiningAndTheDay) {
  const absl::CivilDay joined(2010, 7, 1);
  const absl::CivilDay converted(2011, 7, 1);
  EXPECT_EQ(FirstIntervals(kFullIn1, joined, converted, absl::CivilDay(2026, 9, 1)),
            (std::vector<Interval>{{kFullIn1, absl::CivilDay(2026, 9, 1), kOpenEnd}}));
  EXPECT_EQ(FirstIntervals(kProbationaryIn1, absl::CivilDay(2026, 10, 1), std::nullopt,
                           absl::CivilDay(2026, 9, 1)),
            (std::vector<Interval>{{kProbationaryIn1, absl::CivilDay(2026, 10, 1), kOpenEnd}}));
}

TEST(FirstIntervalsTest, ConversionAfterTheDayGivesTwo) {
  const absl::CivilDay converted(2026, 10, 15);
  EXPECT_EQ(
      FirstIntervals(kFullIn1, absl::CivilDay(2025, 10, 15), converted, absl::CivilDay(2026, 9, 1)),
      (std::vector<Interval>{{kProbationaryIn1, absl::CivilDay(2026, 9, 1), converted},
                             {kFullIn1, converted, kOpenEnd}}));
}

TEST(StandingYearsTest, WholeYearsWithAdjustment) {
  const absl::CivilDay converted(2011, 11, 24);
  EXPECT_EQ(StandingYears(converted, 0, kToday), 14);
  EXPECT_EQ(StandingYears(converted, 0, kToday + 1), 15);
  EXPECT_EQ(StandingYears(converted, 1, kToday), 15);
  EXPECT_EQ(StandingYears(converted, -1000, kToday), 0);
  EXPECT_EQ(StandingYears(std::nullopt, 0, kToday), 0);
}

}  // namespace
}  // namespace ronghe::membership

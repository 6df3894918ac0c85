#include "services/membership/domain/statistics/flow.h"

#include "gtest/gtest.h"

namespace ronghe::membership {
namespace {

constexpr FlowEnd kNowhere;
constexpr FlowEnd kBranch{11, 1, 10};
constexpr FlowEnd kOtherBranch{12, 1, 10};
constexpr FlowEnd kSuspended{11, 1, 20};
constexpr FlowEnd kLeft{0, 1, 30};

TEST(FlowTest, WhoIsAdmittedComes) {
  const auto arrival = Arrival(kNowhere, {11, 2, 10});
  ASSERT_TRUE(arrival.has_value());
  EXPECT_EQ(arrival->source, Source::kGain);
  EXPECT_EQ(arrival->organization_id, 11);
  EXPECT_EQ(arrival->counterpart_id, 0);
  EXPECT_EQ(arrival->category, 2);
  EXPECT_FALSE(Departure(kNowhere, {11, 2, 10}).has_value());
}

TEST(FlowTest, WhoMovesLeavesOneAndComesToTheOther) {
  const auto arrival = Arrival(kBranch, kOtherBranch);
  const auto departure = Departure(kBranch, kOtherBranch);
  ASSERT_TRUE(arrival && departure);
  EXPECT_EQ(arrival->source, Source::kGain);
  EXPECT_EQ(arrival->counterpart_id, 11);
  EXPECT_EQ(departure->source, Source::kLoss);
  EXPECT_EQ(departure->organization_id, 11);
  EXPECT_EQ(departure->counterpart_id, 12);
}

TEST(FlowTest, ConversionIsNeitherIncreaseNorDecrease) {
  const FlowEnd before{11, 2, 10};
  const auto arrival = Arrival(before, kBranch);
  ASSERT_TRUE(arrival.has_value());
  EXPECT_EQ(arrival->source, Source::kChange);
  EXPECT_FALSE(Departure(before, kBranch).has_value());
}

TEST(FlowTest, SuspensionEndsAndRestorationBeginsBeingCounted) {
  EXPECT_FALSE(Arrival(kBranch, kSuspended).has_value());
  ASSERT_TRUE(Departure(kBranch, kSuspended).has_value());
  EXPECT_EQ(Departure(kBranch, kSuspended)->counterpart_id, 0);
  ASSERT_TRUE(Arrival(kSuspended, kBranch).has_value());
  EXPECT_EQ(Arrival(kSuspended, kBranch)->source, Source::kGain);
  EXPECT_FALSE(Departure(kSuspended, kBranch).has_value());
  EXPECT_FALSE(Departure(kSuspended, kLeft).has_value());
}

TEST(FlowTest, MovesCountAsTransfersAndWholeUnitsStayWhole) {
  EXPECT_EQ(CountedCode(ChangeCode::kMoved, Source::kGain), ChangeCode::kInCounty);
  EXPECT_EQ(CountedCode(ChangeCode::kMoved, Source::kLoss), ChangeCode::kOut);
  EXPECT_EQ(CountedCode(ChangeCode::kInCity, Source::kLoss), ChangeCode::kOut);
  EXPECT_EQ(CountedCode(ChangeCode::kInWholeUnit, Source::kLoss), ChangeCode::kOutWholeUnit);
  EXPECT_EQ(CountedCode(ChangeCode::kInNation, Source::kGain), ChangeCode::kInNation);
  EXPECT_EQ(CountedCode(ChangeCode::kDeceased, Source::kLoss), ChangeCode::kDeceased);
}

}  // namespace
}  // namespace ronghe::membership

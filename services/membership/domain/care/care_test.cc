#include "services/membership/domain/care/care.h"

#include "common/error/error.h"
#include "gtest/gtest.h"
#include "services/membership/rules/load.h"

namespace ronghe::membership {
namespace {

class CareRules : public ::testing::Test {
 protected:
  const RuleBooks books_ = *LoadRuleBooks();
  const RuleSet& rules_ = books_.Get("care").On(absl::CivilDay(2026, 11, 30));
};

TEST_F(CareRules, CARE_01_CARE_02_FiftyYearsByTheFirstOfJuly) {
  EXPECT_EQ(LatestForMedal(rules_, 2026), absl::CivilDay(1976, 7, 1));
  const absl::CivilDay awarded(2026, 6, 20);
  EXPECT_TRUE(CheckMedal(rules_, absl::CivilDay(1976, 7, 1), awarded).ok());
  const absl::Status late = CheckMedal(rules_, absl::CivilDay(1976, 7, 2), awarded);
  EXPECT_EQ(error::Reason(late), "HONOUR_FIFTY_YEARS");
  EXPECT_EQ(error::MetadataValue(late, "rule_id"), "CARE-01");
  EXPECT_EQ(error::MetadataValue(late, "required"), "1976-07-01");
  EXPECT_FALSE(CheckMedal(rules_, std::nullopt, awarded).ok());
}

TEST_F(CareRules, StandingTakesTheAdjustmentIn) {
  EXPECT_EQ(StandingSince(absl::CivilDay(1980, 3, 31), 1), absl::CivilDay(1980, 2, 29));
  EXPECT_EQ(StandingSince(absl::CivilDay(1980, 3, 31), 0), absl::CivilDay(1980, 3, 31));
}

TEST_F(CareRules, RP_01_HoldersAreOfNormalStanding) {
  Guard guard;
  EXPECT_TRUE(CheckHolder(rules_, {.organization_id = 1}, false, guard).ok());
  EXPECT_EQ(guard.decisions().size(), 2u);
  for (const Standing standing : {Standing::kSuspended, Standing::kLeft, Standing::kDeceased}) {
    EXPECT_EQ(error::Reason(CheckHolder(rules_, {1, Category::kFull, standing}, false, guard)),
              "RP_HOLDER_INACTIVE");
  }
}

TEST_F(CareRules, RP_02_HoldersAreUnderNoMeasure) {
  Guard guard;
  EXPECT_EQ(error::Reason(CheckHolder(rules_, {.organization_id = 1}, true, guard)),
            "RP_HOLDER_UNDER_DISCIPLINE");
}

TEST_F(CareRules, RP_03_ReviewedByTheEndOfTheYear) {
  EXPECT_EQ(ReviewDay(rules_, 2026), absl::CivilDay(2026, 12, 31));
}

TEST_F(CareRules, AProjectGoesStageByStage) {
  using enum ProjectStage;
  for (const ProjectStage from : {kNone, kPlanned, kRunning, kFinished}) {
    for (const ProjectStage to : {kPlanned, kRunning, kFinished}) {
      const bool next =
          (from == kPlanned && to == kRunning) || (from == kRunning && to == kFinished);
      EXPECT_EQ(CheckStage(from, to).ok(), next);
    }
  }
}

}  // namespace
}  // namespace ronghe::membership

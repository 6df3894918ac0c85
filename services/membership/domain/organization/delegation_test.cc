#include "services/membership/domain/organization/delegation.h"

#include <string>
#include <vector>

#include "common/error/error.h"
#include "gtest/gtest.h"
#include "services/membership/rules/load.h"

namespace ronghe::membership {
namespace {

class DelegationRules : public ::testing::Test {
 protected:
  std::string Units(const std::vector<SendingUnit>& units) {
    return error::Reason(CheckUnits(guard_, elections_, units));
  }
  std::string Number(int64_t sent, bool all) {
    return error::Reason(CheckNumber(guard_, elections_, 7, 3, sent, all));
  }

  const RuleBooks books_ = *LoadRuleBooks();
  const RuleSet& elections_ = books_.Get("election").On(absl::CivilDay(2026, 11, 30));
  Guard guard_;
};

TEST_F(DelegationRules, X_01_EveryDelegateComesFromOneUnitOfTheOrganization) {
  const SendingUnit sound{.unit_id = 7, .elects = true, .below = true};
  EXPECT_EQ(Units({sound, {.unit_id = 8, .elects = true, .below = true}}), "");
  EXPECT_EQ(Units({sound, {.unit_id = 8, .elects = false, .below = true}}), "DELEGATE_UNITS");
  EXPECT_EQ(Units({sound, {.unit_id = 8, .elects = true, .below = false}}), "DELEGATE_UNITS");
  const std::vector<SendingUnit> nested = {
      sound, {.unit_id = 8, .elects = true, .below = true, .nested = true}};
  const absl::Status refused = CheckUnits(guard_, elections_, nested);
  EXPECT_EQ(error::Reason(refused), "DELEGATE_UNITS");
  EXPECT_EQ(error::MetadataValue(refused, "rule_id"), "X-01");
  EXPECT_EQ(error::MetadataValue(refused, "actual"), "organizations/8");
}

TEST_F(DelegationRules, X_01_AUnitSendsAsManyAsWereFixed) {
  EXPECT_EQ(Number(2, /*all=*/false), "");
  EXPECT_EQ(Number(3, /*all=*/false), "");
  EXPECT_EQ(Number(4, /*all=*/false), "DELEGATES_TOO_MANY");
  EXPECT_EQ(Number(3, /*all=*/true), "");
  for (const int64_t sent : {0, 2, 4}) {
    EXPECT_EQ(Number(sent, /*all=*/true), "DELEGATES_MISSING") << sent;
  }
  const absl::Status refused = CheckNumber(guard_, elections_, 7, 3, 2, /*all=*/true);
  EXPECT_EQ(error::MetadataValue(refused, "rule_id"), "X-01");
  EXPECT_EQ(error::MetadataValue(refused, "required"), "organizations/7 = 3");
  EXPECT_EQ(error::MetadataValue(refused, "actual"), "2");
}

TEST_F(DelegationRules, X_02_DelegatesAreVotingMembersOfTheirUnit) {
  const DelegateFacts sound{.member_id = 1, .belongs = true, .voting = true};
  EXPECT_TRUE(CheckDelegates(guard_, elections_, std::vector<DelegateFacts>{sound, sound}).ok());
  for (const DelegateFacts& wrong : {DelegateFacts{.member_id = 2, .voting = true},
                                     DelegateFacts{.member_id = 2, .belongs = true}}) {
    const absl::Status refused =
        CheckDelegates(guard_, elections_, std::vector<DelegateFacts>{sound, wrong});
    EXPECT_EQ(error::Reason(refused), "DELEGATE_NOT_ELIGIBLE");
    EXPECT_EQ(error::MetadataValue(refused, "rule_id"), "X-02");
    EXPECT_EQ(error::MetadataValue(refused, "actual"), "members/2");
  }
}

TEST_F(DelegationRules, TheyAreRegisteredBetweenReplyAndResult) {
  for (int state = 1; state <= 10; ++state) {
    const absl::Status status = CheckDelegationOpen(static_cast<ElectionState>(state));
    EXPECT_EQ(status.ok(), state >= 3 && state <= 5) << state;
    if (!status.ok()) {
      EXPECT_EQ(error::Reason(status), "ELECTION_STATE");
    }
  }
}

}  // namespace
}  // namespace ronghe::membership

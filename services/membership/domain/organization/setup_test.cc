#include "services/membership/domain/organization/setup.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/rules/load.h"

namespace ronghe::membership {
namespace {

using Day = absl::CivilDay;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SetupFindings : public ::testing::Test {
 protected:
  // A branch that lacks nothing.
  SetupFacts Sound() const {
    return {.kind = kBranchKind,
            .holds_members = true,
            .full = 20,
            .probationary = 1,
            .subtree_members = 21,
            .groups = 2,
            .units = 1,
            .committee = 5,
            .has_secretary = true,
            .secretary_post = "members/1/posts/2",
            .secretary_converted_on = Day(2011, 7, 1),
            .term = LateFacts{"terms/1", Day(2028, 1, 1), "B-21", "set", "source"}};
  }
  std::vector<Finding> All(const SetupFacts& facts) const {
    return CheckSetup({setup_, elections_, workers_}, facts, day_, FindingSet().set());
  }
  std::vector<Finding> Only(FindingCode code, const SetupFacts& facts) const {
    FindingSet wanted;
    wanted.set(static_cast<size_t>(code));
    return CheckSetup({setup_, elections_, workers_}, facts, day_, wanted);
  }
  bool Found(FindingCode code, const SetupFacts& facts) const { return !Only(code, facts).empty(); }

  const Day day_ = Day(2026, 11, 30);
  const RuleBooks books_ = *LoadRuleBooks();
  const RuleSet& setup_ = books_.Get("organization").On(day_);
  const RuleSet& elections_ = books_.Get("election").On(day_);
  const RuleSet& workers_ = books_.Get("party_worker").On(day_);
};

TEST_F(SetupFindings, ASoundBranchHasNone) { EXPECT_THAT(All(Sound()), IsEmpty()); }

TEST_F(SetupFindings, B_01_BelowThreeFullMembersAJointBranchIsOffered) {
  SetupFacts facts = Sound();
  facts.full = 3;
  EXPECT_FALSE(Found(FindingCode::kBelowMinimum, facts));
  facts.full = 2;
  facts.probationary = 9;  // they don't count
  const auto findings = Only(FindingCode::kBelowMinimum, facts);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].rule_id, "B-01");
  EXPECT_EQ(findings[0].rule_set, "organization/2018-10-28");
  EXPECT_EQ(findings[0].required, ">= 3");
  EXPECT_EQ(findings[0].actual, "2");
  EXPECT_THAT(findings[0].offered, ElementsAre(kJointBranchKind));
  facts.kind = kJointBranchKind;
  EXPECT_FALSE(Found(FindingCode::kBelowMinimum, facts));
}

TEST_F(SetupFindings, B_02_MoreThanFiftyMembers) {
  SetupFacts facts = Sound();
  facts.full = 49;
  EXPECT_FALSE(Found(FindingCode::kAboveNormalSize, facts));
  facts.probationary = 2;
  EXPECT_TRUE(Found(FindingCode::kAboveNormalSize, facts));
}

TEST_F(SetupFindings, B_03_AJointBranchOfMoreThanFiveUnits) {
  SetupFacts facts = Sound();
  facts.units = 6;
  EXPECT_FALSE(Found(FindingCode::kTooManyUnits, facts));
  facts.kind = kJointBranchKind;
  EXPECT_TRUE(Found(FindingCode::kTooManyUnits, facts));
  facts.units = 5;
  EXPECT_FALSE(Found(FindingCode::kTooManyUnits, facts));
}

TEST_F(SetupFindings, B_04_Seed33_1d_ASiteOfSixMonthsWithThreeFullMembers) {
  SetupFacts facts{.kind = kCommitteeKind};
  facts.sites = {{"units/1/sites/1", Day(2026, 1, 1), Day(2026, 6, 30), 3},
                 {"units/1/sites/2", Day(2026, 1, 1), Day(2026, 6, 29), 3},
                 {"units/1/sites/3", Day(2026, 1, 1), Day(2027, 6, 30), 2},
                 {"units/1/sites/4", Day(2026, 1, 1), std::nullopt, 3}};
  const auto findings = Only(FindingCode::kSiteWithoutBranch, facts);
  ASSERT_THAT(findings, SizeIs(2));
  EXPECT_EQ(findings[0].subject, "units/1/sites/1");
  EXPECT_EQ(findings[1].subject, "units/1/sites/4");
  EXPECT_THAT(findings[0].offered, ElementsAre(631, 632, 931, 932));
}

TEST_F(SetupFindings, B_05_ManyWhoFloat) {
  SetupFacts facts = Sound();
  facts.floating = 9;
  EXPECT_FALSE(Found(FindingCode::kFloatingBranchDue, facts));
  facts.floating = 10;
  EXPECT_TRUE(Found(FindingCode::kFloatingBranchDue, facts));
}

TEST_F(SetupFindings, B_06_ATemporaryOneHoldsNobodyAndHasNoTerm) {
  SetupFacts facts{.kind = 931, .temporary = true};
  EXPECT_THAT(All(facts), IsEmpty());
  facts.term = LateFacts{"terms/1", Day(2020, 1, 1), "B-21", "set", "source"};
  EXPECT_THAT(All(facts), SizeIs(1));
  facts.term.reset();
  facts.full = 1;
  const auto findings = All(facts);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].code, FindingCode::kTemporaryExceeded);
}

TEST_F(SetupFindings, B_07_ALateReply) {
  SetupFacts facts = Sound();
  facts.replies_late = {{"foundingCases/1", Day(2026, 10, 1), "B-07", "set", "source"}};
  const auto findings = All(facts);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].subject, "foundingCases/1");
  EXPECT_EQ(findings[0].required, "<= 2026-10-01");
}

TEST_F(SetupFindings, B_08_AGeneralBranchHasFiftyToNinetyNine) {
  SetupFacts facts{.kind = kGeneralBranchKind};
  for (const auto& [members, rule] : std::vector<std::pair<int64_t, std::string>>{
           {49, "B-08"}, {50, ""}, {99, ""}, {100, "B-09"}}) {
    facts.subtree_members = members;
    facts.size_approved = false;
    const auto findings = Only(FindingCode::kGeneralBranchSize, facts);
    EXPECT_EQ(findings.empty() ? "" : findings[0].rule_id, rule) << members;
    facts.size_approved = true;
    EXPECT_FALSE(Found(FindingCode::kGeneralBranchSize, facts));
  }
}

TEST_F(SetupFindings, B_09_ACommitteeHasAHundred) {
  SetupFacts facts{.kind = kCommitteeKind, .subtree_members = 99};
  EXPECT_TRUE(Found(FindingCode::kCommitteeSize, facts));
  facts.local = true;
  EXPECT_FALSE(Found(FindingCode::kCommitteeSize, facts));
  facts.local = false;
  facts.size_approved = true;
  EXPECT_FALSE(Found(FindingCode::kCommitteeSize, facts));
  facts.size_approved = false;
  facts.subtree_members = 100;
  EXPECT_FALSE(Found(FindingCode::kCommitteeSize, facts));
}

TEST_F(SetupFindings, B_09_B_15_B_20_AreOfBasicLevelCommitteesAlone) {
  SetupFacts facts{.kind = kCommitteeKind, .subtree_members = 600};
  EXPECT_TRUE(Found(FindingCode::kDelegatesAdvised, facts));
  const auto missing = Only(FindingCode::kTermMissing, facts);
  ASSERT_THAT(missing, SizeIs(1));
  EXPECT_EQ(missing[0].rule_id, "B-20");
  facts.local = true;
  facts.has_secretary = true;
  EXPECT_THAT(All(facts), IsEmpty());
}

TEST_F(SetupFindings, B_10_SevenFullMembersHaveACommitteeOfThreeToSeven) {
  SetupFacts facts = Sound();
  facts.full = 7;
  for (const auto& [committee, code] :
       std::vector<std::pair<int64_t, FindingCode>>{{0, FindingCode::kCommitteeMissing},
                                                    {2, FindingCode::kCommitteeMissing},
                                                    {8, FindingCode::kCommitteeTooLarge}}) {
    facts.committee = committee;
    EXPECT_TRUE(Found(code, facts)) << committee;
  }
  for (const int64_t committee : {3, 5, 7}) {
    facts.committee = committee;
    EXPECT_FALSE(Found(FindingCode::kCommitteeMissing, facts));
    EXPECT_FALSE(Found(FindingCode::kCommitteeTooLarge, facts));
  }
  facts.full = 6;
  facts.committee = 0;
  EXPECT_FALSE(Found(FindingCode::kCommitteeMissing, facts));
}

TEST_F(SetupFindings, B_11_FewerHaveASecretaryAlone) {
  SetupFacts facts = Sound();
  facts.full = 6;
  facts.committee = 2;  // secretary and deputy
  EXPECT_FALSE(Found(FindingCode::kCommitteeNotDue, facts));
  facts.committee = 3;
  EXPECT_TRUE(Found(FindingCode::kCommitteeNotDue, facts));
  EXPECT_FALSE(Found(FindingCode::kSecretaryMissing, facts));
  facts.has_secretary = false;
  EXPECT_TRUE(Found(FindingCode::kSecretaryMissing, facts));
}

TEST_F(SetupFindings, B_12_TheSecretaryHasBeenFullForAYear) {
  SetupFacts facts = Sound();
  facts.secretary_converted_on = Day(2025, 11, 30);
  EXPECT_FALSE(Found(FindingCode::kSecretaryStanding, facts));
  facts.secretary_converted_on = Day(2025, 12, 1);
  const auto findings = Only(FindingCode::kSecretaryStanding, facts);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].subject, "members/1/posts/2");
}

TEST_F(SetupFindings, B_13_GroupsAreNeitherTooLargeNorTooSmall) {
  SetupFacts facts = Sound();
  facts.probationary = 0;
  for (const auto& [members, groups, found] : std::vector<std::tuple<int64_t, int64_t, bool>>{
           {30, 2, false}, {31, 2, true}, {6, 2, false}, {5, 2, true}, {100, 0, false}}) {
    facts.full = members;
    facts.groups = groups;
    EXPECT_EQ(Found(FindingCode::kGroupSize, facts), found) << members << "/" << groups;
  }
  facts.groups = 5;
  facts.full = 100;
  EXPECT_EQ(Only(FindingCode::kGroupSize, facts)[0].required, "3..15 a group on average");
  EXPECT_EQ(Only(FindingCode::kGroupSize, facts)[0].actual, "members 100, groups 5");
}

TEST_F(SetupFindings, B_14_MembersBelongToABranch) {
  SetupFacts facts = Sound();
  facts.revoked = true;
  const auto findings = All(facts);  // nothing else is asked of what is revoked
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].code, FindingCode::kMembersMisplaced);
  EXPECT_TRUE(Found(FindingCode::kMembersMisplaced, {.kind = kCommitteeKind, .full = 1}));
  EXPECT_FALSE(Found(FindingCode::kMembersMisplaced, {.kind = kCommitteeKind}));
}

TEST_F(SetupFindings, B_15_FiveHundredMembersMayElectByDelegates) {
  SetupFacts facts{.kind = kCommitteeKind, .subtree_members = 499};
  EXPECT_FALSE(Found(FindingCode::kDelegatesAdvised, facts));
  facts.scattered_sites = true;
  EXPECT_TRUE(Found(FindingCode::kDelegatesAdvised, facts));
  facts.scattered_sites = false;
  facts.subtree_members = 500;
  EXPECT_TRUE(Found(FindingCode::kDelegatesAdvised, facts));
}

TEST_F(SetupFindings, B_20_B_21_B_23_B_25_Terms) {
  SetupFacts facts = Sound();
  facts.term.reset();
  EXPECT_TRUE(Found(FindingCode::kTermMissing, facts));
  facts.term = LateFacts{"terms/1", day_ - 1, "B-21", "set", "source"};
  ASSERT_THAT(Only(FindingCode::kTermExpired, facts), SizeIs(1));
  EXPECT_EQ(Only(FindingCode::kTermExpired, facts)[0].rule_id, "B-21");
  EXPECT_FALSE(Found(FindingCode::kTermExpiring, facts));
  facts.term->due_on = day_;
  EXPECT_FALSE(Found(FindingCode::kTermExpired, facts));
  EXPECT_TRUE(Found(FindingCode::kTermExpiring, facts));
  facts.election_open = true;
  EXPECT_FALSE(Found(FindingCode::kTermExpiring, facts));
  facts.election_open = false;
  facts.term->due_on = Day(2027, 5, 30);
  EXPECT_TRUE(Found(FindingCode::kTermExpiring, facts));
  facts.term->due_on = Day(2027, 6, 1);
  EXPECT_FALSE(Found(FindingCode::kTermExpiring, facts));
}

TEST_F(SetupFindings, Rule7_2_StaffingBenchmarks) {
  SetupFacts facts{.kind = kCommitteeKind};
  for (const auto& [nature, staff, workers, found] :
       std::vector<std::tuple<int32_t, int64_t, int64_t, bool>>{{21, 1000, 10, false},
                                                                {21, 1001, 10, true},
                                                                {13, 1, 0, true},
                                                                {13, 1, 1, false},
                                                                {23, 10000, 0, false}}) {
    facts.staffs = {{"units/1", nature, staff, workers}};
    EXPECT_EQ(Found(FindingCode::kStaffingShort, facts), found) << nature << " " << staff;
  }
}

TEST_F(SetupFindings, T_04_ANewSecretaryIsTrained) {
  SetupFacts facts = Sound();
  facts.trainings_late = {{"posts/2", Day(2026, 10, 1), "T-04", "set", "source"}};
  EXPECT_TRUE(Found(FindingCode::kTrainingLate, facts));
}

TEST_F(SetupFindings, TheyComeInTheOrderOfTheirCodes) {
  SetupFacts facts = Sound();
  facts.full = 2;
  facts.committee = 0;
  facts.has_secretary = false;
  facts.term.reset();
  const auto findings = All(facts);
  EXPECT_TRUE(std::is_sorted(findings.begin(), findings.end(),
                             [](const Finding& a, const Finding& b) { return a.code < b.code; }));
  EXPECT_THAT(findings, SizeIs(4));  // below minimum, no secretary, groups too small, no term
}

}  // namespace
}  // namespace ronghe::membership

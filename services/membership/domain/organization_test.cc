#include "services/membership/domain/organization.h"

#include <optional>

#include "common/error/error.h"
#include "gtest/gtest.h"

namespace ronghe::membership {
namespace {

OrganizationRules Rules(absl::CivilDay from = absl::CivilDay(2018, 10, 28)) {
  OrganizationRules rules{
      .name = "organization_kinds/2018-10-28", .effective_from = from, .kinds = {}};
  rules.kinds[611] = {.children = {611, 631, 931}, .posts = {1}, .root = true};
  rules.kinds[631] = {.children = {641}, .posts = {1, 8}, .holds_members = true};
  rules.kinds[641] = {.posts = {11}, .rule_id = "B-13"};
  rules.kinds[931] = {.posts = {1}, .temporary = true, .rule_id = "B-06", .source = "支部工作条例"};
  return rules;
}

TEST(CheckPlaceTest, ChildrenAndRoots) {
  const OrganizationRules rules = Rules();
  EXPECT_TRUE(CheckPlace(rules, 611, 0).ok());
  EXPECT_TRUE(CheckPlace(rules, 631, 611).ok());
  EXPECT_TRUE(CheckPlace(rules, 641, 631).ok());
  for (const auto& [kind, parent] : std::vector<std::pair<int32_t, int32_t>>{
           {631, 0}, {641, 611}, {611, 631}, {631, 641}, {641, 931}, {632, 611}, {0, 611}}) {
    const absl::Status status = CheckPlace(rules, kind, parent);
    EXPECT_EQ(error::Reason(status), "ORGANIZATION_KIND_NOT_ALLOWED") << kind << " " << parent;
    EXPECT_EQ(error::MetadataValue(status, "rule_set"), "organization_kinds/2018-10-28");
  }
}

TEST(CheckHoldsMembersTest, BranchesYesTemporaryAndCommitteesNo) {
  const OrganizationRules rules = Rules();
  EXPECT_TRUE(CheckHoldsMembers(rules, 631).ok());
  EXPECT_EQ(error::Reason(CheckHoldsMembers(rules, 611)), "ORGANIZATION_HOLDS_NO_MEMBERS");
  const absl::Status temporary = CheckHoldsMembers(rules, 931);
  EXPECT_EQ(error::Reason(temporary), "ORGANIZATION_HOLDS_NO_MEMBERS");
  EXPECT_EQ(error::MetadataValue(temporary, "rule_id"), "B-06");
}

TEST(CheckPostTest, ByKind) {
  const OrganizationRules rules = Rules();
  EXPECT_TRUE(CheckPost(rules, 641, Post::kGroupLeader).ok());
  EXPECT_EQ(error::Reason(CheckPost(rules, 631, Post::kGroupLeader)), "POST_NOT_ALLOWED");
}

TEST(ChildCodeTest, ThreeDigitsALevel) {
  EXPECT_EQ(ChildCode("", 1).value(), "001");
  EXPECT_EQ(ChildCode("001", 12).value(), "001012");
  EXPECT_EQ(ChildCode("001012", 999).value(), "001012999");
  EXPECT_EQ(error::Reason(ChildCode("001", 1000).status()), "ORGANIZATION_CODES_EXHAUSTED");
  EXPECT_EQ(error::Reason(ChildCode(std::string(60, '1'), 1).status()), "ORGANIZATION_TOO_DEEP");
}

TEST(OrganizationRuleBookTest, ChoosesByDay) {
  OrganizationRules later = Rules(absl::CivilDay(2027, 1, 1));
  later.name = "later";
  const auto book = OrganizationRuleBook::Create({later, Rules()});
  ASSERT_TRUE(book.ok());
  EXPECT_EQ(book->On(absl::CivilDay(2026, 12, 31)).name, "organization_kinds/2018-10-28");
  EXPECT_EQ(book->On(absl::CivilDay(2027, 1, 1)).name, "later");
  EXPECT_EQ(book->On(absl::CivilDay(2000, 1, 1)).name, "organization_kinds/2018-10-28");
}

TEST(OrganizationRuleBookTest, RefusesBadData) {
  EXPECT_EQ(error::Reason(OrganizationRuleBook::Create({}).status()), "RULES_INVALID");
  EXPECT_EQ(error::Reason(OrganizationRuleBook::Create({Rules(), Rules()}).status()),
            "RULES_INVALID");
  OrganizationRules rules = Rules();
  rules.kinds[700] = {};
  EXPECT_EQ(error::Reason(OrganizationRuleBook::Create({rules}).status()), "RULES_INVALID");
  rules = Rules();
  rules.kinds[611].posts.insert(77);
  EXPECT_EQ(error::Reason(OrganizationRuleBook::Create({rules}).status()), "RULES_INVALID");
}

TEST(OrganizationLevel, CountyAndAboveIsToldByTheLevelWhereItIsRecorded) {
  EXPECT_EQ(OfCountyOrAbove(0), std::nullopt);
  for (const int32_t level : {10, 20, 40, 50}) EXPECT_EQ(OfCountyOrAbove(level), true) << level;
  EXPECT_EQ(OfCountyOrAbove(60), false);
}

}  // namespace
}  // namespace ronghe::membership

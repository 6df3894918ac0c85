#include "services/membership/rules/load.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "common/error/error.h"
#include "gtest/gtest.h"

namespace ronghe::membership {
namespace {

constexpr absl::CivilDay kToday(2026, 11, 23);

class OrganizationKindsTest : public ::testing::Test {
 protected:
  const OrganizationRuleBook book_ = *LoadOrganizationRules(BuiltinOrganizationRulesFile());
  const OrganizationRules& rules_ = book_.On(kToday);
};

struct Place {
  int32_t kind;
  int32_t parent;
  bool allowed;
};

TEST_F(OrganizationKindsTest, PlacesOf8_1) {
  for (const Place& place : std::vector<Place>{
           {611, 0, true},    {621, 0, false},   {631, 0, false},   {611, 611, true},
           {612, 611, true},  {621, 611, true},  {631, 611, true},  {632, 611, true},
           {931, 611, true},  {641, 611, false}, {631, 621, true},  {632, 621, true},
           {611, 621, false}, {621, 621, false}, {641, 631, true},  {641, 632, true},
           {631, 631, false}, {641, 641, false}, {921, 911, true},  {931, 921, true},
           {631, 911, false}, {611, 911, false}, {641, 931, false}, {631, 612, false}}) {
    EXPECT_EQ(CheckPlace(rules_, place.kind, place.parent).ok(), place.allowed)
        << place.kind << " under " << place.parent;
  }
}

TEST_F(OrganizationKindsTest, B06TemporaryOrganizationsHoldNoMembers) {
  for (const CodeName& kind : OrganizationKinds()) {
    const int32_t code = std::stoi(std::string(kind.code));
    EXPECT_EQ(CheckHoldsMembers(rules_, code).ok(), code == 631 || code == 632) << code;
    EXPECT_EQ(rules_.kinds.at(code).temporary, code >= 900) << code;
    EXPECT_FALSE(rules_.kinds.at(code).source.empty());
  }
}

TEST(LoadOrganizationRulesTest, MissingFile) {
  EXPECT_EQ(error::Reason(LoadOrganizationRules("/nowhere").status()), "FILE_UNREADABLE");
}

TEST(LoadRuleBooksTest, EveryBuiltInBookIsWhole) {
  const auto books = LoadRuleBooks();
  ASSERT_TRUE(books.ok()) << books.status();
  EXPECT_FALSE(books->all().empty());
  for (const auto& [name, book] : books->all()) {
    for (const RuleSet& version : book.versions()) {
      EXPECT_TRUE(version.name.starts_with(name + "/")) << version.name;
      EXPECT_FALSE(version.title.empty()) << version.name;
      EXPECT_FALSE(version.source.empty()) << version.name;
      EXPECT_FALSE(version.approved_by.empty()) << version.name;
    }
  }
}

TEST(LoadRuleBooksTest, WhatIsReadIsShown) {
  operation::RuleCatalogue shown;
  ASSERT_TRUE(LoadRuleBooks("", &shown).ok());
  ASSERT_TRUE(LoadOrganizationRules(BuiltinOrganizationRulesFile(), &shown).ok());
  ASSERT_TRUE(LoadUnmaskRules(BuiltinUnmaskRulesFile(), &shown).ok());
  ASSERT_TRUE(LoadDuesRates(BuiltinDuesRatesFile(), &shown).ok());
  for (const operation::RuleSet& set : shown.all()) {
    EXPECT_FALSE(set.title.empty()) << set.Id();
    EXPECT_TRUE(set.effective_from) << set.Id();
    std::set<std::string> keys;
    for (const operation::Rule& rule : set.rules) {
      EXPECT_TRUE(keys.insert(rule.key).second) << set.Id() << ": " << rule.key;
      EXPECT_FALSE(rule.source.empty()) << set.Id() << ": " << rule.key;
    }
  }
  const operation::RuleSet* const old = shown.Find("admission@2014-05-28");
  ASSERT_NE(old, nullptr);
  EXPECT_EQ(old->effective_to, absl::CivilDay(2026, 5, 11));
  EXPECT_EQ(old->rules.front().key, "admit.min_age");
  EXPECT_EQ(old->rules.front().value, "18");
  EXPECT_EQ(old->rules.front().unit, "岁");
  EXPECT_NE(shown.Find("dues_rates@2008-04-01"), nullptr);
}

TEST(LoadRuleBooksTest, ABookInTheFolderTakesThePlaceOfTheBuiltInOne) {
  const std::string folder = ::testing::TempDir() + "/rule_books";
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/admission.textproto") << "versions { name: 'admission/2030-01-01' }";
  EXPECT_EQ(error::Reason(LoadRuleBooks(folder).status()), "RULES_INVALID");
}

TEST(LoadDeadlineCatalogueTest, EveryCodeOf11_3ThatMembershipWatches) {
  const auto catalogue = LoadDeadlineCatalogue(BuiltinDeadlineCatalogueFile());
  ASSERT_TRUE(catalogue.ok()) << catalogue.status();
  for (const char* const code :
       {"DL-01", "DL-02", "DL-03", "DL-04", "DL-05", "DL-06", "DL-07", "DL-08",
        "DL-09", "DL-10", "DL-11", "DL-12", "DL-13", "DL-14", "DL-15", "DL-16",
        "DL-17", "DL-18", "DL-19", "DL-20", "DL-21", "DL-22", "DL-24", "DL-27"}) {
    EXPECT_NE(catalogue->Find(code), nullptr) << code;
  }
}

}  // namespace
}  // namespace ronghe::membership

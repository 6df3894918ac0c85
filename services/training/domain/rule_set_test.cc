#include "services/training/domain/rule_set.h"

#include <string>
#include <vector>

#include "common/error/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/training/rules.h"

namespace ronghe::training {
namespace {

using ::testing::HasSubstr;

RuleBook Book() {
  absl::StatusOr<RuleBook> book = LoadRuleBook("services/training/domain/rules");
  EXPECT_TRUE(book.ok()) << book.status();
  return *std::move(book);
}

RuleSet Version(std::string version, absl::CivilDay from,
                std::optional<absl::CivilDay> to = std::nullopt) {
  RuleSet set = Book().versions().front();
  set.version = std::move(version);
  set.effective_from = from;
  set.effective_to = to;
  return set;
}

TEST(RuleSetTest, WhatIsReadIsShown) {
  operation::RuleCatalogue shown;
  ASSERT_TRUE(LoadRuleBook("services/training/domain/rules", &shown).ok());
  const operation::RuleSet* const set = shown.Find("train.hours@2019-05");
  ASSERT_NE(set, nullptr);
  EXPECT_EQ(set->effective_from, absl::CivilDay(2019, 5, 6));
  const operation::Rule& first = set->rules.front();
  EXPECT_EQ(first.key, "member.half_hours");
  EXPECT_EQ(first.rule_id, "T-01");
  EXPECT_EQ(first.value, "64");
  EXPECT_THAT(first.source, HasSubstr("第二十条"));
}

TEST(RuleSetTest, T01AsksThirtyTwoHoursOfEveryMember) {
  const RuleBook book = Book();
  const RuleSet& rules = **book.OfYear(2026);
  EXPECT_EQ(rules.Of(Role::kMember).id, "T-01");
  EXPECT_EQ(rules.Of(Role::kMember).half_hours, 64);
  EXPECT_THAT(rules.Of(Role::kMember).source, HasSubstr("第二十条"));
}

TEST(RuleSetTest, T02AsksFiftySixHoursOfSecretariesAndCommitteeMembers) {
  const RuleBook book = Book();
  const RuleSet& rules = **book.OfYear(2026);
  EXPECT_EQ(rules.Of(Role::kLeader).id, "T-02");
  EXPECT_EQ(rules.Of(Role::kLeader).half_hours, 112);
  for (const char* code : {"01", "02", "03", "04", "05", "06", "07", "08"}) {
    EXPECT_TRUE(rules.IsLeaderPost(code)) << code;
  }
  for (const char* code : {"11", "21", "", "1"}) EXPECT_FALSE(rules.IsLeaderPost(code)) << code;
}

TEST(RuleSetTest, T09ConvertsTimeIntoHours) {
  const RuleBook book = Book();
  const RuleSet& rules = **book.OfYear(2026);
  EXPECT_EQ(rules.Convert(HourUnit::kFullDay, 0), 16);
  EXPECT_EQ(rules.Convert(HourUnit::kHalfDay, 0), 8);
  EXPECT_EQ(rules.Convert(HourUnit::kPracticeHalfDay, 0), 8);
  EXPECT_EQ(rules.Convert(HourUnit::kHour, 1), 1);
  EXPECT_EQ(rules.Convert(HourUnit::kHour, 5), 5);
}

TEST(RuleSetTest, FormsAreTheTwentyOneOfListLf) {
  const RuleBook book = Book();
  const RuleSet& rules = **book.OfYear(2026);
  EXPECT_EQ(rules.forms.size(), 21u);
  for (const char* code : {"01", "05", "14", "16", "19", "20", "99"}) {
    EXPECT_TRUE(rules.HasForm(code)) << code;
  }
  for (const char* code : {"00", "21", "98", ""}) EXPECT_FALSE(rules.HasForm(code)) << code;
}

TEST(RuleSetTest, Article23ExemptsCareOnly) {
  const RuleBook book = Book();
  const RuleSet& rules = **book.OfYear(2026);
  ASSERT_NE(rules.FindExemption("CARE"), nullptr);
  EXPECT_THAT(rules.FindExemption("CARE")->source, HasSubstr("第二十三条"));
  EXPECT_EQ(rules.FindExemption("BUSY"), nullptr);
}

TEST(RuleBookTest, ChoosesTheVersionByTheDayOfTheEvent) {
  const absl::CivilDay change(2026, 7, 1);
  const absl::StatusOr<RuleBook> book =
      RuleBook::Create({Version("b", change), Version("a", absl::CivilDay(2019, 5, 6), change)});
  ASSERT_TRUE(book.ok()) << book.status();
  EXPECT_EQ((*book->At(change - 1))->version, "a");
  EXPECT_EQ((*book->At(change))->version, "b");
  EXPECT_EQ((*book->OfYear(2025))->version, "a");
  EXPECT_EQ((*book->OfYear(2026))->version, "b");
}

TEST(RuleBookTest, BeforeTheRegulationThereIsNoRule) {
  const absl::StatusOr<const RuleSet*> found = Book().At(absl::CivilDay(2019, 5, 5));
  EXPECT_EQ(error::Reason(found.status()), "TRAINING_NO_RULE");
}

TEST(RuleBookTest, RefusesOverlapsGapsInFiguresAndDoubles) {
  const absl::CivilDay day(2026, 7, 1);
  EXPECT_FALSE(RuleBook::Create({}).ok());
  EXPECT_FALSE(RuleBook::Create({Version("a", day), Version("b", day + 1)}).ok());
  EXPECT_FALSE(RuleBook::Create({Version("a", day, day + 2), Version("b", day + 1)}).ok());
  EXPECT_FALSE(RuleBook::Create({Version("a", day, day + 1), Version("a", day + 1)}).ok());
  EXPECT_FALSE(RuleBook::Create({Version("a", day, day)}).ok());
  RuleSet weak = Version("a", day);
  weak.leader.half_hours = weak.member.half_hours - 1;
  EXPECT_FALSE(RuleBook::Create({weak}).ok());
  RuleSet silent = Version("a", day);
  silent.conversion.half_day = 0;
  EXPECT_FALSE(RuleBook::Create({silent}).ok());
}

}  // namespace
}  // namespace ronghe::training

#include "services/membership/domain/rule_book.h"

#include <utility>

#include "common/error/error.h"
#include "gtest/gtest.h"
#include "services/membership/domain/decision.h"

namespace ronghe::membership {
namespace {

RuleSet Version(absl::CivilDay from, int64_t days) {
  RuleSet set{.name = "test", .source = "《某条例》", .effective_from = from};
  set.rules["days"] = {
      .id = "A-10", .key = "days", .source = "第一条", .set = "test", .number = days};
  return set;
}

// 11.1, the table of integers: N, at least 1/2, more than 1/2, at least 4/5, at least 2/3.
TEST(RatioTest, TableOfIntegersOf11_1) {
  const int64_t table[][5] = {{3, 2, 2, 3, 2},      {4, 2, 3, 4, 3},      {5, 3, 3, 4, 4},
                              {6, 3, 4, 5, 4},      {7, 4, 4, 6, 5},      {8, 4, 5, 7, 6},
                              {9, 5, 5, 8, 6},      {10, 5, 6, 8, 7},     {15, 8, 8, 12, 10},
                              {21, 11, 11, 17, 14}, {30, 15, 16, 24, 20}, {50, 25, 26, 40, 34}};
  const Ratio ratios[] = {{1, 2, false}, {1, 2, true}, {4, 5, false}, {2, 3, false}};
  for (const auto& row : table) {
    for (int i = 0; i < 4; ++i) {
      EXPECT_EQ(ratios[i].Least(row[0]), row[i + 1]) << row[0] << " column " << i;
      EXPECT_TRUE(ratios[i].Met(row[i + 1], row[0]));
      EXPECT_FALSE(ratios[i].Met(row[i + 1] - 1, row[0]));
    }
  }
}

TEST(RuleBookTest, TheDayOfTheEventChoosesTheVersion) {
  const RuleBook book = *RuleBook::Create(
      {Version(absl::CivilDay(2026, 5, 11), 5), Version(absl::CivilDay(2014, 5, 28), 3)});
  EXPECT_EQ(book.On(absl::CivilDay(2026, 5, 10)).Number("days"), 3);
  EXPECT_EQ(book.On(absl::CivilDay(2026, 5, 11)).Number("days"), 5);
  EXPECT_EQ(book.On(absl::CivilDay(2000, 1, 1)).Number("days"), 3);
  EXPECT_EQ(book.On(absl::CivilDay(2026, 5, 11)).Find("months"), nullptr);
}

TEST(RuleBookTest, RefusesWhatIsNoBook) {
  EXPECT_EQ(error::Reason(RuleBook::Create({}).status()), "RULES_INVALID");
  const RuleSet version = Version(absl::CivilDay(2026, 1, 1), 5);
  EXPECT_EQ(error::Reason(RuleBook::Create({version, version}).status()), "RULES_INVALID");
  RuleSet nameless = version;
  nameless.rules["days"].id.clear();
  EXPECT_EQ(error::Reason(RuleBook::Create({nameless}).status()), "RULES_INVALID");
  RuleSet impossible = version;
  impossible.rules["days"].ratio.denominator = 0;
  EXPECT_EQ(error::Reason(RuleBook::Create({impossible}).status()), "RULES_INVALID");
}

TEST(RuleBookTest, ABookInPlaceOfAnotherHasAllItsKeys) {
  const RuleBook book = *RuleBook::Create({Version(absl::CivilDay(2026, 1, 1), 5)});
  RuleSet poor = Version(absl::CivilDay(2026, 1, 1), 5);
  poor.rules.clear();
  EXPECT_TRUE(book.Covers(book).ok());
  EXPECT_EQ(error::Reason(RuleBook::Create({poor})->Covers(book)), "RULES_INVALID");
  EXPECT_TRUE(book.Covers(*RuleBook::Create({poor})).ok());
}

TEST(GuardTest, ARefusalAndADecisionSayTheSame) {
  const RuleSet rules = Version(absl::CivilDay(2026, 1, 1), 5);
  const Rule& rule = rules.Get("days");
  Guard guard;
  EXPECT_TRUE(guard.Require(true, rule, "A_SHORT", "公示时间不足。", "5", "6").ok());
  const absl::Status refused = guard.Require(false, rule, "A_SHORT", "公示时间不足。", "5", "4");
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(error::Reason(refused), "A_SHORT");
  EXPECT_EQ(error::MetadataValue(refused, "rule_id"), "A-10");
  EXPECT_EQ(error::MetadataValue(refused, "source"), "第一条");
  EXPECT_EQ(error::MetadataValue(refused, "required"), "5");
  EXPECT_EQ(error::MetadataValue(refused, "actual"), "4");
  EXPECT_TRUE(guard.RequireUnless(true, false, rule, "A_SHORT", "", "5", "4").ok());
  guard.Expect(false, rule, "A_LATE", "5", "9");
  ASSERT_EQ(guard.decisions().size(), 3u);
  EXPECT_EQ(guard.decisions()[0].outcome, Outcome::kMet);
  EXPECT_EQ(guard.decisions()[0].reason, "");
  EXPECT_EQ(guard.decisions()[1].outcome, Outcome::kWaived);
  EXPECT_EQ(guard.decisions()[2].outcome, Outcome::kWarned);
  EXPECT_EQ(guard.decisions()[2].reason, "A_LATE");
}

}  // namespace
}  // namespace ronghe::membership

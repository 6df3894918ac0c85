#include "services/membership/domain/organization/term.h"

#include <string>
#include <utility>
#include <vector>

#include "common/error/error.h"
#include "gtest/gtest.h"
#include "services/membership/rules/load.h"

namespace ronghe::membership {
namespace {

using Day = absl::CivilDay;
using MonthsBy = std::pair<int64_t, std::string>;  // and the rule that says so

class TermRules : public ::testing::Test {
 protected:
  // Months and id of the rule; 0 where there are no terms.
  MonthsBy Length(int32_t kind, std::vector<int32_t> natures, bool committee) const {
    const auto rule = TermRule(rules_, kind, natures, committee);
    return rule.ok() ? MonthsBy((*rule)->number, (*rule)->id)
                     : MonthsBy(0, error::MetadataValue(rule.status(), "rule_id"));
  }

  const RuleBooks books_ = *LoadRuleBooks();
  const RuleSet& rules_ = books_.Get("election").On(Day(2026, 11, 30));
};

TEST_F(TermRules, B_20_CommitteesServeFiveYears) {
  EXPECT_EQ(Length(611, {}, true), MonthsBy(60, "B-20"));
}

TEST_F(TermRules, B_21_BranchCommitteesServeThreeYears) {
  EXPECT_EQ(Length(631, {13}, true), MonthsBy(36, "B-21"));
  EXPECT_EQ(Length(621, {}, true), MonthsBy(36, "B-21"));
  EXPECT_EQ(Length(632, {21, 23}, true), MonthsBy(36, "B-21"));
}

TEST_F(TermRules, B_22_VillagesAndCommunitiesServeFiveYears) {
  for (const int32_t kind : {621, 631, 632}) {
    for (const int32_t nature : {11, 12}) {
      EXPECT_EQ(Length(kind, {nature}, true), MonthsBy(60, "B-22"));
      EXPECT_EQ(Length(kind, {nature}, false), MonthsBy(60, "B-22"));
    }
  }
}

TEST_F(TermRules, B_23_ASecretaryAloneServesTheSameTerm) {
  EXPECT_EQ(Length(631, {}, false), MonthsBy(36, "B-23"));
}

TEST_F(TermRules, B_24_AtMostTwelveMonthsLaterOrEarlier) {
  Guard guard;
  for (const int32_t months : {-12, -1, 0, 1, 12}) {
    EXPECT_TRUE(CheckAdjustment(guard, rules_, months).ok()) << months;
  }
  for (const int32_t months : {-13, 13, 24}) {
    const absl::Status refused = CheckAdjustment(guard, rules_, months);
    EXPECT_EQ(error::Reason(refused), "TERM_ADJUST_TOO_LONG") << months;
    EXPECT_EQ(error::MetadataValue(refused, "rule_id"), "B-24");
    EXPECT_EQ(error::MetadataValue(refused, "required"), "<= 12");
  }
}

TEST_F(TermRules, B_25_RemindedSixMonthsBefore) {
  EXPECT_EQ(ReminderDay(rules_, Day(2026, 12, 31)), Day(2026, 6, 30));
  EXPECT_EQ(ReminderDay(rules_, Day(2026, 8, 31)), Day(2026, 2, 28));
  EXPECT_EQ(TermExpiry(Day(2024, 2, 29), 36, 0), Day(2027, 2, 28));
  EXPECT_EQ(TermExpiry(Day(2024, 1, 1), 36, 6), Day(2027, 7, 1));
}

TEST_F(TermRules, B_26_TemporaryOnesAndOthersHaveNone) {
  for (const int32_t kind : {612, 641, 911, 921, 931, 932}) {
    EXPECT_FALSE(HasTerms(rules_, kind)) << kind;
    EXPECT_EQ(Length(kind, {11}, true), MonthsBy(0, "B-26")) << kind;
  }
}

}  // namespace
}  // namespace ronghe::membership

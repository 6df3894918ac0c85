// Do committees and counties analyse their activists every year, and nobody else?
#include "services/membership/domain/admission/analysis.h"

#include "common/testing/matchers.h"
#include "gtest/gtest.h"
#include "services/membership/rules/load.h"

namespace ronghe::membership::admission {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;

class AnalysisRules : public ::testing::Test {
 protected:
  const RuleBooks books_ = *LoadRuleBooks();
  const RuleSet& rules_ = books_.Get("admission").On(absl::CivilDay(2026, 6, 1));
};

TEST_F(AnalysisRules, A_07_EveryYearByItsLastDay) {
  EXPECT_EQ(AnalysisRule(rules_).id, "A-07");
  EXPECT_EQ(AnalysisDue(rules_, 2026), absl::CivilDay(2026, 12, 31));
  EXPECT_EQ(AnalysisDue(rules_, 2028), absl::CivilDay(2028, 12, 31));
}

TEST_F(AnalysisRules, A_07_BasicCommitteesAndCountiesAnalyse) {
  const struct {
    int32_t kind;
    int32_t level;
    bool may;
  } rows[] = {{611, 0, true},   {611, 60, true},  {611, 50, true}, {611, 40, false},
              {611, 20, false}, {611, 10, false}, {621, 0, false}, {631, 0, false},
              {612, 0, false},  {911, 0, false}};
  for (const auto& row : rows) {
    const absl::Status status = CheckAnalyser(rules_, row.kind, row.level);
    if (row.may) {
      EXPECT_THAT(status, IsOk()) << row.kind << ' ' << row.level;
    } else {
      EXPECT_THAT(status, HasReason("A_ANALYSER")) << row.kind << ' ' << row.level;
    }
  }
}

}  // namespace
}  // namespace ronghe::membership::admission

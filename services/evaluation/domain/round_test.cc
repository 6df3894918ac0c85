#include "services/evaluation/domain/round.h"

#include "common/error/error.h"
#include "gtest/gtest.h"
#include "services/evaluation/testing/test_scheme.h"

namespace ronghe::evaluation {
namespace {

TEST(Round, StatesAllowWhatTheTableSays) {
  const struct {
    RoundState state;
    bool start, mark, publish, scores;
  } table[] = {
      {RoundState::kDraft, true, true, false, false},
      {RoundState::kCollecting, false, true, false, false},
      {RoundState::kFailed, true, true, false, false},
      {RoundState::kFrozen, false, false, false, false},
      {RoundState::kScored, false, false, true, true},
      {RoundState::kPublished, false, false, false, true},
  };
  for (const auto& row : table) {
    EXPECT_EQ(CheckStart(row.state).ok(), row.start) << StateName(row.state);
    EXPECT_EQ(CheckMark(row.state).ok(), row.mark) << StateName(row.state);
    EXPECT_EQ(CheckPublish(row.state).ok(), row.publish) << StateName(row.state);
    EXPECT_EQ(CheckScores(row.state).ok(), row.scores) << StateName(row.state);
  }
  const absl::Status refused = CheckPublish(RoundState::kFrozen);
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(error::Reason(refused), "ROUND_STATE");
  EXPECT_EQ(error::MetadataValue(refused, "actual"), "FROZEN");
  EXPECT_EQ(error::MetadataValue(refused, "required"), "SCORED");
}

TEST(Round, PeriodsMustFitTheScheme) {
  const Scheme scheme = TestScheme();
  const absl::CivilDay start(2026, 7, 1);
  EXPECT_TRUE(CheckPeriod(scheme, start, absl::CivilDay(2026, 10, 1)).ok());
  EXPECT_TRUE(CheckPeriod(scheme, scheme.effective, scheme.effective + 731).ok());
  for (const auto& [from, to] :
       {std::pair(start, start), std::pair(start, start - 1), std::pair(start, start + 732),
        std::pair(scheme.effective - 1, start)}) {
    EXPECT_EQ(error::Reason(CheckPeriod(scheme, from, to)), "PERIOD_INVALID");
  }
}

TEST(Round, MarksStayWithinTheirItem) {
  const Scheme scheme = TestScheme();
  EXPECT_TRUE(CheckMarkItem(scheme, "P1", 100000).ok());
  EXPECT_TRUE(CheckMarkItem(scheme, "V1", 0).ok());
  EXPECT_EQ(error::Reason(CheckMarkItem(scheme, "P1", 100001)), "MARK_POINTS_INVALID");
  EXPECT_EQ(error::Reason(CheckMarkItem(scheme, "P1", -1)), "MARK_POINTS_INVALID");
  EXPECT_EQ(error::Reason(CheckMarkItem(scheme, "V1", 1)), "MARK_POINTS_INVALID");
  EXPECT_EQ(error::Reason(CheckMarkItem(scheme, "I1", 1)), "MARK_ITEM_UNKNOWN");
}

}  // namespace
}  // namespace ronghe::evaluation

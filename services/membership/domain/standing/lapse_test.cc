// Do the six-month counters count as the rule says, over any history and any way of being run?
#include "services/membership/domain/standing/lapse.h"

#include <array>
#include <random>
#include <vector>

#include "common/testing/matchers.h"
#include "gtest/gtest.h"
#include "services/membership/rules/load.h"

namespace ronghe::membership {
namespace {

using V = LapseVerdict;

constexpr absl::CivilMonth kFirst(2024, 1);

class LapseRules : public ::testing::Test {
 protected:
  const RuleBooks books_ = *LoadRuleBooks();
  const RuleSet& rules_ = books_.Get("standing").On(absl::CivilDay(2026, 6, 1));
  const LapseLimits limits_{rules_};
};

// The reference: how many months since the last one that was kept were missed, looking back from
// each month anew.
int32_t RunByLookingBack(const std::vector<V>& verdicts, size_t month) {
  int32_t run = 0;
  for (size_t i = month + 1; i-- > 0;) {
    if (verdicts[i] == V::kKept) break;
    run += verdicts[i] == V::kMissed ? 1 : 0;
  }
  return run;
}

TEST_F(LapseRules, D_04_WarnsAtThreeAndFiveAndOpensACaseAtSix) {
  const std::array states = {LapseState::kCounting,   LapseState::kCounting,
                             LapseState::kCounting,   LapseState::kWarned,
                             LapseState::kWarned,     LapseState::kWarnedAgain,
                             LapseState::kCaseOpened, LapseState::kCaseOpened};
  for (size_t run = 0; run < states.size(); ++run) {
    EXPECT_EQ(StateOfRun(limits_, static_cast<int32_t>(run)), states[run]) << run;
  }
}

TEST_F(LapseRules, D_04_KeepingResetsAndGoodReasonLeavesTheCounter) {
  const std::vector<V> verdicts = {V::kMissed, V::kMissed, V::kExcused, V::kNothingDue,
                                   V::kMissed, V::kKept,   V::kMissed};
  std::vector<int32_t> runs;
  for (const LapseMonth& month : CountMonths(kFirst, verdicts, 0)) runs.push_back(month.run);
  EXPECT_EQ(runs, (std::vector<int32_t>{1, 2, 2, 2, 3, 0, 1}));
}

TEST_F(LapseRules, D_04_AttendanceByEveryCombinationOfFacts) {
  for (int bits = 0; bits < 64; ++bits) {
    const AttendanceFact fact{.invited = (bits & 1) != 0,
                              .attended = (bits & 2) != 0,
                              .excused = (bits & 4) != 0,
                              .in_transit = (bits & 8) != 0,
                              .searched = (bits & 16) != 0,
                              .care_exempt = (bits & 32) != 0};
    const V verdict = AttendanceVerdict(fact);
    EXPECT_EQ(verdict == V::kKept, fact.attended) << bits;
    // Only an absence without reason, at an ordinary time, is missed.
    EXPECT_EQ(verdict == V::kMissed, fact.invited && !fact.attended && !fact.excused &&
                                         !fact.in_transit && !fact.searched && !fact.care_exempt)
        << bits;
  }
}

TEST_F(LapseRules, D_04_DuesAndTasks) {
  EXPECT_EQ(DuesVerdict({}), V::kNothingDue);
  EXPECT_EQ(DuesVerdict({.known = true}), V::kMissed);
  EXPECT_EQ(DuesVerdict({.known = true, .paid = true}), V::kKept);
  EXPECT_EQ(DuesVerdict({.known = true, .exempt = true}), V::kExcused);

  const absl::CivilMonth month(2026, 2);
  const auto verdict = [month](TaskFact task) {
    const std::vector<TaskFact> tasks = {task};
    return TaskVerdict(tasks, month);
  };
  const TaskFact due{.assigned_on = absl::CivilDay(2026, 1, 5),
                     .due_on = absl::CivilDay(2026, 2, 28)};
  EXPECT_EQ(TaskVerdict({}, month), V::kNothingDue);
  EXPECT_EQ(verdict(due), V::kMissed);
  TaskFact later = due;
  later.due_on = absl::CivilDay(2026, 3, 1);
  EXPECT_EQ(verdict(later), V::kNothingDue);
  TaskFact done = due;
  done.completed_on = absl::CivilDay(2026, 2, 28);
  EXPECT_EQ(verdict(done), V::kKept);
  done.completed_on = absl::CivilDay(2026, 1, 31);
  EXPECT_EQ(verdict(done), V::kNothingDue);
  done.completed_on = absl::CivilDay(2026, 3, 1);
  EXPECT_EQ(verdict(done), V::kMissed);
  TaskFact cancelled = due;
  cancelled.cancelled_on = absl::CivilDay(2026, 2, 10);
  EXPECT_EQ(verdict(cancelled), V::kNothingDue);
}

TEST_F(LapseRules, DL_17_MonthsAreCalendarMonthsWithDaysOfGrace) {
  EXPECT_EQ(LastCountable(rules_, absl::CivilDay(2026, 3, 10)), absl::CivilMonth(2026, 1));
  EXPECT_EQ(LastCountable(rules_, absl::CivilDay(2026, 3, 11)), absl::CivilMonth(2026, 2));
  EXPECT_EQ(LastCountable(rules_, absl::CivilDay(2026, 1, 11)), absl::CivilMonth(2025, 12));
  EXPECT_EQ(LastCountable(rules_, absl::CivilDay(2028, 2, 29)), absl::CivilMonth(2028, 1));
  EXPECT_EQ(MonthCode(absl::CivilMonth(2026, 11)), 202611);
  EXPECT_EQ(MonthOf(202611) + 2, absl::CivilMonth(2027, 1));
}

// Random histories of 24 months: counted month by month with the window counted again each time,
// as the job does, the counters are what looking back from each month gives; and what is recorded
// late, within the window, counts as if it had been there in time.
TEST_F(LapseRules, D_04_AgreesWithLookingBackOverMillionsOfMemberMonths) {
  constexpr int kMembers = 100'000;
  constexpr size_t kMonths = 24;
  const auto recount = static_cast<size_t>(limits_.recount);
  std::mt19937_64 random(20261130);
  std::discrete_distribution<int> fate({20, 60, 12, 8});
  std::vector<V> known(kMonths);
  std::vector<V> truth(kMonths);
  std::vector<int32_t> runs(kMonths);
  int64_t wrong = 0;
  for (int member = 0; member < kMembers; ++member) {
    std::vector<size_t> known_from(kMonths);  // in which month the record of a month came
    for (size_t month = 0; month < kMonths; ++month) {
      truth[month] = static_cast<V>(fate(random) + 1);
      known_from[month] = month + random() % recount;
    }
    for (size_t now = 0; now < kMonths; ++now) {
      for (size_t month = 0; month <= now; ++month) {
        known[month] = known_from[month] <= now ? truth[month] : V::kMissed;
      }
      const size_t first = now + 1 < recount ? 0 : now + 1 - recount;
      const std::vector<V> window(known.begin() + static_cast<int64_t>(first),
                                  known.begin() + static_cast<int64_t>(now) + 1);
      const auto counted = CountMonths(kFirst + static_cast<int64_t>(first), window,
                                       first == 0 ? 0 : runs[first - 1]);
      for (size_t i = 0; i < counted.size(); ++i) runs[first + i] = counted[i].run;
      wrong += runs[now] == RunByLookingBack(known, now) ? 0 : 1;
    }
  }
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace ronghe::membership

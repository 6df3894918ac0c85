#include "services/meeting/domain/duty.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/meeting/rules.h"

namespace ronghe::meeting {
namespace {

using absl::CivilDay;

const RuleSets& Sets() {
  static const RuleSets* const kRules =
      new RuleSets(LoadRuleSets("services/meeting/domain/rules").value());
  return *kRules;
}
const RuleSet& Rules() { return Sets().At(CivilDay(2026, 11, 23)); }
const DutyRule& Duty(std::string_view id) { return *Rules().Duty(id); }

struct FrequencyRow {
  std::string id;
  Kind kind;
  WindowUnit window;
  bool enabled;
};
class FrequencyTable : public ::testing::TestWithParam<FrequencyRow> {};

TEST_P(FrequencyTable, AsTheRegulationSays) {
  const DutyRule& rule = Duty(GetParam().id);
  EXPECT_EQ(rule.kind, GetParam().kind);
  EXPECT_EQ(rule.window, GetParam().window);
  EXPECT_EQ(rule.enabled, GetParam().enabled);
  EXPECT_FALSE(rule.source.empty());
  EXPECT_FALSE(rule.title.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Rows, FrequencyTable,
    ::testing::Values(FrequencyRow{"B-30", Kind::kGeneral, WindowUnit::kQuarter, true},
                      FrequencyRow{"B-31", Kind::kCommittee, WindowUnit::kMonth, true},
                      FrequencyRow{"B-32", Kind::kGroup, WindowUnit::kMonth, true},
                      FrequencyRow{"B-33", Kind::kLecture, WindowUnit::kYear, true},
                      FrequencyRow{"B-33-L", Kind::kLecture, WindowUnit::kQuarter, false},
                      FrequencyRow{"B-34", Kind::kThemeDay, WindowUnit::kMonth, true},
                      FrequencyRow{"B-35", Kind::kOrgLife, WindowUnit::kYear, true},
                      FrequencyRow{"B-36", Kind::kAppraisal, WindowUnit::kYear, true},
                      FrequencyRow{"B-38", Kind::kDemocraticLife, WindowUnit::kYear, false},
                      FrequencyRow{"B-40", Kind::kCentralGroup, WindowUnit::kQuarter, false}),
    [](const auto& info) {
      std::string name = info.param.id;
      for (char& c : name) {
        if (c == '-') c = '_';
      }
      return name;
    });

TEST(WindowOf, CalendarMonthsQuartersAndYears) {
  EXPECT_EQ(WindowOf(WindowUnit::kMonth, CivilDay(2026, 2, 28)),
            (Window{CivilDay(2026, 2, 1), CivilDay(2026, 3, 1)}));
  EXPECT_EQ(WindowOf(WindowUnit::kMonth, CivilDay(2026, 12, 31)),
            (Window{CivilDay(2026, 12, 1), CivilDay(2027, 1, 1)}));
  EXPECT_EQ(WindowOf(WindowUnit::kQuarter, CivilDay(2026, 6, 30)),
            (Window{CivilDay(2026, 4, 1), CivilDay(2026, 7, 1)}));
  EXPECT_EQ(WindowOf(WindowUnit::kQuarter, CivilDay(2026, 10, 1)),
            (Window{CivilDay(2026, 10, 1), CivilDay(2027, 1, 1)}));
  EXPECT_EQ(WindowOf(WindowUnit::kYear, CivilDay(2026, 7, 1)),
            (Window{CivilDay(2026, 1, 1), CivilDay(2027, 1, 1)}));
  EXPECT_EQ(WindowBefore(WindowUnit::kQuarter, {CivilDay(2026, 1, 1), CivilDay(2026, 4, 1)}),
            (Window{CivilDay(2025, 10, 1), CivilDay(2026, 1, 1)}));
}

// Seed 17e: a missing general meeting of the second quarter is overdue on 1 July 00:00.
TEST(StateOn, B_30_OverdueOnTheFirstDayAfterTheWindow) {
  const Window q2{CivilDay(2026, 4, 1), CivilDay(2026, 7, 1)};
  EXPECT_EQ(StateOn(DutyStanding::kOpen, q2, CivilDay(2026, 6, 30)), DutyState::kDue);
  EXPECT_EQ(StateOn(DutyStanding::kOpen, q2, CivilDay(2026, 7, 1)), DutyState::kOverdue);
  EXPECT_EQ(StateOn(DutyStanding::kMet, q2, CivilDay(2026, 7, 1)), DutyState::kMet);
  EXPECT_EQ(StateOn(DutyStanding::kExempt, q2, CivilDay(2026, 7, 1)), DutyState::kExempt);
}

struct StandingRow {
  std::string name;
  std::string rule;
  OrganizationFacts organization;
  bool committee;
  std::optional<DutyStanding> standing;
};
class StandingTable : public ::testing::TestWithParam<StandingRow> {};

TEST_P(StandingTable, NovemberOrItsQuarter2026) {
  const DutyRule& rule = Duty(GetParam().rule);
  const Window window = WindowOf(rule.window, CivilDay(2026, 11, 23));
  EXPECT_EQ(InitialStanding(rule, window, GetParam().organization, GetParam().committee),
            GetParam().standing);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, StandingTable,
    ::testing::Values(
        StandingRow{"B_30_branch", "B-30", {1, "631", {}, {}}, false, DutyStanding::kOpen},
        StandingRow{"B_30_joint_branch", "B-30", {1, "632", {}, {}}, false, DutyStanding::kOpen},
        StandingRow{"B_30_not_a_committee", "B-30", {1, "611", {}, {}}, false, std::nullopt},
        StandingRow{"B_30_not_a_temporary_branch", "B-30", {1, "931", {}, {}}, false, std::nullopt},
        StandingRow{"B_30_founded_inside_the_window",
                    "B-30",
                    {1, "631", CivilDay(2026, 10, 1), {}},
                    false,
                    DutyStanding::kExempt},
        StandingRow{"B_30_founded_the_day_before",
                    "B-30",
                    {1, "631", CivilDay(2026, 9, 30), {}},
                    false,
                    DutyStanding::kOpen},
        StandingRow{"B_30_founded_later",
                    "B-30",
                    {1, "631", CivilDay(2027, 1, 1), {}},
                    false,
                    std::nullopt},
        StandingRow{"B_30_revoked_inside_the_window",
                    "B-30",
                    {1, "631", {}, CivilDay(2026, 12, 31)},
                    false,
                    std::nullopt},
        StandingRow{"B_30_revoked_after_the_window",
                    "B-30",
                    {1, "631", {}, CivilDay(2027, 1, 1)},
                    false,
                    DutyStanding::kOpen},
        StandingRow{"B_31_with_committee", "B-31", {1, "631", {}, {}}, true, DutyStanding::kOpen},
        StandingRow{"B_31_without_committee", "B-31", {1, "631", {}, {}}, false, std::nullopt},
        StandingRow{"B_32_group", "B-32", {1, "641", {}, {}}, false, DutyStanding::kOpen},
        StandingRow{"B_32_not_a_branch", "B-32", {1, "631", {}, {}}, false, std::nullopt},
        StandingRow{"B_33_party_committee", "B-33", {1, "611", {}, {}}, false, DutyStanding::kOpen},
        StandingRow{"B_33_L_is_off", "B-33-L", {1, "631", {}, {}}, false, std::nullopt},
        StandingRow{"B_34_branch", "B-34", {1, "631", {}, {}}, false, DutyStanding::kOpen}),
    [](const auto& info) { return info.param.name; });

TEST(Meets, EachTagItsOwnDuty) {
  const CivilDay day(2026, 11, 20);
  std::vector<std::string> ids;
  for (const DutyRule* rule :
       DutiesOf(Rules(), {Kind::kGeneral, Kind::kThemeDay, Kind::kLecture})) {
    EXPECT_TRUE(Meets(*rule, WindowOf(rule->window, day),
                      {Kind::kGeneral, Kind::kThemeDay, Kind::kLecture}, day));
    ids.push_back(rule->id);
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"B-30", "B-33", "B-34"}));
}

// Seed 23-4a: 传达文件 is no 三会一课.
TEST(Meets, ReadingOnlyMeetsNothing) {
  const CivilDay day(2026, 11, 20);
  EXPECT_TRUE(DutiesOf(Rules(), {Kind::kReading}).empty());
  for (const DutyRule& rule : Rules().duties) {
    EXPECT_FALSE(Meets(rule, WindowOf(rule.window, day), {Kind::kReading}, day)) << rule.id;
  }
}

TEST(Meets, NotAfterTheWindow) {
  const DutyRule& rule = Duty("B-34");
  const Window october = WindowOf(rule.window, CivilDay(2026, 10, 5));
  EXPECT_TRUE(Meets(rule, october, {Kind::kThemeDay}, CivilDay(2026, 10, 31)));
  EXPECT_FALSE(Meets(rule, october, {Kind::kThemeDay}, CivilDay(2026, 11, 1)));
}

TEST(DutyWindows, EveryWindowThatTouchesThePeriodOnce) {
  std::map<std::string, int> windows;
  for (const DutyWindow& window :
       DutyWindows(Sets(), CivilDay(2026, 9, 15), CivilDay(2026, 11, 23))) {
    ++windows[window.rule->id];
    EXPECT_GT(window.window.end, CivilDay(2026, 9, 15));
    EXPECT_LE(window.window.start, CivilDay(2026, 11, 23));
  }
  EXPECT_EQ(windows, (std::map<std::string, int>{{"B-30", 2},
                                                 {"B-31", 3},
                                                 {"B-32", 3},
                                                 {"B-33", 1},
                                                 {"B-34", 3},
                                                 {"B-35", 1},
                                                 {"B-36", 1}}));
}

TEST(DutyWindows, ARuleThatANewVersionBringsBeginsWithIt) {
  RuleSet old = Rules();
  old.effective_to = CivilDay(2027, 1, 1);
  RuleSet next = Rules();
  next.version = "2027";
  next.effective_from = CivilDay(2027, 1, 1);
  for (DutyRule& rule : next.duties) {
    if (rule.id == "B-33-L") rule.enabled = true;
  }
  const RuleSets sets = RuleSets::Create({old, next}).value();
  int quarters = 0;
  for (const DutyWindow& window : DutyWindows(sets, CivilDay(2026, 10, 1), CivilDay(2027, 6, 30))) {
    if (window.rule->id != "B-33-L") continue;
    ++quarters;
    EXPECT_GE(window.window.start, CivilDay(2027, 1, 1));
    EXPECT_EQ(window.rules->Name(), "branch-work@2027");
  }
  EXPECT_EQ(quarters, 2);
}

TEST(CommitteeExists, B_10_B_11_ThreeHoldersMakeACommittee) {
  EXPECT_FALSE(CommitteeExists(Rules().committee, 0));
  EXPECT_FALSE(CommitteeExists(Rules().committee, 2));  // secretary and deputy
  EXPECT_TRUE(CommitteeExists(Rules().committee, 3));
  EXPECT_TRUE(IsCommitteePost(Rules().committee, "08"));
  EXPECT_FALSE(IsCommitteePost(Rules().committee, "11"));
}

}  // namespace
}  // namespace ronghe::meeting

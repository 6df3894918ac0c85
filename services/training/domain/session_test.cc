#include "services/training/domain/session.h"

#include <string>
#include <vector>

#include "common/error/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/training/rules.h"

namespace ronghe::training {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const RuleBook& Book() {
  static const RuleBook* const book = new RuleBook(*LoadRuleBook("services/training/domain/rules"));
  return *book;
}

Session Planned(std::vector<SessionDay> days) {
  Session session;
  session.id = 7;
  session.title = "党章专题";
  session.form = "02";
  session.days = std::move(days);
  return session;
}

TEST(SessionTest, T09CreditsTheUnitsOfEachDay) {
  struct Case {
    HourUnit unit;
    int32_t given;
    int32_t credited;
  };
  for (const Case& c : std::vector<Case>{{HourUnit::kFullDay, 0, 16},
                                         {HourUnit::kHalfDay, 0, 8},
                                         {HourUnit::kPracticeHalfDay, 0, 8},
                                         {HourUnit::kHour, 1, 1},
                                         {HourUnit::kHour, 3, 3},
                                         {HourUnit::kHour, 16, 16}}) {
    Session session = Planned({{absl::CivilDay(2026, 3, 2), c.unit, c.given}});
    ASSERT_TRUE(Complete(Book(), session).ok());
    EXPECT_EQ(session.days[0].credited, c.credited);
    EXPECT_EQ(session.rule_version, "2019-05");
  }
}

TEST(SessionTest, T09SplitsTrainingThatCrossesTheNewYear) {
  Session session = Planned({{absl::CivilDay(2027, 1, 1), HourUnit::kHalfDay},
                             {absl::CivilDay(2026, 12, 30), HourUnit::kFullDay},
                             {absl::CivilDay(2026, 12, 31), HourUnit::kFullDay}});
  ASSERT_TRUE(Complete(Book(), session).ok());
  EXPECT_EQ(session.first_day(), absl::CivilDay(2026, 12, 30));
  EXPECT_THAT(SplitByYear(session.days),
              ElementsAre(YearPart{2026, 32, absl::CivilDay(2026, 12, 31)},
                          YearPart{2027, 8, absl::CivilDay(2027, 1, 1)}));
}

TEST(SessionTest, AnOrdinarySessionHasOnePart) {
  Session session = Planned({{absl::CivilDay(2026, 3, 2), HourUnit::kHour, 4},
                             {absl::CivilDay(2026, 3, 3), HourUnit::kHour, 3}});
  ASSERT_TRUE(Complete(Book(), session).ok());
  EXPECT_THAT(SplitByYear(session.days),
              ElementsAre(YearPart{2026, 7, absl::CivilDay(2026, 3, 3)}));
  EXPECT_THAT(SplitByYear({}), IsEmpty());
}

TEST(SessionTest, MissingFieldsAreReportedTogether) {
  Session session;
  const absl::Status status = Complete(Book(), session);
  EXPECT_EQ(error::Reason(status), "FIELD_INVALID");
  EXPECT_EQ(error::FieldViolations(status).size(), 3u);
}

TEST(SessionTest, RefusesWhatCannotBeCounted) {
  const absl::CivilDay day(2026, 3, 2);
  struct Case {
    std::string name;
    Session session;
    std::string reason;
  };
  Session unknown = Planned({{day, HourUnit::kFullDay}});
  unknown.form = "21";
  std::vector<SessionDay> many;
  for (int i = 0; i < 63; ++i) many.push_back({day + i, HourUnit::kHalfDay});
  const std::vector<Case> cases = {
      {"unknown form", unknown, "TRAINING_FORM_UNKNOWN"},
      {"no hours", Planned({{day, HourUnit::kHour, 0}}), "TRAINING_DAYS_INVALID"},
      {"more than a day", Planned({{day, HourUnit::kHour, 17}}), "TRAINING_DAYS_INVALID"},
      {"hours with a day", Planned({{day, HourUnit::kFullDay, 2}}), "TRAINING_DAYS_INVALID"},
      {"a day twice", Planned({{day, HourUnit::kHalfDay}, {day, HourUnit::kHalfDay}}),
       "TRAINING_DAYS_INVALID"},
      {"too many days", Planned(many), "TRAINING_DAYS_INVALID"},
      {"three years",
       Planned({{absl::CivilDay(2025, 12, 31), HourUnit::kHalfDay},
                {absl::CivilDay(2027, 1, 1), HourUnit::kHalfDay}}),
       "TRAINING_DAYS_INVALID"},
      {"before the rules", Planned({{absl::CivilDay(2018, 1, 1), HourUnit::kFullDay}}),
       "TRAINING_NO_RULE"},
  };
  for (Case c : cases) {
    const absl::Status status = Complete(Book(), c.session);
    EXPECT_EQ(error::Reason(status), c.reason) << c.name;
    EXPECT_FALSE(error::MessageZh(status).empty()) << c.name;
  }
  Session again = Planned({{day, HourUnit::kHour, 17}});
  const absl::Status status = Complete(Book(), again);
  EXPECT_EQ(error::MetadataValue(status, "rule_id"), "T-09");
  EXPECT_EQ(error::MetadataValue(status, "rule_set"), "train.hours@2019-05");
  EXPECT_EQ(error::MetadataValue(status, "actual"), "17");
}

TEST(SessionTest, StatesAllowOnlyTheirActs) {
  const absl::CivilDay first(2026, 3, 2);
  const absl::CivilDay last(2026, 3, 3);
  struct Case {
    SessionState state;
    absl::CivilDay today;
    std::string update, cancel, enrol, record, confirm;
  };
  const std::string closed = "TRAINING_SESSION_CLOSED";
  const std::string cancelled = "TRAINING_SESSION_CANCELLED";
  const std::string not_held = "TRAINING_SESSION_NOT_HELD";
  for (const Case& c : std::vector<Case>{
           {SessionState::kPlanned, first - 1, "", "", "", not_held, not_held},
           {SessionState::kPlanned, first, "", "", "", "", not_held},
           {SessionState::kPlanned, last, "", "", "", "", ""},
           {SessionState::kConfirmed, last + 9, closed, closed, "", "", ""},
           {SessionState::kCancelled, last, closed, closed, cancelled, cancelled, cancelled}}) {
    Session session =
        Planned({{first, HourUnit::kHalfDay, 0, 8}, {last, HourUnit::kHalfDay, 0, 8}});
    session.state = c.state;
    EXPECT_EQ(error::Reason(CheckUpdate(session)), c.update);
    EXPECT_EQ(error::Reason(CheckCancel(session)), c.cancel);
    EXPECT_EQ(error::Reason(CheckEnrol(session)), c.enrol);
    EXPECT_EQ(error::Reason(CheckRecord(session, c.today)), c.record);
    EXPECT_EQ(error::Reason(CheckConfirm(session, c.today)), c.confirm);
  }
}

}  // namespace
}  // namespace ronghe::training

#include "common/audit/retention.h"

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/error/error.h"
#include "common/testing/matchers.h"

namespace ronghe::audit {
namespace {

using ::testing::HasSubstr;

constexpr char kSubmit[] = "/ronghe.meeting.v1.MeetingService/SubmitMeeting";
constexpr char kSignIn[] = "/ronghe.access.v1.SessionService/SignIn";

Entry Row(const std::string& method, const std::string& result, absl::CivilDay day) {
  const absl::Time time = base::ShanghaiMidnight(day) + absl::Hours(9);
  return {.id = base::FirstIdAt(time), .time = time, .method = method, .result = result};
}

TEST(RetentionTest, TheRuleIsThatOfTheDay) {
  EXPECT_EQ(DutyOn(RowKind::kRoutine, absl::CivilDay(2025, 12, 31)).days, 180);
  EXPECT_THAT(DutyOn(RowKind::kRoutine, absl::CivilDay(2025, 12, 31)).source,
              HasSubstr("第二十一条"));
  EXPECT_EQ(DutyOn(RowKind::kRoutine, absl::CivilDay(2026, 1, 1)).days, 180);
  EXPECT_THAT(DutyOn(RowKind::kRoutine, absl::CivilDay(2026, 1, 1)).source,
              HasSubstr("第二十三条"));
  EXPECT_EQ(DutyOn(RowKind::kDecision, absl::CivilDay(2026, 1, 1)).days, 3653);
}

TEST(RetentionTest, SuccessfulBusinessCallsAreDecisions) {
  const absl::CivilDay day(2026, 3, 1);
  EXPECT_EQ(KindOf(Row(kSubmit, "OK", day)), RowKind::kDecision);
  EXPECT_EQ(KindOf(Row(kSubmit, "PERMISSION_DENIED SCOPE_DENIED", day)), RowKind::kRoutine);
  EXPECT_EQ(KindOf(Row(kSignIn, "OK", day)), RowKind::kRoutine);
}

TEST(RetentionTest, ARowStaysToTheLastOfItsDays) {
  const Retention least{config::v1::Audit()};
  const absl::CivilDay day(2026, 3, 1);
  const auto at = [](absl::CivilDay when) { return base::ShanghaiMidnight(when); };
  const Entry routine = Row(kSignIn, "OK", day);
  EXPECT_FALSE(least.Expired(routine, at(day + 180) + absl::Hours(23)));
  EXPECT_TRUE(least.Expired(routine, at(day + 181)));
  const Entry decision = Row(kSubmit, "OK", day);
  EXPECT_FALSE(least.Expired(decision, at(day + 3653)));
  EXPECT_TRUE(least.Expired(decision, at(day + 3654)));

  config::v1::Audit longer;
  longer.set_retention_days(365);
  EXPECT_FALSE(Retention(longer).Expired(routine, at(day + 365)));
  EXPECT_TRUE(Retention(longer).Expired(routine, at(day + 366)));
  // A time that was set back does not make a row older than its id.
  Entry backdated = routine;
  backdated.time = at(absl::CivilDay(2020, 1, 1));
  EXPECT_FALSE(least.Expired(backdated, at(day + 180)));
}

TEST(RetentionTest, LessThanTheLawAllowsIsRefused) {
  const absl::CivilDay today(2026, 3, 1);
  config::v1::Audit config;
  EXPECT_OK(CheckRetention(config, today));
  config.set_retention_days(180);
  config.set_decision_retention_days(3653);
  EXPECT_OK(CheckRetention(config, today));
  config.set_retention_days(179);
  EXPECT_EQ(error::Reason(CheckRetention(config, today)), "RETENTION_TOO_SHORT");
  config.set_retention_days(0);
  config.set_decision_retention_days(3652);
  EXPECT_EQ(error::Reason(CheckRetention(config, today)), "RETENTION_TOO_SHORT");
  config.set_decision_retention_days(-1);
  EXPECT_EQ(error::Reason(CheckRetention(config, today)), "RETENTION_TOO_SHORT");
}

}  // namespace
}  // namespace ronghe::audit

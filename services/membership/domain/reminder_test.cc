#include "services/membership/domain/reminder.h"

#include "common/error/error.h"
#include "gtest/gtest.h"

namespace ronghe::membership {
namespace {

constexpr absl::CivilDay kDay(2026, 2, 28);
constexpr absl::CivilDay kNever = absl::CivilDay::max();

DeadlineRule Latest() {
  return {.code = "DL-01",
          .title = "谈话",
          .roles = {"branch_secretary"},
          .remind_days = 7,
          .escalate_days = {15, 30}};
}

TEST(PlanReminderTest, StagesComeOnTheirDays) {
  const DeadlineRule rule = Latest();
  EXPECT_EQ(PlanReminder(rule, kDay, kDay - 8), (ReminderPlan{kNotYet, kDay - 7}));
  EXPECT_EQ(PlanReminder(rule, kDay, kDay - 7), (ReminderPlan{kDue, kDay + 1}));
  EXPECT_EQ(PlanReminder(rule, kDay, kDay), (ReminderPlan{kDue, kDay + 1}));
  EXPECT_EQ(PlanReminder(rule, kDay, kDay + 1), (ReminderPlan{kOverdue, kDay + 16}));
  EXPECT_EQ(PlanReminder(rule, kDay, kDay + 15), (ReminderPlan{kOverdue, kDay + 16}));
  EXPECT_EQ(PlanReminder(rule, kDay, kDay + 16), (ReminderPlan{kOverdue + 1, kDay + 31}));
  EXPECT_EQ(PlanReminder(rule, kDay, kDay + 400), (ReminderPlan{kOverdue + 2, kNever}));
}

TEST(PlanReminderTest, WhatMayBeDoneFromADayOnIsNeverOverdue) {
  DeadlineRule rule = Latest();
  rule.earliest = true;
  rule.remind_days = 0;
  EXPECT_EQ(PlanReminder(rule, kDay, kDay - 1), (ReminderPlan{kNotYet, kDay}));
  EXPECT_EQ(PlanReminder(rule, kDay, kDay), (ReminderPlan{kDue, kNever}));
  EXPECT_EQ(PlanReminder(rule, kDay, kDay + 400), (ReminderPlan{kDue, kNever}));
}

TEST(PlanReminderTest, WhatWaitsIsSaidFromTheFirstDayOn) {
  DeadlineRule rule = Latest();
  rule.waiting = true;
  rule.remind_days = 0;
  EXPECT_EQ(PlanReminder(rule, kDay, kDay - 300), (ReminderPlan{kDue, kDay + 1}));
  EXPECT_EQ(PlanReminder(rule, kDay, kDay), (ReminderPlan{kDue, kDay + 1}));
  EXPECT_EQ(PlanReminder(rule, kDay, kDay + 1), (ReminderPlan{kOverdue, kDay + 16}));
  EXPECT_EQ(PlanReminder(rule, kDay, kDay + 400), (ReminderPlan{kOverdue + 2, kNever}));
}

TEST(DeadlineCatalogueTest, RefusesWhatIsNoCatalogue) {
  EXPECT_EQ(error::Reason(DeadlineCatalogue::Create({Latest(), Latest()}, {}).status()),
            "RULES_INVALID");
  DeadlineRule nobody = Latest();
  nobody.roles.clear();
  EXPECT_EQ(error::Reason(DeadlineCatalogue::Create({nobody}, {}).status()), "RULES_INVALID");
  DeadlineRule falling = Latest();
  falling.escalate_days = {30, 15};
  EXPECT_EQ(error::Reason(DeadlineCatalogue::Create({falling}, {}).status()), "RULES_INVALID");
  DeadlineRule both = Latest();
  both.waiting = true;
  both.earliest = true;
  EXPECT_EQ(error::Reason(DeadlineCatalogue::Create({both}, {}).status()), "RULES_INVALID");
}

TEST(DeadlineCatalogueTest, WhoMustActIsRemindedAndWhoStandsAboveIsTold) {
  const auto catalogue = DeadlineCatalogue::Create({Latest()}, {"committee_secretary"});
  EXPECT_TRUE(catalogue->IsFor("DL-01", kDue, "branch_secretary"));
  EXPECT_FALSE(catalogue->IsFor("DL-01", kOverdue, "committee_secretary"));
  EXPECT_TRUE(catalogue->IsFor("DL-01", kOverdue + 1, "committee_secretary"));
  EXPECT_FALSE(catalogue->IsFor("DL-01", kOverdue + 1, "branch_secretary"));
  EXPECT_FALSE(catalogue->IsFor("DL-99", kDue, "branch_secretary"));
}

}  // namespace
}  // namespace ronghe::membership

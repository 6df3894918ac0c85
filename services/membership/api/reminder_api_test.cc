// Does a deadline reach the inbox of who must act, then of those above, and leave it when it is
// met?
#include "services/membership/api/reminder_api.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/approval/policy.h"
#include "common/approval/store.h"
#include "common/auth/role_table.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/event/event_store.h"
#include "common/rpc/convert.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/jobs/reminder_raiser.h"
#include "services/membership/store/reminder_store.h"
#include "services/membership/testing/service_parts.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::IsOk;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A clock that the test sets.
class TestClock : public base::Clock {
 public:
  absl::Time Now() const override { return now; }
  absl::Time now;
};

class ReminderTest : public ::testing::Test, protected ServiceParts {
 protected:
  ReminderTest()
      : catalogue_(*LoadDeadlineCatalogue(BuiltinDeadlineCatalogueFile())),
        reminder_api_(*database_, tree_, auth::RoleTable::Builtin(), catalogue_, tokens_,
                      "services/membership"),
        raiser_(catalogue_, tree_.tree(), ids_, metrics_, [] {}),
        clocked_jobs_(*database_, clock_, "test") {
    AddReminderJob(clocked_jobs_, raiser_);
    std::vector<rpc::ServiceTable> tables;
    tables.push_back(v1::ReminderServiceTable(reminder_api_));
    Serve(std::move(tables));
    reminders_ = std::make_unique<v1::ReminderServiceClient>(server_->channel());
    county_ = Found("", v1::ORGANIZATION_KIND_COMMITTEE, "某县委");
    town_ = Found(county_.name(), v1::ORGANIZATION_KIND_COMMITTEE, "某镇党委");
    branch_ = Found(town_.name(), v1::ORGANIZATION_KIND_BRANCH, "某村党支部");
    tree_.AfterOwnWrites(absl::InfiniteFuture());
  }
  ~ReminderTest() override { server_.reset(); }

  static int64_t IdOf(const v1::Organization& organization) {
    return *base::ParseName(organization.name(), "organizations");
  }

  rpc::Outgoing As(const std::string& role, const v1::Organization& organization) const {
    return server_->As(role, IdOf(organization), 7);
  }

  // The branch must have talked to the applicant of case 9 by the day.
  void Set(absl::CivilDay due_on, absl::CivilDay on = absl::CivilDay(2026, 1, 28)) {
    const Rule rule{.id = "A-03", .key = "k", .source = "第七条", .set = "admission/2026-05-11"};
    const absl::Time now = absl::FromCivil(on, base::Shanghai());
    ASSERT_OK(database_->Transact(absl::Now() + absl::Seconds(20), [&](sql::Session& session) {
      return SetDeadline(
          session, MakeDeadline(ids_.Next(), "DL-01", case_, IdOf(branch_), due_on, rule, now));
    }));
  }
  void Meet(absl::CivilDay day) {
    ASSERT_OK(database_->Transact(absl::Now() + absl::Seconds(20), [&](sql::Session& session) {
      return MeetDeadline(session, case_, "DL-01", day, absl::FromCivil(day, base::Shanghai()));
    }));
  }
  void RunOn(absl::CivilDay day) {
    clock_.now = absl::FromCivil(day, base::Shanghai()) + absl::Hours(1);
    ASSERT_OK(clocked_jobs_.RunOnce(kReminderJob));
  }

  std::vector<v1::Reminder> InboxOf(const rpc::Outgoing& who) {
    auto page = reminders_->ListReminders(who, v1::ListRemindersRequest());
    EXPECT_THAT(page, IsOk());
    if (!page.ok()) return {};
    EXPECT_EQ(page->next_page_token(), "");
    return {page->reminders().begin(), page->reminders().end()};
  }
  // Somebody asks for a second person's agreement; answers the approval's id.
  int64_t Ask(int64_t organization_id, const std::string& requester, absl::Time at = absl::Now()) {
    const approval::Row row{.id = ids_.Next(),
                            .subject = requester,
                            .method = "/ronghe.membership.v1.MemberExportService/Create",
                            .organization_id = organization_id,
                            .request = "{}",
                            .create_time = at,
                            .expire_time = at + approval::BuiltinPolicy().life};
    EXPECT_OK(database_->Transact(absl::Now() + absl::Seconds(20), [&](sql::Session& session) {
      return approval::Insert(session, row, absl::StrCat("key ", row.id));
    }));
    return row.id;
  }
  int64_t EventCount() {
    auto count = database_->Read(absl::Now() + absl::Seconds(20),
                                 [](sql::Session& session) { return session.SelectOne(kEvents); });
    return count.ok() ? (*count)->count : -1;
  }

  struct Count {
    int64_t count = 0;
  };
  static const sql::Query<Count> kEvents;

  const Subject case_{"admissionCases", 9};
  const DeadlineCatalogue catalogue_;
  TestClock clock_;
  ReminderApi reminder_api_;
  ReminderRaiser raiser_;
  job::JobRunner clocked_jobs_;
  std::unique_ptr<v1::ReminderServiceClient> reminders_;
  v1::Organization county_, town_, branch_;
};
const sql::Query<ReminderTest::Count> ReminderTest::kEvents(
    "test.reminder_events",
    "SELECT COUNT(*) FROM event WHERE type = 'ronghe.membership.reminder.raised'");

constexpr absl::CivilDay kDue_(2026, 2, 28);

TEST_F(ReminderTest, ComesInTimeClimbsAndGoes) {
  const rpc::Outgoing secretary = As("branch_secretary", branch_);
  const rpc::Outgoing town = As("committee_secretary", town_);
  const rpc::Outgoing county = As("organization_department", county_);
  Set(kDue_);
  RunOn(kDue_ - 8);
  EXPECT_THAT(InboxOf(secretary), IsEmpty());

  RunOn(kDue_ - 7);
  RunOn(kDue_ - 7);
  ASSERT_THAT(InboxOf(secretary), SizeIs(1));
  EXPECT_EQ(InboxOf(secretary)[0].kind(), v1::REMINDER_KIND_DUE);
  EXPECT_EQ(InboxOf(secretary)[0].subject(), "admissionCases/9");
  EXPECT_EQ(InboxOf(secretary)[0].source(), "第七条");
  EXPECT_THAT(InboxOf(town), IsEmpty());
  EXPECT_EQ(EventCount(), 1);

  RunOn(kDue_ + 1);
  EXPECT_EQ(InboxOf(secretary)[0].kind(), v1::REMINDER_KIND_OVERDUE);
  EXPECT_THAT(InboxOf(town), IsEmpty());

  RunOn(kDue_ + 16);
  ASSERT_THAT(InboxOf(town), SizeIs(1));
  EXPECT_EQ(InboxOf(town)[0].kind(), v1::REMINDER_KIND_ESCALATED);
  EXPECT_EQ(InboxOf(town)[0].acting_organization(), branch_.name());
  EXPECT_EQ(InboxOf(town)[0].acting_title(), "某村党支部");
  EXPECT_THAT(InboxOf(county), IsEmpty());

  RunOn(kDue_ + 46);
  EXPECT_THAT(InboxOf(county), SizeIs(1));
  EXPECT_THAT(InboxOf(secretary), SizeIs(1));
  EXPECT_EQ(EventCount(), 4);
  auto counts = reminders_->CountReminders(county, v1::CountRemindersRequest());
  ASSERT_THAT(counts, IsOk());
  EXPECT_EQ(counts->escalated(), 1);
  EXPECT_EQ(counts->overdue(), 0);

  Meet(kDue_ + 47);
  EXPECT_THAT(InboxOf(secretary), IsEmpty());
  EXPECT_THAT(InboxOf(county), IsEmpty());
  RunOn(kDue_ + 47);
  EXPECT_EQ(EventCount(), 4);
}

TEST_F(ReminderTest, AJobThatSleptRaisesAllStagesAtOnce) {
  Set(kDue_);
  RunOn(kDue_ + 46);
  EXPECT_THAT(InboxOf(As("branch_secretary", branch_)), SizeIs(1));
  EXPECT_THAT(InboxOf(As("committee_secretary", town_)), SizeIs(1));
  EXPECT_THAT(InboxOf(As("organization_department", county_)), SizeIs(1));
  EXPECT_EQ(EventCount(), 3);
}

TEST_F(ReminderTest, AMovedDeadlineLeavesTheInboxesAndComesAgain) {
  Set(kDue_);
  RunOn(kDue_ + 16);
  Set(kDue_ + 90, kDue_ + 16);
  RunOn(kDue_ + 16);
  EXPECT_THAT(InboxOf(As("branch_secretary", branch_)), IsEmpty());
  EXPECT_THAT(InboxOf(As("committee_secretary", town_)), IsEmpty());
  RunOn(kDue_ + 85);
  ASSERT_THAT(InboxOf(As("branch_secretary", branch_)), SizeIs(1));
  EXPECT_EQ(InboxOf(As("branch_secretary", branch_))[0].kind(), v1::REMINDER_KIND_DUE);
}

TEST_F(ReminderTest, AnInboxHoldsOnlyWhatItsOwnersRolesMustDo) {
  Set(kDue_);
  RunOn(kDue_);
  EXPECT_THAT(InboxOf(As("leader", branch_)), IsEmpty());
  EXPECT_THAT(InboxOf(As("branch_secretary", town_)), IsEmpty());
  EXPECT_THAT(InboxOf(As("party_worker", branch_)), SizeIs(1));
}

TEST_F(ReminderTest, ListsTheOpenDeadlinesOfAnOrganizationPageByPage) {
  for (int i = 0; i < 5; ++i) {
    const Rule rule{.id = "A-06", .key = "k", .source = "第十一条", .set = "admission/2026-05-11"};
    ASSERT_OK(database_->Transact(absl::Now() + absl::Seconds(20), [&](sql::Session& session) {
      DeadlineRow row = MakeDeadline(ids_.Next(), "DL-02", case_, IdOf(branch_), kDue_ + i, rule,
                                     absl::UnixEpoch());
      row.ordinal = i;
      return SetDeadline(session, row);
    }));
  }
  v1::ListDeadlinesRequest request;
  request.set_parent(branch_.name());
  request.set_page_size(2);
  std::vector<absl::CivilDay> days;
  do {
    auto page = reminders_->ListDeadlines(As("branch_secretary", branch_), request);
    ASSERT_THAT(page, IsOk());
    for (const v1::OpenDeadline& open : page->deadlines()) {
      EXPECT_EQ(open.subject(), "admissionCases/9");
      EXPECT_FALSE(open.title().empty());
      days.push_back(*rpc::FromProto(open.deadline().due_on()));
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(days, ::testing::ElementsAre(kDue_, kDue_ + 1, kDue_ + 2, kDue_ + 3, kDue_ + 4));
}

// The catalogue's codes of what waits, with the permission of the step that is waited for.
TEST(WaitingRules, EveryRoleThatIsWaitedForMayTakeTheStep) {
  const std::map<std::string, std::string> permissions = {
      {"DL-06", "membership.admission.approve"},     {"DL-09", "membership.admission.approve"},
      {"DL-12", "membership.founding.reply"},        {"DL-16", "membership.transfer.accept"},
      {"WT-01", "membership.dues_reduction.decide"}, {"WT-02", "membership.remittance.receive"},
      {"WT-03", "membership.fund_request.decide"},   {"WT-04", "membership.admission.consent"},
      {"WT-05", "membership.admission.consent"},     {"WT-06", "membership.election.approve"},
      {"WT-07", "membership.election.approve"},      {"WT-08", "membership.election.approve"},
      {"WT-09", "membership.transfer.approve"},      {"WT-10", "membership.disposition.approve"},
      {"WT-11", "membership.suspension.approve"}};
  const DeadlineCatalogue catalogue = *LoadDeadlineCatalogue(BuiltinDeadlineCatalogueFile());
  std::map<std::string, std::string> found;
  for (const auto& [code, rule] : catalogue.rules()) {
    if (!rule.waiting) continue;
    ASSERT_TRUE(permissions.contains(code)) << code;
    found.emplace(code, permissions.at(code));
    for (const std::string& role : rule.roles) {
      EXPECT_TRUE(auth::RoleTable::Builtin().Allows(role, permissions.at(code)))
          << code << " " << role;
    }
  }
  EXPECT_EQ(found, permissions);
}

TEST_F(ReminderTest, WhatWaitsIsThereFromTheFirstDayAndOverdueLater) {
  const Rule rule{.id = "11.3", .key = "k", .source = "s", .set = "dues/2008-04-01"};
  ASSERT_OK(database_->Transact(absl::Now() + absl::Seconds(20), [&](sql::Session& session) {
    return SetDeadline(session, MakeDeadline(ids_.Next(), "WT-01", {"duesReductions", 5},
                                             IdOf(town_), kDue_, rule, absl::UnixEpoch()));
  }));
  RunOn(kDue_ - 300);
  const rpc::Outgoing secretary = As("committee_secretary", town_);
  ASSERT_THAT(InboxOf(secretary), SizeIs(1));
  EXPECT_EQ(InboxOf(secretary)[0].kind(), v1::REMINDER_KIND_WAITING);
  EXPECT_EQ(reminders_->CountReminders(secretary, {})->waiting(), 1);
  EXPECT_THAT(InboxOf(As("party_worker", town_)), IsEmpty());
  RunOn(kDue_ + 1);
  EXPECT_EQ(InboxOf(secretary)[0].kind(), v1::REMINDER_KIND_OVERDUE);
  EXPECT_EQ(reminders_->CountReminders(secretary, {})->overdue(), 1);
}

TEST_F(ReminderTest, ARequestWaitsForWhoMayAgreeToItAndForNobodyElse) {
  Ask(IdOf(town_), "accounts/9");
  const auto waits = [&](const rpc::Outgoing& who) { return InboxOf(who).size(); };
  const rpc::Outgoing town = As("committee_secretary", town_);
  ASSERT_EQ(waits(town), 1);
  const v1::Reminder reminder = InboxOf(town)[0];
  EXPECT_EQ(reminder.code(), "SP-01");
  EXPECT_EQ(reminder.kind(), v1::REMINDER_KIND_WAITING);
  EXPECT_THAT(reminder.subject(), ::testing::StartsWith("services/membership/approvals/"));
  EXPECT_EQ(reminder.organization(), town_.name());
  EXPECT_EQ(reminder.rule_id(), "P-06");
  EXPECT_EQ(reminders_->CountReminders(town, {})->waiting(), 1);
  EXPECT_EQ(waits(As("committee_secretary", county_)), 1);
  EXPECT_EQ(waits(As("committee_secretary", branch_)), 0);
  EXPECT_EQ(waits(As("organization_department", county_)), 0);
  EXPECT_EQ(waits(server_->As("committee_secretary", IdOf(town_), 9)), 0);
  EXPECT_EQ(
      reminders_->CountReminders(server_->As("committee_secretary", IdOf(town_), 9), {})->waiting(),
      0);
  v1::ListRemindersRequest overdue;
  overdue.set_kind(v1::REMINDER_KIND_OVERDUE);
  EXPECT_EQ(reminders_->ListReminders(town, overdue)->reminders_size(), 0);
}

TEST_F(ReminderTest, ARequestOnEverythingWaitsForWhoDecidesEverywhere) {
  Ask(0, "accounts/9");
  EXPECT_THAT(InboxOf(server_->As("committee_secretary", 0, 7)), SizeIs(1));
  EXPECT_THAT(InboxOf(As("committee_secretary", county_)), IsEmpty());
}

TEST_F(ReminderTest, RequestsThatAreDecidedOrOverWaitNoLonger) {
  Ask(IdOf(town_), "accounts/9", absl::Now() - absl::Hours(73));
  const int64_t id = Ask(IdOf(town_), "accounts/9");
  ASSERT_OK(database_->Transact(absl::Now() + absl::Seconds(20), [&](sql::Session& session) {
    return approval::Decide(session, {.id = id,
                                      .state = approval::State::kRejected,
                                      .decided_by = "accounts/7",
                                      .decide_time = absl::Now()});
  }));
  EXPECT_THAT(InboxOf(As("committee_secretary", town_)), IsEmpty());
}

TEST_F(ReminderTest, PagesGoThroughTheRequestsAndThenTheDeadlines) {
  for (int i = 0; i < 5; ++i) Ask(IdOf(town_), "accounts/9", absl::Now() - absl::Hours(i));
  Ask(IdOf(county_), "accounts/9");
  const Rule rule{.id = "11.3", .key = "k", .source = "s", .set = "dues/2008-04-01"};
  for (int64_t i = 0; i < 3; ++i) {
    ASSERT_OK(database_->Transact(absl::Now() + absl::Seconds(20), [&](sql::Session& session) {
      return SetDeadline(session, MakeDeadline(ids_.Next(), "WT-03", {"fundRequests", i},
                                               IdOf(town_), kDue_, rule, absl::UnixEpoch()));
    }));
  }
  RunOn(kDue_);
  v1::ListRemindersRequest request;
  request.set_page_size(2);
  std::vector<std::string> codes;
  std::set<std::string> subjects;
  do {
    auto page = reminders_->ListReminders(As("committee_secretary", town_), request);
    ASSERT_THAT(page, IsOk());
    EXPECT_LE(page->reminders_size(), 2);
    for (const v1::Reminder& reminder : page->reminders()) {
      codes.push_back(reminder.code());
      subjects.insert(reminder.subject());
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(codes, ::testing::ElementsAre("SP-01", "SP-01", "SP-01", "SP-01", "SP-01", "WT-03",
                                            "WT-03", "WT-03"));
  EXPECT_THAT(subjects, SizeIs(8));
}

}  // namespace
}  // namespace ronghe::membership

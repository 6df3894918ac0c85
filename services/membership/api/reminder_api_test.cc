// Does a deadline reach the inbox of who must act, then of those above, and leave it when it is
// met?
#include "services/membership/api/reminder_api.h"

#include <memory>
#include <string>
#include <vector>

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
        reminder_api_(*database_, tree_, catalogue_, tokens_),
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

}  // namespace
}  // namespace ronghe::membership

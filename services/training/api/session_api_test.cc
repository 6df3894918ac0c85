#include "services/training/api/session_api.h"

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/audit/chain.h"
#include "common/error/error.h"
#include "common/event/event_store.h"
#include "common/testing/schema_file.h"
#include "gmock/gmock.h"
#include "services/training/store/credit_store.h"
#include "services/training/training_fixture.h"

namespace ronghe::training {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SessionApiTest : public TrainingTest {
 protected:
  SessionApiTest() {
    AddMembers(21, 101, 5);
    AddMembers(31, 301, 2);
    Sync();
  }

  v1::Session Create(int64_t organization, std::vector<v1::SessionDay> days) {
    absl::StatusOr<v1::Session> session = sessions_->CreateSession(
        Secretary(organization), NewSession(organization, std::move(days)));
    EXPECT_OK(session);
    return session.ok() ? *session : v1::Session();
  }

  v1::Session CreateToday(int64_t organization = 21) {
    return Create(organization, {Day(Today(), v1::HOUR_UNIT_HALF_DAY)});
  }

  std::vector<std::string> EventTypes() {
    absl::StatusOr<int64_t> published =
        event::Publisher(*database_, nullptr, base::Clock::Real(), "services/training")
            .PublishPending(Soon());
    EXPECT_OK(published);
    absl::StatusOr<std::vector<event::EventRow>> rows =
        database_->Read(Soon(), [](sql::Session& sql) { return event::EventsAfter(sql, 0, 1000); });
    EXPECT_OK(rows);
    std::vector<std::string> types;
    for (const event::EventRow& row : *rows) types.push_back(row.type);
    return types;
  }
};

TEST_F(SessionApiTest, EveryStatementFitsTheRealServer) {
  // As the administrator: those of the migrations belong to another user than the service's.
  ASSERT_OK_AND_ASSIGN(const auto database, sql::Database::Open(schema_.options()));
  EXPECT_THAT(ronghe::testing::PrepareAllStatements(*database), IsEmpty());
  EXPECT_THAT(ronghe::testing::LintMigrations({"services/training/migrations"}), IsEmpty());
}

TEST_F(SessionApiTest, TheSchemaIsWrittenDown) {
  EXPECT_TRUE(ronghe::testing::SchemaIsWrittenDown(schema_, "services/training/migrations"));
}

TEST_F(SessionApiTest, ASessionIsCreatedAndReadBack) {
  const v1::Session created = Create(21, {Day(absl::CivilDay(2026, 8, 4), v1::HOUR_UNIT_HOUR, 3),
                                          Day(absl::CivilDay(2026, 8, 3), v1::HOUR_UNIT_FULL_DAY)});
  EXPECT_EQ(created.organization(), "organizations/21");
  EXPECT_EQ(created.state(), v1::SESSION_STATE_PLANNED);
  EXPECT_EQ(created.half_hours(), 19);
  EXPECT_EQ(created.rule_version(), "2019-05");
  EXPECT_EQ(created.days(0).date().day(), 3);
  v1::GetSessionRequest get;
  get.set_name(created.name());
  EXPECT_THAT(sessions_->GetSession(Secretary(2), get),
              ronghe::testing::IsOkAndHolds(ronghe::testing::EqualsProto(created)));
}

TEST_F(SessionApiTest, TheSameRequestIdGivesTheSameSession) {
  const auto request = NewSession(21, {Day(Today(), v1::HOUR_UNIT_HALF_DAY)}, "r-1");
  ASSERT_OK_AND_ASSIGN(const v1::Session first, sessions_->CreateSession(Secretary(21), request));
  ASSERT_OK_AND_ASSIGN(const v1::Session again, sessions_->CreateSession(Secretary(21), request));
  EXPECT_EQ(first.name(), again.name());
  auto other = request;
  other.mutable_session()->set_title("别的主题");
  EXPECT_THAT(sessions_->CreateSession(Secretary(21), other), HasReason("REQUEST_ID_REUSED"));
}

TEST_F(SessionApiTest, ForeignSecretariesAreRefusedEverywhere) {
  const v1::Session session = CreateToday();
  const rpc::Outgoing foreign = Secretary(3);
  const auto denied = HasReason("SCOPE_DENIED");
  EXPECT_THAT(
      sessions_->CreateSession(foreign, NewSession(21, {Day(Today(), v1::HOUR_UNIT_HALF_DAY)})),
      denied);
  v1::GetSessionRequest get;
  get.set_name(session.name());
  EXPECT_THAT(sessions_->GetSession(foreign, get), denied);
  v1::ListSessionsRequest list;
  list.set_parent("organizations/21");
  EXPECT_THAT(sessions_->ListSessions(foreign, list), denied);
  v1::UpdateSessionRequest update;
  *update.mutable_session() = session;
  EXPECT_THAT(sessions_->UpdateSession(foreign, update), denied);
  EXPECT_THAT(sessions_->RecordAttendance(foreign, Present(session.name(), {101})), denied);
  EXPECT_THAT(sessions_->ConfirmAttendance(foreign, Confirm(session.name())), denied);
  v1::CancelSessionRequest cancel;
  cancel.set_name(session.name());
  EXPECT_THAT(sessions_->CancelSession(foreign, cancel), denied);
  v1::ListAttendancesRequest attendances;
  attendances.set_parent(session.name());
  EXPECT_THAT(sessions_->ListAttendances(foreign, attendances), denied);
  v1::EnrolMembersRequest enrol;
  enrol.set_name(session.name());
  enrol.add_members("members/101");
  EXPECT_THAT(sessions_->EnrolMembers(foreign, enrol), denied);
  EXPECT_THAT(sessions_->GetSession(As("department_client", 21), get),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_F(SessionApiTest, BadInputIsRefusedWithAReason) {
  auto unknown = NewSession(21, {Day(Today(), v1::HOUR_UNIT_HALF_DAY)});
  unknown.mutable_session()->set_form("55");
  EXPECT_THAT(sessions_->CreateSession(Secretary(21), unknown), HasReason("TRAINING_FORM_UNKNOWN"));
  EXPECT_THAT(sessions_->CreateSession(Secretary(21),
                                       NewSession(21, {Day(Today(), v1::HOUR_UNIT_UNSPECIFIED)})),
              HasReason("FIELD_INVALID"));
  EXPECT_THAT(sessions_->CreateSession(Secretary(21), NewSession(21, {})),
              HasReason("FIELD_INVALID"));
  v1::GetSessionRequest get;
  get.set_name("sessions/1");
  EXPECT_THAT(sessions_->GetSession(Secretary(1), get), HasReason("SCOPE_DENIED"));
  EXPECT_THAT(sessions_->GetSession(As("organization_department", 0), get), HasReason("NOT_FOUND"));
  get.set_name("sessions/x");
  EXPECT_THAT(sessions_->GetSession(Secretary(1), get), HasReason("FIELD_INVALID"));
}

TEST_F(SessionApiTest, UpdatesFollowMaskAndEtag) {
  const v1::Session session = CreateToday();
  v1::UpdateSessionRequest update;
  update.mutable_session()->set_name(session.name());
  update.mutable_session()->set_title("新主题");
  update.mutable_session()->set_place("别处");
  update.mutable_session()->set_etag(session.etag());
  update.mutable_update_mask()->add_paths("title");
  ASSERT_OK_AND_ASSIGN(const v1::Session changed, sessions_->UpdateSession(Secretary(21), update));
  EXPECT_EQ(changed.title(), "新主题");
  EXPECT_EQ(changed.place(), session.place());
  EXPECT_NE(changed.etag(), session.etag());
  EXPECT_THAT(sessions_->UpdateSession(Secretary(21), update), HasReason("ETAG_MISMATCH"));
  update.mutable_session()->set_etag(changed.etag());
  update.mutable_update_mask()->add_paths("state");
  EXPECT_THAT(sessions_->UpdateSession(Secretary(21), update), HasReason("FIELD_INVALID"));
  update.mutable_update_mask()->clear_paths();
  update.mutable_session()->clear_title();
  *update.mutable_session()->add_days() = Day(absl::CivilDay(2026, 8, 2), v1::HOUR_UNIT_FULL_DAY);
  ASSERT_OK_AND_ASSIGN(const v1::Session moved, sessions_->UpdateSession(Secretary(21), update));
  EXPECT_EQ(moved.title(), "新主题");
  EXPECT_EQ(moved.place(), "别处");
  EXPECT_EQ(moved.half_hours(), 16);
}

TEST_F(SessionApiTest, ListsGoLatestFirstAndPageWithoutLoss) {
  std::set<std::string> expected;
  for (int i = 0; i < 7; ++i) {
    expected.insert(
        Create(21, {Day(absl::CivilDay(2026, 7, 1 + i / 2), v1::HOUR_UNIT_HALF_DAY)}).name());
  }
  Create(22, {Day(absl::CivilDay(2026, 7, 2), v1::HOUR_UNIT_HALF_DAY)});
  Create(21, {Day(absl::CivilDay(2026, 8, 2), v1::HOUR_UNIT_HALF_DAY)});
  v1::ListSessionsRequest request;
  request.set_parent("organizations/21");
  request.set_page_size(3);
  request.mutable_start_date()->set_year(2026);
  request.mutable_start_date()->set_month(7);
  request.mutable_start_date()->set_day(1);
  request.mutable_end_date()->set_year(2026);
  request.mutable_end_date()->set_month(8);
  request.mutable_end_date()->set_day(1);
  std::set<std::string> seen;
  int last_day = 32;
  for (int page = 0; page < 4; ++page) {
    ASSERT_OK_AND_ASSIGN(const v1::ListSessionsResponse response,
                         sessions_->ListSessions(Secretary(2), request));
    for (const v1::Session& session : response.sessions()) {
      EXPECT_TRUE(seen.insert(session.name()).second);
      EXPECT_LE(session.days(0).date().day(), last_day);
      last_day = session.days(0).date().day();
    }
    request.set_page_token(response.next_page_token());
    if (response.next_page_token().empty()) break;
  }
  EXPECT_EQ(seen, expected);
  request.set_page_token("forged");
  EXPECT_THAT(sessions_->ListSessions(Secretary(2), request), HasReason("PAGE_TOKEN_INVALID"));
  request.clear_page_token();
  request.set_form("09");
  ASSERT_OK_AND_ASSIGN(const v1::ListSessionsResponse none,
                       sessions_->ListSessions(Secretary(2), request));
  EXPECT_THAT(none.sessions(), IsEmpty());
}

TEST_F(SessionApiTest, T09OnlyConfirmedAttendanceCredits) {
  const v1::Session session = CreateToday();
  v1::RecordAttendanceRequest record = Present(session.name(), {101, 102});
  record.mutable_attendances(1)->set_state(v1::ATTENDANCE_STATE_ONLINE);
  v1::Attendance& absent = *record.add_attendances();
  absent.set_member("members/103");
  absent.set_state(v1::ATTENDANCE_STATE_ABSENT);
  v1::EnrolMembersRequest enrol;
  enrol.set_name(session.name());
  enrol.add_members("members/104");
  ASSERT_OK(sessions_->EnrolMembers(Secretary(21), enrol));
  ASSERT_OK_AND_ASSIGN(const v1::Session recorded,
                       sessions_->RecordAttendance(Secretary(21), record));
  EXPECT_EQ(recorded.enrolled_count(), 4);
  EXPECT_EQ(recorded.present_count(), 2);
  EXPECT_EQ(recorded.credited_count(), 0);
  EXPECT_EQ(AccountOf(101, 2026).credited_half_hours(), 0);
  ASSERT_OK_AND_ASSIGN(
      const v1::Session confirmed,
      sessions_->ConfirmAttendance(As("committee_secretary", 21, 9), Confirm(session.name())));
  EXPECT_EQ(confirmed.state(), v1::SESSION_STATE_CONFIRMED);
  EXPECT_EQ(confirmed.credited_count(), 2);
  EXPECT_EQ(confirmed.confirmed_by(), "accounts/9");
  for (const auto& [member, half_hours] :
       std::vector<std::pair<int64_t, int>>{{101, 8}, {102, 8}, {103, 0}, {104, 0}}) {
    EXPECT_EQ(AccountOf(member, 2026).credited_half_hours(), half_hours) << member;
  }
  v1::ListAttendancesRequest list;
  list.set_parent(session.name());
  list.set_page_size(3);
  ASSERT_OK_AND_ASSIGN(const v1::ListAttendancesResponse page,
                       sessions_->ListAttendances(Secretary(21), list));
  ASSERT_THAT(page.attendances(), SizeIs(3));
  EXPECT_EQ(page.attendances(0).organization(), "organizations/21");
  EXPECT_TRUE(page.attendances(0).credited());
  EXPECT_FALSE(page.attendances(2).credited());
  list.set_page_token(page.next_page_token());
  ASSERT_OK_AND_ASSIGN(const v1::ListAttendancesResponse rest,
                       sessions_->ListAttendances(Secretary(21), list));
  EXPECT_THAT(rest.attendances(), SizeIs(1));
  ExpectSummariesMatchAccounts();
  EXPECT_THAT(EventTypes(),
              ElementsAre("ronghe.training.session.changed", "ronghe.training.session.changed",
                          "ronghe.training.session.changed", "ronghe.training.credit.granted",
                          "ronghe.training.credit.granted", "ronghe.training.session.changed"));
}

TEST_F(SessionApiTest, ConfirmingAgainCreditsOnlyTheLateOnes) {
  const v1::Session session = CreateToday();
  ASSERT_OK(sessions_->RecordAttendance(Secretary(21), Present(session.name(), {101})));
  ASSERT_OK(sessions_->ConfirmAttendance(Secretary(21), Confirm(session.name())));
  ASSERT_OK(sessions_->ConfirmAttendance(Secretary(21), Confirm(session.name())));
  EXPECT_EQ(AccountOf(101, 2026).credit_count(), 1);
  ASSERT_OK(sessions_->RecordAttendance(Secretary(21), Present(session.name(), {101, 102})));
  ASSERT_OK(sessions_->ConfirmAttendance(Secretary(21), Confirm(session.name())));
  EXPECT_EQ(AccountOf(101, 2026).credited_half_hours(), 8);
  EXPECT_EQ(AccountOf(102, 2026).credited_half_hours(), 8);
  auto change = Present(session.name(), {101});
  change.mutable_attendances(0)->set_state(v1::ATTENDANCE_STATE_ABSENT);
  EXPECT_THAT(sessions_->RecordAttendance(Secretary(21), change),
              HasReason("TRAINING_ATTENDANCE_CONFIRMED"));
}

TEST_F(SessionApiTest, TwoConfirmationsAtOnceCreditOnce) {
  for (int round = 0; round < 4; ++round) {
    const v1::Session session = CreateToday();
    ASSERT_OK(sessions_->RecordAttendance(Secretary(21),
                                          Present(session.name(), {101, 102, 103, 104, 105})));
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        EXPECT_OK(sessions_->ConfirmAttendance(
            As("committee_secretary", 21, i + 1),
            Confirm(session.name(), absl::StrCat("c-", round, "-", i))));
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (int64_t member = 101; member <= 105; ++member) {
      EXPECT_EQ(AccountOf(member, 2026).credit_count(), round + 1);
      EXPECT_EQ(AccountOf(member, 2026).credited_half_hours(), 8 * (round + 1));
    }
  }
  ExpectSummariesMatchAccounts();
}

TEST_F(SessionApiTest, SessionsOfTheSameMembersConfirmedAtOnceAllCount) {
  std::vector<v1::Session> sessions;
  for (int i = 0; i < 6; ++i) {
    sessions.push_back(CreateToday(i % 2 == 0 ? 21 : 2));
    ASSERT_OK(sessions_->RecordAttendance(
        Secretary(2), Present(sessions.back().name(), {101, 102, 103, 104, 105})));
  }
  std::vector<std::thread> threads;
  for (const v1::Session& session : sessions) {
    threads.emplace_back(
        [&] { EXPECT_OK(sessions_->ConfirmAttendance(Secretary(2), Confirm(session.name()))); });
  }
  for (std::thread& thread : threads) thread.join();
  for (int64_t member = 101; member <= 105; ++member) {
    EXPECT_EQ(AccountOf(member, 2026).credited_half_hours(), 48);
  }
  ExpectSummariesMatchAccounts();
}

TEST_F(SessionApiTest, TheUniqueKeyForbidsASecondCredit) {
  const v1::Session session = CreateToday();
  ASSERT_OK(sessions_->RecordAttendance(Secretary(21), Present(session.name(), {101})));
  ASSERT_OK(sessions_->ConfirmAttendance(Secretary(21), Confirm(session.name())));
  ASSERT_OK_AND_ASSIGN(
      std::vector<CreditRow> credits, database_->Read(Soon(), [](sql::Session& sql) {
        return LatestCredits(sql, 101, absl::CivilDay(2026, 1, 1), absl::CivilDay(2027, 1, 1), 9);
      }));
  ASSERT_THAT(credits, SizeIs(1));
  credits[0].id = ids_.Next();
  EXPECT_THAT(
      database_->Transact(Soon(), [&](sql::Session& sql) { return InsertCredits(sql, credits); }),
      StatusIs(absl::StatusCode::kAlreadyExists));
}

TEST_F(SessionApiTest, T09TrainingAcrossTheNewYearIsSplit) {
  GoTo(absl::CivilDay(2027, 1, 5));
  Sync();
  const v1::Session session = Create(21, {Day(absl::CivilDay(2026, 12, 31), v1::HOUR_UNIT_FULL_DAY),
                                          Day(absl::CivilDay(2027, 1, 1), v1::HOUR_UNIT_HALF_DAY)});
  ASSERT_OK(sessions_->RecordAttendance(Secretary(21), Present(session.name(), {101})));
  ASSERT_OK(sessions_->ConfirmAttendance(Secretary(21), Confirm(session.name())));
  EXPECT_EQ(AccountOf(101, 2026).credited_half_hours(), 16);
  EXPECT_EQ(AccountOf(101, 2027).credited_half_hours(), 8);
  EXPECT_EQ(AccountOf(101, 2026).credits(0).source(), session.name());
  ExpectSummariesMatchAccounts();
}

TEST_F(SessionApiTest, MembersOfOthersAndStrangersAreRefused) {
  const v1::Session session = CreateToday();
  // Whose member somebody is, only those learn who may see both organizations.
  EXPECT_THAT(sessions_->RecordAttendance(Secretary(21), Present(session.name(), {101, 301})),
              HasReason("MEMBER_UNKNOWN"));
  EXPECT_THAT(sessions_->RecordAttendance(Secretary(1), Present(session.name(), {101, 301})),
              HasReason("TRAINING_MEMBER_FOREIGN"));
  EXPECT_THAT(sessions_->RecordAttendance(Secretary(21), Present(session.name(), {999})),
              HasReason("MEMBER_UNKNOWN"));
  const v1::Session county = CreateToday(1);
  EXPECT_OK(sessions_->RecordAttendance(Secretary(1), Present(county.name(), {101, 301})));
  auto twice = Present(session.name(), {101, 101});
  EXPECT_THAT(sessions_->RecordAttendance(Secretary(21), twice), HasReason("FIELD_INVALID"));
}

TEST_F(SessionApiTest, AMemberOfAMomentAgoIsKnown) {
  const v1::Session session = CreateToday();
  AddMembers(21, 777, 1);
  EXPECT_OK(sessions_->RecordAttendance(Secretary(21), Present(session.name(), {777})));
  EXPECT_OK(sessions_->ConfirmAttendance(Secretary(21), Confirm(session.name())));
  EXPECT_EQ(AccountOf(777, 2026).credited_half_hours(), 8);
}

TEST_F(SessionApiTest, NothingIsConfirmedBeforeItIsHeldOrWithoutAnybody) {
  const v1::Session future =
      Create(21, {Day(Today(), v1::HOUR_UNIT_HALF_DAY), Day(Today() + 1, v1::HOUR_UNIT_HALF_DAY)});
  ASSERT_OK(sessions_->RecordAttendance(Secretary(21), Present(future.name(), {101})));
  EXPECT_THAT(sessions_->ConfirmAttendance(Secretary(21), Confirm(future.name())),
              HasReason("TRAINING_SESSION_NOT_HELD"));
  GoTo(Today() + 1);
  EXPECT_OK(sessions_->ConfirmAttendance(Secretary(21), Confirm(future.name())));
  const v1::Session empty = CreateToday();
  EXPECT_THAT(sessions_->ConfirmAttendance(Secretary(21), Confirm(empty.name())),
              HasReason("TRAINING_NOBODY_PRESENT"));
}

TEST_F(SessionApiTest, ACancelledOrConfirmedSessionIsClosed) {
  const v1::Session session = CreateToday();
  v1::CancelSessionRequest cancel;
  cancel.set_name(session.name());
  ASSERT_OK_AND_ASSIGN(const v1::Session cancelled,
                       sessions_->CancelSession(Secretary(21), cancel));
  EXPECT_EQ(cancelled.state(), v1::SESSION_STATE_CANCELLED);
  EXPECT_THAT(sessions_->CancelSession(Secretary(21), cancel),
              HasReason("TRAINING_SESSION_CLOSED"));
  EXPECT_THAT(sessions_->RecordAttendance(Secretary(21), Present(session.name(), {101})),
              HasReason("TRAINING_SESSION_CANCELLED"));
  const v1::Session held = CreateToday();
  ASSERT_OK(sessions_->RecordAttendance(Secretary(21), Present(held.name(), {101})));
  ASSERT_OK(sessions_->ConfirmAttendance(Secretary(21), Confirm(held.name())));
  cancel.set_name(held.name());
  EXPECT_THAT(sessions_->CancelSession(Secretary(21), cancel),
              HasReason("TRAINING_SESSION_CLOSED"));
}

TEST_F(SessionApiTest, ASessionHoldsFiveHundred) {
  AddMembers(22, 1000, 501);
  Sync();
  const v1::Session session = CreateToday(22);
  std::vector<int64_t> members;
  for (int64_t i = 0; i < 500; ++i) members.push_back(1000 + i);
  ASSERT_OK(sessions_->RecordAttendance(Secretary(22), Present(session.name(), members)));
  EXPECT_THAT(sessions_->RecordAttendance(Secretary(22), Present(session.name(), {1500})),
              HasReason("TRAINING_SESSION_FULL"));
  ASSERT_OK_AND_ASSIGN(const v1::Session confirmed,
                       sessions_->ConfirmAttendance(Secretary(22), Confirm(session.name())));
  EXPECT_EQ(confirmed.credited_count(), 500);
  EXPECT_EQ(CoverageOf(22).covered_count(), 500);
  ExpectSummariesMatchAccounts();
}

TEST_F(SessionApiTest, TheFormsComeWithTheirVersion) {
  ASSERT_OK_AND_ASSIGN(const v1::ListTrainingFormsResponse response,
                       sessions_->ListTrainingForms(As("leader", 21), {}));
  EXPECT_THAT(response.forms(), SizeIs(21));
  EXPECT_EQ(response.rule_version(), "2019-05");
  EXPECT_EQ(response.conversions(0).half_hours(), 16);
  EXPECT_EQ(response.conversions(2).half_hours(), 2);
}

TEST_F(SessionApiTest, EveryWriteLeavesAnAuditRowAndTheChainVerifies) {
  CreateToday();
  Train(21, {101, 102}, 2);
  audit::Chainer chainer(*database_, nullptr, base::Clock::Real(), crypto::Suite::kSm);
  ASSERT_OK_AND_ASSIGN(const audit::Link head, chainer.ChainPending(Soon()));
  EXPECT_EQ(head.sequence, 4);
  ASSERT_OK_AND_ASSIGN(const audit::Verification verification,
                       database_->Read(Soon(), [](sql::Session& sql) {
                         return audit::VerifyChain(sql, {.suite = crypto::Suite::kSm});
                       }));
  EXPECT_TRUE(verification.ok());
}

TEST_F(SessionApiTest, TheServiceCannotChangeOrRemoveAuditRows) {
  CreateToday();
  static const sql::Command kChange("training_test.change_audit",
                                    "UPDATE audit SET subject = 'accounts/2'");
  static const sql::Command kRemove("training_test.remove_audit", "DELETE FROM audit");
  static const sql::Command kUnlink("training_test.remove_link", "DELETE FROM audit_chain");
  for (const sql::Command* command : {&kChange, &kRemove, &kUnlink}) {
    EXPECT_FALSE(
        database_->Transact(Soon(), [&](sql::Session& sql) { return sql.Execute(*command); }).ok());
  }
}

}  // namespace
}  // namespace ronghe::training

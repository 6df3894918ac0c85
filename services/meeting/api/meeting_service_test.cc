// The whole service in one process: real pipeline, real database, membership's copy filled
// directly.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/event/event_store.h"
#include "common/event/publisher.h"
#include "common/fact/feed.h"
#include "common/org/copy_store.h"
#include "common/org/scope_testing.h"
#include "common/rpc/convert.h"
#include "common/testing/mariadb.h"
#include "common/testing/matchers.h"
#include "common/testing/test_server.h"
#include "gtest/gtest.h"
#include "ronghe/fact/v1/fact_feed.ronghe.h"
#include "ronghe/meeting/v1/duty.ronghe.h"
#include "ronghe/meeting/v1/meeting.ronghe.h"
#include "services/meeting/api/duties_api.h"
#include "services/meeting/api/facts_api.h"
#include "services/meeting/api/meetings_api.h"
#include "services/meeting/jobs/duty_calendar.h"
#include "services/meeting/rules.h"
#include "services/meeting/testing/delegations.h"

namespace ronghe::meeting {
namespace {

using absl::CivilDay;
using absl::StatusCode;
using testing::HasReason;
using testing::IsOk;
using testing::StatusIs;

constexpr int64_t kCounty = 1, kTown = 10, kOtherTown = 11, kBranch = 100, kSister = 101;
const CivilDay kToday(2026, 11, 23);
const CivilDay kStart(2026, 7, 1);

absl::Time At(CivilDay day, int hour) { return base::ShanghaiMidnight(day) + absl::Hours(hour); }

struct IntervalInsert {
  int64_t id, member, organization;
  int32_t category;
  std::string standing;
  bool voting;
  CivilDay from, to;
};
struct PostInsert {
  int64_t id, member, organization;
  std::string code;
  CivilDay from, to;
};
const sql::Command kInterval(
    "test.interval",
    "INSERT INTO interval_copy (id, member_id, organization_id, category, standing, voting,"
    " valid_from, valid_to) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Command kCloseInterval("test.close_interval",
                                  "UPDATE interval_copy SET valid_to = ? WHERE member_id = ?");
const sql::Command kPost(
    "test.post",
    "INSERT INTO post_copy (id, member_id, organization_id, post_code, valid_from, valid_to)"
    " VALUES (?, ?, ?, ?, ?, ?)");

// Scope checks on a tree that the test fills.
class MeetingServiceTest : public ::testing::Test {
 protected:
  MeetingServiceTest()
      : schema_(testing::SharedMariaDb().NewSchema(
            {"common/sql/migrations", "services/meeting/migrations"})),
        database_(sql::Database::Open(schema_.options()).value()),
        clock_(At(kToday, 12)),
        ids_(1),
        scope_(tree_),
        rules_(LoadRuleSets("services/meeting/domain/rules").value()),
        board_(*database_, tree_),
        publisher_(*database_, nullptr, clock_, "services/meeting"),
        writer_(*database_, ids_, [] {}),
        tokens_("a key for the tests of paging"),
        calendar_(*database_, tree_, rules_, board_, ids_, clock_, metrics_, {.start = kStart},
                  nullptr),
        meetings_api_(writer_, tree_, scope_, rules_, board_, tokens_, metrics_, delegations_,
                      kStart),
        duties_api_(*database_, tree_, rules_, board_, tokens_, kStart),
        facts_(*database_, tree_, rules_),
        fact_feed_("services/meeting", facts_, tree_, tokens_, clock_) {
    Add(kCounty, 0, "611");
    Add(kTown, kCounty, "611");
    Add(kOtherTown, kCounty, "611");
    Add(kBranch, kTown, "631");
    Add(kSister, kTown, "631");
    // Ten full members, one probationary, one whose right to vote is suspended; three in the
    // committee.
    std::vector<IntervalInsert> intervals;
    for (int64_t i = 1; i <= 12; ++i) {
      intervals.push_back({i, 1000 + i, kBranch, i == 11 ? 2 : 1, "10", i != 12,
                           CivilDay(2020, 1, 1), org::kOpenEnd});
    }
    Insert(intervals);
    EXPECT_OK(database_->Transact(Deadline(), [&](sql::Session& session) {
      return session.InsertMany(
          kPost,
          std::vector<PostInsert>{{1, 1001, kBranch, "01", CivilDay(2020, 1, 1), org::kOpenEnd},
                                  {2, 1002, kBranch, "03", CivilDay(2020, 1, 1), org::kOpenEnd},
                                  {3, 1003, kBranch, "04", CivilDay(2020, 1, 1), org::kOpenEnd}});
    }));
    std::vector<rpc::ServiceTable> tables;
    tables.push_back(v1::MeetingServiceTable(meetings_api_));
    tables.push_back(v1::DutyServiceTable(duties_api_));
    tables.push_back(fact::v1::FactFeedServiceTable(fact_feed_));
    server_ = std::make_unique<testing::TestServer>(
        std::move(tables), testing::TestServer::Options{.scope = &scope_, .clock = &clock_});
    meetings_ = std::make_unique<v1::MeetingServiceClient>(server_->channel());
    duties_ = std::make_unique<v1::DutyServiceClient>(server_->channel());
    fact_client_ = std::make_unique<fact::v1::FactFeedServiceClient>(server_->channel());
  }

  void Add(int64_t id, int64_t parent, std::string kind) {
    EXPECT_OK(tree_.Upsert({id,
                            parent,
                            std::move(kind),
                            absl::StrCat("组织", id),
                            absl::StrCat(id),
                            static_cast<int32_t>(id),
                            {},
                            {}}));
  }
  void Insert(const std::vector<IntervalInsert>& intervals) {
    EXPECT_OK(database_->Transact(Deadline(), [&](sql::Session& session) {
      return session.InsertMany(kInterval, intervals);
    }));
  }
  static absl::Time Deadline() { return absl::Now() + absl::Seconds(30); }

  rpc::Outgoing As(std::string role, int64_t organization) {
    rpc::Outgoing out = server_->AsNobody();
    out.bearer = server_->minter()
                     .Mint(auth::Principal{auth::Principal::Kind::kPerson,
                                           absl::StrCat("accounts/", organization),
                                           {{std::move(role), organization}},
                                           "session"},
                           clock_.Now(), absl::Minutes(30))
                     .value();
    return out;
  }
  rpc::Outgoing Secretary() { return As("branch_secretary", kBranch); }
  rpc::Outgoing Town() { return As("committee_secretary", kTown); }

  v1::CreateMeetingRequest Plan(CivilDay day,
                                std::vector<v1::MeetingKind> kinds = {v1::MEETING_KIND_GENERAL}) {
    v1::CreateMeetingRequest request;
    request.set_parent(absl::StrCat("organizations/", kBranch));
    v1::Meeting& meeting = *request.mutable_meeting();
    for (v1::MeetingKind kind : kinds) meeting.add_kinds(kind);
    meeting.set_title("支部党员大会");
    *meeting.mutable_planned_at() = rpc::ToProto(At(day, 9));
    meeting.set_place("党员活动室");
    meeting.set_chair("members/1001");
    meeting.set_recorder("members/1002");
    return request;
  }

  // The first `present` of the twelve came, the others were ill.
  static void MarkAll(int present, google::protobuf::RepeatedPtrField<v1::Attendance>* out) {
    for (int i = 1; i <= 12; ++i) {
      v1::Attendance& mark = *out->Add();
      mark.set_member(absl::StrCat("members/", 1000 + i));
      mark.set_presence(i <= present ? v1::PRESENCE_PRESENT : v1::PRESENCE_ABSENT);
      if (i > present) {
        mark.set_reason(v1::ABSENCE_REASON_SICK);
        mark.set_approved_by("members/1001");
      }
    }
  }

  static void AddMotion(int votes_for, v1::MotionResult claimed,
                        google::protobuf::RepeatedPtrField<v1::Motion>* out) {
    v1::Motion& motion = *out->Add();
    motion.set_text("通过年度计划");
    motion.set_kind(v1::MOTION_KIND_GENERAL);
    motion.set_ballot_mode(v1::BALLOT_MODE_HANDS);
    motion.set_votes_for(votes_for);
    motion.set_result(claimed);
  }

  v1::SubmitMeetingRequest WholeRecord(const std::string& name, CivilDay day, int present = 10) {
    v1::SubmitMeetingRequest request;
    request.set_name(name);
    v1::MeetingRecord& record = *request.mutable_record();
    *record.mutable_opened_at() = rpc::ToProto(At(day, 9));
    *record.mutable_closed_at() = rpc::ToProto(At(day, 11));
    MarkAll(present, record.mutable_attendance());
    v1::AgendaItem& item = *record.add_agenda();
    item.set_title("听取工作报告");
    item.set_code("REPORT");
    item.set_speaker_count(3);
    v1::Resolution& resolution = *record.add_resolutions();
    resolution.set_text("整修活动室");
    resolution.set_owner("张三");
    *resolution.mutable_due_date() = rpc::ToProto(kToday + 30);
    record.set_signed_by_chair(true);
    record.set_signed_by_recorder(true);
    return request;
  }

  // Plans and submits; the test goes on only when both succeed.
  v1::Meeting Submitted(CivilDay day,
                        std::vector<v1::MeetingKind> kinds = {v1::MEETING_KIND_GENERAL}) {
    const auto plan = meetings_->CreateMeeting(Secretary(), Plan(day, std::move(kinds)));
    EXPECT_THAT(plan, IsOk());
    const auto submitted = meetings_->SubmitMeeting(Secretary(), WholeRecord(plan->name(), day));
    EXPECT_THAT(submitted, IsOk());
    return submitted.value_or(v1::Meeting());
  }

  void RunCalendar() {
    EXPECT_THAT(calendar_.Run([](sql::Session&) { return absl::OkStatus(); }, [] { return false; }),
                IsOk());
  }

  const v1::DutyBoardRow* Row(const v1::DutyBoard& board, const std::string& rule) {
    for (const v1::DutyBoardRow& row : board.rows()) {
      if (row.rule() == rule) return &row;
    }
    ADD_FAILURE() << "no row " << rule;
    return &v1::DutyBoardRow::default_instance();
  }

  testing::TestSchema schema_;
  std::unique_ptr<sql::Database> database_;
  base::ManualClock clock_;
  base::IdGenerator ids_;
  org::OrgTree tree_;
  org::TreeScope scope_;
  const RuleSets rules_;
  metrics::Registry metrics_;
  DutyBoard board_;
  event::Publisher publisher_;
  service::Writer writer_;
  rpc::PageTokens tokens_;
  DutyCalendar calendar_;
  FakeDelegations delegations_;
  MeetingsApi meetings_api_;
  DutiesApi duties_api_;
  FactsApi facts_;
  fact::FeedHandler fact_feed_;
  std::unique_ptr<testing::TestServer> server_;
  std::unique_ptr<v1::MeetingServiceClient> meetings_;
  std::unique_ptr<v1::DutyServiceClient> duties_;
  std::unique_ptr<fact::v1::FactFeedServiceClient> fact_client_;
};

TEST_F(MeetingServiceTest, AMeetingIsRecordedWhileItGoesOn) {
  RunCalendar();
  ASSERT_OK_AND_ASSIGN(v1::Meeting meeting, meetings_->CreateMeeting(Secretary(), Plan(kToday)));
  EXPECT_EQ(meeting.state(), v1::MEETING_STATE_PLANNED);
  EXPECT_EQ(meeting.organization(), "organizations/100");

  v1::OpenMeetingRequest open;
  open.set_name(meeting.name());
  open.set_etag(meeting.etag());
  *open.mutable_opened_at() = rpc::ToProto(At(kToday, 9));
  ASSERT_OK_AND_ASSIGN(meeting, meetings_->OpenMeeting(Secretary(), open));
  EXPECT_EQ(meeting.state(), v1::MEETING_STATE_OPEN);
  EXPECT_EQ(meeting.should_attend(), 12);
  EXPECT_EQ(meeting.should_attend_voting(), 10);
  EXPECT_EQ(meeting.rule_set(), "branch-work@2018");

  v1::RecordAttendanceRequest attendance;
  attendance.set_name(meeting.name());
  attendance.set_etag(meeting.etag());
  MarkAll(8, attendance.mutable_attendance());
  v1::Observer& observer = *attendance.add_observers();
  observer.set_name("李四");
  observer.set_member("members/2001");
  ASSERT_OK_AND_ASSIGN(meeting, meetings_->RecordAttendance(Secretary(), attendance));
  EXPECT_EQ(meeting.attended(), 8);
  EXPECT_EQ(meeting.attended_voting(), 8);

  v1::SetAgendaRequest agenda;
  agenda.set_name(meeting.name());
  agenda.add_agenda()->set_title("听取工作报告");
  agenda.mutable_agenda(0)->set_speaker_count(2);
  ASSERT_OK_AND_ASSIGN(meeting, meetings_->SetAgenda(Secretary(), agenda));
  EXPECT_EQ(meeting.speaker_count(), 2);

  v1::SetMotionsRequest motions;
  motions.set_name(meeting.name());
  AddMotion(6, v1::MOTION_RESULT_UNSPECIFIED, motions.mutable_motions());
  ASSERT_OK_AND_ASSIGN(meeting, meetings_->SetMotions(Secretary(), motions));
  EXPECT_EQ(meeting.motions(0).result(), v1::MOTION_RESULT_PASSED);
  EXPECT_EQ(meeting.motions(0).required_for(), 6);

  v1::SetResolutionsRequest resolutions;
  resolutions.set_name(meeting.name());
  resolutions.add_resolutions()->set_text("整修活动室");
  ASSERT_OK_AND_ASSIGN(meeting, meetings_->SetResolutions(Secretary(), resolutions));

  v1::CloseMeetingRequest close;
  close.set_name(meeting.name());
  *close.mutable_closed_at() = rpc::ToProto(At(kToday, 11));
  ASSERT_OK_AND_ASSIGN(meeting, meetings_->CloseMeeting(Secretary(), close));
  EXPECT_EQ(meeting.state(), v1::MEETING_STATE_CLOSED);

  // The resolution has neither owner nor due day.
  v1::SubmitMeetingRequest submit;
  submit.set_name(meeting.name());
  const auto refused = meetings_->SubmitMeeting(Secretary(), submit);
  EXPECT_THAT(refused, HasReason("FIELD_INVALID"));
  EXPECT_EQ(error::FieldViolations(refused.status()).size(), 2u);
  v1::Resolution& resolution = *submit.mutable_record()->add_resolutions();
  resolution.set_text("整修活动室");
  resolution.set_owner("张三");
  *resolution.mutable_due_date() = rpc::ToProto(kToday + 10);
  ASSERT_OK_AND_ASSIGN(meeting, meetings_->SubmitMeeting(Secretary(), submit));
  EXPECT_EQ(meeting.state(), v1::MEETING_STATE_SUBMITTED);
  EXPECT_FALSE(meeting.late_entry());
  EXPECT_EQ(meeting.source(), v1::RECORD_SOURCE_ENTRY);
  EXPECT_EQ(meeting.missing_items_size(), 2);  // neither signature

  v1::GetMeetingRequest get;
  get.set_name(meeting.name());
  ASSERT_OK_AND_ASSIGN(const v1::Meeting read, meetings_->GetMeeting(Secretary(), get));
  EXPECT_THAT(read, testing::EqualsProto(meeting));

  v1::AcceptMeetingRequest accept;
  accept.set_name(meeting.name());
  ASSERT_OK_AND_ASSIGN(meeting, meetings_->AcceptMeeting(Town(), accept));
  EXPECT_EQ(meeting.state(), v1::MEETING_STATE_ACCEPTED);

  v1::GetDutyBoardRequest board;
  board.set_organization("organizations/1");
  ASSERT_OK_AND_ASSIGN(const v1::DutyBoard counts,
                       duties_->GetDutyBoard(As("leader", kCounty), board));
  EXPECT_EQ(Row(counts, "B-30")->met(), 1);
  EXPECT_EQ(Row(counts, "B-30")->due(), 1);

  ASSERT_THAT(publisher_.PublishPending(Deadline()), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto events, database_->Read(Deadline(), [](sql::Session& session) {
    return event::EventsAfter(session, 0, 500);
  }));
  std::vector<std::string> types;
  for (const auto& event : events) {
    if (event.type.starts_with("ronghe.meeting.meeting.")) types.push_back(event.type);
  }
  EXPECT_EQ(types, (std::vector<std::string>{"ronghe.meeting.meeting.submitted",
                                             "ronghe.meeting.meeting.accepted"}));
}

TEST_F(MeetingServiceTest, OneMessageCarriesTheWholeRecord) {
  const v1::Meeting meeting =
      Submitted(kToday - 1, {v1::MEETING_KIND_GENERAL, v1::MEETING_KIND_THEME_DAY});
  EXPECT_EQ(meeting.state(), v1::MEETING_STATE_SUBMITTED);
  EXPECT_EQ(meeting.attended(), 10);
  EXPECT_EQ(meeting.attendance_size(), 12);
  EXPECT_EQ(meeting.missing_items_size(), 0);
  EXPECT_EQ(meeting.event_date().day(), (kToday - 1).day());
  EXPECT_EQ(meeting.version(), 1);
}

TEST_F(MeetingServiceTest, RepeatedRequestsAnswerTheFirstResult) {
  v1::CreateMeetingRequest request = Plan(kToday - 1);
  request.set_request_id("plan-1");
  ASSERT_OK_AND_ASSIGN(const v1::Meeting first, meetings_->CreateMeeting(Secretary(), request));
  ASSERT_OK_AND_ASSIGN(const v1::Meeting again, meetings_->CreateMeeting(Secretary(), request));
  EXPECT_THAT(again, testing::EqualsProto(first));
  request.mutable_meeting()->set_title("另一次会议");
  EXPECT_THAT(meetings_->CreateMeeting(Secretary(), request), HasReason("REQUEST_ID_REUSED"));

  v1::SubmitMeetingRequest submit = WholeRecord(first.name(), kToday - 1);
  submit.set_request_id("submit-1");
  ASSERT_OK_AND_ASSIGN(const v1::Meeting submitted, meetings_->SubmitMeeting(Secretary(), submit));
  ASSERT_OK_AND_ASSIGN(const v1::Meeting replay, meetings_->SubmitMeeting(Secretary(), submit));
  EXPECT_THAT(replay, testing::EqualsProto(submitted));
  submit.clear_request_id();
  EXPECT_THAT(meetings_->SubmitMeeting(Secretary(), submit), HasReason("STATE_INVALID"));
}

TEST_F(MeetingServiceTest, TheRollIsFrozenWhenTheMeetingOpens) {
  ASSERT_OK_AND_ASSIGN(v1::Meeting meeting,
                       meetings_->CreateMeeting(Secretary(), Plan(kToday - 1)));
  v1::OpenMeetingRequest open;
  open.set_name(meeting.name());
  *open.mutable_opened_at() = rpc::ToProto(At(kToday - 1, 9));
  ASSERT_OK_AND_ASSIGN(meeting, meetings_->OpenMeeting(Secretary(), open));
  // A member leaves and another comes, reported afterwards for that very day.
  ASSERT_OK(database_->Transact(Deadline(), [&](sql::Session& session) {
    return session.Execute(kCloseInterval, kToday - 5, int64_t{1010}).status();
  }));
  Insert({{50, 1050, kBranch, 1, "10", true, kToday - 5, org::kOpenEnd}});
  v1::SubmitMeetingRequest submit = WholeRecord(meeting.name(), kToday - 1);
  ASSERT_OK_AND_ASSIGN(meeting, meetings_->SubmitMeeting(Secretary(), submit));
  EXPECT_EQ(meeting.should_attend(), 12);
  EXPECT_EQ(meeting.attendance(9).member(), "members/1010");
}

TEST_F(MeetingServiceTest, SomebodyNotYetKnownMakesTheCopyCatchUp) {
  ASSERT_OK_AND_ASSIGN(const v1::Meeting meeting,
                       meetings_->CreateMeeting(Secretary(), Plan(kToday - 1)));
  v1::SubmitMeetingRequest submit = WholeRecord(meeting.name(), kToday - 1);
  v1::Attendance& newcomer = *submit.mutable_record()->add_attendance();
  newcomer.set_member("members/1060");
  newcomer.set_presence(v1::PRESENCE_PRESENT);
  EXPECT_THAT(meetings_->SubmitMeeting(Secretary(), submit), HasReason("B_NOT_ON_ROLL"));
  scope_.on_catch_up = [&] {
    Insert({{60, 1060, kBranch, 2, "10", true, kToday - 5, org::kOpenEnd}});
  };
  ASSERT_OK_AND_ASSIGN(const v1::Meeting submitted, meetings_->SubmitMeeting(Secretary(), submit));
  EXPECT_EQ(submitted.should_attend(), 13);
  EXPECT_EQ(submitted.should_attend_voting(), 10);
}

TEST_F(MeetingServiceTest, Q_QUORUM_AMotionWithoutQuorumCannotPass) {
  ASSERT_OK_AND_ASSIGN(const v1::Meeting meeting,
                       meetings_->CreateMeeting(Secretary(), Plan(kToday - 1)));
  v1::SubmitMeetingRequest submit = WholeRecord(meeting.name(), kToday - 1, 4);
  AddMotion(4, v1::MOTION_RESULT_PASSED, submit.mutable_record()->mutable_motions());
  const auto refused = meetings_->SubmitMeeting(Secretary(), submit);
  EXPECT_THAT(refused, StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_THAT(refused, HasReason("Q_QUORUM"));
  EXPECT_EQ(error::MetadataValue(refused.status(), "rule_id"), "Q-GEN");
  EXPECT_EQ(error::MetadataValue(refused.status(), "rule_set"), "branch-work@2018");
  EXPECT_EQ(error::MetadataValue(refused.status(), "required"), "5");
  EXPECT_EQ(error::MetadataValue(refused.status(), "actual"), "4");
  EXPECT_FALSE(error::MessageZh(refused.status()).empty());
  // Nothing was written: the meeting is still planned.
  v1::GetMeetingRequest get;
  get.set_name(meeting.name());
  ASSERT_OK_AND_ASSIGN(const v1::Meeting unchanged, meetings_->GetMeeting(Secretary(), get));
  EXPECT_EQ(unchanged.state(), v1::MEETING_STATE_PLANNED);
  EXPECT_EQ(unchanged.attendance_size(), 0);

  submit.mutable_record()->mutable_motions(0)->set_result(v1::MOTION_RESULT_NO_QUORUM);
  ASSERT_OK_AND_ASSIGN(const v1::Meeting submitted, meetings_->SubmitMeeting(Secretary(), submit));
  EXPECT_EQ(submitted.motions(0).result(), v1::MOTION_RESULT_NO_QUORUM);
  EXPECT_NE(metrics_.Text().find("ronghe_meeting_failed_quorums_total 1\n"), std::string::npos);
}

TEST_F(MeetingServiceTest, Q_COMM_TheCommitteeDecidesOnItsOwnRoll) {
  ASSERT_OK_AND_ASSIGN(
      v1::Meeting meeting,
      meetings_->CreateMeeting(Secretary(), Plan(kToday - 1, {v1::MEETING_KIND_COMMITTEE})));
  v1::SubmitMeetingRequest submit = WholeRecord(meeting.name(), kToday - 1);
  v1::MeetingRecord& record = *submit.mutable_record();
  record.clear_attendance();
  for (int i = 1; i <= 3; ++i) {
    v1::Attendance& mark = *record.add_attendance();
    mark.set_member(absl::StrCat("members/", 1000 + i));
    mark.set_presence(i < 3 ? v1::PRESENCE_PRESENT : v1::PRESENCE_ABSENT);
    if (i == 3) mark.set_reason(v1::ABSENCE_REASON_OFFICIAL_BUSINESS);
  }
  AddMotion(2, v1::MOTION_RESULT_PASSED, record.mutable_motions());
  EXPECT_THAT(meetings_->SubmitMeeting(Secretary(), submit), HasReason("Q_KIND_NOT_HELD"));
  record.mutable_motions(0)->set_kind(v1::MOTION_KIND_COMMITTEE);
  ASSERT_OK_AND_ASSIGN(meeting, meetings_->SubmitMeeting(Secretary(), submit));
  EXPECT_EQ(meeting.should_attend(), 3);
  EXPECT_EQ(meeting.motions(0).should_vote(), 3);
  EXPECT_EQ(meeting.motions(0).result(), v1::MOTION_RESULT_PASSED);
}

TEST_F(MeetingServiceTest, Q_ADMIT_TheVerdictOnAnAdmissionIsRead) {
  ASSERT_OK_AND_ASSIGN(const v1::Meeting meeting,
                       meetings_->CreateMeeting(Secretary(), Plan(kToday - 1)));
  v1::SubmitMeetingRequest submit = WholeRecord(meeting.name(), kToday - 1, 6);
  AddMotion(4, v1::MOTION_RESULT_UNSPECIFIED, submit.mutable_record()->mutable_motions());
  v1::Motion& motion = *submit.mutable_record()->add_motions();
  motion.set_text("接收预备党员");
  motion.set_kind(v1::MOTION_KIND_ADMISSION);
  motion.set_votes_for(5);
  motion.set_votes_against(1);
  motion.set_written_for(1);
  motion.set_ballots_issued(6);
  motion.set_ballots_returned(6);
  motion.set_result(v1::MOTION_RESULT_PASSED);
  EXPECT_THAT(meetings_->SubmitMeeting(Secretary(), submit), HasReason("Q_ONE_BY_ONE"));
  motion.set_subject("admissionCases/12");
  EXPECT_THAT(meetings_->SubmitMeeting(Secretary(), submit), HasReason("Q_SECRET_BALLOT"));
  motion.set_ballot_mode(v1::BALLOT_MODE_SECRET);
  motion.set_written_for(5);  // four are absent
  EXPECT_THAT(meetings_->SubmitMeeting(Secretary(), submit), HasReason("FIELD_INVALID"));
  motion.set_written_for(1);
  *submit.mutable_record()->add_motions() = motion;
  EXPECT_THAT(meetings_->SubmitMeeting(Secretary(), submit), HasReason("Q_ONE_BY_ONE"));
  submit.mutable_record()->mutable_motions()->RemoveLast();
  ASSERT_OK_AND_ASSIGN(const v1::Meeting submitted, meetings_->SubmitMeeting(Secretary(), submit));
  EXPECT_EQ(submitted.motions(1).subject(), "admissionCases/12");

  v1::GetMotionRequest get;
  get.set_name(absl::StrCat(meeting.name(), "/motions/2"));
  ASSERT_OK_AND_ASSIGN(const v1::MotionVerdict verdict,
                       meetings_->GetMotion(As("leader", kCounty), get));
  EXPECT_EQ(verdict.meeting(), meeting.name());
  EXPECT_EQ(verdict.organization(), "organizations/100");
  EXPECT_EQ(verdict.number(), 2);
  EXPECT_EQ(verdict.kind(), v1::MOTION_KIND_ADMISSION);
  EXPECT_EQ(verdict.subject(), "admissionCases/12");
  EXPECT_EQ(verdict.held_on().day(), (kToday - 1).day());
  EXPECT_EQ(verdict.meeting_state(), v1::MEETING_STATE_SUBMITTED);
  EXPECT_EQ(verdict.roll(), 10);
  EXPECT_EQ(verdict.present(), 6);
  EXPECT_EQ(verdict.votes_for(), 5);
  EXPECT_EQ(verdict.written_for(), 1);
  EXPECT_EQ(verdict.votes_against(), 1);
  EXPECT_EQ(verdict.ballot_mode(), v1::BALLOT_MODE_SECRET);
  EXPECT_EQ(verdict.result(), v1::MOTION_RESULT_PASSED);
  EXPECT_EQ(verdict.rule_id(), "Q-ADMIT");
  EXPECT_EQ(verdict.rule_set(), "branch-work@2018");
  EXPECT_FALSE(verdict.source().empty());
  EXPECT_EQ(verdict.required_present(), 6);
  EXPECT_EQ(verdict.required_for(), 6);

  EXPECT_THAT(meetings_->GetMotion(As("branch_secretary", kSister), get),
              HasReason("SCOPE_DENIED"));
  EXPECT_THAT(meetings_->GetMotion(As("member", kBranch), get),
              StatusIs(StatusCode::kPermissionDenied));
  get.set_name(absl::StrCat(meeting.name(), "/motions/3"));
  EXPECT_THAT(meetings_->GetMotion(Secretary(), get), HasReason("MOTION_NOT_FOUND"));
  get.set_name("meetings/12345/motions/1");
  EXPECT_THAT(meetings_->GetMotion(Secretary(), get), HasReason("SCOPE_DENIED"));

  // Whoever has a case about it is told.
  ASSERT_THAT(publisher_.PublishPending(Deadline()), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto events, database_->Read(Deadline(), [](sql::Session& session) {
    return event::EventsAfter(session, 0, 500);
  }));
  EXPECT_EQ(std::count_if(events.begin(), events.end(),
                          [&](const auto& event) {
                            return event.type == "ronghe.meeting.motion.submitted" &&
                                   event.subject == absl::StrCat(meeting.name(), "/motions/2");
                          }),
            1);
}

TEST_F(MeetingServiceTest, OnlyAHigherOrganizationAcceptsOrReturns) {
  const v1::Meeting meeting = Submitted(kToday - 1);
  v1::AcceptMeetingRequest accept;
  accept.set_name(meeting.name());
  v1::ReturnMeetingRequest give_back;
  give_back.set_name(meeting.name());
  give_back.set_reason("缺少签到表");
  EXPECT_THAT(meetings_->AcceptMeeting(Secretary(), accept),
              StatusIs(StatusCode::kPermissionDenied));
  // A role that may accept, but held on the very branch that met.
  EXPECT_THAT(meetings_->AcceptMeeting(As("committee_secretary", kBranch), accept),
              HasReason("B_SELF_ACCEPT"));
  EXPECT_THAT(meetings_->ReturnMeeting(As("committee_secretary", kBranch), give_back),
              HasReason("B_SELF_ACCEPT"));
  EXPECT_THAT(meetings_->AcceptMeeting(As("committee_secretary", kOtherTown), accept),
              HasReason("SCOPE_DENIED"));
  ASSERT_OK_AND_ASSIGN(const v1::Meeting accepted, meetings_->AcceptMeeting(Town(), accept));
  EXPECT_EQ(accepted.state(), v1::MEETING_STATE_ACCEPTED);
  EXPECT_THAT(meetings_->ReturnMeeting(Town(), give_back), HasReason("STATE_INVALID"));
}

TEST_F(MeetingServiceTest, AReturnedRecordIsCorrectedByANewVersion) {
  RunCalendar();
  const v1::Meeting first = Submitted(kToday - 1);
  const auto met = [&] {
    v1::GetDutyBoardRequest request;
    request.set_organization("organizations/100");
    return Row(duties_->GetDutyBoard(Secretary(), request).value(), "B-30")->met();
  };
  EXPECT_EQ(met(), 1);
  v1::ReturnMeetingRequest give_back;
  give_back.set_name(first.name());
  EXPECT_THAT(meetings_->ReturnMeeting(Town(), give_back), HasReason("FIELD_INVALID"));
  give_back.set_reason("到会人数有误");
  ASSERT_OK_AND_ASSIGN(const v1::Meeting returned, meetings_->ReturnMeeting(Town(), give_back));
  EXPECT_EQ(returned.return_reason(), "到会人数有误");
  EXPECT_EQ(met(), 0);

  v1::CorrectMeetingRequest correct;
  correct.set_name(first.name());
  correct.set_reason("更正到会人数");
  v1::Attendance& mark = *correct.mutable_record()->add_attendance();
  mark.set_member("members/1010");
  mark.set_presence(v1::PRESENCE_ABSENT);
  mark.set_reason(v1::ABSENCE_REASON_CARE_EXEMPT);
  *correct.mutable_record()->mutable_opened_at() = rpc::ToProto(At(kToday - 2, 9));
  EXPECT_THAT(meetings_->CorrectMeeting(Secretary(), correct), HasReason("B_EVENT_DATE_FIXED"));
  correct.mutable_record()->clear_opened_at();
  ASSERT_OK_AND_ASSIGN(const v1::Meeting second, meetings_->CorrectMeeting(Secretary(), correct));
  EXPECT_EQ(second.state(), v1::MEETING_STATE_SUBMITTED);
  EXPECT_EQ(second.version(), 2);
  EXPECT_EQ(second.correction_of(), first.name());
  EXPECT_EQ(second.attended(), 9);
  EXPECT_EQ(second.agenda_size(), 1);
  EXPECT_EQ(met(), 1);

  // The first version stands as it was submitted.
  v1::GetMeetingRequest get;
  get.set_name(first.name());
  ASSERT_OK_AND_ASSIGN(const v1::Meeting old, meetings_->GetMeeting(Secretary(), get));
  EXPECT_EQ(old.state(), v1::MEETING_STATE_SUPERSEDED);
  EXPECT_EQ(old.corrected_by(), second.name());
  EXPECT_EQ(old.attended(), 10);
  EXPECT_EQ(old.attendance_size(), 12);
  EXPECT_THAT(meetings_->CorrectMeeting(Secretary(), correct), HasReason("STATE_INVALID"));

  // An accepted record can be corrected too; the duty stays met by the newest version.
  v1::AcceptMeetingRequest accept;
  accept.set_name(second.name());
  ASSERT_THAT(meetings_->AcceptMeeting(Town(), accept), IsOk());
  correct.set_name(second.name());
  ASSERT_OK_AND_ASSIGN(const v1::Meeting third, meetings_->CorrectMeeting(Secretary(), correct));
  EXPECT_EQ(met(), 1);
  v1::ListMeetingVersionsRequest versions;
  versions.set_name(second.name());
  ASSERT_OK_AND_ASSIGN(const auto all, meetings_->ListMeetingVersions(Secretary(), versions));
  ASSERT_EQ(all.versions_size(), 3);
  EXPECT_EQ(all.versions(0).name(), first.name());
  EXPECT_EQ(all.versions(2).name(), third.name());
  v1::ListDutiesRequest list;
  list.set_parent("organizations/100");
  *list.mutable_start_date() = rpc::ToProto(CivilDay(2026, 10, 1));
  ASSERT_OK_AND_ASSIGN(const auto duties, duties_->ListDuties(Secretary(), list));
  for (const v1::Duty& duty : duties.duties()) {
    if (duty.rule() == "B-30") {
      EXPECT_EQ(duty.met_by(), third.name());
    }
  }
}

TEST_F(MeetingServiceTest, ALateEntryIsMarkedAndTheDateStays) {
  const CivilDay day = kToday - 20;
  ASSERT_OK_AND_ASSIGN(v1::Meeting meeting, meetings_->CreateMeeting(Secretary(), Plan(day)));
  ASSERT_OK_AND_ASSIGN(meeting,
                       meetings_->SubmitMeeting(Secretary(), WholeRecord(meeting.name(), day)));
  EXPECT_TRUE(meeting.late_entry());
  EXPECT_EQ(meeting.event_date().day(), day.day());
  v1::CorrectMeetingRequest correct;
  correct.set_name(meeting.name());
  correct.set_reason("补充签名");
  correct.mutable_record()->set_signed_by_chair(true);
  ASSERT_OK_AND_ASSIGN(meeting, meetings_->CorrectMeeting(Secretary(), correct));
  EXPECT_TRUE(meeting.late_entry());  // a correction does not wash it away
}

TEST_F(MeetingServiceTest, HistoricalRecordsNeedTheirOwnPermission) {
  const CivilDay day = kToday - 80;
  ASSERT_OK_AND_ASSIGN(v1::Meeting meeting, meetings_->CreateMeeting(Secretary(), Plan(day)));
  v1::SubmitMeetingRequest submit = WholeRecord(meeting.name(), day);
  *submit.mutable_original_submitted_at() = rpc::ToProto(At(day + 2, 10));
  EXPECT_THAT(meetings_->SubmitMeeting(Secretary(), submit), HasReason("B_BACKFILL_DENIED"));
  rpc::Outgoing office = As("organization_department", kCounty);
  *submit.mutable_original_submitted_at() = rpc::ToProto(At(day, 10));  // before closing
  EXPECT_THAT(meetings_->SubmitMeeting(office, submit), HasReason("FIELD_INVALID"));
  *submit.mutable_original_submitted_at() = rpc::ToProto(At(day + 2, 10));
  ASSERT_OK_AND_ASSIGN(meeting, meetings_->SubmitMeeting(office, submit));
  EXPECT_EQ(meeting.source(), v1::RECORD_SOURCE_HISTORY);
  EXPECT_FALSE(meeting.late_entry());
  EXPECT_EQ(meeting.submitted_at().seconds(), absl::ToUnixSeconds(At(day + 2, 10)));
}

TEST_F(MeetingServiceTest, BadInputIsRefusedWithTypedErrors) {
  const auto secretary = Secretary();
  v1::CreateMeetingRequest request = Plan(kToday - 1);
  request.mutable_meeting()->clear_kinds();
  EXPECT_THAT(meetings_->CreateMeeting(secretary, request), HasReason("FIELD_INVALID"));
  request = Plan(kToday - 1, {static_cast<v1::MeetingKind>(77)});
  EXPECT_THAT(meetings_->CreateMeeting(secretary, request), HasReason("FIELD_INVALID"));
  request = Plan(kToday - 1, {v1::MEETING_KIND_GROUP});
  EXPECT_THAT(meetings_->CreateMeeting(secretary, request), HasReason("B_KIND_NOT_HELD"));
  request = Plan(kToday - 1);
  request.mutable_meeting()->set_title(std::string(201, 'x'));
  EXPECT_THAT(meetings_->CreateMeeting(secretary, request), HasReason("FIELD_INVALID"));
  request = Plan(kToday - 1);
  request.mutable_meeting()->set_chair("members/abc");
  EXPECT_THAT(meetings_->CreateMeeting(secretary, request), HasReason("FIELD_INVALID"));
  request = Plan(kToday - 1);
  request.set_parent("organizations/999");
  EXPECT_THAT(meetings_->CreateMeeting(As("organization_department", 0), request),
              StatusIs(StatusCode::kNotFound));
  request.set_parent(absl::StrCat("organizations/", kSister));
  EXPECT_THAT(meetings_->CreateMeeting(secretary, request), HasReason("SCOPE_DENIED"));

  v1::GetMeetingRequest get;
  get.set_name("meetings/12345");
  EXPECT_THAT(meetings_->GetMeeting(secretary, get), HasReason("SCOPE_DENIED"));
  EXPECT_THAT(meetings_->GetMeeting(As("organization_department", 0), get),
              HasReason("MEETING_NOT_FOUND"));

  ASSERT_OK_AND_ASSIGN(const v1::Meeting meeting,
                       meetings_->CreateMeeting(secretary, Plan(kToday - 1)));
  v1::SubmitMeetingRequest submit = WholeRecord(meeting.name(), kToday - 1);
  EXPECT_THAT(meetings_->SubmitMeeting(As("branch_secretary", kSister), submit),
              HasReason("SCOPE_DENIED"));
  EXPECT_THAT(meetings_->SubmitMeeting(As("leader", kCounty), submit),
              StatusIs(StatusCode::kPermissionDenied));
  submit.set_etag("99");
  EXPECT_THAT(meetings_->SubmitMeeting(secretary, submit), HasReason("ETAG_MISMATCH"));
  submit.clear_etag();
  submit.mutable_record()->mutable_opened_at()->set_seconds(4000000000);  // in a far future
  EXPECT_THAT(meetings_->SubmitMeeting(secretary, submit), HasReason("FIELD_INVALID"));
  submit = WholeRecord(meeting.name(), kToday - 1);
  submit.mutable_record()->mutable_attendance()->RemoveLast();
  EXPECT_THAT(meetings_->SubmitMeeting(secretary, submit), HasReason("FIELD_INVALID"));
  submit = WholeRecord(meeting.name(), kToday - 1);
  submit.mutable_record()->clear_opened_at();
  EXPECT_THAT(meetings_->SubmitMeeting(secretary, submit), HasReason("FIELD_INVALID"));
  submit = WholeRecord(meeting.name(), kToday - 1);
  submit.mutable_record()->mutable_attendance(11)->clear_reason();
  EXPECT_THAT(meetings_->SubmitMeeting(secretary, submit), HasReason("FIELD_INVALID"));

  // A branch with nobody on its roll cannot meet.
  request = Plan(kToday - 1);
  request.set_parent(absl::StrCat("organizations/", kSister));
  ASSERT_OK_AND_ASSIGN(const v1::Meeting empty,
                       meetings_->CreateMeeting(As("branch_secretary", kSister), request));
  EXPECT_THAT(meetings_->SubmitMeeting(As("branch_secretary", kSister),
                                       WholeRecord(empty.name(), kToday - 1)),
              HasReason("B_ROLL_EMPTY"));
}

TEST_F(MeetingServiceTest, ListsASubtreeInTreeOrderPageByPage) {
  // Branches with nobody on their rolls can still plan: enough for a list.
  for (int64_t id = 200; id < 230; ++id) Add(id, id % 2 == 0 ? kTown : kOtherTown, "631");
  std::vector<std::string> expected;  // town 10 first, within it by id; the latest first
  const auto office = As("organization_department", kCounty);
  const auto plan = [&](int64_t organization, CivilDay day) {
    v1::CreateMeetingRequest request = Plan(day, {v1::MEETING_KIND_THEME_DAY});
    request.set_parent(absl::StrCat("organizations/", organization));
    return meetings_->CreateMeeting(office, request)->name();
  };
  std::map<int64_t, std::vector<std::string>> by_organization;
  for (int64_t id = 200; id < 230; ++id) {
    for (int i = 0; i < static_cast<int>(id % 4); ++i) {
      auto& names = by_organization[id];
      names.insert(names.begin(), plan(id, kToday - 10 + i));
    }
  }
  for (const int parity : {0, 1}) {
    for (const auto& [id, names] : by_organization) {
      if (id % 2 == parity) expected.insert(expected.end(), names.begin(), names.end());
    }
  }
  const auto list = [&](v1::ListMeetingsRequest request) {
    std::vector<std::string> names;
    do {
      const auto response = meetings_->ListMeetings(office, request);
      EXPECT_THAT(response, IsOk());
      if (!response.ok()) break;
      EXPECT_LE(response->meetings_size(), request.page_size());
      for (const v1::Meeting& meeting : response->meetings()) names.push_back(meeting.name());
      request.set_page_token(response->next_page_token());
    } while (!request.page_token().empty());
    return names;
  };
  v1::ListMeetingsRequest request;
  request.set_parent("organizations/1");
  for (int size : {1, 2, 7, 200}) {
    request.set_page_size(size);
    EXPECT_EQ(list(request), expected) << size;
  }
  request.add_states(v1::MEETING_STATE_SUBMITTED);
  EXPECT_TRUE(list(request).empty());
  request.clear_states();
  request.add_kinds(v1::MEETING_KIND_GENERAL);
  EXPECT_TRUE(list(request).empty());
  request.set_kinds(0, v1::MEETING_KIND_THEME_DAY);
  *request.mutable_start_date() = rpc::ToProto(kToday - 9);
  *request.mutable_end_date() = rpc::ToProto(kToday - 8);
  size_t on_that_day = 0;
  for (const auto& [id, names] : by_organization) on_that_day += names.size() >= 2;
  EXPECT_EQ(list(request).size(), on_that_day);

  // A token opens only the list it was made for, and only by its maker.
  request = {};
  request.set_parent("organizations/1");
  request.set_page_size(3);
  ASSERT_OK_AND_ASSIGN(const auto page, meetings_->ListMeetings(office, request));
  request.set_page_token(page.next_page_token());
  request.set_parent("organizations/10");
  EXPECT_THAT(meetings_->ListMeetings(office, request), HasReason("PAGE_TOKEN_INVALID"));
  request.set_parent("organizations/1");
  request.set_page_token("forged");
  EXPECT_THAT(meetings_->ListMeetings(office, request), HasReason("PAGE_TOKEN_INVALID"));
}

TEST_F(MeetingServiceTest, BoardAndOverdueListAgree) {
  for (int64_t id = 200; id < 230; ++id) Add(id, id % 2 == 0 ? kTown : kOtherTown, "631");
  RunCalendar();
  Submitted(CivilDay(2026, 10, 15), {v1::MEETING_KIND_THEME_DAY});
  v1::GetDutyBoardRequest board;
  board.set_organization("organizations/1");
  board.mutable_date()->set_year(2026);
  board.mutable_date()->set_month(10);  // the month
  ASSERT_OK_AND_ASSIGN(const v1::DutyBoard october,
                       duties_->GetDutyBoard(As("leader", kCounty), board));
  EXPECT_EQ(Row(october, "B-34")->met(), 1);
  EXPECT_EQ(Row(october, "B-34")->overdue(), 31);
  EXPECT_EQ(Row(october, "B-34")->due(), 0);
  EXPECT_EQ(Row(october, "B-30")->due(), 32);  // the quarter still runs
  EXPECT_EQ(Row(october, "B-30")->rule_set(), "branch-work@2018");
  EXPECT_FALSE(Row(october, "B-30")->source().empty());

  v1::ListSubtreeDutiesRequest overdue;
  overdue.set_organization("organizations/1");
  overdue.set_rule("B-34");
  overdue.set_page_size(7);
  std::vector<std::string> names;
  do {
    ASSERT_OK_AND_ASSIGN(const auto page,
                         duties_->ListSubtreeDuties(As("leader", kCounty), overdue));
    for (const v1::Duty& duty : page.duties()) {
      EXPECT_EQ(duty.state(), v1::DUTY_STATE_OVERDUE);
      EXPECT_EQ(duty.window_start_date().month(), 10);
      names.push_back(duty.organization());
    }
    overdue.set_page_token(page.next_page_token());
  } while (!overdue.page_token().empty());
  ASSERT_EQ(names.size(), 31u);
  EXPECT_EQ(names.front(), "organizations/101");
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 31u);
  EXPECT_EQ(names.back(), "organizations/229");

  v1::ListOverdueDutiesRequest as_before;
  as_before.set_organization("organizations/1");
  as_before.set_rule("B-34");
  ASSERT_OK_AND_ASSIGN(const auto known,
                       duties_->ListOverdueDuties(As("leader", kCounty), as_before));
  EXPECT_EQ(known.duties_size(), 31);
  // The other figures of the row have their lists too.
  v1::ListSubtreeDutiesRequest met = overdue;
  met.set_state(v1::DUTY_STATE_MET);
  *met.mutable_date() = october.date();
  ASSERT_OK_AND_ASSIGN(const auto held, duties_->ListSubtreeDuties(As("leader", kCounty), met));
  ASSERT_EQ(held.duties_size(), 1);
  EXPECT_EQ(held.duties(0).state(), v1::DUTY_STATE_MET);
  EXPECT_NE(held.duties(0).met_by(), "");
  met.set_state(v1::DUTY_STATE_EXEMPT);
  ASSERT_OK_AND_ASSIGN(const auto exempt, duties_->ListSubtreeDuties(As("leader", kCounty), met));
  EXPECT_EQ(exempt.duties_size(), Row(october, "B-34")->exempt());

  *overdue.mutable_date() = rpc::ToProto(kToday);  // the running month: nothing is overdue yet
  ASSERT_OK_AND_ASSIGN(const auto running,
                       duties_->ListSubtreeDuties(As("leader", kCounty), overdue));
  EXPECT_EQ(running.duties_size(), 0);
  overdue.clear_date();
  overdue.set_page_size(50);
  overdue.set_state(v1::DUTY_STATE_DUE);  // without a date, of the running window
  ASSERT_OK_AND_ASSIGN(const auto due, duties_->ListSubtreeDuties(As("leader", kCounty), overdue));
  EXPECT_EQ(due.duties_size(), 32);
  for (const v1::Duty& duty : due.duties()) EXPECT_EQ(duty.window_start_date().month(), 11);
  overdue.clear_state();
  overdue.set_rule("B-99");
  EXPECT_THAT(duties_->ListSubtreeDuties(As("leader", kCounty), overdue),
              HasReason("RULE_NOT_FOUND"));

  // At midnight of the first day after the window what is due becomes overdue, with no write.
  clock_.Set(base::ShanghaiMidnight(CivilDay(2026, 12, 1)) - absl::Seconds(1));
  *board.mutable_date() = rpc::ToProto(kToday);
  ASSERT_OK_AND_ASSIGN(v1::DutyBoard november, duties_->GetDutyBoard(As("leader", kCounty), board));
  EXPECT_EQ(Row(november, "B-34")->due(), 32);
  clock_.Advance(absl::Seconds(1));
  ASSERT_OK_AND_ASSIGN(november, duties_->GetDutyBoard(As("leader", kCounty), board));
  EXPECT_EQ(Row(november, "B-34")->overdue(), 32);
  EXPECT_EQ(Row(november, "B-34")->due(), 0);

  v1::ListDutiesRequest list;
  list.set_parent("organizations/100");
  list.set_page_size(5);
  std::vector<v1::Duty> all;
  do {
    ASSERT_OK_AND_ASSIGN(const auto page, duties_->ListDuties(Secretary(), list));
    all.insert(all.end(), page.duties().begin(), page.duties().end());
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  // July to November: 2 quarters, 5 months of committee and of theme days, 2 years.
  EXPECT_EQ(all.size(), 14u);
  v1::GetDutyRequest get;
  get.set_name(all.front().name());
  ASSERT_OK_AND_ASSIGN(const v1::Duty duty, duties_->GetDuty(Secretary(), get));
  EXPECT_THAT(duty, testing::EqualsProto(all.front()));
  EXPECT_THAT(duties_->GetDuty(As("branch_secretary", kSister), get), HasReason("SCOPE_DENIED"));
  get.set_name("duties/1");
  EXPECT_THAT(duties_->GetDuty(Secretary(), get), HasReason("SCOPE_DENIED"));
  EXPECT_THAT(duties_->GetDuty(As("organization_department", 0), get), HasReason("DUTY_NOT_FOUND"));
}

TEST_F(MeetingServiceTest, FactsOpenToTheirRecords) {
  RunCalendar();
  // October: a theme day on time and accepted, with one absent for age; a late one with a motion
  // that had no quorum and no signatures; a returned one.
  ASSERT_OK_AND_ASSIGN(
      v1::Meeting good,
      meetings_->CreateMeeting(
          Secretary(),
          Plan(CivilDay(2026, 10, 15), {v1::MEETING_KIND_GENERAL, v1::MEETING_KIND_THEME_DAY})));
  v1::SubmitMeetingRequest record = WholeRecord(good.name(), CivilDay(2026, 10, 15));
  record.mutable_record()->mutable_attendance(11)->set_reason(v1::ABSENCE_REASON_CARE_EXEMPT);
  AddMotion(10, v1::MOTION_RESULT_PASSED, record.mutable_record()->mutable_motions());
  *record.mutable_original_submitted_at() = rpc::ToProto(At(CivilDay(2026, 10, 16), 9));
  const auto office = As("organization_department", kCounty);
  ASSERT_OK_AND_ASSIGN(good, meetings_->SubmitMeeting(office, record));
  v1::AcceptMeetingRequest accept;
  accept.set_name(good.name());
  ASSERT_THAT(meetings_->AcceptMeeting(Town(), accept), IsOk());

  ASSERT_OK_AND_ASSIGN(v1::Meeting late,
                       meetings_->CreateMeeting(Secretary(), Plan(CivilDay(2026, 10, 20))));
  record = WholeRecord(late.name(), CivilDay(2026, 10, 20), 4);
  AddMotion(4, v1::MOTION_RESULT_NO_QUORUM, record.mutable_record()->mutable_motions());
  record.mutable_record()->clear_signed_by_chair();
  ASSERT_OK_AND_ASSIGN(late, meetings_->SubmitMeeting(Secretary(), record));
  const v1::Meeting returned = Submitted(CivilDay(2026, 10, 22), {v1::MEETING_KIND_READING});
  v1::ReturnMeetingRequest give_back;
  give_back.set_name(returned.name());
  give_back.set_reason("不属于组织生活");
  ASSERT_THAT(meetings_->ReturnMeeting(Town(), give_back), IsOk());

  fact::v1::StreamFactsRequest request;
  request.set_source("services/meeting");
  request.set_organization("organizations/1");
  *request.mutable_start_date() = rpc::ToProto(CivilDay(2026, 10, 1));
  *request.mutable_end_date() = rpc::ToProto(CivilDay(2026, 11, 1));
  std::map<std::string, fact::v1::Fact> facts;
  ASSERT_OK(fact_client_->StreamFacts(server_->AsService("evaluation"), request,
                                      [&](const fact::v1::StreamFactsResponse& message) {
                                        for (const fact::v1::Fact& fact : message.facts()) {
                                          if (fact.organization() == "organizations/100")
                                            facts[fact.indicator()] = fact;
                                        }
                                        return absl::OkStatus();
                                      }));
  const auto figure = [&](const std::string& indicator) {
    return absl::StrCat(facts[indicator].numerator(), "/", facts[indicator].denominator());
  };
  EXPECT_EQ(figure("meeting.general_on_time"), "0/0");  // the quarter ends later
  EXPECT_EQ(figure("meeting.theme_day_on_time"), "1/1");
  EXPECT_EQ(figure("meeting.committee_on_time"), "0/1");
  EXPECT_EQ(figure("meeting.group_on_time"), "0/0");
  EXPECT_EQ(figure("meeting.record_complete"), "1/2");
  EXPECT_EQ(figure("meeting.on_time_entry"), "1/2");
  EXPECT_EQ(figure("meeting.quorum_kept"), "1/2");
  EXPECT_EQ(figure("meeting.accepted"), "1/3");
  EXPECT_EQ(figure("meeting.attendance_rate"), "14/23");  // 10 of 11 and 4 of 12

  for (const auto& [indicator, fact] : facts) {
    if (indicator == "meeting.quorum_kept" || indicator == "meeting.attendance_rate") continue;
    fact::v1::ListEvidenceRequest evidence;
    evidence.set_source("services/meeting");
    evidence.set_organization("organizations/100");
    evidence.set_evidence(fact.evidence());
    evidence.set_page_size(1);
    int64_t listed = 0;
    int64_t counted = 0;
    do {
      ASSERT_OK_AND_ASSIGN(const auto page,
                           fact_client_->ListEvidence(As("organization_department", 0), evidence));
      for (const auto& item : page.records()) {
        ++listed;
        counted += item.counted();
        EXPECT_FALSE(item.title().empty());
        EXPECT_FALSE(item.detail().empty());
      }
      evidence.set_page_token(page.next_page_token());
    } while (!evidence.page_token().empty());
    EXPECT_EQ(listed, fact.denominator()) << indicator;
    EXPECT_EQ(counted, fact.numerator()) << indicator;
  }
  EXPECT_EQ(facts.size(), 9u);
}

}  // namespace
}  // namespace ronghe::meeting

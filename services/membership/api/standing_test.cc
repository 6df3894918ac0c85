// How do dispositions, measures of discipline, suspensions and overlays go, behind the real
// pipeline and on a real database? Only the meeting service is played, at the boundary where it is
// asked.
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/api/discipline_api.h"
#include "services/membership/api/disposition_api.h"
#include "services/membership/api/lapse_api.h"
#include "services/membership/api/overlay_api.h"
#include "services/membership/api/reminder_talk_api.h"
#include "services/membership/api/standing_api.h"
#include "services/membership/api/standing_support.h"
#include "services/membership/api/suspension_api.h"
#include "services/membership/store/change_store.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/discipline_store.h"
#include "services/membership/testing/played_motions.h"
#include "services/membership/testing/service_parts.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Day = absl::CivilDay;

struct CountRow {
  int64_t count = 0;
};
const sql::Query<CountRow> kAuditRows(
    "test.audit_rows", "SELECT COUNT(*) FROM audit WHERE method LIKE ? AND result LIKE ?");

absl::Time Soon() { return absl::Now() + absl::Seconds(30); }

google::type::Date Date(Day day) { return rpc::ToProto(day); }

class StandingTest : public ::testing::Test, protected ServiceParts {
 protected:
  StandingTest()
      : disposition_api_(writer_, tree_, books_, motions_, tokens_),
        discipline_api_(writer_, tree_, books_, motions_, tokens_),
        suspension_api_(writer_, tree_, books_, motions_, tokens_),
        overlay_api_(writer_, tree_, books_, tokens_),
        lapse_api_(writer_, tree_, tokens_),
        talk_api_(writer_, tree_, tokens_),
        standing_api_(writer_, tree_, books_, tokens_) {
    std::vector<rpc::ServiceTable> tables;
    tables.push_back(v1::DispositionServiceTable(disposition_api_));
    tables.push_back(v1::DisciplineServiceTable(discipline_api_));
    tables.push_back(v1::SuspensionServiceTable(suspension_api_));
    tables.push_back(v1::OverlayServiceTable(overlay_api_));
    tables.push_back(v1::LapseServiceTable(lapse_api_));
    tables.push_back(v1::ReminderTalkServiceTable(talk_api_));
    tables.push_back(v1::StandingServiceTable(standing_api_));
    Serve(std::move(tables));
    dispositions_ = std::make_unique<v1::DispositionServiceClient>(server_->channel());
    disciplines_ = std::make_unique<v1::DisciplineServiceClient>(server_->channel());
    suspensions_ = std::make_unique<v1::SuspensionServiceClient>(server_->channel());
    overlays_ = std::make_unique<v1::OverlayServiceClient>(server_->channel());
    lapses_ = std::make_unique<v1::LapseServiceClient>(server_->channel());
    talks_ = std::make_unique<v1::ReminderTalkServiceClient>(server_->channel());
    standings_ = std::make_unique<v1::StandingServiceClient>(server_->channel());
  }
  ~StandingTest() override { server_.reset(); }

  void SetUp() override {
    county_ = Found("", v1::ORGANIZATION_KIND_COMMITTEE, "某县委");
    town_ = Found(county_.name(), v1::ORGANIZATION_KIND_COMMITTEE, "某镇党委");
    branch_ = Found(town_.name(), v1::ORGANIZATION_KIND_BRANCH, "一村党支部");
    other_ = Found(town_.name(), v1::ORGANIZATION_KIND_BRANCH, "二村党支部");
    for (int n = 1; n <= 2; ++n) members_named_.push_back(Join(n));
  }

  std::string Join(int n, v1::MemberCategory category = v1::MEMBER_CATEGORY_FULL,
                   bool floating = false) {
    v1::Member someone = Someone(n, category);
    someone.set_floating(floating);
    auto member = TryJoin(branch_.name(), someone, Day(2020, 1, 1));
    EXPECT_THAT(member, IsOk());
    return member.ok() ? member->name() : "";
  }
  v1::Member Get(const std::string& name) {
    v1::GetMemberRequest request;
    request.set_name(name);
    auto member = members_->GetMember(Department(), request);
    EXPECT_THAT(member, IsOk());
    return member.ok() ? *member : v1::Member();
  }

  static int64_t Id(const v1::Organization& organization) {
    return *base::ParseName(organization.name(), "organizations");
  }
  rpc::Outgoing As(const std::string& role, const v1::Organization& organization) const {
    return server_->As(role, Id(organization), 7);
  }
  rpc::Outgoing Secretary() const { return As("branch_secretary", branch_); }
  rpc::Outgoing Committee() const { return As("committee_secretary", town_); }
  rpc::Outgoing County() const { return As("committee_secretary", county_); }

  // A motion of the branch about a case or a measure.
  std::string Voted(const std::string& subject, Day day, bool carried = true) {
    return motions_.Hold({.kind = MotionKind::kDisposition,
                          .subject = subject,
                          .organization_id = Id(branch_),
                          .held_on = day,
                          .settled = true,
                          .carried = carried});
  }

  absl::StatusOr<v1::DispositionCase> Open(const std::string& member, v1::DispositionKind kind,
                                           v1::DispositionGround ground, bool important = false) {
    v1::OpenDispositionCaseRequest request;
    request.set_parent(member);
    request.set_kind(kind);
    request.set_ground(ground);
    if (ground == v1::DISPOSITION_GROUND_D31_6) request.set_lapse_ground(v1::LAPSE_GROUND_DUES);
    request.set_important(important);
    *request.mutable_opened_on() = Date(Day(2026, 3, 1));
    return dispositions_->OpenDispositionCase(Secretary(), request);
  }
  absl::StatusOr<v1::DispositionCase> Investigate(const std::string& name) {
    v1::InvestigateDispositionRequest request;
    request.set_name(name);
    *request.mutable_investigated_on() = Date(Day(2026, 3, 10));
    return dispositions_->InvestigateDisposition(Secretary(), request);
  }
  absl::StatusOr<v1::DispositionCase> Talk(const std::string& name) {
    v1::TalkDispositionRequest request;
    request.set_name(name);
    *request.mutable_talked_on() = Date(Day(2026, 3, 15));
    return dispositions_->TalkDisposition(Secretary(), request);
  }
  v1::DecideDispositionRequest Decision(const std::string& name, v1::DispositionOutcome outcome) {
    v1::DecideDispositionRequest request;
    request.set_name(name);
    request.set_motion(Voted(name, Day(2026, 3, 20)));
    request.set_outcome(outcome);
    return request;
  }
  v1::ApproveDispositionRequest Approval(const std::string& name) {
    v1::ApproveDispositionRequest request;
    request.set_name(name);
    request.set_approver(town_.name());
    request.set_organ(v1::DISCIPLINE_ORGAN_BASIC_COMMITTEE);
    *request.mutable_approved_on() = Date(Day(2026, 4, 1));
    return request;
  }
  // A case up to the talk.
  std::string Talked(const std::string& member, v1::DispositionKind kind,
                     v1::DispositionGround ground, bool important = false) {
    auto opened = Open(member, kind, ground, important);
    EXPECT_THAT(opened, IsOk());
    if (!opened.ok()) return "";
    if (kind != v1::DISPOSITION_KIND_WITHDRAWAL) {
      EXPECT_THAT(Investigate(opened->name()), IsOk());
    }
    EXPECT_THAT(Talk(opened->name()), IsOk());
    return opened->name();
  }
  // A case up to the decision of the general meeting on a measure of discipline.
  std::string Disciplined(const std::string& member, v1::DisciplineMeasure measure,
                          int32_t months = 0) {
    const std::string name =
        Talked(member, v1::DISPOSITION_KIND_DISCIPLINE, v1::DISPOSITION_GROUND_DISCIPLINE);
    auto decision = Decision(name, v1::DISPOSITION_OUTCOME_DISCIPLINE);
    decision.set_measure(measure);
    decision.set_measure_months(months);
    EXPECT_THAT(dispositions_->DecideDisposition(Secretary(), decision), IsOk());
    return name;
  }

  std::vector<MembershipChangeRow> Changes(const std::string& member) {
    auto rows = database_->Read(Soon(), [&](sql::Session& session) {
      return ChangesOf(session, *base::ParseName(member, "members"));
    });
    EXPECT_THAT(rows, IsOk());
    return rows.ok() ? *rows : std::vector<MembershipChangeRow>();
  }
  std::vector<DeadlineRow> Deadlines(const Subject& subject) {
    auto rows = database_->Read(
        Soon(), [&](sql::Session& session) { return DeadlinesOf(session, subject); });
    EXPECT_THAT(rows, IsOk());
    return rows.ok() ? *rows : std::vector<DeadlineRow>();
  }
  int64_t AuditRows(const std::string& method, const std::string& result) {
    auto row = database_->Read(Soon(), [&](sql::Session& session) {
      return session.SelectOne(kAuditRows, absl::StrCat("%", method), absl::StrCat(result, "%"));
    });
    EXPECT_THAT(row, IsOk());
    return row.ok() && *row ? (*row)->count : -1;
  }

  absl::StatusOr<v1::SuspensionCase> OpenLost(const std::string& member, Day last, Day opened) {
    v1::OpenSuspensionCaseRequest request;
    request.set_parent(member);
    request.set_ground(v1::SUSPENSION_GROUND_OUT_OF_CONTACT);
    *request.mutable_last_contact_on() = Date(last);
    *request.mutable_opened_on() = Date(opened);
    return suspensions_->OpenSuspensionCase(Secretary(), request);
  }
  absl::StatusOr<v1::SuspensionCase> Attempt(const std::string& name, Day day) {
    v1::RecordContactAttemptRequest request;
    request.set_name(name);
    request.set_method(v1::CONTACT_METHOD_VISIT);
    *request.mutable_attempted_on() = Date(day);
    return suspensions_->RecordContactAttempt(Secretary(), request);
  }
  absl::StatusOr<v1::SuspensionCase> ProposeStop(const std::string& name, Day day) {
    v1::ProposeSuspensionRequest request;
    request.set_name(name);
    *request.mutable_proposed_on() = Date(day);
    return suspensions_->ProposeSuspension(Secretary(), request);
  }
  absl::StatusOr<v1::SuspensionCase> Suspend(const std::string& name, Day day) {
    v1::SuspendStandingRequest request;
    request.set_name(name);
    request.set_decider(branch_.name());
    *request.mutable_suspended_on() = Date(day);
    return suspensions_->SuspendStanding(Secretary(), request);
  }
  // A member whose standing is suspended since 2022-09-01.
  std::string Suspended(const std::string& member) {
    auto lost = OpenLost(member, Day(2022, 2, 28), Day(2022, 5, 1));
    EXPECT_THAT(lost, IsOk());
    for (int n = 1; n <= 3; ++n) EXPECT_THAT(Attempt(lost->name(), Day(2022, 5 + n, 1)), IsOk());
    EXPECT_THAT(ProposeStop(lost->name(), Day(2022, 8, 28)), IsOk());
    EXPECT_THAT(Suspend(lost->name(), Day(2022, 9, 1)), IsOk());
    return lost->name();
  }

  PlayedMotions motions_;
  DispositionApi disposition_api_;
  DisciplineApi discipline_api_;
  SuspensionApi suspension_api_;
  OverlayApi overlay_api_;
  LapseApi lapse_api_;
  ReminderTalkApi talk_api_;
  StandingApi standing_api_;
  std::unique_ptr<v1::DispositionServiceClient> dispositions_;
  std::unique_ptr<v1::DisciplineServiceClient> disciplines_;
  std::unique_ptr<v1::SuspensionServiceClient> suspensions_;
  std::unique_ptr<v1::OverlayServiceClient> overlays_;
  std::unique_ptr<v1::LapseServiceClient> lapses_;
  std::unique_ptr<v1::ReminderTalkServiceClient> talks_;
  std::unique_ptr<v1::StandingServiceClient> standings_;
  v1::Organization county_;
  v1::Organization town_;
  v1::Organization branch_;
  v1::Organization other_;
  std::vector<std::string> members_named_;
};

TEST_F(StandingTest, D_05_EveryExitGoesItsWholeWayAndLeavesItsCode) {
  struct Row {
    v1::DispositionGround ground;
    v1::DispositionOutcome outcome;
    ChangeCode code;
  };
  int n = 10;
  for (const Row& row :
       {Row{v1::DISPOSITION_GROUND_D31_1, v1::DISPOSITION_OUTCOME_REMOVED, ChangeCode::kRemoved},
        Row{v1::DISPOSITION_GROUND_D31_2, v1::DISPOSITION_OUTCOME_ADVISED_OUT,
            ChangeCode::kAdvisedOut},
        Row{v1::DISPOSITION_GROUND_D31_4, v1::DISPOSITION_OUTCOME_REMOVED_AFTER_ADVICE,
            ChangeCode::kRemovedAfterAdvice},
        Row{v1::DISPOSITION_GROUND_D31_6, v1::DISPOSITION_OUTCOME_LAPSED, ChangeCode::kLapsed}}) {
    const std::string member = Join(++n);
    const std::string name = Talked(member, v1::DISPOSITION_KIND_DISPOSITION, row.ground);
    EXPECT_THAT(dispositions_->ApproveDisposition(Committee(), Approval(name)),
                HasReason("DISPOSITION_STATE_INVALID"));
    ASSERT_THAT(dispositions_->DecideDisposition(Secretary(), Decision(name, row.outcome)), IsOk());
    EXPECT_THAT(WaitingFor(town_.name()), ::testing::ElementsAre(absl::StrCat("WT-10 ", name)));
    EXPECT_EQ(Get(member).standing(), v1::MEMBER_STANDING_NORMAL);
    ASSERT_OK_AND_ASSIGN(const auto approved,
                         dispositions_->ApproveDisposition(Committee(), Approval(name)));
    EXPECT_EQ(approved.next_state(), v1::DISPOSITION_STATE_TOLD);
    EXPECT_EQ(approved.approver(), town_.name());
    EXPECT_EQ(Get(member).standing(), v1::MEMBER_STANDING_LEFT);
    const auto change = Changes(member).front();
    EXPECT_EQ(change.code, row.code);
    EXPECT_EQ(change.day, Day(2026, 4, 1));
    EXPECT_EQ(base::Name(change.basis_collection, change.basis_id), name);

    v1::TellDispositionRequest tell;
    tell.set_name(name);
    *tell.mutable_told_on() = Date(Day(2026, 4, 2));
    ASSERT_THAT(dispositions_->TellDisposition(Secretary(), tell), IsOk());
    v1::FileDispositionRequest file;
    file.set_name(name);
    *file.mutable_filed_on() = Date(Day(2026, 4, 3));
    ASSERT_OK_AND_ASSIGN(const auto filed, dispositions_->FileDisposition(Secretary(), file));
    EXPECT_EQ(filed.state(), v1::DISPOSITION_STATE_FILED);
    EXPECT_THAT(filed.steps(), SizeIs(7));
    EXPECT_EQ(filed.next_state(), v1::DISPOSITION_STATE_UNSPECIFIED);
    EXPECT_THAT(filed.decisions(), SizeIs(2));  // outcome of ground, approver
  }
}

TEST_F(StandingTest, Q_DISP_ACaseRestsOnACarriedMotionAboutItself) {
  const std::string name =
      Talked(members_named_[0], v1::DISPOSITION_KIND_DISPOSITION, v1::DISPOSITION_GROUND_D31_1);
  auto request = Decision(name, v1::DISPOSITION_OUTCOME_REMOVED);
  request.set_motion(Voted("dispositionCases/1", Day(2026, 3, 20)));
  EXPECT_THAT(dispositions_->DecideDisposition(Secretary(), request), HasReason("MOTION_MISMATCH"));
  request.set_motion(Voted(name, Day(2026, 3, 20), false));
  EXPECT_THAT(dispositions_->DecideDisposition(Secretary(), request),
              HasReason("MOTION_NOT_CARRIED"));
  request.set_motion(Voted(name, Day(2026, 3, 14)));  // before the talk
  EXPECT_THAT(dispositions_->DecideDisposition(Secretary(), request),
              HasReason("STEP_DAY_INVALID"));
  request.set_motion("meetings/9/motions/9");
  EXPECT_FALSE(dispositions_->DecideDisposition(Secretary(), request).ok());
  request.set_motion(Voted(name, Day(2026, 3, 20)));
  request.set_outcome(v1::DISPOSITION_OUTCOME_LAPSED);
  EXPECT_THAT(dispositions_->DecideDisposition(Secretary(), request),
              HasReason("OUTCOME_NOT_OF_GROUND"));
  EXPECT_EQ(Get(members_named_[0]).standing(), v1::MEMBER_STANDING_NORMAL);
}

TEST_F(StandingTest, D_05_OneOpenCaseAndOnlyOfAFullMember) {
  ASSERT_THAT(Open(members_named_[0], v1::DISPOSITION_KIND_DISPOSITION, v1::DISPOSITION_GROUND_D30),
              IsOk());
  EXPECT_THAT(
      Open(members_named_[0], v1::DISPOSITION_KIND_DISCIPLINE, v1::DISPOSITION_GROUND_DISCIPLINE),
      HasReason("DISPOSITION_OPEN"));
  EXPECT_THAT(
      Open(members_named_[1], v1::DISPOSITION_KIND_DISPOSITION, v1::DISPOSITION_GROUND_D31_3),
      HasReason("GROUND_NOT_OF_KIND"));
  const std::string probationary = Join(30, v1::MEMBER_CATEGORY_PROBATIONARY);
  EXPECT_THAT(Open(probationary, v1::DISPOSITION_KIND_DISPOSITION, v1::DISPOSITION_GROUND_D31_1),
              HasReason("STANDING_TRANSITION_NOT_ALLOWED"));
  const std::vector<int64_t> ids = {*base::ParseName(members_named_[0], "members"),
                                    *base::ParseName(members_named_[1], "members")};
  ASSERT_OK_AND_ASSIGN(const auto open, database_->Read(Soon(), [&](sql::Session& session) {
    return OpenDispositions(session, ids);
  }));
  EXPECT_THAT(open, SizeIs(1));
}

TEST_F(StandingTest, D_05_AWithdrawalIsAnnouncedByTheMeetingAndRecordedAbove) {
  const std::string member = members_named_[0];
  const std::string name =
      Talked(member, v1::DISPOSITION_KIND_WITHDRAWAL, v1::DISPOSITION_GROUND_D31_3);
  ASSERT_THAT(dispositions_->DecideDisposition(Secretary(),
                                               Decision(name, v1::DISPOSITION_OUTCOME_WITHDRAWN)),
              IsOk());
  EXPECT_EQ(Get(member).standing(), v1::MEMBER_STANDING_LEFT);
  EXPECT_EQ(Changes(member).front().code, ChangeCode::kWithdrew);
  EXPECT_EQ(Changes(member).front().day, Day(2026, 3, 20));
  v1::RefuseDispositionRequest refuse;
  refuse.set_name(name);
  refuse.set_approver(town_.name());
  refuse.set_organ(v1::DISCIPLINE_ORGAN_BASIC_COMMITTEE);
  EXPECT_THAT(dispositions_->RefuseDisposition(Committee(), refuse),
              HasReason("DISPOSITION_STATE_INVALID"));
  EXPECT_THAT(dispositions_->ApproveDisposition(Committee(), Approval(name)), IsOk());
  EXPECT_THAT(Changes(member), SizeIs(2));  // recorded, withdrew
}

TEST_F(StandingTest, D_06_ExpulsionIsForTheCommissionAboveAndBansForFiveYears_M_06) {
  const std::string member = members_named_[0];
  const std::string name = Disciplined(member, v1::DISCIPLINE_MEASURE_EXPELLED);
  auto approval = Approval(name);
  EXPECT_THAT(dispositions_->ApproveDisposition(Committee(), approval), HasReason("D_APPROVER"));
  approval.set_approver(county_.name());
  approval.set_organ(v1::DISCIPLINE_ORGAN_COMMISSION);
  EXPECT_THAT(dispositions_->ApproveDisposition(Committee(), approval), HasReason("SCOPE_DENIED"));
  EXPECT_THAT(dispositions_->ApproveDisposition(Secretary(), approval),
              HasReason("PERMISSION_DENIED"));
  ASSERT_OK_AND_ASSIGN(const auto approved, dispositions_->ApproveDisposition(County(), approval));
  EXPECT_EQ(approved.organ(), v1::DISCIPLINE_ORGAN_COMMISSION);
  EXPECT_EQ(Changes(member).front().code, ChangeCode::kExpelled);
  ASSERT_OK_AND_ASSIGN(const auto ban, database_->Read(Soon(), [&](sql::Session& session) {
    return ReadmissionBanOf(session, books_, *base::ParseName(member, "members"), Day(2027, 1, 1));
  }));
  EXPECT_EQ(ban, Day(2031, 4, 1));

  // A wrong decision is corrected by the organ that could make it.
  v1::ReinstateMemberRequest reinstate;
  reinstate.set_name(member);
  reinstate.set_approver(town_.name());
  *reinstate.mutable_reinstated_on() = Date(Day(2026, 5, 1));
  EXPECT_THAT(standings_->ReinstateMember(Committee(), reinstate), HasReason("D_APPROVER"));
  reinstate.set_approver(county_.name());
  ASSERT_OK_AND_ASSIGN(const auto event, standings_->ReinstateMember(County(), reinstate));
  EXPECT_EQ(event.change_code(), 22);
  EXPECT_EQ(Get(member).standing(), v1::MEMBER_STANDING_NORMAL);
  EXPECT_THAT(standings_->ReinstateMember(County(), reinstate),
              HasReason("STANDING_TRANSITION_NOT_ALLOWED"));
}

// Who is of a county or above is said by the level of the committee where it is recorded.
TEST_F(StandingTest, D_06_TheLevelOfACommitteeSaysWhetherItIsOfACountyOrAbove) {
  const auto set_level = [&](const v1::Organization& committee, v1::AdministrativeLevel level) {
    v1::UpdateOrganizationRequest request;
    *request.mutable_organization() = committee;
    request.mutable_organization()->clear_etag();
    request.mutable_organization()->set_level(level);
    request.mutable_update_mask()->add_paths("level");
    return organizations_->UpdateOrganization(Department(), request);
  };
  EXPECT_EQ(error::FieldViolations(set_level(branch_, v1::ADMINISTRATIVE_LEVEL_TOWNSHIP).status())
                .front()
                .field,
            "organization.level");
  // Above the town, but no county.
  ASSERT_OK(set_level(county_, v1::ADMINISTRATIVE_LEVEL_TOWNSHIP));
  auto approval = Approval(Disciplined(members_named_[0], v1::DISCIPLINE_MEASURE_EXPELLED));
  approval.set_approver(county_.name());
  approval.set_organ(v1::DISCIPLINE_ORGAN_COMMISSION);
  EXPECT_THAT(dispositions_->ApproveDisposition(County(), approval), HasReason("D_APPROVER"));
  ASSERT_OK_AND_ASSIGN(const auto county, set_level(county_, v1::ADMINISTRATIVE_LEVEL_COUNTY));
  EXPECT_EQ(county.level(), v1::ADMINISTRATIVE_LEVEL_COUNTY);
  EXPECT_OK(dispositions_->ApproveDisposition(County(), approval));
}

TEST_F(StandingTest, D_07_AMeasureFromPaperIsRecordedByTheDepartmentWithItsDocument) {
  const std::string member = members_named_[0];
  v1::RecordPastDisciplineRequest request;
  request.set_parent(member);
  request.set_measure(v1::DISCIPLINE_MEASURE_PROBATION_WITHIN_PARTY);
  request.set_months(24);
  *request.mutable_decided_on() = Date(Day(2025, 9, 1));
  request.set_organ(v1::DISCIPLINE_ORGAN_COMMISSION);
  request.set_decided_by_title("外省某县纪委");
  request.set_document_number("某纪〔2025〕7号");
  request.set_request_id("paper-1");
  EXPECT_THAT(disciplines_->RecordPastDiscipline(County(), request),
              HasReason("PERMISSION_DENIED"));
  const rpc::Outgoing department = As("organization_department", county_);
  ASSERT_OK_AND_ASSIGN(const v1::Discipline recorded,
                       disciplines_->RecordPastDiscipline(department, request));
  EXPECT_EQ(recorded.basis(), recorded.name());
  EXPECT_EQ(recorded.decided_by(), "");
  EXPECT_EQ(recorded.decided_by_title(), "外省某县纪委");
  EXPECT_EQ(recorded.document_number(), "某纪〔2025〕7号");
  EXPECT_TRUE(recorded.rights_suspended());
  // The vote is suspended from its first day on, in the interval that holds today.
  EXPECT_FALSE(Get(member).voting());
  EXPECT_EQ(Changes(member).front().day, Day(2025, 9, 1));
  const auto deadlines =
      Deadlines({"disciplines", *base::ParseName(recorded.name(), "disciplines")});
  ASSERT_THAT(deadlines, SizeIs(1));
  EXPECT_EQ(deadlines[0].code, "DL-24");
  EXPECT_EQ(deadlines[0].due_on, Day(2027, 9, 1));
  // Repeated, the same; again, refused.
  ASSERT_OK_AND_ASSIGN(const v1::Discipline repeated,
                       disciplines_->RecordPastDiscipline(department, request));
  EXPECT_EQ(repeated.name(), recorded.name());
  request.set_request_id("paper-2");
  EXPECT_THAT(disciplines_->RecordPastDiscipline(department, request), HasReason("D_PAST_EXISTS"));

  // What ran out long ago suspends nothing and has no deadline.
  request.set_parent(members_named_[1]);
  request.set_measure(v1::DISCIPLINE_MEASURE_WARNING);
  request.set_months(0);
  *request.mutable_decided_on() = Date(Day(2015, 3, 1));
  request.set_request_id("");
  ASSERT_OK_AND_ASSIGN(const v1::Discipline old,
                       disciplines_->RecordPastDiscipline(department, request));
  EXPECT_FALSE(old.in_effect());
  EXPECT_TRUE(Get(members_named_[1]).voting());
  EXPECT_THAT(Deadlines({"disciplines", *base::ParseName(old.name(), "disciplines")}), SizeIs(0));
  v1::ListMemberDisciplinesRequest list;
  list.set_parent(members_named_[1]);
  ASSERT_OK_AND_ASSIGN(const auto listed, disciplines_->ListMemberDisciplines(department, list));
  EXPECT_EQ(listed.disciplines_size(), 1);
}

TEST_F(StandingTest, D_07_FromPaperIsForWhatWasDecidedBeforeTheRecord) {
  const rpc::Outgoing department = As("organization_department", county_);
  v1::RecordPastDisciplineRequest request;
  request.set_parent(members_named_[0]);
  request.set_measure(v1::DISCIPLINE_MEASURE_EXPELLED);
  *request.mutable_decided_on() = Date(base::ShanghaiDay(absl::Now()));
  request.set_organ(v1::DISCIPLINE_ORGAN_COMMISSION);
  request.set_decided_by_title("某县纪委");
  request.set_document_number("某纪〔2026〕1号");
  EXPECT_EQ(error::FieldViolations(disciplines_->RecordPastDiscipline(department, request).status())
                .front()
                .field,
            "measure");
  request.set_measure(v1::DISCIPLINE_MEASURE_WARNING);
  const auto refused = disciplines_->RecordPastDiscipline(department, request);
  EXPECT_THAT(refused, HasReason("D_PAST_AFTER_RECORD"));
  EXPECT_EQ(error::MetadataValue(refused.status(), "rule_id"), "D-07");
  request.set_reason(v1::PAST_DISCIPLINE_REASON_DECIDED_OUTSIDE);
  ASSERT_OK_AND_ASSIGN(const auto recorded,
                       disciplines_->RecordPastDiscipline(department, request));
  EXPECT_EQ(recorded.past_reason(), v1::PAST_DISCIPLINE_REASON_DECIDED_OUTSIDE);
  EXPECT_TRUE(recorded.in_effect());
}

TEST_F(StandingTest, D_08_ProbationSuspendsTheVoteUntilRightsAreRestored_DL_24) {
  const std::string member = members_named_[0];
  const std::string name = Disciplined(member, v1::DISCIPLINE_MEASURE_PROBATION_WITHIN_PARTY, 12);
  ASSERT_THAT(dispositions_->ApproveDisposition(Committee(), Approval(name)), IsOk());
  EXPECT_FALSE(Get(member).voting());
  EXPECT_EQ(Changes(member).front().code, ChangeCode::kRightsChanged);
  const std::vector<int64_t> ids = {*base::ParseName(member, "members")};
  ASSERT_OK_AND_ASSIGN(const auto rows, database_->Read(Soon(), [&](sql::Session& session) {
    return DisciplinesInEffect(session, ids, Day(2026, 4, 1));
  }));
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].effect_until, Day(2027, 4, 1));
  const auto deadlines = Deadlines({"disciplines", rows[0].id});
  ASSERT_THAT(deadlines, SizeIs(1));
  EXPECT_EQ(deadlines[0].code, "DL-24");
  EXPECT_EQ(deadlines[0].due_on, Day(2027, 4, 1));

  // Neither by hand nor before the end.
  v1::ChangeMemberStandingRequest by_hand;
  by_hand.set_name(member);
  by_hand.set_standing(v1::MEMBER_STANDING_NORMAL);
  *by_hand.mutable_effective_date() = Date(Day(2026, 5, 1));
  EXPECT_THAT(members_->ChangeMemberStanding(Department(), by_hand),
              HasReason("STANDING_NEEDS_CASE"));
  v1::RestoreMemberRightsRequest restore;
  restore.set_name(base::Name("disciplines", rows[0].id));
  restore.set_approver(town_.name());
  restore.set_organ(v1::DISCIPLINE_ORGAN_BASIC_COMMITTEE);
  restore.set_motion(Voted(restore.name(), Day(2026, 5, 1)));
  *restore.mutable_restored_on() = Date(Day(2026, 5, 1));
  EXPECT_THAT(disciplines_->RestoreMemberRights(Committee(), restore),
              HasReason("D_EFFECT_RUNNING"));
  EXPECT_FALSE(Get(member).voting());
}

TEST_F(StandingTest, D_08_RightsAreRestoredByDecisionAfterThePeriod) {
  const std::string member = members_named_[0];
  const int64_t member_id = *base::ParseName(member, "members");
  // A measure of 2021, as a case of that year would have left it.
  const DisciplineRow row{.id = ids_.Next(),
                          .member_id = member_id,
                          .organization_id = Id(branch_),
                          .measure = Measure::kProbationWithinParty,
                          .decided_on = Day(2021, 3, 31),
                          .effect_from = Day(2021, 3, 31),
                          .effect_until = Day(2023, 3, 31),
                          .decided_by_id = Id(town_),
                          .basis_collection = "dispositionCases",
                          .basis_id = 1,
                          .create_time = absl::Now(),
                          .update_time = absl::Now()};
  ASSERT_OK(database_->Transact(
      Soon(), [&](sql::Session& session) { return InsertDiscipline(session, row); }));
  v1::ChangeMemberStandingRequest silence;
  silence.set_name(member);
  silence.set_standing(v1::MEMBER_STANDING_NORMAL);
  silence.set_voting_suspended(true);
  *silence.mutable_effective_date() = Date(Day(2021, 3, 31));
  ASSERT_THAT(members_->ChangeMemberStanding(Department(), silence), IsOk());

  v1::RestoreMemberRightsRequest restore;
  restore.set_name(base::Name("disciplines", row.id));
  restore.set_approver(town_.name());
  restore.set_organ(v1::DISCIPLINE_ORGAN_BASIC_COMMITTEE);
  *restore.mutable_restored_on() = Date(Day(2023, 4, 5));
  restore.set_motion(Voted("disciplines/1", Day(2023, 4, 1)));
  EXPECT_THAT(disciplines_->RestoreMemberRights(Committee(), restore),
              HasReason("MOTION_MISMATCH"));
  restore.set_motion(Voted(restore.name(), Day(2023, 4, 1)));
  ASSERT_OK_AND_ASSIGN(const auto restored,
                       disciplines_->RestoreMemberRights(Committee(), restore));
  EXPECT_FALSE(restored.in_effect());
  EXPECT_TRUE(Get(member).voting());
  EXPECT_THAT(disciplines_->RestoreMemberRights(Committee(), restore),
              HasReason("RIGHTS_NOT_SUSPENDED"));
  v1::ListMemberDisciplinesRequest list;
  list.set_parent(member);
  ASSERT_OK_AND_ASSIGN(const auto found, disciplines_->ListMemberDisciplines(Secretary(), list));
  EXPECT_THAT(found.disciplines(), SizeIs(1));
}

TEST_F(StandingTest, D_02_CorrectionIsAnOverlayThatIsReviewed_DL_18) {
  const std::string member = members_named_[0];
  const std::string name =
      Talked(member, v1::DISPOSITION_KIND_DISPOSITION, v1::DISPOSITION_GROUND_D30);
  auto decision = Decision(name, v1::DISPOSITION_OUTCOME_CORRECTION);
  decision.set_correction_months(13);
  EXPECT_THAT(dispositions_->DecideDisposition(Secretary(), decision),
              HasReason("D_CORRECTION_TOO_LONG"));
  decision.set_correction_months(6);
  ASSERT_THAT(dispositions_->DecideDisposition(Secretary(), decision), IsOk());
  v1::ReviewCorrectionRequest review;
  review.set_name(name);
  review.set_result(v1::CORRECTION_RESULT_NOT_CORRECTED);
  *review.mutable_reviewed_on() = Date(Day(2026, 10, 1));
  EXPECT_THAT(dispositions_->ReviewCorrection(Secretary(), review),
              HasReason("CORRECTION_NOT_RUNNING"));
  ASSERT_OK_AND_ASSIGN(const auto approved,
                       dispositions_->ApproveDisposition(Committee(), Approval(name)));
  EXPECT_EQ(*rpc::FromProto(approved.correction_until()), Day(2026, 10, 1));
  EXPECT_EQ(Get(member).standing(), v1::MEMBER_STANDING_NORMAL);
  v1::ListOverlaysRequest list;
  list.set_parent(county_.name());
  list.set_kind(v1::OVERLAY_KIND_IN_CORRECTION);
  ASSERT_OK_AND_ASSIGN(const auto running, overlays_->ListOverlays(County(), list));
  ASSERT_THAT(running.overlays(), SizeIs(1));
  EXPECT_EQ(running.overlays(0).basis(), name);
  const Subject overlay{"overlays", *base::ParseName(running.overlays(0).name(), "overlays")};
  EXPECT_EQ(Deadlines(overlay).front().code, "DL-18");
  v1::EndOverlayRequest by_hand;
  by_hand.set_name(running.overlays(0).name());
  EXPECT_THAT(overlays_->EndOverlay(Secretary(), by_hand), HasReason("OVERLAY_KIND_INVALID"));

  ASSERT_THAT(dispositions_->ReviewCorrection(Secretary(), review), IsOk());
  EXPECT_EQ(Deadlines(overlay).front().state, DeadlineState::kMet);
  ASSERT_OK_AND_ASSIGN(const auto over, overlays_->ListOverlays(County(), list));
  EXPECT_THAT(over.overlays(), IsEmpty());
  EXPECT_THAT(dispositions_->ReviewCorrection(Secretary(), review),
              HasReason("CORRECTION_NOT_RUNNING"));
}

TEST_F(StandingTest, D_01_CriticismEndsACaseAfterTheTalk) {
  ASSERT_OK_AND_ASSIGN(const auto opened, Open(members_named_[0], v1::DISPOSITION_KIND_DISPOSITION,
                                               v1::DISPOSITION_GROUND_D30));
  v1::CloseDispositionRequest close;
  close.set_name(opened.name());
  close.set_reason(v1::DISPOSITION_CLOSE_REASON_CRITICISM);
  EXPECT_THAT(dispositions_->CloseDisposition(Secretary(), close),
              HasReason("CLOSE_REASON_NOT_ALLOWED"));
  ASSERT_THAT(Investigate(opened.name()), IsOk());
  ASSERT_THAT(Talk(opened.name()), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto closed, dispositions_->CloseDisposition(Secretary(), close));
  EXPECT_EQ(closed.state(), v1::DISPOSITION_STATE_CLOSED);
  EXPECT_EQ(Get(members_named_[0]).standing(), v1::MEMBER_STANDING_NORMAL);
  // Ended: another may be opened.
  EXPECT_THAT(Open(members_named_[0], v1::DISPOSITION_KIND_DISPOSITION, v1::DISPOSITION_GROUND_D30),
              IsOk());
}

TEST_F(StandingTest, D_05_ThirtyTwoApprovalsAtOnceTakeEffectOnce) {
  const std::string member = members_named_[0];
  const std::string name =
      Talked(member, v1::DISPOSITION_KIND_DISPOSITION, v1::DISPOSITION_GROUND_D31_1);
  ASSERT_THAT(dispositions_->DecideDisposition(Secretary(),
                                               Decision(name, v1::DISPOSITION_OUTCOME_REMOVED)),
              IsOk());
  std::atomic<int> approved = 0;
  std::atomic<int> refused = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 32; ++i) {
    callers.emplace_back([&] {
      const auto result = dispositions_->ApproveDisposition(Committee(), Approval(name));
      if (result.ok()) ++approved;
      if (error::Reason(result.status()) == "DISPOSITION_STATE_INVALID") ++refused;
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(approved, 1);
  EXPECT_EQ(refused, 31);
  EXPECT_THAT(Changes(member), SizeIs(2));  // recorded, removed
}

TEST_F(StandingTest, ARepeatedApprovalAnswersTheSame) {
  const std::string name =
      Talked(members_named_[0], v1::DISPOSITION_KIND_DISPOSITION, v1::DISPOSITION_GROUND_D31_1);
  ASSERT_THAT(dispositions_->DecideDisposition(Secretary(),
                                               Decision(name, v1::DISPOSITION_OUTCOME_REMOVED)),
              IsOk());
  auto approval = Approval(name);
  approval.set_request_id("approve-once-1");
  ASSERT_OK_AND_ASSIGN(const auto first, dispositions_->ApproveDisposition(Committee(), approval));
  ASSERT_OK_AND_ASSIGN(const auto again, dispositions_->ApproveDisposition(Committee(), approval));
  EXPECT_EQ(first.SerializeAsString(), again.SerializeAsString());
}

TEST_F(StandingTest, M_03_M_04_OutOfContactFromSearchToRemoval_DL_13) {
  const std::string member = members_named_[0];
  ASSERT_OK_AND_ASSIGN(const auto lost, OpenLost(member, Day(2021, 8, 31), Day(2021, 10, 1)));
  EXPECT_TRUE(Get(member).out_of_contact());
  EXPECT_EQ(*rpc::FromProto(lost.next_from()), Day(2022, 2, 28));
  EXPECT_THAT(OpenLost(member, Day(2021, 8, 31), Day(2021, 10, 1)), HasReason("OVERLAY_OPEN"));
  EXPECT_THAT(ProposeStop(lost.name(), Day(2022, 2, 28)), HasReason("SUSPENSION_STATE_INVALID"));
  ASSERT_THAT(Attempt(lost.name(), Day(2021, 10, 2)), IsOk());
  ASSERT_THAT(Attempt(lost.name(), Day(2021, 11, 2)), IsOk());
  EXPECT_THAT(ProposeStop(lost.name(), Day(2022, 2, 27)), HasReason("M_STOP_TOO_EARLY"));
  EXPECT_THAT(ProposeStop(lost.name(), Day(2022, 2, 28)), HasReason("M_ATTEMPTS_TOO_FEW"));
  ASSERT_THAT(Attempt(lost.name(), Day(2021, 12, 2)), IsOk());
  ASSERT_THAT(ProposeStop(lost.name(), Day(2022, 2, 28)), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto stopped, Suspend(lost.name(), Day(2022, 3, 1)));
  EXPECT_EQ(Get(member).standing(), v1::MEMBER_STANDING_SUSPENDED);
  EXPECT_THAT(stopped.attempts(), SizeIs(3));
  EXPECT_EQ(*rpc::FromProto(stopped.next_from()), Day(2024, 3, 1));
  const auto deadlines =
      Deadlines({"suspensionCases", *base::ParseName(lost.name(), "suspensionCases")});
  ASSERT_THAT(deadlines, SizeIs(2));
  EXPECT_EQ(deadlines[0].state, DeadlineState::kMet);
  EXPECT_EQ(deadlines[1].due_on, Day(2024, 3, 1));

  v1::ProposeRemovalRequest propose;
  propose.set_name(lost.name());
  *propose.mutable_proposed_on() = Date(Day(2024, 2, 29));
  EXPECT_THAT(suspensions_->ProposeRemoval(Secretary(), propose), HasReason("M_REMOVE_TOO_EARLY"));
  *propose.mutable_proposed_on() = Date(Day(2024, 3, 1));
  ASSERT_OK_AND_ASSIGN(const auto proposed, suspensions_->ProposeRemoval(Secretary(), propose));
  EXPECT_EQ(proposed.next_organization(), town_.name());
  EXPECT_THAT(WaitingFor(town_.name()), ElementsAre(absl::StrCat("WT-11 ", lost.name())));
  v1::RemoveUntracedRequest remove;
  remove.set_name(lost.name());
  remove.set_approver(town_.name());
  remove.set_motion(Voted(lost.name(), Day(2024, 3, 5), false));
  *remove.mutable_removed_on() = Date(Day(2024, 3, 10));
  EXPECT_THAT(suspensions_->RemoveUntraced(Committee(), remove), HasReason("MOTION_NOT_CARRIED"));
  remove.set_motion(Voted(lost.name(), Day(2024, 3, 5)));
  ASSERT_OK_AND_ASSIGN(const auto removed, suspensions_->RemoveUntraced(Committee(), remove));
  EXPECT_EQ(removed.state(), v1::SUSPENSION_STATE_REMOVED);
  EXPECT_THAT(WaitingFor(town_.name()), IsEmpty());
  EXPECT_EQ(Get(member).standing(), v1::MEMBER_STANDING_LEFT);
  EXPECT_FALSE(Get(member).out_of_contact());
  EXPECT_EQ(Changes(member).front().code, ChangeCode::kLapsedUntraced);
}

TEST_F(StandingTest, M_05_AFoundMemberIsReviewedAndRestored) {
  const std::string member = members_named_[0];
  const std::string name = Suspended(member);
  v1::RestoreStandingRequest restore;
  restore.set_name(name);
  restore.set_decider(branch_.name());
  *restore.mutable_restored_on() = Date(Day(2023, 2, 1));
  EXPECT_THAT(suspensions_->RestoreStanding(Secretary(), restore),
              HasReason("SUSPENSION_STATE_INVALID"));
  v1::FindMemberRequest found;
  found.set_name(name);
  *found.mutable_found_on() = Date(Day(2023, 1, 1));
  ASSERT_OK_AND_ASSIGN(const auto review, suspensions_->FindMember(Secretary(), found));
  EXPECT_EQ(review.state(), v1::SUSPENSION_STATE_RESTORE_REVIEW);
  EXPECT_FALSE(Get(member).out_of_contact());
  restore.set_decider(other_.name());
  EXPECT_THAT(suspensions_->RestoreStanding(Department(), restore),
              HasReason("SUSPENSION_DECIDER_INVALID"));
  restore.set_decider(branch_.name());
  ASSERT_THAT(suspensions_->RestoreStanding(Secretary(), restore), IsOk());
  EXPECT_EQ(Get(member).standing(), v1::MEMBER_STANDING_NORMAL);
  EXPECT_TRUE(Get(member).voting());
  EXPECT_EQ(Changes(member).front().code, ChangeCode::kRestored);

  // The timeline tells it all, page by page, the newest first.
  v1::ListStandingEventsRequest list;
  list.set_parent(member);
  list.set_page_size(2);
  std::vector<std::string> events;
  do {
    ASSERT_OK_AND_ASSIGN(const auto page, standings_->ListStandingEvents(Secretary(), list));
    for (const auto& event : page.events()) {
      events.push_back(absl::StrCat(event.kind(), " ", event.change_code()));
    }
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  EXPECT_THAT(events, ElementsAre("1 21", "3 0", "1 60", "2 0", "1 1"));
}

TEST_F(StandingTest, M_03_OneWhoIsFoundInTimeLosesNothing) {
  const std::string member = members_named_[0];
  ASSERT_OK_AND_ASSIGN(const auto lost, OpenLost(member, Day(2026, 1, 31), Day(2026, 2, 10)));
  v1::FindMemberRequest found;
  found.set_name(lost.name());
  *found.mutable_found_on() = Date(Day(2026, 3, 1));
  ASSERT_OK_AND_ASSIGN(const auto closed, suspensions_->FindMember(Secretary(), found));
  EXPECT_EQ(closed.state(), v1::SUSPENSION_STATE_CLOSED);
  EXPECT_FALSE(Get(member).out_of_contact());
  EXPECT_THAT(Changes(member), SizeIs(1));
  EXPECT_THAT(OpenLost(member, Day(2026, 3, 1), Day(2026, 3, 2)), IsOk());
}

TEST_F(StandingTest, M_02_M_11_AbroadIsContactedReviewedAndSuspended_DL_14_DL_27) {
  const std::string member = members_named_[0];
  v1::OpenSuspensionCaseRequest open;
  open.set_parent(member);
  open.set_ground(v1::SUSPENSION_GROUND_ABROAD);
  EXPECT_THAT(suspensions_->OpenSuspensionCase(Secretary(), open), HasReason("NOT_ABROAD"));
  v1::RegisterAbroadRequest abroad;
  abroad.set_parent(member);
  abroad.set_purpose(v1::ABROAD_PURPOSE_STUDY);
  abroad.set_country("DEU");
  *abroad.mutable_valid_from() = Date(Day(2020, 2, 29));
  ASSERT_OK_AND_ASSIGN(const auto overlay, overlays_->RegisterAbroad(Secretary(), abroad));
  const Subject subject{"overlays", *base::ParseName(overlay.name(), "overlays")};
  auto deadlines = Deadlines(subject);
  ASSERT_THAT(deadlines, SizeIs(2));
  EXPECT_EQ(deadlines[0].code, "DL-14");
  EXPECT_EQ(deadlines[0].due_on, Day(2025, 2, 28));
  EXPECT_EQ(deadlines[1].code, "DL-27");
  EXPECT_EQ(deadlines[1].due_on, Day(2020, 8, 29));
  v1::RecordOverlayContactRequest contact;
  contact.set_name(overlay.name());
  contact.set_method(v1::CONTACT_METHOD_MESSAGE);
  *contact.mutable_contacted_on() = Date(Day(2020, 8, 31));
  ASSERT_OK_AND_ASSIGN(const auto contacted, overlays_->RecordOverlayContact(Secretary(), contact));
  EXPECT_EQ(contacted.contact_count(), 1);
  deadlines = Deadlines(subject);
  ASSERT_THAT(deadlines, SizeIs(3));
  EXPECT_EQ(deadlines[1].state, DeadlineState::kMet);
  EXPECT_EQ(deadlines[2].due_on, Day(2021, 2, 28));

  *open.mutable_opened_on() = Date(Day(2025, 2, 1));
  ASSERT_OK_AND_ASSIGN(const auto opened, suspensions_->OpenSuspensionCase(Secretary(), open));
  EXPECT_THAT(ProposeStop(opened.name(), Day(2025, 2, 27)), HasReason("M_STOP_TOO_EARLY"));
  ASSERT_THAT(ProposeStop(opened.name(), Day(2025, 2, 28)), IsOk());
  ASSERT_THAT(Suspend(opened.name(), Day(2025, 3, 1)), IsOk());
  EXPECT_EQ(Get(member).standing(), v1::MEMBER_STANDING_SUSPENDED);
}

TEST_F(StandingTest, F_02_F_03_F_06_FloatingIsRegisteredOnBothSides) {
  const std::string member = members_named_[0];
  v1::RegisterFloatingMemberRequest request;
  request.set_parent(member);
  *request.mutable_valid_from() = Date(Day(2026, 1, 31));
  request.set_destination_organization(other_.name());
  request.set_destination_region("440100");
  request.set_reach(v1::FLOATING_REACH_OVER_PROVINCES);
  request.set_destination(v1::FLOATING_DESTINATION_PRIVATE_ENTERPRISE);
  request.set_former_occupation(v1::FLOATING_OCCUPATION_FARMER);
  request.set_certificate(true);
  request.set_contact_person(member);
  EXPECT_THAT(overlays_->RegisterFloatingMember(Secretary(), request),
              HasReason("CONTACT_PERSON_INVALID"));
  request.set_contact_person(members_named_[1]);
  ASSERT_OK_AND_ASSIGN(const auto overlay, overlays_->RegisterFloatingMember(Secretary(), request));
  EXPECT_TRUE(Get(member).floating());
  EXPECT_THAT(overlays_->RegisterFloatingMember(Secretary(), request), HasReason("OVERLAY_OPEN"));

  v1::AcknowledgeFloatingMemberRequest acknowledge;
  acknowledge.set_name(overlay.name());
  *acknowledge.mutable_acknowledged_on() = Date(Day(2026, 2, 5));
  EXPECT_THAT(overlays_->AcknowledgeFloatingMember(Secretary(), acknowledge),
              HasReason("SCOPE_DENIED"));
  ASSERT_THAT(overlays_->AcknowledgeFloatingMember(As("branch_secretary", other_), acknowledge),
              IsOk());

  // The flag has one writer.
  v1::UpdateMemberRequest by_hand;
  by_hand.mutable_member()->set_name(member);
  by_hand.mutable_update_mask()->add_paths("floating");
  EXPECT_THAT(members_->UpdateMember(Department(), by_hand), HasReason("STANDING_NEEDS_CASE"));

  v1::EndOverlayRequest end;
  end.set_name(overlay.name());
  *end.mutable_valid_to() = Date(Day(2026, 6, 1));
  ASSERT_THAT(overlays_->EndOverlay(Secretary(), end), IsOk());
  EXPECT_FALSE(Get(member).floating());
  EXPECT_THAT(overlays_->EndOverlay(Secretary(), end), HasReason("OVERLAY_ENDED"));
}

TEST_F(StandingTest, F_02_WhetherADestinationIsThereShowsWhenItAcknowledges) {
  v1::RegisterFloatingMemberRequest request;
  request.set_destination_region("440100");
  request.set_reach(v1::FLOATING_REACH_OVER_PROVINCES);
  request.set_destination(v1::FLOATING_DESTINATION_PRIVATE_ENTERPRISE);
  request.set_former_occupation(v1::FLOATING_OCCUPATION_FARMER);
  request.set_contact_person(Join(70));
  std::vector<std::string> overlays;
  for (const std::string& destination : {other_.name(), std::string("organizations/1")}) {
    request.set_parent(members_named_[overlays.size()]);
    request.set_destination_organization(destination);
    ASSERT_OK_AND_ASSIGN(const auto overlay,
                         overlays_->RegisterFloatingMember(Secretary(), request));
    EXPECT_EQ(overlay.destination_organization(), destination);
    overlays.push_back(overlay.name());
  }
  v1::AcknowledgeFloatingMemberRequest acknowledge;
  for (const std::string& overlay : overlays) {
    acknowledge.set_name(overlay);
    EXPECT_THAT(overlays_->AcknowledgeFloatingMember(Secretary(), acknowledge),
                HasReason("SCOPE_DENIED"));
  }
}

TEST_F(StandingTest, ACaseTakesThePlaceOfAFlagFromTheRoster) {
  v1::Member someone = Someone(60);
  someone.set_out_of_contact(true);
  ASSERT_OK_AND_ASSIGN(const auto member, TryJoin(branch_.name(), someone, Day(2020, 1, 1)));
  ASSERT_THAT(OpenLost(member.name(), Day(2026, 1, 31), Day(2026, 2, 10)), IsOk());
  EXPECT_TRUE(Get(member.name()).out_of_contact());
  EXPECT_THAT(OpenLost(member.name(), Day(2026, 1, 31), Day(2026, 2, 10)),
              HasReason("OVERLAY_OPEN"));
}

TEST_F(StandingTest, OverlaysFollowTheMemberAndEndWithTheMembership) {
  const std::string member = Join(40, v1::MEMBER_CATEGORY_FULL, true);  // opened as floating
  v1::ListOverlaysRequest list;
  list.set_parent(branch_.name());
  list.set_kind(v1::OVERLAY_KIND_FLOATING);
  ASSERT_OK_AND_ASSIGN(const auto here, overlays_->ListOverlays(Secretary(), list));
  ASSERT_THAT(here.overlays(), SizeIs(1));
  v1::MoveMemberRequest move;
  move.set_name(member);
  move.set_organization(other_.name());
  *move.mutable_effective_date() = Date(Day(2026, 2, 1));
  ASSERT_THAT(members_->MoveMember(Department(), move), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto gone, overlays_->ListOverlays(Secretary(), list));
  EXPECT_THAT(gone.overlays(), IsEmpty());
  list.set_parent(other_.name());
  ASSERT_OK_AND_ASSIGN(const auto there,
                       overlays_->ListOverlays(As("branch_secretary", other_), list));
  EXPECT_THAT(there.overlays(), SizeIs(1));
  v1::ChangeMemberStandingRequest death;
  death.set_name(member);
  death.set_standing(v1::MEMBER_STANDING_DECEASED);
  *death.mutable_effective_date() = Date(Day(2026, 3, 1));
  ASSERT_THAT(members_->ChangeMemberStanding(Department(), death), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto none,
                       overlays_->ListOverlays(As("branch_secretary", other_), list));
  EXPECT_THAT(none.overlays(), IsEmpty());
  EXPECT_FALSE(Get(member).floating());
}

TEST_F(StandingTest, D_01_ReminderTalksAreForTheSecretaryAndTheDepartmentAndEveryReadIsNoted) {
  v1::RecordReminderTalkRequest record;
  record.set_parent(members_named_[0]);
  *record.mutable_held_on() = Date(Day(2026, 4, 30));
  record.set_reason(v1::REMINDER_REASON_DUES);
  record.add_actions(v1::REMINDER_ACTION_FOLLOW_UP);
  record.add_actions(v1::REMINDER_ACTION_PAY);
  record.set_talker(members_named_[0]);
  EXPECT_THAT(talks_->RecordReminderTalk(Secretary(), record), HasReason("TALKER_INVALID"));
  record.set_talker(members_named_[1]);
  ASSERT_OK_AND_ASSIGN(const auto talk, talks_->RecordReminderTalk(Secretary(), record));
  EXPECT_THAT(talk.actions(), ElementsAre(v1::REMINDER_ACTION_PAY, v1::REMINDER_ACTION_FOLLOW_UP));
  v1::GetReminderTalkRequest get;
  get.set_name(talk.name());
  v1::ListReminderTalksRequest list;
  list.set_parent(members_named_[0]);
  for (const char* const role : {"party_worker", "branch_committee_member", "group_leader",
                                 "committee_secretary", "inspector", "leader"}) {
    EXPECT_FALSE(talks_->GetReminderTalk(As(role, town_), get).ok()) << role;
    EXPECT_FALSE(talks_->ListReminderTalks(As(role, town_), list).ok()) << role;
  }
  EXPECT_FALSE(talks_->GetReminderTalk(As("branch_secretary", other_), get).ok());
  ASSERT_THAT(talks_->GetReminderTalk(Secretary(), get), IsOk());
  ASSERT_THAT(talks_->GetReminderTalk(As("organization_department", county_), get), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto found, talks_->ListReminderTalks(Secretary(), list));
  EXPECT_THAT(found.talks(), SizeIs(1));
  EXPECT_EQ(AuditRows("/GetReminderTalk", "OK"), 2);
  EXPECT_EQ(AuditRows("/ListReminderTalks", "OK"), 1);
}

TEST_F(StandingTest, D_04_AssignedWorkIsDoneOrTakenBackOnce) {
  v1::AssignMemberTaskRequest assign;
  assign.set_parent(members_named_[0]);
  assign.set_kind(v1::MEMBER_TASK_KIND_VOLUNTARY_SERVICE);
  *assign.mutable_assigned_on() = Date(Day(2026, 2, 1));
  *assign.mutable_due_on() = Date(Day(2026, 1, 31));
  EXPECT_THAT(lapses_->AssignMemberTask(Secretary(), assign), HasReason("FIELD_INVALID"));
  *assign.mutable_due_on() = Date(Day(2026, 2, 28));
  ASSERT_OK_AND_ASSIGN(const auto task, lapses_->AssignMemberTask(Secretary(), assign));
  v1::CompleteMemberTaskRequest complete;
  complete.set_name(task.name());
  *complete.mutable_completed_on() = Date(Day(2026, 1, 31));
  EXPECT_THAT(lapses_->CompleteMemberTask(Secretary(), complete), HasReason("STEP_DAY_INVALID"));
  *complete.mutable_completed_on() = Date(Day(2026, 2, 10));
  ASSERT_THAT(lapses_->CompleteMemberTask(Secretary(), complete), IsOk());
  v1::CancelMemberTaskRequest cancel;
  cancel.set_name(task.name());
  EXPECT_THAT(lapses_->CancelMemberTask(Secretary(), cancel), HasReason("TASK_ENDED"));
}

TEST_F(StandingTest, CasesAreListedForASubtreeAndHiddenFromOthers) {
  std::vector<std::string> names;
  for (int n = 50; n < 55; ++n) {
    ASSERT_OK_AND_ASSIGN(const auto opened, Open(Join(n), v1::DISPOSITION_KIND_DISPOSITION,
                                                 v1::DISPOSITION_GROUND_D31_1));
    names.push_back(opened.name());
  }
  v1::ListDispositionCasesRequest list;
  list.set_parent(county_.name());
  list.set_page_size(2);
  std::vector<std::string> found;
  do {
    ASSERT_OK_AND_ASSIGN(const auto page, dispositions_->ListDispositionCases(County(), list));
    EXPECT_LE(page.cases_size(), 2);
    for (const auto& one : page.cases()) found.push_back(one.name());
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  EXPECT_EQ(found, names);
  list.set_state(v1::DISPOSITION_STATE_TALKED);
  ASSERT_OK_AND_ASSIGN(const auto none, dispositions_->ListDispositionCases(County(), list));
  EXPECT_THAT(none.cases(), IsEmpty());
  v1::GetDispositionCaseRequest get;
  get.set_name(names[0]);
  EXPECT_THAT(dispositions_->GetDispositionCase(As("branch_secretary", other_), get),
              HasReason("SCOPE_DENIED"));
  get.set_name("dispositionCases/1");
  EXPECT_THAT(dispositions_->GetDispositionCase(Secretary(), get), HasReason("SCOPE_DENIED"));
}

}  // namespace
}  // namespace ronghe::membership

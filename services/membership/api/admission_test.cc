// How does an admission go from the application to full membership, behind the real pipeline and on
// a real database? Only the meeting service is played, at the boundary where it is asked.
#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/error/error.h"
#include "common/event/event_store.h"
#include "common/rpc/convert.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ronghe/membership/v1/post.ronghe.h"
#include "services/membership/api/activist_api.h"
#include "services/membership/api/admission_api.h"
#include "services/membership/api/post_api.h"
#include "services/membership/jobs/analysis_planner.h"
#include "services/membership/store/change_store.h"
#include "services/membership/store/document_store.h"
#include "services/membership/testing/played_motions.h"
#include "services/membership/testing/service_parts.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::ronghe::testing::StatusIs;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

absl::Time Soon() { return absl::Now() + absl::Seconds(30); }

google::type::Date Date(absl::CivilDay day) { return rpc::ToProto(day); }

class AdmissionTest : public ::testing::Test, protected ServiceParts {
 protected:
  AdmissionTest()
      : calendar_(*LoadWorkCalendar()),
        steps_(*LoadAdmissionSteps(books_.Get("admission"))),
        admission_api_(writer_, tree_, {books_.Get("admission"), calendar_, steps_, rules_},
                       fields_, tokens_, motions_, discipline_),
        activist_api_(writer_, tree_, books_, tokens_),
        post_api_(writer_, tree_, rules_, books_.Get("party_worker"), tokens_) {
    std::vector<rpc::ServiceTable> tables;
    tables.push_back(v1::AdmissionServiceTable(admission_api_));
    tables.push_back(v1::ActivistAnalysisServiceTable(activist_api_));
    tables.push_back(v1::PostServiceTable(post_api_));
    Serve(std::move(tables));
    analyses_ = std::make_unique<v1::ActivistAnalysisServiceClient>(server_->channel());
    cases_ = std::make_unique<v1::AdmissionServiceClient>(server_->channel());
    posts_ = std::make_unique<v1::PostServiceClient>(server_->channel());
  }
  ~AdmissionTest() override { server_.reset(); }

  // A county over a town with the power to approve, with two branches and three full members.
  void SetUp() override {
    county_ = Found("", v1::ORGANIZATION_KIND_COMMITTEE, "某县委");
    town_ = Found(county_.name(), v1::ORGANIZATION_KIND_COMMITTEE, "某镇党委");
    branch_ = Found(town_.name(), v1::ORGANIZATION_KIND_BRANCH, "一村党支部");
    other_ = Found(town_.name(), v1::ORGANIZATION_KIND_BRANCH, "二村党支部");
    v1::UpdateOrganizationRequest power;
    *power.mutable_organization() = town_;
    power.mutable_organization()->set_can_approve_probationary(true);
    power.mutable_update_mask()->add_paths("can_approve_probationary");
    ASSERT_OK_AND_ASSIGN(town_, organizations_->UpdateOrganization(Department(), power));
    for (int i = 1; i <= 3; ++i) {
      auto member = TryJoin(branch_.name(), Someone(i), absl::CivilDay(2020, 1, 1));
      ASSERT_THAT(member, IsOk());
      members_of_branch_.push_back(member->name());
    }
    v1::AppointPostRequest organizer;
    organizer.set_parent(members_of_branch_[2]);
    organizer.set_organization(town_.name());
    organizer.set_code(v1::POST_CODE_ORGANIZER);
    *organizer.mutable_valid_from() = Date(absl::CivilDay(2021, 1, 1));
    ASSERT_THAT(posts_->AppointPost(Department(), organizer), IsOk());
  }

  rpc::Outgoing As(const std::string& role, const v1::Organization& organization) const {
    return server_->As(role, *base::ParseName(organization.name(), "organizations"), 7);
  }
  rpc::Outgoing Secretary() const { return As("branch_secretary", branch_); }
  rpc::Outgoing Committee() const { return As("committee_secretary", town_); }

  static v1::Applicant Someone18(int n) {
    v1::Applicant applicant;
    applicant.set_full_name(absl::StrCat("赵向党", n));
    applicant.set_identity_number(Identity(n));
    applicant.set_ethnicity("01");
    applicant.set_education("21");
    applicant.set_phone(Phone(n));
    applicant.set_occupation("村医");
    applicant.set_unit(v1::APPLICANT_UNIT_VILLAGE);
    return applicant;
  }

  absl::StatusOr<v1::AdmissionCase> TryApply(int n, absl::CivilDay day,
                                             const std::string& request_id = "") {
    v1::SubmitApplicationRequest request;
    request.set_parent(branch_.name());
    *request.mutable_applicant() = Someone18(n);
    *request.mutable_submission()->mutable_received_on() = Date(day);
    request.mutable_submission()->set_place(v1::APPLICATION_PLACE_UNIT);
    request.set_request_id(request_id);
    return cases_->SubmitApplication(Secretary(), request);
  }

  std::string Motion(const v1::AdmissionCase& about, MotionKind kind, absl::CivilDay day,
                     bool carried = true) {
    const bool upper = kind == MotionKind::kApproval;
    return motions_.Hold(
        {.kind = kind,
         .subject = about.name(),
         .organization_id =
             *base::ParseName(upper ? town_.name() : about.organization(), "organizations"),
         .held_on = day,
         .settled = true,
         .roll = 10,
         .present = 8,
         .votes_for = carried ? 8 : 3,
         .secret = kind == MotionKind::kAdmission || kind == MotionKind::kConversion,
         .carried = carried});
  }

  void Attach(const v1::AdmissionCase& admission, const std::string& kind) {
    const DocumentRow row{.id = ids_.Next(),
                          .subject_collection = "admissionCases",
                          .subject_id = *base::ParseName(admission.name(), "admissionCases"),
                          .organization_id = *base::ParseName(branch_.name(), "organizations"),
                          .kind = kind,
                          .title = kind,
                          .media_type = "application/pdf",
                          .size = 1,
                          .sha256 = sql::Bytes(std::string(32, 'x')),
                          .object_key = absl::StrCat("o/", kind),
                          .state = DocumentState::kStored,
                          .uploaded_by = "accounts/7",
                          .create_time = absl::Now(),
                          .update_time = absl::Now()};
    EXPECT_OK(database_->Transact(
        Soon(), [&](sql::Session& session) { return InsertDocument(session, row); }));
  }

  // Takes one step that must succeed and keeps what it answers.
  template <class Request, class Fill>
  v1::AdmissionCase Step(const v1::AdmissionCase& admission, const rpc::Outgoing& as,
                         absl::StatusOr<v1::AdmissionCase> (v1::AdmissionServiceClient::*method)(
                             const rpc::Outgoing&, const Request&),
                         Fill fill) {
    auto taken = Try<Request>(admission, as, method, fill);
    EXPECT_THAT(taken, IsOk()) << Request::descriptor()->name();
    return taken.ok() ? *std::move(taken) : admission;
  }
  template <class Request, class Fill>
  absl::StatusOr<v1::AdmissionCase> Try(
      const v1::AdmissionCase& admission, const rpc::Outgoing& as,
      absl::StatusOr<v1::AdmissionCase> (v1::AdmissionServiceClient::*method)(const rpc::Outgoing&,
                                                                              const Request&),
      Fill fill) {
    Request request;
    request.set_name(admission.name());
    fill(request);
    return (cases_.get()->*method)(as, request);
  }

  // From the application on `start` to the talk before approval.
  v1::AdmissionCase UpToApproval(int n, absl::CivilDay start) {
    using Client = v1::AdmissionServiceClient;
    auto applied = TryApply(n, start);
    EXPECT_THAT(applied, IsOk());
    if (!applied.ok()) return {};
    v1::AdmissionCase now = *std::move(applied);
    const absl::CivilDay year = base::AddMonths(start, 12) + 40;
    now = Step(now, Secretary(), &Client::RecordTalk, [&](v1::RecordTalkRequest& request) {
      *request.mutable_talk()->mutable_day() = Date(start + 5);
      request.mutable_talk()->set_talker(members_of_branch_[0]);
    });
    now =
        Step(now, Secretary(), &Client::ProposeActivist, [&](v1::ProposeActivistRequest& request) {
          request.mutable_proposal()->set_motion(Motion(now, MotionKind::kCommittee, start + 10));
          request.mutable_proposal()->set_channel(v1::ACTIVIST_CHANNEL_MEMBERS);
        });
    now = Step(now, Committee(), &Client::FileActivist, [&](v1::FileActivistRequest& request) {
      request.mutable_filing()->set_organization(town_.name());
      *request.mutable_filing()->mutable_day() = Date(start + 12);
    });
    now = Step(now, Secretary(), &Client::AssignCultivators,
               [&](v1::AssignCultivatorsRequest& request) {
                 request.mutable_choice()->add_members(members_of_branch_[0]);
                 *request.mutable_choice()->mutable_day() = Date(start + 15);
               });
    now = Step(now, Secretary(), &Client::ReviewActivist, [&](v1::ReviewActivistRequest& request) {
      *request.mutable_review()->mutable_day() = Date(start + 100);
    });
    now = Step(now, Secretary(), &Client::ProposeCandidate,
               [&](v1::ProposeCandidateRequest& request) {
                 v1::CandidateProposal& proposal = *request.mutable_proposal();
                 proposal.set_motion(Motion(now, MotionKind::kCommittee, year));
                 proposal.set_group_heard(true);
                 proposal.set_cultivators_heard(true);
                 proposal.set_members_heard(true);
                 proposal.set_masses_heard(true);
               });
    EXPECT_THAT(WaitingFor(town_.name()), ::testing::Contains(absl::StrCat("WT-04 ", now.name())));
    now = Step(now, Committee(), &Client::ConsentToCandidate,
               [&](v1::ConsentToCandidateRequest& request) {
                 request.mutable_consent()->set_organization(town_.name());
                 *request.mutable_consent()->mutable_day() = Date(year + 1);
                 request.mutable_consent()->set_consented(true);
               });
    if (now.state() == v1::ADMISSION_STATE_CANDIDATE_CONSENTED) {
      now = Step(now, Secretary(), &Client::StartNotice, [&](v1::StartNoticeRequest& request) {
        *request.mutable_notice()->mutable_day() = Date(year + 2);
        v1::NoticeSite& site = *request.mutable_notice()->add_sites();
        site.set_kind(v1::NOTICE_SITE_KIND_UNIT);
        site.set_place("村务公开栏");
      });
      now = Step(now, Secretary(), &Client::CloseNotice, [&](v1::CloseNoticeRequest& request) {
        *request.mutable_notice()->mutable_day() = Date(year + 15);
        request.mutable_notice()->set_objection(v1::NOTICE_OBJECTION_NONE);
      });
    }
    now = Step(now, Secretary(), &Client::ChooseSponsors, [&](v1::ChooseSponsorsRequest& request) {
      request.mutable_choice()->add_members(members_of_branch_[0]);
      request.mutable_choice()->add_members(members_of_branch_[1]);
      *request.mutable_choice()->mutable_day() = Date(year + 16);
    });
    Attach(now, "BACKGROUND_REVIEW");
    now = Step(now, Secretary(), &Client::RecordBackgroundReview,
               [&](v1::RecordBackgroundReviewRequest& request) {
                 *request.mutable_review()->mutable_day() = Date(year + 17);
                 request.mutable_review()->set_conclusion(v1::REVIEW_CONCLUSION_PASSED);
                 request.mutable_review()->set_joint(true);
               });
    now = Step(now, Secretary(), &Client::RecordTraining, [&](v1::RecordTrainingRequest& request) {
      *request.mutable_training()->mutable_day() = Date(year + 18);
      request.mutable_training()->set_days(3);
    });
    now = Step(now, Secretary(), &Client::ReviewByBranch, [&](v1::ReviewByBranchRequest& request) {
      request.mutable_review()->set_motion(Motion(now, MotionKind::kCommittee, year + 19));
    });
    const std::string pre_review = absl::StrCat("WT-05 ", now.name());
    EXPECT_THAT(WaitingFor(town_.name()), ::testing::Contains(pre_review));
    now = Step(now, Committee(), &Client::PreReviewAdmission,
               [&](v1::PreReviewAdmissionRequest& request) {
                 request.mutable_review()->set_organization(town_.name());
                 *request.mutable_review()->mutable_day() = Date(year + 20);
                 request.mutable_review()->set_passed(true);
                 request.mutable_review()->set_form_number(absl::StrCat("ZYS-", n));
               });
    EXPECT_THAT(WaitingFor(town_.name()), ::testing::Not(::testing::Contains(pre_review)));
    now = Step(now, Secretary(), &Client::RecordAdmissionVote,
               [&](v1::RecordAdmissionVoteRequest& request) {
                 request.mutable_vote()->set_motion(Motion(now, MotionKind::kAdmission, year + 25));
               });
    now =
        Step(now, Committee(), &Client::RecordUpperTalk, [&](v1::RecordUpperTalkRequest& request) {
          request.mutable_talk()->set_organization(town_.name());
          *request.mutable_talk()->mutable_day() = Date(year + 28);
          request.mutable_talk()->set_talker(members_of_branch_[2]);
        });
    EXPECT_EQ(now.state(), v1::ADMISSION_STATE_TALKED_BY_UPPER);
    return now;
  }

  v1::ApproveAdmissionRequest Approval(const v1::AdmissionCase& now, absl::CivilDay day) {
    v1::ApproveAdmissionRequest request;
    request.set_name(now.name());
    request.mutable_approval()->set_organization(town_.name());
    request.mutable_approval()->set_motion(Motion(now, MotionKind::kApproval, day));
    return request;
  }
  v1::AdmissionCase Approved(int n, absl::CivilDay start) {
    const v1::AdmissionCase now = UpToApproval(n, start);
    auto approved = cases_->ApproveAdmission(Committee(), Approval(now, Voted(now) + 10));
    EXPECT_THAT(approved, IsOk());
    return approved.ok() ? *approved : now;
  }
  static absl::CivilDay Voted(const v1::AdmissionCase& now) {
    return *rpc::FromProto(now.voted_on());
  }
  v1::AdmissionCase VoteOnConversion(const v1::AdmissionCase& now, absl::CivilDay day,
                                     v1::ConversionProposal proposal, int32_t months = 0) {
    return Step(now, Secretary(), &v1::AdmissionServiceClient::RecordConversionVote,
                [&](v1::RecordConversionVoteRequest& request) {
                  v1::ConversionVote& vote = *request.mutable_vote();
                  vote.set_motion(Motion(now, MotionKind::kConversion, day));
                  vote.set_proposal(proposal);
                  vote.set_months(months);
                  vote.set_group_heard(true);
                  vote.set_members_heard(true);
                  vote.set_masses_heard(true);
                });
  }
  v1::AdmissionCase ApplyForConversion(const v1::AdmissionCase& now, absl::CivilDay day) {
    return Step(now, Secretary(), &v1::AdmissionServiceClient::ApplyForConversion,
                [&](v1::ApplyForConversionRequest& request) {
                  *request.mutable_application()->mutable_day() = Date(day);
                });
  }
  v1::AdmissionCase Decide(const v1::AdmissionCase& now, absl::CivilDay day) {
    return Step(now, Committee(), &v1::AdmissionServiceClient::DecideConversion,
                [&](v1::DecideConversionRequest& request) {
                  request.mutable_decision()->set_organization(town_.name());
                  request.mutable_decision()->set_motion(Motion(now, MotionKind::kApproval, day));
                });
  }

  // An activist of the branch since `day`.
  void Activist(int n, absl::CivilDay day, bool cultivated) {
    using Client = v1::AdmissionServiceClient;
    auto applied = TryApply(n, day - 20);
    ASSERT_OK(applied);
    v1::AdmissionCase now = *std::move(applied);
    now = Step(now, Secretary(), &Client::RecordTalk, [&](v1::RecordTalkRequest& request) {
      *request.mutable_talk()->mutable_day() = Date(day - 15);
      request.mutable_talk()->set_talker(members_of_branch_[0]);
    });
    now =
        Step(now, Secretary(), &Client::ProposeActivist, [&](v1::ProposeActivistRequest& request) {
          request.mutable_proposal()->set_motion(Motion(now, MotionKind::kCommittee, day));
          request.mutable_proposal()->set_channel(v1::ACTIVIST_CHANNEL_MEMBERS);
        });
    now = Step(now, Committee(), &Client::FileActivist, [&](v1::FileActivistRequest& request) {
      request.mutable_filing()->set_organization(town_.name());
      *request.mutable_filing()->mutable_day() = Date(day + 2);
    });
    if (!cultivated) return;
    Step(now, Secretary(), &Client::AssignCultivators, [&](v1::AssignCultivatorsRequest& request) {
      request.mutable_choice()->add_members(members_of_branch_[0]);
      *request.mutable_choice()->mutable_day() = Date(day + 5);
    });
  }
  // The deadlines of a committee for its yearly analyses.
  std::vector<DeadlineRow> Analyses(const v1::Organization& committee) {
    auto rows = database_->Read(Soon(), [&](sql::Session& session) {
      return DeadlinesOf(session,
                         {"organizations", *base::ParseName(committee.name(), "organizations")});
    });
    EXPECT_THAT(rows, IsOk());
    std::erase_if(*rows, [](const DeadlineRow& row) { return row.code != "AC-01"; });
    return *rows;
  }
  void SetLevel(v1::AdministrativeLevel level) {
    v1::UpdateOrganizationRequest request;
    *request.mutable_organization() = county_;
    request.mutable_organization()->clear_etag();
    request.mutable_organization()->set_level(level);
    request.mutable_update_mask()->add_paths("level");
    EXPECT_OK(organizations_->UpdateOrganization(Department(), request));
  }

  v1::AdmissionCase Get(const std::string& name) {
    v1::GetAdmissionCaseRequest request;
    request.set_name(name);
    auto found = cases_->GetAdmissionCase(Secretary(), request);
    EXPECT_THAT(found, IsOk());
    return found.ok() ? *found : v1::AdmissionCase();
  }
  v1::Member Member(const std::string& name) {
    v1::GetMemberRequest request;
    request.set_name(name);
    auto member = members_->GetMember(Department(), request);
    EXPECT_THAT(member, IsOk());
    return member.ok() ? *member : v1::Member();
  }
  std::vector<MembershipChangeRow> Changes(const std::string& member) {
    auto changes = database_->Read(Soon(), [&](sql::Session& session) {
      return ChangesOf(session, *base::ParseName(member, "members"));
    });
    EXPECT_THAT(changes, IsOk());
    return *changes;
  }
  std::vector<MemberIntervalRow> Intervals(const std::string& member) {
    auto intervals = database_->Read(Soon(), [&](sql::Session& session) {
      return IntervalsOf(session, *base::ParseName(member, "members"), kOpenEnd, 50);
    });
    EXPECT_THAT(intervals, IsOk());
    return *intervals;
  }
  static std::vector<int> Current(const v1::AdmissionCase& now) {
    std::vector<int> numbers;
    for (const v1::AdmissionStep& step : now.steps()) {
      if (step.state() == v1::ADMISSION_STEP_STATE_CURRENT) numbers.push_back(step.number());
    }
    return numbers;
  }
  static std::map<std::string, std::string> Deadlines(const v1::AdmissionCase& now) {
    std::map<std::string, std::string> deadlines;
    for (const v1::Deadline& deadline : now.deadlines()) {
      if (deadline.state() != v1::DEADLINE_STATE_OPEN) continue;
      deadlines[deadline.code()] = base::FormatDay(*rpc::FromProto(deadline.due_on()));
    }
    return deadlines;
  }

  const WorkCalendar calendar_;
  const admission::StepList steps_;
  PlayedMotions motions_;
  RecordedDiscipline discipline_;
  AdmissionApi admission_api_;
  ActivistApi activist_api_;
  PostApi post_api_;
  std::unique_ptr<v1::ActivistAnalysisServiceClient> analyses_;
  std::unique_ptr<v1::AdmissionServiceClient> cases_;
  std::unique_ptr<v1::PostServiceClient> posts_;
  v1::Organization county_, town_, branch_, other_;
  std::vector<std::string> members_of_branch_;
  int runs_ = 0;  // of the job
};

TEST_F(AdmissionTest, FromTheApplicationToFullMembership) {
  // The case begins under the version of 2014 and is decided on under that of 2026.
  const absl::CivilDay start(2025, 4, 10);
  v1::AdmissionCase now = UpToApproval(900, start);
  EXPECT_EQ(now.sponsors_size(), 2);
  EXPECT_EQ(now.cultivators_size(), 1);
  EXPECT_EQ(now.applicant().identity_number().substr(6, 8), "********");
  EXPECT_EQ(now.applicant().birth_date().month(), 0);
  EXPECT_THAT(Current(now), ElementsAre(17));
  EXPECT_EQ(now.steps(16).organization(), town_.name());
  EXPECT_EQ(now.steps(16).deadline_code(), "DL-06");
  const absl::CivilDay voted = Voted(now);
  EXPECT_EQ(now.steps(16).due_on().month(), base::AddMonths(voted, 3).month());
  std::set<std::string> versions;
  for (const v1::Decision& decision : now.decisions()) versions.insert(decision.rule_set());
  EXPECT_THAT(versions, ElementsAre("admission/2014-05-28", "admission/2026-05-11"));

  ASSERT_OK_AND_ASSIGN(now, cases_->ApproveAdmission(Committee(), Approval(now, voted + 10)));
  EXPECT_EQ(now.state(), v1::ADMISSION_STATE_PROBATIONARY);
  ASSERT_NE(now.member(), "");
  v1::Member member = Member(now.member());
  EXPECT_EQ(member.category(), v1::MEMBER_CATEGORY_PROBATIONARY);
  EXPECT_EQ(member.full_name(), "赵向党900");
  EXPECT_EQ(member.occupation(), "村医");
  EXPECT_EQ(base::FormatDay(*rpc::FromProto(member.joined_on())), base::FormatDay(voted));
  // Standing begins with the vote, statistics count the approval.
  ASSERT_THAT(Intervals(now.member()), SizeIs(1));
  EXPECT_EQ(Intervals(now.member())[0].valid_from, voted);
  ASSERT_THAT(Changes(now.member()), SizeIs(1));
  EXPECT_EQ(Changes(now.member())[0].code, ChangeCode::kAdmitted);
  EXPECT_EQ(Changes(now.member())[0].day, voted + 10);
  EXPECT_EQ(Changes(now.member())[0].basis_collection, "admissionCases");
  EXPECT_THAT(Deadlines(now), Contains(std::pair<const std::string, std::string>(
                                  "DL-07", base::FormatDay(base::AddMonths(voted + 10, 1)))));
  EXPECT_THAT(Deadlines(now), Contains(std::pair<const std::string, std::string>(
                                  "DL-08", base::FormatDay(base::AddMonths(voted, 12)))));

  using Client = v1::AdmissionServiceClient;
  now = Step(now, As("organization_department", county_), &Client::FileAdmission,
             [&](v1::FileAdmissionRequest& request) {
               request.mutable_filing()->set_organization(county_.name());
               *request.mutable_filing()->mutable_day() = Date(voted + 12);
             });
  now = Step(now, Secretary(), &Client::AssignGroup, [&](v1::AssignGroupRequest& request) {
    request.mutable_assignment()->set_group(branch_.name());
    *request.mutable_assignment()->mutable_day() = Date(voted + 13);
  });
  now = Step(now, Secretary(), &Client::RecordOath, [&](v1::RecordOathRequest& request) {
    *request.mutable_oath()->mutable_day() = Date(voted + 20);
  });
  EXPECT_EQ(Deadlines(now).count("DL-07"), 0u);
  EXPECT_THAT(Current(now), ElementsAre(21, 22));
  // The rest of the road lies in the future: it is walked by a case that began earlier, below.
  v1::ListAdmissionEventsRequest list;
  list.set_parent(now.name());
  list.set_page_size(7);
  std::vector<int> kinds;
  do {
    ASSERT_OK_AND_ASSIGN(const auto page, cases_->ListAdmissionEvents(Secretary(), list));
    for (const v1::AdmissionEvent& event : page.events()) {
      kinds.push_back(event.kind());
      EXPECT_NE(event.facts_case(), v1::AdmissionEvent::FACTS_NOT_SET);
      if (event.kind() == v1::ADMISSION_EVENT_KIND_RECORD_ADMISSION_VOTE) {
        EXPECT_EQ(event.vote().roll(), 10);
        EXPECT_EQ(event.vote().present(), 8);
        EXPECT_TRUE(event.vote().carried());
        EXPECT_THAT(event.motion(), HasSubstr("meetings/1/motions/"));
      }
    }
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  EXPECT_EQ(kinds.size(), 21u);
  EXPECT_EQ(kinds.front(), v1::ADMISSION_EVENT_KIND_SUBMIT_APPLICATION);
  EXPECT_EQ(kinds.back(), v1::ADMISSION_EVENT_KIND_RECORD_OATH);
}

TEST_F(AdmissionTest, ConversionTakesEffectWhenTheProbationEnded) {
  v1::AdmissionCase now = Approved(901, absl::CivilDay(2022, 3, 1));
  const absl::CivilDay end = base::AddMonths(Voted(now), 12);
  now = ApplyForConversion(now, end);
  now = VoteOnConversion(now, end + 7, v1::CONVERSION_PROPOSAL_ON_TIME);
  EXPECT_THAT(Deadlines(now), ElementsAre(std::pair<const std::string, std::string>(
                                  "DL-09", base::FormatDay(base::AddMonths(end + 7, 3)))));
  now = Decide(now, end + 40);
  EXPECT_EQ(now.state(), v1::ADMISSION_STATE_FULL);
  EXPECT_THAT(Deadlines(now), IsEmpty());
  const v1::Member member = Member(now.member());
  EXPECT_EQ(member.category(), v1::MEMBER_CATEGORY_FULL);
  EXPECT_TRUE(member.voting());
  EXPECT_EQ(*rpc::FromProto(member.converted_on()), end);
  const std::vector<MemberIntervalRow> intervals = Intervals(now.member());
  ASSERT_THAT(intervals, SizeIs(2));
  EXPECT_EQ(intervals[0].valid_from, end);
  EXPECT_EQ(Changes(now.member())[0].code, ChangeCode::kConverted);
  EXPECT_EQ(Changes(now.member())[0].day, end + 40);

  const auto archive = [&] {
    return Try<v1::ArchiveAdmissionCaseRequest>(
        now, Secretary(), &v1::AdmissionServiceClient::ArchiveAdmissionCase,
        [&](v1::ArchiveAdmissionCaseRequest& request) {
          *request.mutable_archiving()->mutable_day() = Date(end + 50);
        });
  };
  EXPECT_THAT(now.missing_documents(), SizeIs(5));
  const auto refused = archive();
  EXPECT_THAT(refused, HasReason("A_DOCUMENT"));
  EXPECT_THAT(error::MetadataValue(refused.status(), "required"), HasSubstr("ADMISSION_FORM"));
  for (const std::string& kind : now.missing_documents()) Attach(now, kind);
  ASSERT_OK_AND_ASSIGN(now, archive());
  EXPECT_EQ(now.state(), v1::ADMISSION_STATE_ARCHIVED);
  EXPECT_THAT(Current(now), IsEmpty());
}

TEST_F(AdmissionTest, ExtensionOnceThenConversion) {
  v1::AdmissionCase now = Approved(902, absl::CivilDay(2022, 3, 1));
  const absl::CivilDay end = base::AddMonths(Voted(now), 12);
  now = ApplyForConversion(now, end);
  now = VoteOnConversion(now, end + 1, v1::CONVERSION_PROPOSAL_EXTEND, 6);
  now = Decide(now, end + 20);
  EXPECT_EQ(now.state(), v1::ADMISSION_STATE_PROBATION_EXTENDED);
  EXPECT_EQ(now.extended_months(), 6);
  EXPECT_EQ(Member(now.member()).category(), v1::MEMBER_CATEGORY_PROBATIONARY);
  EXPECT_EQ(Changes(now.member())[0].code, ChangeCode::kExtended);
  EXPECT_THAT(Intervals(now.member()), SizeIs(1));
  const absl::CivilDay extended = base::AddMonths(end, 6);
  now = ApplyForConversion(now, extended);
  const auto twice = Try<v1::RecordConversionVoteRequest>(
      now, Secretary(), &v1::AdmissionServiceClient::RecordConversionVote,
      [&](v1::RecordConversionVoteRequest& request) {
        request.mutable_vote()->set_motion(Motion(now, MotionKind::kConversion, extended));
        request.mutable_vote()->set_proposal(v1::CONVERSION_PROPOSAL_EXTEND);
        request.mutable_vote()->set_months(6);
        request.mutable_vote()->set_group_heard(true);
        request.mutable_vote()->set_members_heard(true);
        request.mutable_vote()->set_masses_heard(true);
      });
  EXPECT_THAT(twice, HasReason("A_EXT_TWICE"));
  now = VoteOnConversion(now, extended, v1::CONVERSION_PROPOSAL_ON_TIME);
  now = Decide(now, extended + 5);
  EXPECT_EQ(*rpc::FromProto(Member(now.member()).converted_on()), extended);
}

TEST_F(AdmissionTest, TheEndOfAProbationEndsTheMembership) {
  v1::AdmissionCase now = Approved(903, absl::CivilDay(2022, 3, 1));
  const absl::CivilDay day = Voted(now) + 200;
  now = VoteOnConversion(now, day, v1::CONVERSION_PROPOSAL_CANCEL);
  now = Decide(now, day + 10);
  EXPECT_EQ(now.state(), v1::ADMISSION_STATE_DISQUALIFIED);
  EXPECT_EQ(Member(now.member()).standing(), v1::MEMBER_STANDING_LEFT);
  EXPECT_EQ(Changes(now.member())[0].code, ChangeCode::kDisqualified);
  EXPECT_THAT(Deadlines(now), IsEmpty());
  // The same person may apply again and is then admitted again under the same record.
  v1::AdmissionCase again = Approved(903, absl::CivilDay(2024, 3, 1));
  EXPECT_EQ(again.member(), now.member());
  EXPECT_EQ(Changes(now.member())[0].code, ChangeCode::kAdmittedAgain);
  EXPECT_EQ(Member(now.member()).category(), v1::MEMBER_CATEGORY_PROBATIONARY);
}

TEST_F(AdmissionTest, WhatIsNotRecognisedEndsToo) {
  const v1::AdmissionCase now = Approved(904, absl::CivilDay(2022, 3, 1));
  const auto refuse = [&](const v1::Organization& by) {
    return Try<v1::RefuseRecognitionRequest>(
        now, As("organization_department", by), &v1::AdmissionServiceClient::RefuseRecognition,
        [&](v1::RefuseRecognitionRequest& request) {
          request.mutable_refusal()->set_organization(by.name());
          *request.mutable_refusal()->mutable_day() = Date(Voted(now) + 100);
          request.mutable_refusal()->set_ground(v1::REFUSAL_GROUND_IRREGULAR);
        });
  };
  EXPECT_THAT(refuse(town_), HasReason("A_COUNTY"));
  ASSERT_THAT(refuse(county_), IsOk());
  EXPECT_EQ(Get(now.name()).state(), v1::ADMISSION_STATE_NOT_RECOGNISED);
  EXPECT_EQ(Member(now.member()).standing(), v1::MEMBER_STANDING_LEFT);
  EXPECT_EQ(Changes(now.member())[0].code, ChangeCode::kNotRecognised);
}

TEST_F(AdmissionTest, OfManyWhoApproveOneWins) {
  constexpr int kClients = 32;
  const v1::AdmissionCase now = UpToApproval(905, absl::CivilDay(2025, 4, 10));
  v1::ApproveAdmissionRequest request = Approval(now, Voted(now) + 10);
  std::vector<absl::StatusOr<v1::AdmissionCase>> answers(kClients);
  std::vector<std::thread> threads;
  for (int i = 0; i < kClients; ++i) {
    threads.emplace_back([&, i] {
      v1::ApproveAdmissionRequest mine = request;
      mine.set_request_id(absl::StrCat("approve-", i));
      mine.set_etag(i % 2 == 0 ? now.etag() : "");
      answers[static_cast<size_t>(i)] = cases_->ApproveAdmission(Committee(), mine);
    });
  }
  for (std::thread& thread : threads) thread.join();
  int won = -1;
  for (int i = 0; i < kClients; ++i) {
    const auto& answer = answers[static_cast<size_t>(i)];
    if (answer.ok()) {
      EXPECT_EQ(won, -1);
      won = i;
      continue;
    }
    EXPECT_TRUE(answer.status().code() == absl::StatusCode::kAborted ||
                answer.status().code() == absl::StatusCode::kFailedPrecondition)
        << answer.status();
  }
  ASSERT_NE(won, -1);
  EXPECT_THAT(Changes(answers[static_cast<size_t>(won)]->member()), SizeIs(1));
  // Who asks again under the same request id gets the first answer.
  request.set_request_id(absl::StrCat("approve-", won));
  request.set_etag(won % 2 == 0 ? now.etag() : "");
  ASSERT_OK_AND_ASSIGN(const auto again, cases_->ApproveAdmission(Committee(), request));
  EXPECT_THAT(again, testing::EqualsProto(*answers[static_cast<size_t>(won)]));
}

TEST_F(AdmissionTest, OnePersonHasOneOpenCase) {
  const absl::CivilDay day(2026, 6, 1);
  constexpr int kClients = 8;
  std::vector<absl::StatusOr<v1::AdmissionCase>> answers(kClients);
  std::vector<std::thread> threads;
  for (int i = 0; i < kClients; ++i) {
    threads.emplace_back([&, i] { answers[static_cast<size_t>(i)] = TryApply(906, day); });
  }
  for (std::thread& thread : threads) thread.join();
  const auto first =
      std::find_if(answers.begin(), answers.end(), [](const auto& answer) { return answer.ok(); });
  ASSERT_NE(first, answers.end());
  for (auto it = answers.begin(); it != answers.end(); ++it) {
    if (it != first) {
      EXPECT_THAT(*it, HasReason("CASE_OPEN"));
    }
  }
  const auto told = TryApply(906, day).status().ToString();
  EXPECT_THAT(told, Not(HasSubstr(Identity(906))));
  EXPECT_THAT(told, Not(HasSubstr((*first)->name())));
  const v1::AdmissionCase ended =
      Step(**first, Secretary(), &v1::AdmissionServiceClient::EndAdmissionCase,
           [&](v1::EndAdmissionCaseRequest& request) {
             *request.mutable_ending()->mutable_day() = Date(day + 1);
             request.mutable_ending()->set_reason(v1::ENDING_REASON_WITHDRAWN);
           });
  EXPECT_EQ(ended.state(), v1::ADMISSION_STATE_CLOSED);
  EXPECT_THAT(Deadlines(ended), IsEmpty());
  EXPECT_THAT(TryApply(906, day + 2), IsOk());
  // Who is a member already does not apply.
  EXPECT_THAT(TryApply(1, day), HasReason("MEMBER_EXISTS"));
}

TEST_F(AdmissionTest, BadInputIsRefusedFieldByField) {
  v1::SubmitApplicationRequest request;
  request.set_parent(branch_.name());
  *request.mutable_applicant() = Someone18(907);
  request.mutable_applicant()->set_identity_number("110105194912310021");
  request.mutable_applicant()->set_ethnicity("77");
  request.mutable_submission()->mutable_received_on()->set_year(2026);
  request.mutable_submission()->set_place(v1::APPLICATION_PLACE_UNIT);
  const auto refused = cases_->SubmitApplication(Secretary(), request);
  EXPECT_THAT(refused, HasReason("FIELD_INVALID"));
  std::set<std::string> fields;
  for (const auto& violation : error::FieldViolations(refused.status())) {
    fields.insert(violation.field);
  }
  EXPECT_THAT(fields, ElementsAre("applicant.ethnicity", "applicant.identity_number",
                                  "submission.received_on"));
  const absl::CivilDay today = base::ShanghaiDay(absl::Now());
  EXPECT_THAT(TryApply(907, today + 2), HasReason("EFFECTIVE_DATE_IN_FUTURE"));
  request.set_parent(town_.name());
  *request.mutable_applicant() = Someone18(907);
  *request.mutable_submission()->mutable_received_on() = Date(absl::CivilDay(2026, 6, 1));
  EXPECT_THAT(cases_->SubmitApplication(Department(), request), HasReason("A_RECEIVER"));
}

TEST_F(AdmissionTest, EveryoneActsForTheirOwnOrganization) {
  ASSERT_OK_AND_ASSIGN(v1::AdmissionCase now, TryApply(908, absl::CivilDay(2026, 6, 1)));
  v1::RecordTalkRequest talk;
  talk.set_name(now.name());
  *talk.mutable_talk()->mutable_day() = Date(absl::CivilDay(2026, 6, 5));
  talk.mutable_talk()->set_talker(members_of_branch_[0]);
  EXPECT_THAT(cases_->RecordTalk(As("branch_secretary", other_), talk), HasReason("SCOPE_DENIED"));
  EXPECT_THAT(cases_->RecordTalk(Committee(), talk), HasReason("PERMISSION_DENIED"));
  ASSERT_THAT(cases_->RecordTalk(Secretary(), talk), IsOk());
  EXPECT_THAT(cases_->RecordTalk(Secretary(), talk), HasReason("A_STATE"));
  v1::GetAdmissionCaseRequest get;
  get.set_name(now.name());
  EXPECT_THAT(cases_->GetAdmissionCase(As("branch_secretary", other_), get),
              HasReason("SCOPE_DENIED"));
  // What isn't there looks like what is somebody else's.
  get.set_name("admissionCases/99");
  EXPECT_THAT(cases_->GetAdmissionCase(Secretary(), get), HasReason("SCOPE_DENIED"));
  // The branch itself can't consent, and another committee learns nothing.
  ASSERT_OK_AND_ASSIGN(now,
                       Try<v1::ProposeActivistRequest>(
                           now, Secretary(), &v1::AdmissionServiceClient::ProposeActivist,
                           [&](v1::ProposeActivistRequest& request) {
                             request.mutable_proposal()->set_motion(
                                 Motion(now, MotionKind::kCommittee, absl::CivilDay(2026, 6, 10)));
                             request.mutable_proposal()->set_channel(v1::ACTIVIST_CHANNEL_MEMBERS);
                           }));
  const v1::Organization elsewhere =
      Found(county_.name(), v1::ORGANIZATION_KIND_COMMITTEE, "另一镇党委");
  const auto file = [&](const rpc::Outgoing& as, const v1::Organization& by) {
    return Try<v1::FileActivistRequest>(
        now, as, &v1::AdmissionServiceClient::FileActivist, [&](v1::FileActivistRequest& request) {
          request.mutable_filing()->set_organization(by.name());
          *request.mutable_filing()->mutable_day() = Date(absl::CivilDay(2026, 6, 12));
        });
  };
  EXPECT_THAT(file(As("committee_secretary", elsewhere), elsewhere), HasReason("SCOPE_DENIED"));
  EXPECT_THAT(file(Department(), branch_), HasReason("A_UPPER"));
  EXPECT_THAT(file(Committee(), town_), IsOk());
}

TEST_F(AdmissionTest, AnActivistMovesWithTheTimeOfCultivation) {
  const absl::CivilDay start(2026, 6, 1);
  ASSERT_OK_AND_ASSIGN(v1::AdmissionCase now, TryApply(909, start));
  using Client = v1::AdmissionServiceClient;
  now = Step(now, Secretary(), &Client::RecordTalk, [&](v1::RecordTalkRequest& request) {
    *request.mutable_talk()->mutable_day() = Date(start + 1);
    request.mutable_talk()->set_talker(members_of_branch_[0]);
  });
  now = Step(now, Secretary(), &Client::ProposeActivist, [&](v1::ProposeActivistRequest& request) {
    request.mutable_proposal()->set_motion(Motion(now, MotionKind::kCommittee, start + 2));
    request.mutable_proposal()->set_channel(v1::ACTIVIST_CHANNEL_MASS_ORGANIZATION);
  });
  now = Step(now, Committee(), &Client::FileActivist, [&](v1::FileActivistRequest& request) {
    request.mutable_filing()->set_organization(town_.name());
    *request.mutable_filing()->mutable_day() = Date(start + 3);
  });
  now = Step(now, Secretary(), &Client::RelocateApplicant,
             [&](v1::RelocateApplicantRequest& request) {
               request.mutable_relocation()->set_organization(other_.name());
               *request.mutable_relocation()->mutable_day() = Date(start + 4);
             });
  EXPECT_EQ(now.relocating_to(), other_.name());
  EXPECT_EQ(now.organization(), branch_.name());
  // The receiving branch sees what it is to acknowledge.
  const rpc::Outgoing receiver = As("branch_secretary", other_);
  v1::GetAdmissionCaseRequest get;
  get.set_name(now.name());
  EXPECT_THAT(cases_->GetAdmissionCase(receiver, get), IsOk());
  const auto receipt = [&](v1::ReceiveApplicantRequest& request) {
    *request.mutable_receipt()->mutable_day() = Date(start + 6);
  };
  EXPECT_THAT(
      Try<v1::ReceiveApplicantRequest>(now, Secretary(), &Client::ReceiveApplicant, receipt),
      HasReason("SCOPE_DENIED"));
  now = Step(now, receiver, &Client::ReceiveApplicant, receipt);
  EXPECT_EQ(now.organization(), other_.name());
  EXPECT_EQ(*rpc::FromProto(now.activist_on()), start + 2);
  EXPECT_EQ(Deadlines(now)["DL-03"], base::FormatDay(base::AddMonths(start + 2, 12)));
  for (const v1::Deadline& deadline : now.deadlines()) {
    if (deadline.state() == v1::DEADLINE_STATE_OPEN) {
      EXPECT_EQ(deadline.organization(), other_.name());
    }
  }
}

TEST_F(AdmissionTest, TheCaseFollowsTheMember) {
  v1::AdmissionCase now = Approved(910, absl::CivilDay(2022, 3, 1));
  v1::MoveMemberRequest move;
  move.set_name(now.member());
  move.set_organization(other_.name());
  *move.mutable_effective_date() = Date(Voted(now) + 50);
  ASSERT_THAT(members_->MoveMember(Department(), move), IsOk());
  v1::GetAdmissionCaseRequest get;
  get.set_name(now.name());
  ASSERT_OK_AND_ASSIGN(now, cases_->GetAdmissionCase(As("branch_secretary", other_), get));
  EXPECT_EQ(now.organization(), other_.name());
  EXPECT_THAT(cases_->GetAdmissionCase(Secretary(), get), HasReason("SCOPE_DENIED"));
  v1::ChangeMemberStandingRequest died;
  died.set_name(now.member());
  died.set_standing(v1::MEMBER_STANDING_DECEASED);
  *died.mutable_effective_date() = Date(Voted(now) + 80);
  ASSERT_THAT(members_->ChangeMemberStanding(Department(), died), IsOk());
  ASSERT_OK_AND_ASSIGN(now, cases_->GetAdmissionCase(As("branch_secretary", other_), get));
  EXPECT_EQ(now.state(), v1::ADMISSION_STATE_CLOSED);
  EXPECT_THAT(Deadlines(now), IsEmpty());
}

TEST_F(AdmissionTest, SpecialAdmissionsAreOnRecordAtOnce) {
  const auto admit = [&](int n, v1::AdmissionKind kind) {
    v1::AdmitSpeciallyRequest request;
    request.set_parent(branch_.name());
    *request.mutable_applicant() = Someone18(n);
    request.mutable_admission()->set_kind(kind);
    request.mutable_admission()->set_authority(v1::SPECIAL_AUTHORITY_PROVINCE);
    *request.mutable_admission()->mutable_day() = Date(absl::CivilDay(2026, 6, 1));
    request.mutable_admission()->set_document_number("省委〔2026〕1号");
    return cases_->AdmitSpecially(Department(), request);
  };
  EXPECT_THAT(admit(911, v1::ADMISSION_KIND_GENERAL), HasReason("FIELD_INVALID"));
  ASSERT_OK_AND_ASSIGN(const auto direct, admit(911, v1::ADMISSION_KIND_DIRECT));
  EXPECT_EQ(Member(direct.member()).category(), v1::MEMBER_CATEGORY_FULL);
  EXPECT_THAT(admit(911, v1::ADMISSION_KIND_DIRECT), HasReason("MEMBER_EXISTS"));
  const auto count = [&] {
    v1::GetOrganizationCountsRequest request;
    request.set_name(branch_.name());
    return organizations_->GetOrganizationCounts(Department(), request)->full_members();
  };
  EXPECT_EQ(count(), 4);
  ASSERT_OK_AND_ASSIGN(const auto posthumous, admit(912, v1::ADMISSION_KIND_POSTHUMOUS));
  EXPECT_EQ(Member(posthumous.member()).standing(), v1::MEMBER_STANDING_DECEASED);
  EXPECT_EQ(Changes(posthumous.member())[0].code, ChangeCode::kAdmittedPosthumous);
  EXPECT_EQ(count(), 4);
}

TEST_F(AdmissionTest, DisciplineBarsSponsors) {
  const std::string sponsor = members_of_branch_[1];
  const absl::CivilDay start(2025, 4, 10);
  v1::AdmissionCase now = UpToApproval(913, start);
  EXPECT_OK(database_->Transact(Soon(), [&](sql::Session& session) -> absl::Status {
    static const sql::Command insert(
        "test.discipline",
        "INSERT INTO discipline (id, member_id, organization_id, measure, decided_on, effect_from, "
        "effect_until, organ, decided_by_id, basis_collection, basis_id, restored_on, create_time, "
        "update_time) VALUES (?, ?, 1, 4, '2024-01-01', '2024-01-01', '2025-01-01', 1, 1, 't', 1, "
        "NULL, '2024-01-01', '2024-01-01')");
    return session.Execute(insert, ids_.Next(), *base::ParseName(sponsor, "members")).status();
  }));
  const auto measures = database_->Read(Soon(), [&](sql::Session& session) {
    const std::vector<int64_t> ids = {*base::ParseName(sponsor, "members")};
    return discipline_.InEffect(session, ids, absl::CivilDay(2026, 6, 1));
  });
  ASSERT_THAT(measures, IsOk());
  // Its term is over, but the rights were not restored.
  ASSERT_THAT(*measures, SizeIs(1));
  EXPECT_TRUE(measures->front().probation_within_party);
}

TEST_F(AdmissionTest, ASubtreeIsListedPageByPage) {
  std::set<std::string> expected;
  for (int i = 0; i < 7; ++i) {
    ASSERT_OK_AND_ASSIGN(const auto made, TryApply(920 + i, absl::CivilDay(2026, 6, 1)));
    expected.insert(made.name());
  }
  for (const int size : {1, 2, 7, 50}) {
    v1::ListAdmissionCasesRequest list;
    list.set_parent(county_.name());
    list.set_page_size(size);
    std::vector<std::string> names;
    do {
      ASSERT_OK_AND_ASSIGN(const auto page, cases_->ListAdmissionCases(Department(), list));
      EXPECT_LE(page.admission_cases_size(), size);
      for (const v1::AdmissionCase& found : page.admission_cases()) {
        names.push_back(found.name());
        EXPECT_NE(found.applicant().full_name(), "");
        EXPECT_EQ(found.applicant().identity_number(), "");
      }
      list.set_page_token(page.next_page_token());
    } while (!list.page_token().empty());
    EXPECT_THAT(names, SizeIs(7));
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()), expected);
  }
  v1::ListAdmissionCasesRequest list;
  list.set_parent(county_.name());
  list.set_state(v1::ADMISSION_STATE_PROBATIONARY);
  ASSERT_OK_AND_ASSIGN(const auto none, cases_->ListAdmissionCases(Department(), list));
  EXPECT_EQ(none.admission_cases_size(), 0);
  list.set_page_token("forged");
  EXPECT_THAT(cases_->ListAdmissionCases(Department(), list), HasReason("PAGE_TOKEN_INVALID"));
}

TEST_F(AdmissionTest, EventsAndRowsHoldNoPersonalData) {
  ASSERT_OK_AND_ASSIGN(const auto made, TryApply(930, absl::CivilDay(2026, 6, 1)));
  EXPECT_OK(publisher_.PublishPending(Soon()));
  ASSERT_OK_AND_ASSIGN(const auto events, database_->Read(Soon(), [](sql::Session& session) {
    return event::EventsAfter(session, 0, 1000);
  }));
  int changed = 0;
  for (const event::EventRow& event : events) {
    if (event.type != "ronghe.membership.admission.changed") continue;
    ++changed;
    EXPECT_EQ(event.payload.find("赵向党"), std::string::npos);
    EXPECT_EQ(event.payload.find(Identity(930)), std::string::npos);
  }
  EXPECT_EQ(changed, 1);
  const std::vector<int64_t> ids = {*base::ParseName(made.name(), "admissionCases")};
  const auto rows =
      database_->Read(Soon(), [&](sql::Session& session) { return ApplicantsOf(session, ids); });
  ASSERT_THAT(rows, IsOk());
  EXPECT_EQ(rows->front().identity_cipher.find(Identity(930).substr(0, 14)), std::string::npos);
}

TEST_F(AdmissionTest, A_23_LaterThanThreeMonthsOnlyInASpecialCase) {
  const v1::AdmissionCase now = UpToApproval(931, absl::CivilDay(2024, 4, 10));
  v1::ApproveAdmissionRequest request = Approval(now, base::AddMonths(Voted(now), 3) + 1);
  const auto refused = cases_->ApproveAdmission(Committee(), request);
  EXPECT_THAT(refused, HasReason("A_APPROVE_3M"));
  EXPECT_EQ(error::MetadataValue(refused.status(), "rule_id"), "A-23");
  request.mutable_approval()->set_late_reason(v1::SPECIAL_REASON_LONG_ABSENCE);
  ASSERT_OK_AND_ASSIGN(const v1::AdmissionCase approved,
                       cases_->ApproveAdmission(Committee(), request));
  EXPECT_EQ(approved.state(), v1::ADMISSION_STATE_PROBATIONARY);
}

TEST_F(AdmissionTest, A_31_ACommitteeOfACountyIsToldByItsLevel) {
  const v1::AdmissionCase now = Approved(932, absl::CivilDay(2024, 4, 10));
  const auto refuse = [&] {
    return Try<v1::RefuseRecognitionRequest>(
        now, As("organization_department", county_), &v1::AdmissionServiceClient::RefuseRecognition,
        [&](v1::RefuseRecognitionRequest& request) {
          request.mutable_refusal()->set_organization(county_.name());
          *request.mutable_refusal()->mutable_day() = Date(Voted(now) + 60);
          request.mutable_refusal()->set_ground(v1::REFUSAL_GROUND_IRREGULAR);
        });
  };
  SetLevel(v1::ADMINISTRATIVE_LEVEL_TOWNSHIP);
  EXPECT_THAT(refuse(), HasReason("A_COUNTY"));
  SetLevel(v1::ADMINISTRATIVE_LEVEL_COUNTY);
  EXPECT_OK(refuse());
}

TEST_F(AdmissionTest, A_07_CommitteesAndCountiesAreRemindedOfTheYearlyAnalysisUntilItIsRecorded) {
  const auto plan = [&] {
    job::JobRunner jobs(*database_, base::Clock::Real(), absl::StrCat("planner", ++runs_));
    AnalysisPlanner planner(ids_, books_, tree_.tree());
    AddAnalysisJob(jobs, planner);
    EXPECT_OK(jobs.RunOnce(kAnalysisJob));
  };
  const absl::CivilDay today = base::ShanghaiDay(absl::Now());
  plan();
  EXPECT_THAT(Analyses(town_), ::testing::IsEmpty());
  // Two activists: one new and examined late, without a cultivator; one ripe.
  Activist(941, today - 240, false);
  Activist(942, base::AddMonths(today, -13), true);
  plan();
  plan();
  for (const v1::Organization& committee : {town_, county_}) {
    const std::vector<DeadlineRow> due = Analyses(committee);
    ASSERT_THAT(due, SizeIs(1));
    EXPECT_EQ(due[0].state, DeadlineState::kOpen);
    EXPECT_EQ(due[0].ordinal, today.year());
    EXPECT_EQ(due[0].due_on, absl::CivilDay(today.year(), 12, 31));
    EXPECT_EQ(due[0].rule_id, "A-07");
  }

  v1::RecordActivistAnalysisRequest request;
  request.set_parent(town_.name());
  *request.mutable_analysed_on() = Date(today);
  request.add_measures(v1::ANALYSIS_MEASURE_EXAMINATIONS);
  request.add_measures(v1::ANALYSIS_MEASURE_CULTIVATORS);
  request.set_conclusion("队伍结构基本合理，半年考察有拖延。");
  EXPECT_THAT(analyses_->RecordActivistAnalysis(Secretary(), request),
              HasReason("PERMISSION_DENIED"));
  ASSERT_OK_AND_ASSIGN(const v1::ActivistAnalysis recorded,
                       analyses_->RecordActivistAnalysis(Committee(), request));
  EXPECT_EQ(recorded.year(), today.year());
  EXPECT_EQ(recorded.figures().activists(), 2);
  EXPECT_EQ(recorded.figures().branches(), 1);
  EXPECT_EQ(recorded.figures().ripe(), 1);
  EXPECT_EQ(recorded.figures().examinations_overdue(), 2);
  EXPECT_EQ(recorded.figures().without_cultivator(), 1);
  EXPECT_EQ(recorded.figures().new_candidates(), 0);
  EXPECT_EQ(recorded.rule_id(), "A-07");
  EXPECT_EQ(recorded.measures_size(), 2);
  EXPECT_EQ(recorded.measures(0), v1::ANALYSIS_MEASURE_CULTIVATORS);
  EXPECT_EQ(Analyses(town_)[0].state, DeadlineState::kMet);
  EXPECT_EQ(Analyses(county_)[0].state, DeadlineState::kOpen);
  EXPECT_THAT(analyses_->RecordActivistAnalysis(Committee(), request), HasReason("A_ANALYSED"));
  // Who has analysed the year is not asked again.
  plan();
  EXPECT_EQ(Analyses(town_)[0].state, DeadlineState::kMet);

  v1::GetActivistAnalysisRequest get;
  get.set_name(recorded.name());
  ASSERT_OK_AND_ASSIGN(const auto found, analyses_->GetActivistAnalysis(Committee(), get));
  EXPECT_THAT(found, testing::EqualsProto(recorded));
  get.set_name("activistAnalyses/1");
  EXPECT_FALSE(analyses_->GetActivistAnalysis(Committee(), get).ok());
  request.set_year(static_cast<int32_t>(today.year()) - 1);
  ASSERT_OK(analyses_->RecordActivistAnalysis(Committee(), request));
  v1::ListActivistAnalysesRequest list;
  list.set_parent(town_.name());
  list.set_page_size(1);
  ASSERT_OK_AND_ASSIGN(const auto first, analyses_->ListActivistAnalyses(Committee(), list));
  ASSERT_EQ(first.activist_analyses_size(), 1);
  EXPECT_EQ(first.activist_analyses(0).name(), recorded.name());
  list.set_page_token(first.next_page_token());
  ASSERT_OK_AND_ASSIGN(const auto second, analyses_->ListActivistAnalyses(Committee(), list));
  ASSERT_EQ(second.activist_analyses_size(), 1);
  EXPECT_EQ(second.activist_analyses(0).year(), today.year() - 1);
  EXPECT_EQ(second.next_page_token(), "");
}

TEST_F(AdmissionTest, A_07_BadAnalysesAreRefused) {
  const absl::CivilDay today = base::ShanghaiDay(absl::Now());
  v1::RecordActivistAnalysisRequest request;
  request.set_parent(branch_.name());
  *request.mutable_analysed_on() = Date(today);
  request.set_conclusion("无。");
  const auto refused = analyses_->RecordActivistAnalysis(Department(), request);
  EXPECT_THAT(refused, HasReason("A_ANALYSER"));
  EXPECT_EQ(error::MetadataValue(refused.status(), "rule_id"), "A-07");
  request.set_parent(county_.name());
  SetLevel(v1::ADMINISTRATIVE_LEVEL_CITY);
  EXPECT_THAT(analyses_->RecordActivistAnalysis(Department(), request), HasReason("A_ANALYSER"));
  request.set_parent(town_.name());
  *request.mutable_analysed_on() = Date(today + 1);
  EXPECT_THAT(analyses_->RecordActivistAnalysis(Department(), request),
              HasReason("EFFECTIVE_DATE_IN_FUTURE"));
  *request.mutable_analysed_on() = Date(today);
  request.set_year(static_cast<int32_t>(today.year()) + 1);
  EXPECT_EQ(
      error::FieldViolations(analyses_->RecordActivistAnalysis(Department(), request).status())
          .front()
          .field,
      "year");
  request.set_year(0);
  request.add_measures(v1::ANALYSIS_MEASURE_UNSPECIFIED);
  EXPECT_EQ(
      error::FieldViolations(analyses_->RecordActivistAnalysis(Department(), request).status())
          .front()
          .field,
      "measures");
}

TEST_F(AdmissionTest, OnlyCommitteesMayBeGivenThePowerToApprove) {
  v1::UpdateOrganizationRequest power;
  *power.mutable_organization() = branch_;
  power.mutable_organization()->set_can_approve_probationary(true);
  power.mutable_update_mask()->add_paths("can_approve_probationary");
  EXPECT_THAT(organizations_->UpdateOrganization(Department(), power), HasReason("FIELD_INVALID"));
  // Taken away, the committee approves nothing any more.
  const v1::AdmissionCase now = UpToApproval(931, absl::CivilDay(2025, 4, 10));
  *power.mutable_organization() = town_;
  power.mutable_organization()->clear_etag();
  power.mutable_organization()->set_can_approve_probationary(false);
  ASSERT_THAT(organizations_->UpdateOrganization(Department(), power), IsOk());
  EXPECT_THAT(cases_->ApproveAdmission(Committee(), Approval(now, Voted(now) + 10)),
              HasReason("A_APPROVER"));
}

}  // namespace
}  // namespace ronghe::membership

// Do care, honours and role posts behave behind the real pipeline and on a real database?
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/api/care_api.h"
#include "services/membership/api/honour_api.h"
#include "services/membership/api/role_post_api.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/discipline_store.h"
#include "services/membership/testing/service_parts.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Meetings as the test says them.
class FakeMeetings : public MeetingReader {
 public:
  absl::StatusOr<HeldMeeting> Read(rpc::Call&, std::string_view name) override {
    const auto it = held.find(std::string(name));
    if (it == held.end()) return error::Make(absl::StatusCode::kNotFound, "NOT_FOUND", "没有");
    return it->second;
  }

  std::map<std::string, HeldMeeting> held;
};

class CareTest : public ::testing::Test, protected ServiceParts {
 protected:
  CareTest()
      : care_api_(writer_, tree_, books_, tokens_),
        honour_api_(writer_, books_, tokens_),
        role_post_api_(writer_, tree_, books_, meetings_, tokens_) {
    std::vector<rpc::ServiceTable> tables;
    tables.push_back(v1::CareServiceTable(care_api_));
    tables.push_back(v1::HonourServiceTable(honour_api_));
    tables.push_back(v1::RolePostServiceTable(role_post_api_));
    Serve(std::move(tables));
    care_ = std::make_unique<v1::CareServiceClient>(server_->channel());
    honours_ = std::make_unique<v1::HonourServiceClient>(server_->channel());
    role_posts_ = std::make_unique<v1::RolePostServiceClient>(server_->channel());
    county_ = Found("", v1::ORGANIZATION_KIND_COMMITTEE, "某县委");
    town_ = Found(county_.name(), v1::ORGANIZATION_KIND_COMMITTEE, "某镇党委");
    branch_ = Found(town_.name(), v1::ORGANIZATION_KIND_BRANCH, "甲村党支部");
    other_ = Found(town_.name(), v1::ORGANIZATION_KIND_BRANCH, "乙村党支部");
  }
  ~CareTest() override { server_.reset(); }

  rpc::Outgoing Secretary() const { return As("branch_secretary", branch_); }
  rpc::Outgoing As(const std::string& role, const v1::Organization& organization) const {
    return server_->As(role, *base::ParseName(organization.name(), "organizations"), 7);
  }

  std::string Join(int n, const v1::Organization& branch,
                   absl::CivilDay converted = absl::CivilDay(2011, 7, 1)) {
    v1::Member member = Someone(n);
    *member.mutable_joined_on() = rpc::ToProto(base::AddMonths(converted, -12));
    *member.mutable_converted_on() = rpc::ToProto(converted);
    auto joined = TryJoin(branch.name(), member);
    EXPECT_THAT(joined, IsOk());
    return joined.ok() ? joined->name() : "";
  }

  v1::RecordCareRequest Visit(const std::string& member) const {
    v1::RecordCareRequest request;
    request.set_parent(member);
    request.set_kind(v1::CARE_KIND_VISIT);
    request.set_occasion(v1::CARE_OCCASION_FIRST_OF_JULY);
    *request.mutable_day() = rpc::ToProto(absl::CivilDay(2026, 7, 1));
    request.set_amount_fen(50000);
    request.set_fund(v1::FUND_TYPE_DUES);
    return request;
  }

  v1::CreateRolePostRequest ModelPost(const std::vector<std::string>& holders) const {
    v1::CreateRolePostRequest request;
    request.set_parent(branch_.name());
    request.set_kind(v1::ROLE_POST_KIND_MODEL_POST);
    request.set_title("窗口服务示范岗");
    request.set_duty("当日事当日毕");
    for (const std::string& holder : holders) request.add_holders(holder);
    return request;
  }

  // All members of the fifty-year list of `parent`, and that no page is longer than asked for.
  std::multiset<std::string> FiftyYears(const v1::Organization& parent, int32_t page_size) {
    v1::ListFiftyYearMembersRequest request;
    request.set_parent(parent.name());
    request.set_year(2026);
    request.set_page_size(page_size);
    std::multiset<std::string> names;
    do {
      auto page = care_->ListFiftyYearMembers(Department(), request);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) break;
      EXPECT_LE(page->members_size(), page_size);
      for (const v1::FiftyYearMember& member : page->members()) names.insert(member.member());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return names;
  }

  FakeMeetings meetings_;
  CareApi care_api_;
  HonourApi honour_api_;
  RolePostApi role_post_api_;
  std::unique_ptr<v1::CareServiceClient> care_;
  std::unique_ptr<v1::HonourServiceClient> honours_;
  std::unique_ptr<v1::RolePostServiceClient> role_posts_;
  v1::Organization county_, town_, branch_, other_;
};

TEST_F(CareTest, AVisitIsRecordedOnceReadByPageAndVoided) {
  const std::string member = Join(1, branch_);
  v1::RecordCareRequest request = Visit(member);
  request.set_request_id("visit-1");
  auto first = care_->RecordCare(Secretary(), request);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->organization(), branch_.name());
  EXPECT_EQ(first->giver(), branch_.name());
  EXPECT_EQ(first->amount_fen(), 50000);
  auto again = care_->RecordCare(Secretary(), request);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->name(), first->name());
  ASSERT_THAT(care_->RecordCare(Secretary(), Visit(member)), IsOk());

  v1::ListCareRecordsRequest list;
  list.set_parent(branch_.name());
  list.set_page_size(1);
  auto page = care_->ListCareRecords(Secretary(), list);
  ASSERT_THAT(page, IsOk());
  ASSERT_THAT(page->records(), SizeIs(1));
  list.set_page_token(page->next_page_token());
  page = care_->ListCareRecords(Secretary(), list);
  ASSERT_THAT(page, IsOk());
  ASSERT_THAT(page->records(), SizeIs(1));
  EXPECT_EQ(page->records(0).name(), first->name());
  EXPECT_EQ(page->next_page_token(), "");

  v1::VoidCareRequest wrong;
  wrong.set_name(first->name());
  ASSERT_THAT(care_->VoidCare(Secretary(), wrong), IsOk());
  EXPECT_THAT(care_->VoidCare(Secretary(), wrong), HasReason("CARE_VOIDED"));
  v1::ListMemberCareRequest of_member;
  of_member.set_parent(member);
  auto records = care_->ListMemberCare(Secretary(), of_member);
  ASSERT_THAT(records, IsOk());
  ASSERT_THAT(records->records(), SizeIs(2));
  EXPECT_TRUE(records->records(1).voided());
}

TEST_F(CareTest, MoneyNamesItsFundAndDaysAreNotInTheFuture) {
  const std::string member = Join(1, branch_);
  v1::RecordCareRequest request = Visit(member);
  request.clear_fund();
  EXPECT_THAT(care_->RecordCare(Secretary(), request), HasReason("CARE_FUND_MISSING"));
  request = Visit(member);
  *request.mutable_day() = rpc::ToProto(absl::CivilDay(2999, 1, 1));
  EXPECT_THAT(care_->RecordCare(Secretary(), request), HasReason("EFFECTIVE_DATE_IN_FUTURE"));
  request = Visit(member);
  request.set_giver("organizations/77");
  EXPECT_THAT(care_->RecordCare(Secretary(), request), HasReason("NOT_FOUND"));
  request.set_giver(other_.name());
  EXPECT_THAT(care_->RecordCare(Secretary(), request), HasReason("NOT_FOUND"));
  request.set_giver(county_.name());
  EXPECT_THAT(care_->RecordCare(Secretary(), request), IsOk());
  EXPECT_THAT(care_->RecordCare(As("branch_secretary", other_), Visit(member)),
              HasReason("SCOPE_DENIED"));
}

TEST_F(CareTest, FiftyYearsAreCountedOverASubtreeAndTheMedalIsGivenInTime) {
  std::set<std::string> expected;
  for (int n = 0; n < 6; ++n) {
    expected.insert(Join(n, n % 2 == 0 ? branch_ : other_, absl::CivilDay(1976, 7, 1) - n));
  }
  const std::string young = Join(7, branch_, absl::CivilDay(1976, 7, 2));
  const std::multiset<std::string> all(expected.begin(), expected.end());
  for (const int32_t page_size : {1, 2, 4, 50}) {
    EXPECT_EQ(FiftyYears(county_, page_size), all) << page_size;
  }
  EXPECT_THAT(FiftyYears(other_, 50), SizeIs(3));

  v1::RecordHonourRequest medal;
  medal.set_parent(branch_.name());
  medal.set_member(young);
  medal.set_code(v1::HONOUR_CODE_FIFTY_YEARS);
  medal.set_level(v1::HONOUR_LEVEL_NATIONAL);
  medal.set_title("光荣在党50年");
  medal.set_awarded_by("中共中央");
  *medal.mutable_awarded_on() = rpc::ToProto(absl::CivilDay(2026, 6, 25));
  EXPECT_THAT(honours_->RecordHonour(Department(), medal), HasReason("HONOUR_FIFTY_YEARS"));

  v1::ListFiftyYearMembersRequest request;
  request.set_parent(branch_.name());
  request.set_year(2026);
  auto page = care_->ListFiftyYearMembers(Department(), request);
  ASSERT_THAT(page, IsOk());
  ASSERT_THAT(page->members(), SizeIs(3));
  EXPECT_FALSE(page->members(0).medal_given());
  medal.set_member(page->members(0).member());
  ASSERT_THAT(honours_->RecordHonour(Department(), medal), IsOk());
  EXPECT_THAT(honours_->RecordHonour(Department(), medal), HasReason("HONOUR_RECORDED"));
  page = care_->ListFiftyYearMembers(Department(), request);
  ASSERT_THAT(page, IsOk());
  EXPECT_TRUE(page->members(0).medal_given());
}

TEST_F(CareTest, HonoursAreOfMembersOrOrganizationsAndAreRevokedOnce) {
  const std::string member = Join(1, branch_);
  v1::RecordHonourRequest request;
  request.set_parent(branch_.name());
  request.set_code(v1::HONOUR_CODE_OUTSTANDING_MEMBER);
  request.set_level(v1::HONOUR_LEVEL_COUNTY);
  request.set_title("优秀共产党员");
  request.set_awarded_by("某县委");
  EXPECT_THAT(honours_->RecordHonour(Department(), request), HasReason("FIELD_INVALID"));
  request.set_member(Join(2, other_));
  EXPECT_THAT(honours_->RecordHonour(Department(), request), HasReason("NOT_FOUND"));
  request.set_member(member);
  auto honour = honours_->RecordHonour(Department(), request);
  ASSERT_THAT(honour, IsOk());
  EXPECT_EQ(honour->full_name(), "王小1");

  request.set_code(v1::HONOUR_CODE_ADVANCED_ORGANIZATION);
  EXPECT_THAT(honours_->RecordHonour(Department(), request), HasReason("FIELD_INVALID"));
  request.clear_member();
  ASSERT_THAT(honours_->RecordHonour(Department(), request), IsOk());
  v1::RecordHonourRequest nowhere = request;
  nowhere.set_parent("organizations/77");
  EXPECT_THAT(honours_->RecordHonour(Department(), nowhere), HasReason("NOT_FOUND"));
  v1::ListHonoursRequest list;
  list.set_parent(branch_.name());
  auto honours = honours_->ListHonours(Secretary(), list);
  ASSERT_THAT(honours, IsOk());
  EXPECT_THAT(honours->honours(), SizeIs(2));

  v1::RevokeHonourRequest revoke;
  revoke.set_name(honour->name());
  EXPECT_THAT(honours_->RevokeHonour(As("organization_department", other_), revoke),
              HasReason("SCOPE_DENIED"));
  ASSERT_THAT(honours_->RevokeHonour(Department(), revoke), IsOk());
  EXPECT_THAT(honours_->RevokeHonour(Department(), revoke), HasReason("HONOUR_REVOKED"));
  v1::ListMemberHonoursRequest of_member;
  of_member.set_parent(member);
  auto own = honours_->ListMemberHonours(Secretary(), of_member);
  ASSERT_THAT(own, IsOk());
  ASSERT_THAT(own->honours(), SizeIs(1));
  EXPECT_TRUE(own->honours(0).has_revoked_on());
}

TEST_F(CareTest, ARolePostIsHeldReviewedAndHandedOn) {
  const std::string first = Join(1, branch_);
  const std::string second = Join(2, branch_);
  auto post = role_posts_->CreateRolePost(Secretary(), ModelPost({first}));
  ASSERT_THAT(post, IsOk());
  ASSERT_THAT(post->holders(), SizeIs(1));
  EXPECT_THAT(post->decisions(), SizeIs(2));
  EXPECT_EQ(post->decisions(0).rule_id(), "RP-01");

  v1::SetRolePostHoldersRequest holders;
  holders.set_name(post->name());
  holders.add_holders(second);
  holders.set_etag("999");
  EXPECT_THAT(role_posts_->SetRolePostHolders(Secretary(), holders), HasReason("ETAG_MISMATCH"));
  holders.set_etag(post->etag());
  auto handed_on = role_posts_->SetRolePostHolders(Secretary(), holders);
  ASSERT_THAT(handed_on, IsOk());
  ASSERT_THAT(handed_on->holders(), SizeIs(2));
  EXPECT_EQ(handed_on->holders(0).member(), second);
  EXPECT_TRUE(handed_on->holders(1).has_valid_to());

  const int64_t id = *base::ParseName(post->name(), "rolePosts");
  const auto deadlines = [&] {
    auto rows = database_->Read(absl::Now() + absl::Seconds(20), [&](sql::Session& session) {
      return DeadlinesOf(session, {"rolePosts", id});
    });
    EXPECT_THAT(rows, IsOk());
    return rows.ok() ? *rows : std::vector<DeadlineRow>();
  };
  ASSERT_THAT(deadlines(), SizeIs(1));
  v1::ReviewRolePostRequest review;
  review.set_name(post->name());
  review.set_year(deadlines()[0].ordinal);
  review.set_meeting("meetings/5");
  review.set_result(v1::REVIEW_RESULT_FULFILLED);
  EXPECT_THAT(role_posts_->ReviewRolePost(Secretary(), review), HasReason("NOT_FOUND"));
  const int64_t branch = *base::ParseName(branch_.name(), "organizations");
  const absl::CivilDay began = *rpc::FromProto(post->valid_from());
  for (const HeldMeeting& wrong :
       {HeldMeeting{5, branch + 1, began, true}, HeldMeeting{5, branch, began, false},
        HeldMeeting{5, branch, began - 1, true}}) {
    meetings_.held["meetings/5"] = wrong;
    EXPECT_THAT(role_posts_->ReviewRolePost(Secretary(), review), HasReason("RP_MEETING"));
  }
  meetings_.held["meetings/5"] = {5, branch, began, true};
  auto reviewed = role_posts_->ReviewRolePost(Secretary(), review);
  ASSERT_THAT(reviewed, IsOk());
  EXPECT_EQ(*rpc::FromProto(reviewed->reviews(0).day()), began);
  EXPECT_THAT(role_posts_->ReviewRolePost(Secretary(), review), HasReason("RP_REVIEWED"));
  ASSERT_THAT(deadlines(), SizeIs(2));
  EXPECT_EQ(deadlines()[0].state, DeadlineState::kMet);
  EXPECT_EQ(deadlines()[1].due_on, base::AddMonths(deadlines()[0].due_on, 12));
  // A year before is reviewed late: what is met stays met, what is asked for stays so.
  review.set_year(review.year() - 1);
  ASSERT_THAT(role_posts_->ReviewRolePost(Secretary(), review), IsOk());
  ASSERT_THAT(deadlines(), SizeIs(2));
  EXPECT_EQ(deadlines()[0].state, DeadlineState::kMet);
  EXPECT_EQ(deadlines()[1].state, DeadlineState::kOpen);

  v1::EndRolePostRequest end;
  end.set_name(post->name());
  ASSERT_THAT(role_posts_->EndRolePost(Secretary(), end), IsOk());
  EXPECT_THAT(role_posts_->EndRolePost(Secretary(), end), HasReason("RP_ENDED"));
  EXPECT_EQ(deadlines()[1].state, DeadlineState::kDropped);
  v1::ListRolePostsRequest list;
  list.set_parent(branch_.name());
  auto open = role_posts_->ListRolePosts(Secretary(), list);
  ASSERT_THAT(open, IsOk());
  EXPECT_THAT(open->role_posts(), IsEmpty());
  list.set_show_ended(true);
  auto all = role_posts_->ListRolePosts(Secretary(), list);
  ASSERT_THAT(all, IsOk());
  EXPECT_THAT(all->role_posts(), SizeIs(1));
}

TEST_F(CareTest, RP_02_WhoIsUnderAMeasureHoldsNoRolePost) {
  const std::string member = Join(1, branch_);
  ASSERT_OK(database_->Transact(absl::Now() + absl::Seconds(20), [&](sql::Session& session) {
    return InsertDiscipline(session,
                            {.id = ids_.Next(),
                             .member_id = *base::ParseName(member, "members"),
                             .organization_id = *base::ParseName(branch_.name(), "organizations"),
                             .measure = Measure::kWarning,
                             .decided_on = absl::CivilDay(2026, 1, 1),
                             .effect_from = absl::CivilDay(2026, 1, 1),
                             .effect_until = kOpenEnd,
                             .create_time = absl::Now(),
                             .update_time = absl::Now()});
  }));
  EXPECT_THAT(role_posts_->CreateRolePost(Secretary(), ModelPost({member})),
              HasReason("RP_HOLDER_UNDER_DISCIPLINE"));
  v1::ListRolePostsRequest list;
  list.set_parent(branch_.name());
  auto none = role_posts_->ListRolePosts(Secretary(), list);
  ASSERT_THAT(none, IsOk());
  EXPECT_THAT(none->role_posts(), IsEmpty());
}

TEST_F(CareTest, HoldersStandInTheSubtree) {
  EXPECT_THAT(role_posts_->CreateRolePost(Secretary(), ModelPost({Join(1, other_)})),
              HasReason("RP_HOLDER_OUTSIDE"));
  EXPECT_THAT(role_posts_->CreateRolePost(Secretary(), ModelPost({"members/12"})),
              HasReason("RP_HOLDER_OUTSIDE"));
}

TEST_F(CareTest, ABrandProjectNeedsAnIndicatorAndEndsWithAResult) {
  const std::string member = Join(1, branch_);
  v1::CreateRolePostRequest request = ModelPost({member});
  request.set_kind(v1::ROLE_POST_KIND_BRAND_PROJECT);
  EXPECT_THAT(role_posts_->CreateRolePost(Secretary(), request), HasReason("FIELD_INVALID"));
  request.set_goal("一次办结");
  request.set_indicator("当日办结率");
  auto project = role_posts_->CreateRolePost(Secretary(), request);
  ASSERT_THAT(project, IsOk());
  EXPECT_EQ(project->stage(), v1::PROJECT_STAGE_PLANNED);
  v1::AdvanceBrandProjectRequest advance;
  advance.set_name(project->name());
  advance.set_stage(v1::PROJECT_STAGE_FINISHED);
  EXPECT_THAT(role_posts_->AdvanceBrandProject(Secretary(), advance), HasReason("FIELD_INVALID"));
  advance.set_result("当日办结率由82%提高到97%");
  EXPECT_THAT(role_posts_->AdvanceBrandProject(Secretary(), advance), HasReason("RP_STAGE"));
  advance.set_stage(v1::PROJECT_STAGE_RUNNING);
  ASSERT_THAT(role_posts_->AdvanceBrandProject(Secretary(), advance), IsOk());
  advance.set_stage(v1::PROJECT_STAGE_FINISHED);
  auto finished = role_posts_->AdvanceBrandProject(Secretary(), advance);
  ASSERT_THAT(finished, IsOk());
  EXPECT_EQ(finished->result(), "当日办结率由82%提高到97%");
}

}  // namespace
}  // namespace ronghe::membership

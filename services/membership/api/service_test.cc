// How does the whole service behave behind the real pipeline and on a real database?
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "common/event/event_store.h"
#include "common/rpc/convert.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ronghe/membership/v1/post.ronghe.h"
#include "ronghe/membership/v1/roster_import.ronghe.h"
#include "services/membership/api/post_api.h"
#include "services/membership/api/roster_import_api.h"
#include "services/membership/domain/identity_number.h"
#include "services/membership/jobs/importer.h"
#include "services/membership/jobs/roster_kind.h"
#include "services/membership/store/workbook/table.h"
#include "services/membership/store/workbook/writer.h"
#include "services/membership/testing/service_parts.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::ronghe::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr absl::CivilDay kJoined(2010, 7, 1);
constexpr absl::CivilDay kConverted(2011, 7, 1);
constexpr absl::CivilDay kSince(2026, 1, 1);

class MembershipServiceTest : public ::testing::Test, protected ServiceParts {
 protected:
  MembershipServiceTest()
      : post_api_(writer_, tree_, rules_, books_.Get("party_worker"), tokens_),
        import_api_(writer_, tree_, fields_, tokens_, [] {}),
        importer_(ids_, tree_, rules_, fields_, metrics_, [this] { after_chunk_(); }) {
    AddRosterJobs(jobs_, importer_);
    std::vector<rpc::ServiceTable> tables;
    tables.push_back(v1::PostServiceTable(post_api_));
    tables.push_back(v1::RosterImportServiceTable(import_api_));
    Serve(std::move(tables));
    posts_ = std::make_unique<v1::PostServiceClient>(server_->channel());
    imports_ = std::make_unique<v1::RosterImportServiceClient>(server_->channel());
  }

  // The server goes before what it serves.
  ~MembershipServiceTest() override { server_.reset(); }

  rpc::Outgoing Admin() const { return Department(); }
  rpc::Outgoing Secretary(const std::string& organization) const {
    return server_->As("branch_secretary", *base::ParseName(organization, "organizations"), 7);
  }

  // A county with two towns of two branches each.
  void FoundCounty() {
    county_ = Found("", v1::ORGANIZATION_KIND_COMMITTEE, "某县委");
    for (int town = 0; town < 2; ++town) {
      towns_.push_back(Found(county_.name(), v1::ORGANIZATION_KIND_COMMITTEE,
                             absl::StrCat("第", town + 1, "镇党委")));
      for (int branch = 0; branch < 2; ++branch) {
        branches_.push_back(Found(towns_.back().name(), v1::ORGANIZATION_KIND_BRANCH,
                                  absl::StrCat(town + 1, "镇", branch + 1, "村党支部")));
      }
    }
  }

  v1::Member Join(const std::string& branch, int n,
                  v1::MemberCategory category = v1::MEMBER_CATEGORY_FULL) {
    auto member = TryJoin(branch, Someone(n, category));
    EXPECT_THAT(member, IsOk());
    return member.ok() ? *member : v1::Member();
  }

  v1::OrganizationCounts Counts(const std::string& name) {
    v1::GetOrganizationCountsRequest request;
    request.set_name(name);
    auto counts = organizations_->GetOrganizationCounts(Admin(), request);
    EXPECT_THAT(counts, IsOk());
    return counts.ok() ? *counts : v1::OrganizationCounts();
  }

  // All names of a listing, and that no page is longer than asked for.
  std::vector<std::string> ListAll(v1::ListMembersRequest request, int* pages = nullptr) {
    std::vector<std::string> names;
    do {
      auto page = members_->ListMembers(Admin(), request);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) break;
      EXPECT_LE(page->members_size(), request.page_size());
      for (const v1::Member& member : page->members()) names.push_back(member.name());
      request.set_page_token(page->next_page_token());
      if (pages != nullptr) ++*pages;
    } while (!request.page_token().empty());
    return names;
  }

  absl::StatusOr<v1::RosterImport> Upload(const std::string& file_name, const std::string& bytes,
                                          const std::string& parent = "",
                                          absl::CivilDay since = kSince) {
    v1::CreateRosterImportRequest request;
    request.set_parent(parent.empty() ? county_.name() : parent);
    request.set_file_name(file_name);
    request.set_size(static_cast<int64_t>(bytes.size()));
    request.set_sha256(crypto::HexEncode(crypto::Sha256(bytes)));
    *request.mutable_effective_date() = rpc::ToProto(since);
    auto roster = imports_->CreateRosterImport(Admin(), request);
    constexpr size_t kPart = 100'000;
    for (size_t from = 0; roster.ok() && from < bytes.size(); from += kPart) {
      v1::UploadRosterChunkRequest chunk;
      chunk.set_name(roster->name());
      chunk.set_offset(static_cast<int64_t>(from));
      chunk.set_content(bytes.substr(from, kPart));
      roster = imports_->UploadRosterChunk(Admin(), chunk);
    }
    return roster;
  }
  absl::StatusOr<v1::RosterImport> Commit(const std::string& name, bool dry_run = false) {
    v1::CommitRosterImportRequest request;
    request.set_name(name);
    request.set_dry_run(dry_run);
    return imports_->CommitRosterImport(Admin(), request);
  }
  absl::StatusOr<v1::RosterImport> Get(const std::string& name) {
    v1::GetRosterImportRequest request;
    request.set_name(name);
    return imports_->GetRosterImport(Admin(), request);
  }
  v1::RosterImport Import(const std::string& file_name, const std::string& bytes,
                          const std::string& parent = "", absl::CivilDay since = kSince) {
    auto roster = Upload(file_name, bytes, parent, since);
    EXPECT_THAT(roster, IsOk());
    if (!roster.ok()) return {};
    EXPECT_THAT(Commit(roster->name()), IsOk());
    EXPECT_OK(jobs_.RunOnce(kRosterImportJob));
    auto done = Get(roster->name());
    EXPECT_THAT(done, IsOk());
    return done.ok() ? *done : v1::RosterImport();
  }

  static std::string Header() {
    return "姓名,性别,公民身份号码,民族,学历,人员类别,所在党支部编码,所在党支部,手机号码,入党日期,"
           "转正日期,党内职务\n";
  }
  static std::string Line(int n, const v1::Organization& branch, const std::string& post = "",
                          const std::string& phone = "13900000000") {
    return absl::StrCat("李梅", n, ",女,", Identity(n), ",汉族,大专,正式党员,", branch.code(), ",",
                        branch.title(), ",", phone, ",2010-07-01,2011-07-01,", post, "\n");
  }

  PostApi post_api_;
  RosterImportApi import_api_;
  std::function<void()> after_chunk_ = [] {};
  Importer importer_;
  std::unique_ptr<v1::PostServiceClient> posts_;
  std::unique_ptr<v1::RosterImportServiceClient> imports_;

  v1::Organization county_;
  std::vector<v1::Organization> towns_;
  std::vector<v1::Organization> branches_;
};

TEST_F(MembershipServiceTest, OrganizationsGetHierarchicalCodesThatAreNeverReused) {
  FoundCounty();
  EXPECT_EQ(county_.code(), "001");
  EXPECT_EQ(towns_[1].code(), "001002");
  EXPECT_EQ(branches_[3].code(), "001002002");
  v1::RevokeOrganizationRequest revoke;
  revoke.set_name(branches_[3].name());
  EXPECT_OK(organizations_->RevokeOrganization(Admin(), revoke));
  EXPECT_EQ(Found(towns_[1].name(), v1::ORGANIZATION_KIND_JOINT_BRANCH, "联合支部").code(),
            "001002003");
  EXPECT_THAT(TryFound(branches_[3].name(), v1::ORGANIZATION_KIND_GROUP, "小组"),
              HasReason("ORGANIZATION_REVOKED"));
}

TEST_F(MembershipServiceTest, KindsAreGuarded) {
  FoundCounty();
  EXPECT_THAT(TryFound("", v1::ORGANIZATION_KIND_BRANCH, "无上级"),
              HasReason("ORGANIZATION_KIND_NOT_ALLOWED"));
  EXPECT_THAT(TryFound(branches_[0].name(), v1::ORGANIZATION_KIND_BRANCH, "支部下支部"),
              HasReason("ORGANIZATION_KIND_NOT_ALLOWED"));
  const auto temporary =
      Found(towns_[0].name(), v1::ORGANIZATION_KIND_TEMPORARY_BRANCH, "临时党支部");
  EXPECT_THAT(TryJoin(temporary.name(), Someone(1)), HasReason("ORGANIZATION_HOLDS_NO_MEMBERS"));
  EXPECT_THAT(TryJoin(county_.name(), Someone(1)), HasReason("ORGANIZATION_HOLDS_NO_MEMBERS"));
}

TEST_F(MembershipServiceTest, SubtreeIsListedInPreOrderPageByPage) {
  FoundCounty();
  v1::ListSubtreeOrganizationsRequest request;
  request.set_parent(county_.name());
  request.set_page_size(2);
  std::vector<std::string> titles;
  do {
    ASSERT_OK_AND_ASSIGN(const auto page,
                         organizations_->ListSubtreeOrganizations(Admin(), request));
    for (const auto& organization : page.organizations()) titles.push_back(organization.title());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(titles, ElementsAre("某县委", "第1镇党委", "1镇1村党支部", "1镇2村党支部",
                                  "第2镇党委", "2镇1村党支部", "2镇2村党支部"));
  request.set_page_token("forged");
  EXPECT_THAT(organizations_->ListSubtreeOrganizations(Admin(), request),
              HasReason("PAGE_TOKEN_INVALID"));
  v1::ListAncestorOrganizationsRequest ancestors;
  ancestors.set_name(branches_[2].name());
  ASSERT_OK_AND_ASSIGN(const auto above,
                       organizations_->ListAncestorOrganizations(Admin(), ancestors));
  ASSERT_EQ(above.organizations_size(), 2);
  EXPECT_EQ(above.organizations(0).title(), "第2镇党委");
  EXPECT_NE(above.organizations(0).code(), "");
  // From below the way up is all that shows.
  ASSERT_OK_AND_ASSIGN(const auto signposts, organizations_->ListAncestorOrganizations(
                                                 Secretary(branches_[2].name()), ancestors));
  ASSERT_EQ(signposts.organizations_size(), 2);
  EXPECT_EQ(signposts.organizations(0).title(), "第2镇党委");
  EXPECT_EQ(signposts.organizations(0).name(), above.organizations(0).name());
  EXPECT_EQ(signposts.organizations(0).code(), "");
  EXPECT_EQ(signposts.organizations(0).etag(), "");
  v1::ListChildOrganizationsRequest children;
  children.set_parent(county_.name());
  children.set_page_size(1);
  ASSERT_OK_AND_ASSIGN(auto page, organizations_->ListChildOrganizations(Admin(), children));
  EXPECT_EQ(page.organizations(0).title(), "第1镇党委");
  children.set_page_token(page.next_page_token());
  ASSERT_OK_AND_ASSIGN(page, organizations_->ListChildOrganizations(Admin(), children));
  EXPECT_EQ(page.organizations(0).title(), "第2镇党委");
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(MembershipServiceTest, RootsAreWhereTheCallerMayLook) {
  FoundCounty();
  const auto roots = [&](const rpc::Outgoing& as) {
    std::vector<std::string> titles;
    const auto response = organizations_->ListRootOrganizations(as, {});
    EXPECT_THAT(response, IsOk());
    for (const auto& organization : response->organizations()) {
      titles.push_back(organization.title());
    }
    return titles;
  };
  EXPECT_THAT(roots(Admin()), ElementsAre("某县委"));
  EXPECT_THAT(roots(Secretary(towns_[1].name())), ElementsAre("第2镇党委"));
}

TEST_F(MembershipServiceTest, RenamingChecksTheEtagAndRepeatsUnderARequestId) {
  FoundCounty();
  v1::UpdateOrganizationRequest request;
  *request.mutable_organization() = branches_[0];
  request.mutable_organization()->set_title("新名党支部");
  request.mutable_update_mask()->add_paths("title");
  request.set_request_id("rename-1");
  ASSERT_OK_AND_ASSIGN(const auto renamed, organizations_->UpdateOrganization(Admin(), request));
  EXPECT_EQ(renamed.title(), "新名党支部");
  EXPECT_NE(renamed.etag(), branches_[0].etag());
  ASSERT_OK_AND_ASSIGN(const auto again, organizations_->UpdateOrganization(Admin(), request));
  EXPECT_EQ(again.etag(), renamed.etag());
  request.mutable_organization()->set_title("别的");
  EXPECT_THAT(organizations_->UpdateOrganization(Admin(), request), HasReason("REQUEST_ID_REUSED"));
  request.set_request_id("rename-2");
  EXPECT_THAT(organizations_->UpdateOrganization(Admin(), request), HasReason("ETAG_MISMATCH"));
  request.mutable_organization()->clear_etag();
  request.mutable_update_mask()->add_paths("code");
  EXPECT_THAT(organizations_->UpdateOrganization(Admin(), request), HasReason("FIELD_INVALID"));
}

TEST_F(MembershipServiceTest, MovingASubtreeMovesItsCountsAndMakesNoCycle) {
  FoundCounty();
  Join(branches_[0].name(), 1);
  EXPECT_EQ(Counts(towns_[1].name()).full_members(), 0);
  v1::MoveOrganizationRequest request;
  request.set_name(towns_[0].name());
  request.set_new_parent(towns_[1].name());
  EXPECT_OK(organizations_->MoveOrganization(Admin(), request));
  EXPECT_EQ(Counts(towns_[1].name()).full_members(), 1);
  EXPECT_EQ(Counts(towns_[1].name()).branches(), 4);
  request.set_name(towns_[1].name());
  request.set_new_parent(towns_[0].name());
  EXPECT_THAT(organizations_->MoveOrganization(Admin(), request),
              HasReason("ORGANIZATION_MOVE_CYCLE"));
  request.set_new_parent(towns_[1].name());
  EXPECT_THAT(organizations_->MoveOrganization(Admin(), request),
              HasReason("ORGANIZATION_MOVE_CYCLE"));
}

TEST_F(MembershipServiceTest, ConcurrentMovesIntoEachOtherLeaveATree) {
  FoundCounty();
  for (int round = 0; round < 5; ++round) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([&, i] {
        v1::MoveOrganizationRequest request;
        request.set_name(towns_[i].name());
        request.set_new_parent(towns_[1 - i].name());
        const auto moved = organizations_->MoveOrganization(Admin(), request);
        EXPECT_TRUE(moved.ok() || error::Reason(moved.status()) == "ORGANIZATION_MOVE_CYCLE")
            << moved.status();
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(Counts(county_.name()).organizations(), 7);
    for (const v1::Organization& town : towns_) {
      v1::MoveOrganizationRequest request;
      request.set_name(town.name());
      request.set_new_parent(county_.name());
      EXPECT_OK(organizations_->MoveOrganization(Admin(), request));
    }
  }
}

TEST_F(MembershipServiceTest, RevokingNeedsAnEmptyOrganization) {
  FoundCounty();
  Join(branches_[0].name(), 1);
  v1::RevokeOrganizationRequest request;
  request.set_name(towns_[0].name());
  EXPECT_THAT(organizations_->RevokeOrganization(Admin(), request),
              HasReason("ORGANIZATION_HAS_CHILDREN"));
  request.set_name(branches_[0].name());
  EXPECT_THAT(organizations_->RevokeOrganization(Admin(), request),
              HasReason("ORGANIZATION_HAS_MEMBERS"));
  request.set_name(branches_[1].name());
  EXPECT_OK(organizations_->RevokeOrganization(Admin(), request));
  EXPECT_THAT(organizations_->RevokeOrganization(Admin(), request),
              HasReason("ORGANIZATION_REVOKED"));
  EXPECT_THAT(TryJoin(branches_[1].name(), Someone(2)), HasReason("ORGANIZATION_REVOKED"));
  EXPECT_EQ(Counts(county_.name()).branches(), 3);
}

TEST_F(MembershipServiceTest, MembersAreMaskedAndStoredEncrypted) {
  FoundCounty();
  v1::Member given = Someone(1);
  given.set_full_name("𠮷小明");
  given.set_identity_number("11010519491231002x");
  ASSERT_OK_AND_ASSIGN(const v1::Member member, TryJoin(branches_[0].name(), given));
  EXPECT_EQ(member.identity_number(), "110105********002X");
  EXPECT_EQ(member.phone(), "138****0000");
  EXPECT_EQ(member.gender(), v1::GENDER_FEMALE);
  EXPECT_EQ(member.birth_date().year(), 1949);
  EXPECT_EQ(member.birth_date().month(), 0);
  EXPECT_TRUE(member.voting());
  EXPECT_GE(member.standing_years(), 15);
  v1::GetMemberRequest request;
  request.set_name(member.name());
  ASSERT_OK_AND_ASSIGN(v1::Member read, members_->GetMember(Admin(), request));
  read.clear_create_time();
  read.clear_update_time();
  v1::Member expected = member;
  expected.clear_create_time();
  expected.clear_update_time();
  EXPECT_THAT(read, testing::EqualsProto(expected));
  request.set_view(v1::MEMBER_VIEW_BASIC);
  ASSERT_OK_AND_ASSIGN(const auto basic, members_->GetMember(Admin(), request));
  EXPECT_EQ(basic.identity_number(), "");
  EXPECT_EQ(basic.full_name(), "𠮷小明");
  const std::vector<int64_t> ids = {*base::ParseName(member.name(), "members")};
  const auto rows = database_->Read(absl::Now() + absl::Seconds(9), [&](sql::Session& session) {
    return LoadMembers(session, ids);
  });
  EXPECT_EQ(rows->front().identity_cipher.find("11010519491231"), std::string::npos);
  EXPECT_EQ(rows->front().phone_cipher.find("1380000"), std::string::npos);
}

TEST_F(MembershipServiceTest, BadParticularsComeTogether) {
  FoundCounty();
  v1::Member member = Someone(1);
  member.set_identity_number("110105194912310021");
  member.set_ethnicity("77");
  member.clear_converted_on();
  const auto refused = TryJoin(branches_[0].name(), member);
  EXPECT_THAT(refused, HasReason("FIELD_INVALID"));
  std::set<std::string> fields;
  for (const auto& violation : error::FieldViolations(refused.status())) {
    fields.insert(violation.field);
  }
  EXPECT_THAT(fields,
              ElementsAre("member.converted_on", "member.ethnicity", "member.identity_number"));
  EXPECT_THAT(TryJoin(branches_[0].name(), Someone(1), base::ShanghaiDay(absl::Now()) + 2),
              HasReason("EFFECTIVE_DATE_IN_FUTURE"));
}

TEST_F(MembershipServiceTest, DuplicateIdentityTellsNothingOfTheOtherBranch) {
  FoundCounty();
  const v1::Member first = Join(branches_[0].name(), 1);
  const auto second = TryJoin(branches_[3].name(), Someone(1));
  EXPECT_THAT(second, StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(second, HasReason("MEMBER_EXISTS"));
  const std::string told = second.status().ToString();
  EXPECT_THAT(told, ::testing::Not(HasSubstr(first.name())));
  EXPECT_THAT(told, ::testing::Not(HasSubstr(branches_[0].name())));
  EXPECT_THAT(told, ::testing::Not(HasSubstr(Identity(1))));
}

TEST_F(MembershipServiceTest, OneBatchJudgesEachCallByItself) {
  FoundCounty();
  const v1::Member mine = Join(branches_[0].name(), 1);
  const v1::Member foreign = Join(branches_[3].name(), 2);
  std::vector<std::thread> threads;
  for (int i = 0; i < 24; ++i) {
    threads.emplace_back([&, i] {
      v1::GetMemberRequest request;
      request.set_name(i % 3 == 0 ? mine.name() : i % 3 == 1 ? foreign.name() : "members/99");
      const auto member = members_->GetMember(Secretary(branches_[0].name()), request);
      if (i % 3 == 0) {
        EXPECT_THAT(member, IsOk());
      } else {  // what is not there looks like what is somebody else's
        EXPECT_THAT(member, HasReason("SCOPE_DENIED"));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  v1::GetMemberRequest request;
  request.set_name("members/x");
  EXPECT_THAT(members_->GetMember(Admin(), request), HasReason("NAME_INVALID"));
}

TEST_F(MembershipServiceTest, SubtreePagesHoldEveryMemberOnceInTreeOrder) {
  FoundCounty();
  std::vector<std::string> expected;
  int n = 0;
  const std::vector<int> sizes = {5, 0, 13, 2};
  for (size_t branch = 0; branch < sizes.size(); ++branch) {
    for (int i = 0; i < sizes[branch]; ++i) {
      expected.push_back(Join(branches_[branch].name(), ++n,
                              i == 1 ? v1::MEMBER_CATEGORY_PROBATIONARY : v1::MEMBER_CATEGORY_FULL)
                             .name());
    }
  }
  v1::ListMembersRequest request;
  request.set_parent(county_.name());
  for (const int size : {1, 3, 4, 7, 20, 200}) {
    request.set_page_size(size);
    int pages = 0;
    EXPECT_EQ(ListAll(request, &pages), expected) << size;
    EXPECT_EQ(pages, (20 + size - 1) / size) << size;
  }
  request.set_view(v1::MEMBER_VIEW_FULL);
  EXPECT_EQ(ListAll(request), expected);
  request.set_category(v1::MEMBER_CATEGORY_PROBATIONARY);
  EXPECT_THAT(ListAll(request), SizeIs(3));
  request.clear_category();
  request.set_name_prefix("王小2");
  EXPECT_THAT(ListAll(request), SizeIs(2));
  request.clear_name_prefix();
  request.set_parent(branches_[2].name());
  request.set_page_size(5);
  EXPECT_EQ(ListAll(request),
            std::vector<std::string>(expected.begin() + 5, expected.begin() + 18));
  request.set_standing(v1::MEMBER_STANDING_LEFT);
  EXPECT_THAT(ListAll(request), IsEmpty());
}

TEST_F(MembershipServiceTest, SearchStaysInsideTheSubtree) {
  FoundCounty();
  const v1::Member here = Join(branches_[0].name(), 1);
  Join(branches_[3].name(), 12);
  v1::SearchMembersRequest request;
  request.set_parent(towns_[0].name());
  request.set_identity_number(Identity(1));
  ASSERT_OK_AND_ASSIGN(auto found, members_->SearchMembers(Admin(), request));
  ASSERT_EQ(found.members_size(), 1);
  EXPECT_EQ(found.members(0).name(), here.name());
  request.set_identity_number(Identity(12));
  ASSERT_OK_AND_ASSIGN(found, members_->SearchMembers(Admin(), request));
  EXPECT_EQ(found.members_size(), 0);
  request.clear_identity_number();
  request.set_full_name("王小1");
  ASSERT_OK_AND_ASSIGN(found, members_->SearchMembers(Admin(), request));
  EXPECT_EQ(found.members_size(), 1);
  request.set_parent(county_.name());
  request.set_page_size(1);
  ASSERT_OK_AND_ASSIGN(found, members_->SearchMembers(Admin(), request));
  request.set_page_token(found.next_page_token());
  ASSERT_OK_AND_ASSIGN(found, members_->SearchMembers(Admin(), request));
  EXPECT_EQ(found.members(0).full_name(), "王小12");
  request.clear_page_token();
  request.set_full_name("王");
  EXPECT_THAT(members_->SearchMembers(Admin(), request), HasReason("FIELD_INVALID"));
  request.set_full_name("王小");
  request.set_identity_number(Identity(1));
  EXPECT_THAT(members_->SearchMembers(Admin(), request), HasReason("FIELD_INVALID"));
}

TEST_F(MembershipServiceTest, UpdatesFollowTheMaskAndLeaveMaskedValuesAlone) {
  FoundCounty();
  const v1::Member member = Join(branches_[0].name(), 1);
  v1::UpdateMemberRequest request;
  *request.mutable_member() = member;
  request.mutable_member()->set_occupation("村医");
  request.mutable_member()->set_full_name("不改");
  for (const char* path : {"occupation", "identity_number", "phone"}) {
    request.mutable_update_mask()->add_paths(path);
  }
  ASSERT_OK_AND_ASSIGN(const v1::Member updated, members_->UpdateMember(Admin(), request));
  EXPECT_EQ(updated.occupation(), "村医");
  EXPECT_EQ(updated.full_name(), member.full_name());
  EXPECT_EQ(updated.phone(), "138****0000");
  EXPECT_EQ(updated.identity_number(), member.identity_number());
  EXPECT_THAT(members_->UpdateMember(Admin(), request), HasReason("ETAG_MISMATCH"));
  request.mutable_member()->set_etag(updated.etag());
  request.mutable_member()->set_identity_number("320124198701010015");
  ASSERT_OK_AND_ASSIGN(const v1::Member corrected, members_->UpdateMember(Admin(), request));
  EXPECT_EQ(corrected.identity_number(), "320124********0015");
  EXPECT_EQ(corrected.gender(), v1::GENDER_MALE);
  Join(branches_[1].name(), 2);
  request.mutable_member()->clear_etag();
  request.mutable_member()->set_identity_number(Identity(2));
  EXPECT_THAT(members_->UpdateMember(Admin(), request), HasReason("MEMBER_EXISTS"));
}

TEST_F(MembershipServiceTest, ChangesAreIntervals) {
  FoundCounty();
  const v1::Member member = Join(branches_[0].name(), 1, v1::MEMBER_CATEGORY_PROBATIONARY);
  EXPECT_EQ(Counts(county_.name()).probationary_members(), 1);
  v1::ChangeMemberCategoryRequest category;
  category.set_name(member.name());
  category.set_category(v1::MEMBER_CATEGORY_FULL);
  *category.mutable_effective_date() = rpc::ToProto(absl::CivilDay(2026, 3, 1));
  ASSERT_OK_AND_ASSIGN(const v1::Member full, members_->ChangeMemberCategory(Admin(), category));
  EXPECT_TRUE(full.voting());
  EXPECT_EQ(full.converted_on().month(), 3);
  EXPECT_THAT(members_->ChangeMemberCategory(Admin(), category), HasReason("MEMBER_UNCHANGED"));

  v1::MoveMemberRequest move;
  move.set_name(member.name());
  move.set_organization(branches_[2].name());
  *move.mutable_effective_date() = rpc::ToProto(absl::CivilDay(2026, 2, 1));
  EXPECT_THAT(members_->MoveMember(Admin(), move), HasReason("EFFECTIVE_DATE_BEFORE_INTERVAL"));
  *move.mutable_effective_date() = rpc::ToProto(absl::CivilDay(2026, 5, 1));
  EXPECT_OK(members_->MoveMember(Admin(), move));
  EXPECT_EQ(Counts(towns_[0].name()).full_members(), 0);
  EXPECT_EQ(Counts(towns_[1].name()).full_members(), 1);
  move.set_organization(branches_[3].name());
  EXPECT_OK(members_->MoveMember(Admin(), move));
  EXPECT_EQ(Counts(branches_[3].name()).full_members(), 1);

  v1::ChangeMemberStandingRequest standing;
  standing.set_name(member.name());
  standing.set_standing(v1::MEMBER_STANDING_NORMAL);
  standing.set_voting_suspended(true);
  *standing.mutable_effective_date() = rpc::ToProto(absl::CivilDay(2026, 6, 1));
  ASSERT_OK_AND_ASSIGN(const v1::Member silent, members_->ChangeMemberStanding(Admin(), standing));
  EXPECT_FALSE(silent.voting());
  *standing.mutable_effective_date() = rpc::ToProto(absl::CivilDay(2026, 7, 1));
  for (const auto with_case : {v1::MEMBER_STANDING_LEFT, v1::MEMBER_STANDING_SUSPENDED}) {
    standing.set_standing(with_case);
    EXPECT_THAT(members_->ChangeMemberStanding(Admin(), standing),
                HasReason("STANDING_NEEDS_CASE"));
  }
  standing.set_standing(v1::MEMBER_STANDING_DECEASED);
  ASSERT_OK_AND_ASSIGN(const v1::Member late, members_->ChangeMemberStanding(Admin(), standing));
  EXPECT_EQ(late.standing(), v1::MEMBER_STANDING_DECEASED);
  EXPECT_EQ(Counts(county_.name()).full_members(), 0);
  EXPECT_THAT(members_->MoveMember(Admin(), move), HasReason("MEMBER_LEFT"));

  v1::ListMemberIntervalsRequest list;
  list.set_parent(member.name());
  list.set_page_size(3);
  std::vector<std::string> intervals;
  do {
    ASSERT_OK_AND_ASSIGN(const auto page, members_->ListMemberIntervals(Admin(), list));
    for (const auto& interval : page.intervals()) {
      intervals.push_back(absl::StrCat(interval.valid_from().month(), "-",
                                       interval.valid_to().month(), " ", interval.category(), " ",
                                       interval.voting()));
    }
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  EXPECT_THAT(intervals, ElementsAre("6-7 1 0", "5-6 1 1", "3-5 1 1", "1-3 2 0"));
}

TEST_F(MembershipServiceTest, EventsTellEveryIntervalAndNoPersonalData) {
  FoundCounty();
  const v1::Member member = Join(branches_[0].name(), 1, v1::MEMBER_CATEGORY_PROBATIONARY);
  v1::MoveMemberRequest move;
  move.set_name(member.name());
  move.set_organization(branches_[1].name());
  *move.mutable_effective_date() = rpc::ToProto(absl::CivilDay(2026, 5, 1));
  EXPECT_OK(members_->MoveMember(Admin(), move));
  EXPECT_OK(publisher_.PublishPending(absl::Now() + absl::Seconds(9)));
  ASSERT_OK_AND_ASSIGN(const auto events,
                       database_->Read(absl::Now() + absl::Seconds(9), [](sql::Session& session) {
                         return event::EventsAfter(session, 0, 1000);
                       }));
  std::map<std::string, int> types;
  for (const event::EventRow& event : events) {
    ++types[event.type];
    EXPECT_EQ(event.payload.find("王小"), std::string::npos);
    EXPECT_EQ(event.payload.find(Identity(1)), std::string::npos);
  }
  EXPECT_EQ(types["ronghe.membership.organization.changed"], 7);
  EXPECT_EQ(types["ronghe.membership.interval.changed"], 3);
  EXPECT_EQ(types["ronghe.membership.member.changed"], 1);
}

TEST_F(MembershipServiceTest, PostsAreAppointedAndEnd) {
  FoundCounty();
  const v1::Member member = Join(branches_[0].name(), 1);
  v1::AppointPostRequest appoint;
  appoint.set_parent(member.name());
  appoint.set_code(v1::POST_CODE_SECRETARY);
  *appoint.mutable_valid_from() = rpc::ToProto(absl::CivilDay(2026, 2, 1));
  ASSERT_OK_AND_ASSIGN(const v1::Post post, posts_->AppointPost(Admin(), appoint));
  EXPECT_EQ(post.organization(), branches_[0].name());
  EXPECT_THAT(posts_->AppointPost(Admin(), appoint), HasReason("POST_HELD"));
  appoint.set_code(v1::POST_CODE_GROUP_LEADER);
  EXPECT_THAT(posts_->AppointPost(Admin(), appoint), HasReason("POST_NOT_ALLOWED"));
  const auto group = Found(branches_[0].name(), v1::ORGANIZATION_KIND_GROUP, "第一小组");
  appoint.set_organization(group.name());
  EXPECT_OK(posts_->AppointPost(Admin(), appoint));
  appoint.set_organization(branches_[1].name());
  appoint.set_code(v1::POST_CODE_SECRETARY);
  EXPECT_THAT(posts_->AppointPost(Admin(), appoint), HasReason("POST_OUTSIDE_BRANCH"));
  v1::ListPostsRequest list;
  list.set_parent(branches_[0].name());
  ASSERT_OK_AND_ASSIGN(auto held, posts_->ListPosts(Admin(), list));
  ASSERT_EQ(held.posts_size(), 1);
  EXPECT_EQ(held.posts(0).full_name(), "王小1");
  v1::EndPostRequest end;
  end.set_name(post.name());
  *end.mutable_valid_to() = rpc::ToProto(absl::CivilDay(2026, 1, 31));
  EXPECT_THAT(posts_->EndPost(Admin(), end), HasReason("EFFECTIVE_DATE_BEFORE_INTERVAL"));
  *end.mutable_valid_to() = rpc::ToProto(absl::CivilDay(2026, 8, 1));
  EXPECT_OK(posts_->EndPost(Admin(), end));
  EXPECT_THAT(posts_->EndPost(Admin(), end), HasReason("POST_ENDED"));
  ASSERT_OK_AND_ASSIGN(held, posts_->ListPosts(Admin(), list));
  EXPECT_EQ(held.posts_size(), 0);
  *list.mutable_as_of() = rpc::ToProto(absl::CivilDay(2026, 7, 31));
  ASSERT_OK_AND_ASSIGN(held, posts_->ListPosts(Admin(), list));
  EXPECT_EQ(held.posts_size(), 1);
  v1::ListMemberPostsRequest mine;
  mine.set_parent(member.name());
  ASSERT_OK_AND_ASSIGN(const auto all, posts_->ListMemberPosts(Admin(), mine));
  EXPECT_EQ(all.posts_size(), 2);
}

TEST_F(MembershipServiceTest, ForeignSecretaryIsRefusedEverywhere) {
  FoundCounty();
  const v1::Member member = Join(branches_[3].name(), 1);
  v1::AppointPostRequest appoint;
  appoint.set_parent(member.name());
  appoint.set_code(v1::POST_CODE_SECRETARY);
  ASSERT_OK_AND_ASSIGN(const v1::Post post, posts_->AppointPost(Admin(), appoint));
  ASSERT_OK_AND_ASSIGN(const auto roster, Upload("a.csv", Header() + Line(9, branches_[3])));
  const std::string foreign = branches_[3].name();
  const rpc::Outgoing as = server_->As("organization_department",
                                       *base::ParseName(branches_[0].name(), "organizations"));
  const auto denied = [](const auto& result) {
    EXPECT_THAT(result, StatusIs(absl::StatusCode::kPermissionDenied));
  };
  v1::CreateOrganizationRequest found;
  found.set_parent(foreign);
  found.mutable_organization()->set_kind(v1::ORGANIZATION_KIND_GROUP);
  found.mutable_organization()->set_title("小组");
  denied(organizations_->CreateOrganization(as, found));
  v1::MoveOrganizationRequest move;
  move.set_name(branches_[0].name());
  move.set_new_parent(towns_[1].name());
  denied(organizations_->MoveOrganization(as, move));
  v1::CreateMemberRequest create;
  create.set_parent(foreign);
  *create.mutable_member() = Someone(5);
  denied(members_->CreateMember(as, create));
  v1::GetMemberRequest get;
  get.set_name(member.name());
  denied(members_->GetMember(as, get));
  v1::ListMembersRequest list;
  list.set_parent(county_.name());
  denied(members_->ListMembers(as, list));
  v1::UpdateMemberRequest update;
  update.mutable_member()->set_name(member.name());
  update.mutable_update_mask()->add_paths("occupation");
  denied(members_->UpdateMember(as, update));
  v1::MoveMemberRequest move_member;
  move_member.set_name(member.name());
  move_member.set_organization(branches_[0].name());
  denied(members_->MoveMember(as, move_member));
  v1::ChangeMemberStandingRequest standing;
  standing.set_name(member.name());
  standing.set_standing(v1::MEMBER_STANDING_LEFT);
  denied(members_->ChangeMemberStanding(as, standing));
  v1::ChangeMemberCategoryRequest category;
  category.set_name(member.name());
  category.set_category(v1::MEMBER_CATEGORY_PROBATIONARY);
  denied(members_->ChangeMemberCategory(as, category));
  v1::ListMemberIntervalsRequest intervals;
  intervals.set_parent(member.name());
  denied(members_->ListMemberIntervals(as, intervals));
  denied(posts_->AppointPost(as, appoint));
  v1::EndPostRequest end;
  end.set_name(post.name());
  denied(posts_->EndPost(as, end));
  v1::ListMemberPostsRequest member_posts;
  member_posts.set_parent(member.name());
  denied(posts_->ListMemberPosts(as, member_posts));
  v1::GetRosterImportRequest get_import;
  get_import.set_name(roster.name());
  denied(imports_->GetRosterImport(as, get_import));
  v1::UploadRosterChunkRequest chunk;
  chunk.set_name(roster.name());
  chunk.set_content("x");
  denied(imports_->UploadRosterChunk(as, chunk));
  v1::CommitRosterImportRequest commit;
  commit.set_name(roster.name());
  denied(imports_->CommitRosterImport(as, commit));
  v1::DownloadRosterErrorsRequest errors;
  errors.set_name(roster.name());
  denied(imports_->DownloadRosterErrors(as, errors));
}

TEST_F(MembershipServiceTest, AMemberOfOthersIsRefusedLikeOneThatIsNotThere) {
  FoundCounty();
  const v1::Member foreign = Join(branches_[3].name(), 1);
  const rpc::Outgoing town = server_->As("organization_department",
                                         *base::ParseName(towns_[0].name(), "organizations"), 8);
  const auto same = [&](auto&& ask) {
    const absl::Status absent = ask("members/99");
    EXPECT_THAT(absent, HasReason("SCOPE_DENIED"));
    EXPECT_EQ(ask(foreign.name()), absent);
  };
  same([&](const std::string& name) {
    v1::MoveMemberRequest request;
    request.set_name(name);
    request.set_organization(branches_[0].name());
    return members_->MoveMember(town, request).status();
  });
  same([&](const std::string& name) {
    v1::AppointPostRequest request;
    request.set_parent(name);
    request.set_organization(branches_[0].name());
    request.set_code(v1::POST_CODE_SECRETARY);
    return posts_->AppointPost(town, request).status();
  });
  same([&](const std::string& name) {
    v1::GetMemberRequest request;
    request.set_name(name);
    return members_->GetMember(town, request).status();
  });
}

TEST_F(MembershipServiceTest, OrganizationsBelowAreFoundByAPartOfTheirTitles) {
  FoundCounty();
  v1::ListSubtreeOrganizationsRequest request;
  request.set_parent(county_.name());
  request.set_page_size(1);
  request.set_title_part("2村");
  std::vector<std::string> found;
  do {
    ASSERT_OK_AND_ASSIGN(const auto page,
                         organizations_->ListSubtreeOrganizations(Admin(), request));
    for (const v1::Organization& one : page.organizations()) found.push_back(one.title());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(found, (std::vector<std::string>{branches_[1].title(), branches_[3].title()}));
}

TEST_F(MembershipServiceTest, RosterGoesInAndTheSameRosterAgainChangesNothing) {
  FoundCounty();
  std::string file = Header();
  for (int n = 1; n <= 450; ++n) {
    file += Line(n, branches_[n % 4], n <= 4 ? "书记、组织委员" : "");
  }
  v1::RosterImport done = Import("名册.csv", file);
  EXPECT_EQ(done.state(), v1::ROSTER_IMPORT_STATE_SUCCEEDED);
  EXPECT_EQ(done.row_count(), 450);
  EXPECT_EQ(done.processed_count(), 450);
  EXPECT_EQ(done.created_count(), 450);
  EXPECT_EQ(Counts(county_.name()).full_members(), 450);
  v1::ListPostsRequest posts;
  posts.set_parent(branches_[1].name());
  ASSERT_OK_AND_ASSIGN(const auto held, posts_->ListPosts(Admin(), posts));
  EXPECT_EQ(held.posts_size(), 2);

  const std::string first = done.name();
  done = Import("名册.csv", file);
  EXPECT_EQ(done.unchanged_count(), 450);
  EXPECT_EQ(done.created_count() + done.updated_count() + done.failed_count(), 0);
  EXPECT_EQ(done.same_file_as(), first);
  EXPECT_EQ(Counts(county_.name()).full_members(), 450);
}

TEST_F(MembershipServiceTest, ChangedRowsUpdateAndMove) {
  FoundCounty();
  Import("a.csv", Header() + Line(1, branches_[0], "书记") + Line(2, branches_[0]) +
                      Line(3, branches_[0], "委员"));
  const absl::CivilDay later(2026, 4, 1);
  const v1::RosterImport done =
      Import("b.csv",
             Header() + Line(1, branches_[3]) + Line(2, branches_[0], "", "13911111111") +
                 Line(3, branches_[0], "书记"),
             "", later);
  EXPECT_EQ(done.updated_count(), 3) << done.ShortDebugString();
  EXPECT_EQ(Counts(branches_[3].name()).full_members(), 1);
  EXPECT_EQ(Counts(branches_[0].name()).full_members(), 2);
  v1::ListPostsRequest posts;
  posts.set_parent(branches_[0].name());
  ASSERT_OK_AND_ASSIGN(const auto held, posts_->ListPosts(Admin(), posts));
  ASSERT_EQ(held.posts_size(), 1);
  EXPECT_EQ(held.posts(0).code(), v1::POST_CODE_SECRETARY);
  EXPECT_EQ(held.posts(0).full_name(), "李梅3");
  const v1::RosterImport backwards = Import("c.csv", Header() + Line(1, branches_[0]), "", kSince);
  EXPECT_EQ(backwards.failed_count(), 1);
  ASSERT_EQ(backwards.row_errors_size(), 1);
  EXPECT_THAT(backwards.row_errors(0).message(), HasSubstr("2026-04-01"));
}

TEST_F(MembershipServiceTest, DryRunWritesNothingThenTheSameImportIsWritten) {
  FoundCounty();
  const std::string file =
      Header() + Line(1, branches_[0]) + absl::StrCat("坏行,女,110105194912310021\n");
  ASSERT_OK_AND_ASSIGN(const auto roster, Upload("a.csv", file));
  EXPECT_OK(Commit(roster.name(), true));
  EXPECT_OK(jobs_.RunOnce(kRosterImportJob));
  ASSERT_OK_AND_ASSIGN(auto done, Get(roster.name()));
  EXPECT_EQ(done.state(), v1::ROSTER_IMPORT_STATE_CHECKED);
  EXPECT_EQ(done.created_count(), 1);
  EXPECT_EQ(done.failed_count(), 1);
  EXPECT_EQ(Counts(county_.name()).full_members(), 0);
  EXPECT_OK(Commit(roster.name(), false));
  EXPECT_OK(jobs_.RunOnce(kRosterImportJob));
  ASSERT_OK_AND_ASSIGN(done, Get(roster.name()));
  EXPECT_EQ(done.state(), v1::ROSTER_IMPORT_STATE_PARTIAL);
  EXPECT_EQ(Counts(county_.name()).full_members(), 1);
  EXPECT_THAT(Commit(roster.name(), false), HasReason("ROSTER_STATE_INVALID"));
}

TEST_F(MembershipServiceTest, RowErrorsComeBackInAWorkbookThatCanBeUploadedAgain) {
  FoundCounty();
  Join(branches_[2].name(), 77);
  const auto temporary =
      Found(towns_[0].name(), v1::ORGANIZATION_KIND_TEMPORARY_BRANCH, "临时党支部");
  v1::Organization nowhere;
  nowhere.set_code("999");
  v1::Organization wrong = branches_[0];
  wrong.set_title("别的支部");
  std::string file = Header() + Line(1, branches_[0]);  // 2: good
  file += Line(1, branches_[0]);                        // 3: twice in the file
  file += Line(2, nowhere);                             // 4: no such branch
  file += Line(3, wrong);                               // 5: name and code differ
  file += Line(4, branches_[2]);                        // 6: outside the town
  file += Line(77, branches_[0]);                       // 7: member elsewhere
  file += Line(5, temporary);                           // 8: temporary branch
  file += Line(6, branches_[0], "总经理", "123");       // 9: two problems
  file += Line(7, branches_[0], "党小组长");            // 10: no such post in a branch
  const v1::RosterImport done = Import("名册.csv", file, towns_[0].name());
  EXPECT_EQ(done.state(), v1::ROSTER_IMPORT_STATE_PARTIAL);
  EXPECT_EQ(done.created_count(), 1);
  EXPECT_EQ(done.failed_count(), 8);
  std::vector<std::string> errors;
  for (const auto& error : done.row_errors()) {
    errors.push_back(absl::StrCat(error.row(), " ", error.column()));
    EXPECT_THAT(error.message(), ::testing::Not(HasSubstr("110105")));
  }
  EXPECT_THAT(errors, ElementsAre("3 公民身份号码", "4 所在党支部编码", "5 所在党支部",
                                  "6 所在党支部编码", "7 公民身份号码", "8 所在党支部",
                                  "9 党内职务", "9 手机号码", "10 党内职务"));
  v1::DownloadRosterErrorsRequest request;
  request.set_name(done.name());
  ASSERT_OK_AND_ASSIGN(const auto workbook, imports_->DownloadRosterErrors(Admin(), request));
  EXPECT_EQ(workbook.file_name(), "名册-错误行.xlsx");
  EXPECT_EQ(workbook.next_offset(), 0);
  ASSERT_OK_AND_ASSIGN(const Table table, ReadXlsx(workbook.content()));
  ASSERT_EQ(table.rows.size(), 9u);
  EXPECT_EQ(table.rows[0].cells.back().text, "错误原因");
  EXPECT_EQ(table.rows[1].cells[2].text, Identity(1));
  EXPECT_THAT(table.rows[1].cells.back().text, HasSubstr("第2行"));
  const v1::RosterImport again = Import("改.xlsx", workbook.content());
  EXPECT_EQ(again.row_count(), 8);
  EXPECT_EQ(again.unchanged_count(), 1) << again.ShortDebugString();
}

TEST_F(MembershipServiceTest, ConversionAfterTheDayGivesTwoIntervals) {
  FoundCounty();
  const std::string line = absl::StrCat("李梅,女,", Identity(1), ",汉,本科,正式党员,",
                                        branches_[0].code(), ",,,2025-03-01,2026-03-01,\n");
  Import("a.csv", Header() + line);
  v1::SearchMembersRequest search;
  search.set_parent(county_.name());
  search.set_identity_number(Identity(1));
  ASSERT_OK_AND_ASSIGN(const auto found, members_->SearchMembers(Admin(), search));
  v1::ListMemberIntervalsRequest list;
  list.set_parent(found.members(0).name());
  ASSERT_OK_AND_ASSIGN(const auto intervals, members_->ListMemberIntervals(Admin(), list));
  ASSERT_EQ(intervals.intervals_size(), 2);
  EXPECT_EQ(intervals.intervals(0).category(), v1::MEMBER_CATEGORY_FULL);
  EXPECT_EQ(intervals.intervals(1).category(), v1::MEMBER_CATEGORY_PROBATIONARY);
  EXPECT_EQ(intervals.intervals(1).valid_to().month(), 3);
  EXPECT_EQ(Counts(county_.name()).full_members(), 1);
  EXPECT_EQ(Counts(county_.name()).probationary_members(), 0);
}

TEST_F(MembershipServiceTest, AnInterruptedImportGoesOnWhereItStopped) {
  FoundCounty();
  std::string file = Header();
  for (int n = 1; n <= 3 * kRosterChunkRows + 7; ++n) file += Line(n, branches_[n % 4]);
  ASSERT_OK_AND_ASSIGN(const auto roster, Upload("a.csv", file));
  EXPECT_OK(Commit(roster.name()));
  const sql::Command lease("test.lease",
                           "INSERT INTO job_lease (name, owner, held_until, token) VALUES "
                           "(?, 'killed', '2999-01-01 00:00:00', 1)");
  ASSERT_OK(database_->Transact(absl::Now() + absl::Seconds(9), [&](sql::Session& session) {
    return session.Execute(lease, kRosterImportJob).status();
  }));
  std::stop_source stop;
  int chunks = 0;
  after_chunk_ = [&] {
    if (++chunks == 2) stop.request_stop();
  };
  job::JobContext context(*database_, base::Clock::Real(), kRosterImportJob, "killed", 1,
                          stop.get_token());
  EXPECT_OK(importer_.Run(context));
  ASSERT_OK_AND_ASSIGN(auto half, Get(roster.name()));
  EXPECT_EQ(half.state(), v1::ROSTER_IMPORT_STATE_RUNNING);
  EXPECT_EQ(half.processed_count(), 2 * kRosterChunkRows);
  EXPECT_EQ(Counts(county_.name()).full_members(), 2 * kRosterChunkRows);

  const sql::Command take("test.take_lease", "UPDATE job_lease SET owner = ?, token = ?");
  ASSERT_OK(database_->Transact(absl::Now() + absl::Seconds(9), [&](sql::Session& session) {
    return session.Execute(take, "next", int64_t{2}).status();
  }));
  after_chunk_ = [] {};
  job::JobContext stale(*database_, base::Clock::Real(), kRosterImportJob, "killed", 1, {});
  EXPECT_THAT(importer_.Run(stale), HasReason("LEASE_LOST"));
  job::JobContext next(*database_, base::Clock::Real(), kRosterImportJob, "next", 2, {});
  EXPECT_OK(importer_.Run(next));
  ASSERT_OK_AND_ASSIGN(const auto done, Get(roster.name()));
  EXPECT_EQ(done.state(), v1::ROSTER_IMPORT_STATE_SUCCEEDED);
  EXPECT_EQ(done.created_count(), 3 * kRosterChunkRows + 7);
  EXPECT_EQ(Counts(county_.name()).full_members(), 3 * kRosterChunkRows + 7);
}

TEST_F(MembershipServiceTest, RostersOfPlacesApartGoInSideBySideAndThoseOfOnePlaceInTurn) {
  FoundCounty();
  std::mutex mutex;
  std::condition_variable more;
  int inside = 0, most = 0;
  after_chunk_ = [&] {
    std::unique_lock lock(mutex);
    most = std::max(most, ++inside);
    more.notify_all();
    more.wait_for(lock, std::chrono::seconds(10), [&] { return most == 2; });
    --inside;
  };
  const auto commit = [&](const std::string& file, const std::string& parent) {
    auto roster = Upload("a.csv", file, parent);
    EXPECT_THAT(roster, IsOk());
    EXPECT_THAT(Commit(roster->name()), IsOk());
    return roster->name();
  };
  const std::string first = commit(Header() + Line(1, branches_[0]), towns_[0].name());
  const std::string later =
      commit(Header() + Line(1, branches_[0], "", "13911111111"), towns_[0].name());
  const std::string apart = commit(Header() + Line(2, branches_[2]), towns_[1].name());
  const std::string above = commit(Header() + Line(2, branches_[2]), county_.name());
  EXPECT_OK(jobs_.RunOnce(kRosterImportJob));
  after_chunk_ = [] {};
  EXPECT_EQ(most, 2);
  EXPECT_EQ(Get(first)->created_count(), 1);
  EXPECT_EQ(Get(later)->updated_count(), 1);
  EXPECT_EQ(Get(apart)->created_count(), 1);
  EXPECT_EQ(Get(above)->unchanged_count(), 1);
}

TEST_F(MembershipServiceTest, FilesThatAreNoRosterAreRefusedAsAWhole) {
  FoundCounty();
  EXPECT_THAT(Upload("a.xlsm", "x"), HasReason("ROSTER_FORMAT_UNSUPPORTED"));
  const auto refused = [&](const std::string& name, const std::string& bytes) {
    const v1::RosterImport done = Import(name, bytes);
    EXPECT_EQ(done.state(), v1::ROSTER_IMPORT_STATE_FAILED);
    EXPECT_NE(done.failure_message(), "");
    return done.failure_reason();
  };
  EXPECT_EQ(refused("a.xlsx", "PK\x03\x04 cut short"), "ROSTER_FILE_DAMAGED");
  EXPECT_EQ(refused("a.csv", "姓名,=1+1\n"), "ROSTER_HAS_FORMULA");
  EXPECT_EQ(refused("a.csv", "姓名,性别\n王,男\n"), "ROSTER_HEADER_MISSING");
  EXPECT_EQ(refused("a.csv", "\xFF\xFE"), "ROSTER_ENCODING_UNKNOWN");
  EXPECT_EQ(refused("a.csv", Header() + "坏,行\n"), "ROSTER_ALL_ROWS_FAILED");
  EXPECT_EQ(Counts(county_.name()).full_members(), 0);
}

TEST_F(MembershipServiceTest, UploadsMustBeCompleteInOrderAndTrue) {
  FoundCounty();
  v1::CreateRosterImportRequest create;
  create.set_parent(county_.name());
  create.set_file_name("a.csv");
  create.set_size(6);
  create.set_sha256(std::string(64, '0'));
  ASSERT_OK_AND_ASSIGN(const auto roster, imports_->CreateRosterImport(Admin(), create));
  v1::UploadRosterChunkRequest chunk;
  chunk.set_name(roster.name());
  chunk.set_offset(3);
  chunk.set_content("abc");
  EXPECT_THAT(imports_->UploadRosterChunk(Admin(), chunk), HasReason("ROSTER_OFFSET_MISMATCH"));
  chunk.set_offset(0);
  EXPECT_OK(imports_->UploadRosterChunk(Admin(), chunk));
  EXPECT_OK(imports_->UploadRosterChunk(Admin(), chunk));
  EXPECT_THAT(Commit(roster.name()), HasReason("ROSTER_INCOMPLETE"));
  chunk.set_offset(3);
  chunk.set_content("abcd");
  EXPECT_THAT(imports_->UploadRosterChunk(Admin(), chunk), HasReason("ROSTER_FILE_TOO_LARGE"));
  chunk.set_content("def");
  EXPECT_OK(imports_->UploadRosterChunk(Admin(), chunk));
  EXPECT_THAT(Commit(roster.name()), HasReason("ROSTER_DIGEST_MISMATCH"));
  create.set_size(kMaxRosterBytes + 1);
  EXPECT_THAT(imports_->CreateRosterImport(Admin(), create), HasReason("ROSTER_FILE_TOO_LARGE"));
}

TEST_F(MembershipServiceTest, TheTemplateOffersTheBranches) {
  FoundCounty();
  v1::DownloadRosterTemplateRequest request;
  request.set_parent(towns_[0].name());
  ASSERT_OK_AND_ASSIGN(const auto file, imports_->DownloadRosterTemplate(Admin(), request));
  EXPECT_EQ(file.content_type(), kXlsxType);
  ASSERT_OK_AND_ASSIGN(const Table table, ReadXlsx(file.content()));
  EXPECT_OK(RosterLayout::FromHeader(table.rows[0].cells));
}

TEST_F(MembershipServiceTest, PurgedFilesAreGone) {
  FoundCounty();
  const v1::RosterImport done = Import("a.csv", Header() + Line(1, branches_[0]) + "坏,行\n");
  base::ManualClock clock(absl::Now() + kRosterKept + absl::Hours(1));
  job::JobRunner later(*database_, clock, "later");
  AddRosterJobs(later, importer_);
  EXPECT_OK(later.RunOnce(kRosterPurgeJob));
  v1::DownloadRosterErrorsRequest request;
  request.set_name(done.name());
  EXPECT_THAT(imports_->DownloadRosterErrors(Admin(), request), HasReason("ROSTER_FILE_EXPIRED"));
}

}  // namespace
}  // namespace ronghe::membership

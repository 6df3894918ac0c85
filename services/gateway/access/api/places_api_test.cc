#include "services/gateway/access/api/places_api.h"

#include <string>
#include <vector>

#include "common/org/scope_testing.h"
#include "common/testing/matchers.h"
#include "common/testing/test_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ronghe::gateway::access {
namespace {

namespace pb = ::ronghe::access::v1;
using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::ronghe::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Two counties without anything above them: 10 with the town 20 and its branches 21, 22 and 23,
// the last one revoked; 11 with the branch 31.
class PlacesApiTest : public ::testing::Test {
 protected:
  PlacesApiTest() {
    Add(10, 0, "621", "甲县委员会", "3301");
    Add(20, 10, "611", "东镇委员会", "330101");
    Add(21, 20, "631", "东镇第一支部", "33010101");
    Add(22, 20, "632", "东镇联合支部", "33010102");
    Add(23, 20, "631", "东镇旧支部", "33010103", absl::CivilDay(2020, 1, 1));
    Add(11, 0, "621", "乙县委员会", "3302");
    Add(31, 11, "631", "乙县第一支部", "330201");
    tree_.SetCount(21, 5, 1);
    tree_.SetCount(22, 3, 0);
    tree_.SetCount(31, 7, 2);
  }

  void Add(int64_t id, int64_t parent, const std::string& kind, const std::string& name,
           const std::string& code, std::optional<absl::CivilDay> revoked_on = std::nullopt) {
    org::OrgNode node{.id = id, .parent = parent, .kind = kind, .name = name, .code = code};
    node.revoked_on = revoked_on;
    EXPECT_OK(tree_.Upsert(node));
  }

  rpc::Outgoing Security(int64_t organization) {
    return server_.As("security_administrator", organization);
  }

  absl::StatusOr<pb::Place> Get(const rpc::Outgoing& as, const std::string& name) {
    pb::GetPlaceRequest request;
    request.set_name(name);
    return client_.GetPlace(as, request);
  }

  absl::StatusOr<pb::ListPlacesResponse> List(const rpc::Outgoing& as, const std::string& parent,
                                              const std::string& text = "", int32_t page_size = 0,
                                              const std::string& page_token = "") {
    pb::ListPlacesRequest request;
    request.set_parent(parent);
    request.set_text(text);
    request.set_page_size(page_size);
    request.set_page_token(page_token);
    return client_.ListPlaces(as, request);
  }

  static std::vector<std::string> Titles(const pb::ListPlacesResponse& response) {
    std::vector<std::string> titles;
    for (const pb::Place& place : response.places()) titles.push_back(place.title());
    return titles;
  }

  static ::ronghe::testing::TestServer::Options Options(auth::OrgScope& scope) {
    ::ronghe::testing::TestServer::Options options;
    options.scope = &scope;
    return options;
  }

  org::OrgTree tree_;
  org::TreeScope scope_{tree_};
  rpc::PageTokens page_tokens_{"0123456789abcdef0123456789abcdef"};
  PlacesApi api_{tree_, page_tokens_};
  ::ronghe::testing::TestServer server_{{pb::PlaceServiceTable(api_)}, Options(scope_)};
  pb::PlaceServiceClient client_{server_.channel()};
};

TEST_F(PlacesApiTest, APlaceSaysWhatStandsThereAndAboveIt) {
  ASSERT_OK_AND_ASSIGN(const pb::Place town, Get(Security(10), "organizations/20"));
  EXPECT_EQ(town.title(), "东镇委员会");
  EXPECT_EQ(town.code(), "330101");
  ASSERT_EQ(town.above_size(), 1);
  EXPECT_EQ(town.above(0).name(), "organizations/10");
  EXPECT_EQ(town.above(0).title(), "甲县委员会");
  EXPECT_EQ(town.organizations(), 3);
  EXPECT_EQ(town.branches(), 2);
  EXPECT_EQ(town.members(), 9);

  ASSERT_OK_AND_ASSIGN(const pb::Place all, Get(Security(0), "organizations/-"));
  EXPECT_EQ(all.title(), "");
  EXPECT_EQ(all.organizations(), 6);
  EXPECT_EQ(all.members(), 18);
}

TEST_F(PlacesApiTest, PlacesAreFoundByAPartOfTheTitleOrTheStartOfTheCode) {
  ASSERT_OK_AND_ASSIGN(const auto by_title, List(Security(0), "organizations/-", "第一支部"));
  EXPECT_THAT(Titles(by_title), ElementsAre("东镇第一支部", "乙县第一支部"));
  ASSERT_OK_AND_ASSIGN(const auto by_code, List(Security(0), "organizations/-", "330101"));
  EXPECT_THAT(Titles(by_code), ElementsAre("东镇委员会", "东镇第一支部", "东镇联合支部"));
  ASSERT_OK_AND_ASSIGN(const auto below, List(Security(0), "organizations/11", "第一"));
  EXPECT_THAT(Titles(below), ElementsAre("乙县第一支部"));
  ASSERT_OK_AND_ASSIGN(const auto none, List(Security(0), "organizations/-", "旧支部"));
  EXPECT_THAT(none.places(), IsEmpty());
}

TEST_F(PlacesApiTest, PagesGoOnAcrossTreesWhereTheLastOneEnded) {
  std::vector<std::string> all;
  std::string token;
  do {
    ASSERT_OK_AND_ASSIGN(const auto page, List(Security(0), "organizations/-", "", 2, token));
    EXPECT_LE(page.places_size(), 2);
    for (const std::string& title : Titles(page)) all.push_back(title);
    token = page.next_page_token();
  } while (!token.empty());
  EXPECT_THAT(all, ElementsAre("甲县委员会", "东镇委员会", "东镇第一支部", "东镇联合支部",
                               "乙县委员会", "乙县第一支部"));
}

TEST_F(PlacesApiTest, NobodySeesPlacesOutsideTheirOwn) {
  EXPECT_THAT(List(Security(20), "organizations/20"), IsOk());
  for (const char* const foreign : {"organizations/10", "organizations/11", "organizations/-"}) {
    EXPECT_THAT(List(Security(20), foreign), StatusIs(absl::StatusCode::kPermissionDenied));
    EXPECT_THAT(Get(Security(20), foreign), StatusIs(absl::StatusCode::kPermissionDenied));
  }
  EXPECT_THAT(Get(server_.As("branch_secretary", 20), "organizations/20"),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_F(PlacesApiTest, WhatIsNoPlaceIsRefused) {
  EXPECT_THAT(Get(Security(0), "organizations/999"), HasReason("ORGANIZATION_UNKNOWN"));
  EXPECT_THAT(Get(Security(0), "accounts/1"), StatusIs(absl::StatusCode::kInvalidArgument));
  ASSERT_OK_AND_ASSIGN(const auto page, List(Security(0), "organizations/-", "", 2));
  EXPECT_THAT(List(Security(0), "organizations/10", "", 2, page.next_page_token()),
              HasReason("PAGE_TOKEN_INVALID"));
}

}  // namespace
}  // namespace ronghe::gateway::access

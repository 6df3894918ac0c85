#include "services/gateway/access/api/roles_api.h"

#include <map>
#include <string>

#include "common/testing/matchers.h"
#include "common/testing/test_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ronghe::gateway::access {
namespace {

namespace pb = ::ronghe::access::v1;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

class RolesApiTest : public ::testing::Test {
 protected:
  std::map<std::string, pb::Role> Roles() {
    const auto response = client_.ListRoles(server_.As("member", 7), {});
    EXPECT_THAT(response, ::ronghe::testing::IsOk());
    std::map<std::string, pb::Role> roles;
    for (const pb::Role& role : response->roles()) roles[role.name()] = role;
    return roles;
  }

  RolesApi api_{auth::RoleTable::Builtin()};
  ::ronghe::testing::TestServer server_{{pb::RoleServiceTable(api_)}};
  pb::RoleServiceClient client_{server_.channel()};
};

TEST_F(RolesApiTest, EverybodyWhoIsSignedInSeesEveryRole) {
  const auto roles = Roles();
  EXPECT_EQ(roles.size(), auth::RoleTable::Builtin().names().size());
  for (const auto& [name, role] : roles) {
    EXPECT_NE(role.title(), "") << name;
    EXPECT_NE(role.kind(), pb::Role::KIND_UNSPECIFIED) << name;
    EXPECT_THAT(role.permissions(), Not(IsEmpty())) << name;
  }
  EXPECT_THAT(client_.ListRoles(server_.AsNobody(), {}),
              ::ronghe::testing::StatusIs(absl::StatusCode::kUnauthenticated));
}

TEST_F(RolesApiTest, ARoleSaysWhatItTakesToGetIt) {
  auto roles = Roles();
  const pb::Role& security = roles["security_administrator"];
  EXPECT_EQ(security.kind(), pb::Role::KIND_SECURITY_ADMINISTRATOR);
  EXPECT_THAT(security.may_grant(), Contains("branch_secretary"));
  EXPECT_TRUE(security.needs_second_factor());
  EXPECT_TRUE(security.decides_approvals());
  EXPECT_FALSE(security.delegable());

  const pb::Role& secretary = roles["branch_secretary"];
  EXPECT_EQ(secretary.kind(), pb::Role::KIND_BUSINESS);
  EXPECT_EQ(secretary.title(), "支部书记");
  EXPECT_TRUE(secretary.delegable());
  EXPECT_FALSE(secretary.decides_approvals());
  EXPECT_THAT(secretary.may_grant(), IsEmpty());
  EXPECT_THAT(secretary.permissions(), Contains("membership.member.read"));

  EXPECT_TRUE(roles["unmasker"].needs_approval());
  EXPECT_EQ(roles["department_client"].kind(), pb::Role::KIND_CLIENT);
  EXPECT_EQ(roles["service_meeting"].kind(), pb::Role::KIND_SERVICE);
}

}  // namespace
}  // namespace ronghe::gateway::access

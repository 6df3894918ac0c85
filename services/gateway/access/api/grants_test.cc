// Who may give which role to whom, and what may nobody hold together?
#include <thread>

#include "common/approval/api.h"
#include "common/auth/roles.pb.h"
#include "services/gateway/access/testing/grants_fixture.h"

namespace ronghe::gateway::access {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::ronghe::testing::StatusIs;

class GrantsTest : public GrantsFixture {
 protected:
  GrantsTest()
      : approvals_(writer_, page_tokens_),
        approval_server_({approval::v1::ApprovalServiceTable(approvals_)}, Options()),
        approvals_client_(approval_server_.channel()) {}

  absl::Status Approve(const std::string& name, int64_t account) {
    approval::v1::ApproveRequestRequest request;
    request.set_name(name);
    return approvals_client_
        .ApproveRequest(approval_server_.As("security_administrator", 0, account), request)
        .status();
  }

  approval::ApprovalApi approvals_;
  ::ronghe::testing::TestServer approval_server_;
  approval::v1::ApprovalServiceClient approvals_client_;
};

TEST_F(GrantsTest, NobodyGrantsOutsideTheirSubtree) {
  const int64_t account = NewAccount();
  const rpc::Outgoing town = Security(20);
  EXPECT_THAT(Grant(town, account, "leader", 20), IsOk());
  EXPECT_THAT(Grant(town, account, "branch_secretary", 21), IsOk());
  for (const int64_t outside : {int64_t{10}, int64_t{30}, int64_t{31}, int64_t{0}}) {
    EXPECT_THAT(Grant(town, account, "leader", outside), HasReason("SCOPE_DENIED")) << outside;
  }
  // An organization that is nobody's is refused like one of somebody else.
  EXPECT_THAT(Grant(town, account, "leader", 77), HasReason("SCOPE_DENIED"));
  EXPECT_THAT(Grant(Security(), account, "leader", 77), HasReason("ORGANIZATION_UNKNOWN"));
  // And so is a holder.
  EXPECT_THAT(Grant(Security(), 404, "leader", 20), HasReason("NOT_FOUND"));
  EXPECT_THAT(Grant(town, 404, "leader", 20), HasReason("NOT_FOUND"));
  EXPECT_THAT(Grant(town, NewAccount(std::nullopt, 31), "leader", 20), HasReason("NOT_FOUND"));
  EXPECT_THAT(Grant(town, NewAccount(std::nullopt, 0), "leader", 20), HasReason("NOT_FOUND"));
  EXPECT_THAT(grants_.CreateGrant(
                  town, Request(base::Name("clients", NewClient()), "department_client", 20)),
              HasReason("NOT_FOUND"));
}

TEST_F(GrantsTest, OnlyARoleThatMayGrantGrants) {
  const int64_t account = NewAccount();
  // None of the roles but the security administrator's grants anything.
  for (const std::string& role : auth::RoleTable::Builtin().names()) {
    if (role == "security_administrator") continue;
    EXPECT_THAT(Grant(server_.As(role, 0, 5), account, "member", 21),
                StatusIs(absl::StatusCode::kPermissionDenied))
        << role;
  }
  // Nor does one whose time is over.
  auth::Principal late{.kind = auth::Principal::Kind::kPerson, .subject = "accounts/5"};
  late.grants = {{"security_administrator", 0, "", clock_.Now()}};
  EXPECT_THAT(Grant(server_.As(late), account, "member", 21),
              StatusIs(absl::StatusCode::kPermissionDenied));
  // Nor one that was only delegated, should a table ever allow that.
  late.grants = {{"security_administrator", 0, "accounts/9", absl::InfiniteFuture()}};
  EXPECT_THAT(Grant(server_.As(late), account, "member", 21), HasReason("ROLE_NOT_GRANTABLE"));
}

TEST_F(GrantsTest, ARoleOutsideMayGrantIsRefusedEvenWithThePermission) {
  auth::v1::Roles roles;
  for (const char* name : {"chief", "clerk", "visitor"}) {
    auth::v1::Role& role = *roles.add_roles();
    role.set_name(name);
    role.set_kind(auth::v1::BUSINESS);
    role.add_permissions("access.grant.*");
  }
  roles.mutable_roles(0)->add_may_grant("clerk");
  const auth::RoleTable table = auth::RoleTable::FromProto(roles).value();
  GrantsApi api(writer_, table, county_, policy_, page_tokens_, nullptr);
  ::ronghe::testing::TestServer::Options options = Options();
  options.roles = &table;
  const ::ronghe::testing::TestServer server({v1::GrantServiceTable(api)}, options);
  v1::GrantServiceClient grants(server.channel());
  const std::string account = base::Name("accounts", NewAccount());
  const rpc::Outgoing chief = server.As("chief", 20, 5);
  EXPECT_THAT(grants.CreateGrant(chief, Request(account, "clerk", 21)), IsOk());
  EXPECT_THAT(grants.CreateGrant(chief, Request(account, "visitor", 21)),
              HasReason("ROLE_NOT_GRANTABLE"));
  EXPECT_THAT(grants.CreateGrant(chief, Request(account, "chief", 21)),
              HasReason("ROLE_NOT_GRANTABLE"));
  // The role must be held where it is granted: a chief of 30 who is a clerk of 20 grants nothing
  // in 20.
  auth::Principal both{.kind = auth::Principal::Kind::kPerson, .subject = "accounts/6"};
  both.grants = {{"chief", 30}, {"clerk", 20}};
  EXPECT_THAT(grants.CreateGrant(server.As(both), Request(account, "clerk", 21)),
              HasReason("ROLE_NOT_GRANTABLE"));
}

TEST_F(GrantsTest, NobodyGrantsToThemselves) {
  EXPECT_THAT(Grant(Security(), 1, "leader", 10), HasReason("SELF_GRANT"));
  EXPECT_THAT(Grant(Security(), 1, "security_administrator", 0), HasReason("SELF_GRANT"));
  // Nor to an account of the same person.
  const int64_t mine = NewAccount(700);
  auth::Principal me{.kind = auth::Principal::Kind::kPerson, .subject = "accounts/1"};
  me.grants = {{"security_administrator", 0}};
  me.member_id = 700;
  EXPECT_THAT(Grant(server_.As(me), mine, "leader", 10), HasReason("SELF_GRANT"));
}

TEST_F(GrantsTest, RolesFitTheirHolders) {
  const int64_t account = NewAccount();
  const std::string client = base::Name("clients", NewClient());
  EXPECT_THAT(Grant(Security(), account, "department_client", 10), HasReason("ROLE_INVALID"));
  EXPECT_THAT(grants_.CreateGrant(Security(), Request(client, "department_client", 10)), IsOk());
  for (const std::string& role : auth::RoleTable::Builtin().names()) {
    const auth::RoleKind kind = auth::RoleTable::Builtin().Find(role)->kind;
    if (kind != auth::RoleKind::kClient) {
      EXPECT_THAT(grants_.CreateGrant(Security(), Request(client, role, 10)),
                  HasReason("ROLE_INVALID"))
          << role;
    }
    if (kind == auth::RoleKind::kService) {
      EXPECT_THAT(Grant(Security(), account, role, 0), HasReason("ROLE_INVALID")) << role;
    }
  }
  EXPECT_THAT(Grant(Security(), account, "no_such_role", 10), HasReason("ROLE_INVALID"));
  EXPECT_THAT(grants_.CreateGrant(Security(), Request("clients/404", "department_client", 10)),
              HasReason("NOT_FOUND"));
  // A client grants nothing, whatever it was given.
  auth::Principal program{.kind = auth::Principal::Kind::kClient, .subject = client};
  program.grants = {{"department_client", 0}};
  EXPECT_THAT(Grant(server_.As(program), account, "member", 21),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_F(GrantsTest, AdministratorsExcludeEachOtherAndBusiness) {
  const char* const duties[] = {"system_administrator", "security_administrator",
                                "audit_administrator", "branch_secretary"};
  for (const char* held : duties) {
    for (const char* asked : duties) {
      const int64_t account = NewAccount();
      ASSERT_THAT(Grant(Security(), account, held, 20), IsOk());
      const auto second = Grant(Security(), account, asked, 30);
      if (std::string_view(held) == asked) {
        EXPECT_THAT(second, IsOk());
        continue;
      }
      EXPECT_THAT(second, HasReason("ROLE_EXCLUSION")) << held << " " << asked;
      EXPECT_EQ(error::MetadataValue(second.status(), "held"), held);
      EXPECT_EQ(error::MetadataValue(second.status(), "asked"), asked);
      EXPECT_EQ(InForce(account).size(), 1u);
    }
  }
}

TEST_F(GrantsTest, ExclusionCountsByTheTimeNotByTheMomentOfAsking) {
  const int64_t account = NewAccount();
  const int64_t now = absl::ToUnixSeconds(clock_.Now());
  const auto grant = [&](const char* role, int64_t from, int64_t to) {
    v1::CreateGrantRequest request = Request(base::Name("accounts", account), role, 10);
    request.mutable_grant()->mutable_start_time()->set_seconds(now + from);
    if (to != 0) request.mutable_grant()->mutable_end_time()->set_seconds(now + to);
    return grants_.CreateGrant(Security(), request);
  };
  ASSERT_THAT(grant("leader", 0, 1000), IsOk());
  EXPECT_THAT(grant("audit_administrator", 500, 2000), HasReason("ROLE_EXCLUSION"));
  const auto later = grant("audit_administrator", 1000, 2000);
  ASSERT_THAT(later, IsOk());
  EXPECT_THAT(grant("leader", 1500, 0), HasReason("ROLE_EXCLUSION"));
  ASSERT_THAT(Revoke(Security(), later->name()), IsOk());
  EXPECT_THAT(grant("leader", 1500, 0), IsOk());
}

// Of many that ask for excluded roles at one time, one kind wins, whichever it is.
TEST_F(GrantsTest, ExclusionHoldsInARace) {
  const std::vector<std::string> roles = {"system_administrator", "security_administrator",
                                          "audit_administrator", "party_worker"};
  for (int round = 0; round < 5; ++round) {
    const int64_t account = NewAccount();
    std::vector<std::thread> threads;
    std::atomic<int> won = 0, excluded = 0;
    for (size_t i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        const absl::Status status = Grant(Security(), account, roles[i % 4], 10).status();
        if (status.ok()) won.fetch_add(1);
        if (error::Reason(status) == "ROLE_EXCLUSION") excluded.fetch_add(1);
      });
    }
    for (std::thread& thread : threads) thread.join();
    // Two ask for each role: both of the winner's kind are given it.
    EXPECT_EQ(won.load(), 2);
    EXPECT_EQ(excluded.load(), 6);
    const auto held = InForce(account);
    ASSERT_EQ(held.size(), 2u);
    EXPECT_EQ(held[0].role, held[1].role);
  }
}

TEST_F(GrantsTest, UnmaskingTakesASecondPerson) {
  const int64_t account = NewAccount();
  const auto asked = Grant(Security(), account, "unmasker", 20);
  ASSERT_THAT(asked, HasReason("APPROVAL_REQUIRED"));
  EXPECT_TRUE(InForce(account).empty());
  const std::string approval = error::MetadataValue(asked.status(), "approval");
  EXPECT_FALSE(Approve(approval, 1).ok());
  EXPECT_THAT(Grant(Security(), account, "unmasker", 20), HasReason("APPROVAL_REQUIRED"));
  ASSERT_OK(Approve(approval, 2));
  // What was approved is this grant, by this person, and once.
  EXPECT_THAT(Grant(Security(), account, "unmasker", 10), HasReason("APPROVAL_REQUIRED"));
  EXPECT_THAT(Grant(server_.As("security_administrator", 0, 3), account, "unmasker", 20),
              HasReason("APPROVAL_REQUIRED"));
  EXPECT_THAT(Grant(Security(), account, "unmasker", 20), IsOk());
  EXPECT_EQ(InForce(account).size(), 1u);
  EXPECT_THAT(Grant(Security(), account, "unmasker", 20), HasReason("APPROVAL_REQUIRED"));
}

TEST_F(GrantsTest, TheFirstDeciderIsGivenTheNextAreAgreedTo) {
  const int64_t first = NewAccount();
  EXPECT_THAT(Grant(Security(), first, "audit_administrator", 0), IsOk());
  // Without a second factor nobody can agree yet.
  EXPECT_THAT(Grant(Security(), NewAccount(), "committee_secretary", 20), IsOk());
  Change([&](sql::Session& session) {
    AccountRow row = **account_store::Load(session, first);
    row.second_factor_at = clock_.Now();
    return account_store::Update(session, &row);
  });
  const int64_t next = NewAccount();
  EXPECT_THAT(Grant(Security(), next, "committee_secretary", 20), HasReason("APPROVAL_REQUIRED"));
  EXPECT_THAT(Grant(Security(), next, "security_administrator", 0), HasReason("APPROVAL_REQUIRED"));
  EXPECT_THAT(Grant(Security(), next, "leader", 20), IsOk());
}

TEST_F(GrantsTest, GrantsHoldForTheirTime) {
  const int64_t account = NewAccount();
  v1::CreateGrantRequest request = Request(base::Name("accounts", account), "leader", 10);
  v1::Grant& grant = *request.mutable_grant();
  grant.set_basis("组发〔2026〕1号");
  grant.mutable_start_time()->set_seconds(absl::ToUnixSeconds(clock_.Now()) + 300);
  grant.mutable_end_time()->set_seconds(absl::ToUnixSeconds(clock_.Now()) + 600);
  const auto made = grants_.CreateGrant(Security(), request);
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->basis(), "组发〔2026〕1号");
  EXPECT_TRUE(InForce(account).empty());
  clock_.Advance(absl::Seconds(301));
  ASSERT_EQ(InForce(account).size(), 1u);
  // The token says itself when the grant ends.
  EXPECT_EQ(absl::ToUnixSeconds(ToGrant(InForce(account)[0]).ends), grant.end_time().seconds());
  clock_.Advance(absl::Seconds(299));
  EXPECT_TRUE(InForce(account).empty());
  grant.mutable_end_time()->set_seconds(1);
  EXPECT_THAT(grants_.CreateGrant(Security(), request), HasReason("GRANT_PERIOD_INVALID"));
  grant.mutable_end_time()->set_seconds(absl::ToUnixSeconds(clock_.Now()) + 10);
  grant.mutable_start_time()->set_seconds(absl::ToUnixSeconds(clock_.Now()) + 10);
  EXPECT_THAT(grants_.CreateGrant(Security(), request), HasReason("GRANT_PERIOD_INVALID"));
}

TEST_F(GrantsTest, RevokingEndsAtOnceAndSaysSo) {
  const int64_t account = NewAccount();
  const auto grant = Grant(Security(), account, "leader", 21);
  ASSERT_THAT(grant, IsOk());
  EXPECT_THAT(Revoke(Security(30), grant->name()), HasReason("SCOPE_DENIED"));
  EXPECT_THAT(Revoke(server_.As("leader", 0, 5), grant->name()),
              StatusIs(absl::StatusCode::kPermissionDenied));
  changed_.clear();
  const auto revoked = Revoke(Security(20), grant->name());
  ASSERT_THAT(revoked, IsOk());
  EXPECT_EQ(revoked->end_reason(), v1::Grant::END_REASON_REVOKED);
  EXPECT_EQ(changed_, std::vector<std::string>{base::Name("accounts", account)});
  EXPECT_TRUE(InForce(account).empty());
  // Again: the end stays what it was.
  clock_.Advance(absl::Seconds(5));
  const auto again = Revoke(Security(20), grant->name());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->end_time().seconds(), revoked->end_time().seconds());
  EXPECT_THAT(Revoke(Security(), "grants/404"), HasReason("NOT_FOUND"));
  EXPECT_THAT(Revoke(Security(20), "grants/404"), StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_F(GrantsTest, WhatIsOnlyValidatedIsNotGranted) {
  const int64_t account = NewAccount();
  rpc::Outgoing preview = Security();
  preview.context.validate_only = true;
  EXPECT_THAT(Grant(preview, account, "leader", 21), IsOk());
  EXPECT_THAT(Grant(preview, account, "no_such_role", 21), HasReason("ROLE_INVALID"));
  EXPECT_TRUE(InForce(account).empty());
}

TEST_F(GrantsTest, ADisabledAccountGetsNothing) {
  const int64_t account = NewAccount();
  Change([&](sql::Session& session) {
    AccountRow row = **account_store::Load(session, account);
    row.state = AccountState::kDisabled;
    return account_store::Update(session, &row);
  });
  EXPECT_THAT(Grant(Security(), account, "leader", 21), HasReason("ACCOUNT_DISABLED"));
}

TEST_F(GrantsTest, MoreThanATokenHoldsIsRefused) {
  const int64_t account = NewAccount();
  for (int i = 0; i < grant_store::kMaxGrants; ++i) {
    ASSERT_THAT(Grant(Security(), account, "leader", 21), IsOk());
  }
  EXPECT_THAT(Grant(Security(), account, "leader", 21), HasReason("TOO_MANY_GRANTS"));
}

TEST_F(GrantsTest, ListsArePagedAndKeptInScope) {
  const int64_t account = NewAccount();
  for (const int64_t organization : {20, 21, 30, 31, 10, 0}) {
    ASSERT_THAT(Grant(Security(), account, "leader", organization), IsOk());
  }
  const auto all = [&](const rpc::Outgoing& out) {
    std::vector<std::string> organizations;
    v1::ListGrantsRequest request;
    request.set_parent(base::Name("accounts", account));
    request.set_page_size(2);
    do {
      const auto page = grants_.ListGrants(out, request);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) break;
      for (const v1::Grant& grant : page->grants()) organizations.push_back(grant.organization());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return organizations;
  };
  EXPECT_EQ(all(Security()).size(), 6u);
  EXPECT_EQ(all(Security(20)), (std::vector<std::string>{"organizations/20", "organizations/21"}));
  v1::ListGrantsRequest forged;
  forged.set_parent(base::Name("accounts", account));
  forged.set_page_token("forged");
  EXPECT_THAT(grants_.ListGrants(Security(), forged), HasReason("PAGE_TOKEN_INVALID"));
}

TEST_F(GrantsTest, AnOrganizationSaysWhoHoldsWhat) {
  const int64_t one = NewAccount(), two = NewAccount();
  ASSERT_THAT(Grant(Security(), one, "leader", 20), IsOk());
  const auto over = Grant(Security(), two, "inspector", 20);
  ASSERT_THAT(Grant(Security(), two, "party_worker", 20), IsOk());
  ASSERT_THAT(Grant(Security(), two, "leader", 21), IsOk());
  ASSERT_THAT(Revoke(Security(), over->name()), IsOk());
  v1::ListOrganizationGrantsRequest request;
  request.set_parent("organizations/20");
  const auto listed = grants_.ListOrganizationGrants(Security(20), request);
  ASSERT_THAT(listed, IsOk());
  ASSERT_EQ(listed->grants_size(), 2);
  EXPECT_EQ(listed->grants(0).holder(), base::Name("accounts", one));
  EXPECT_EQ(listed->grants(1).role(), "party_worker");
  EXPECT_THAT(grants_.ListOrganizationGrants(Security(30), request), HasReason("SCOPE_DENIED"));
  request.set_parent("organizations/-");
  EXPECT_THAT(grants_.ListOrganizationGrants(Security(20), request), HasReason("SCOPE_DENIED"));
  EXPECT_EQ(grants_.ListOrganizationGrants(Security(), request)->grants_size(), 0);
}

TEST_F(GrantsTest, EveryStatementFitsTheSchema) {
  for (const char* prefix : {"role_grant.", "member_check.", "account."}) {
    EXPECT_EQ(::ronghe::testing::PrepareAllStatements(*database_, prefix),
              std::vector<std::string>());
  }
}

}  // namespace
}  // namespace ronghe::gateway::access

// Whom may somebody hand a role of their own to, for how long, and when is it over?
#include "services/gateway/access/testing/grants_fixture.h"

namespace ronghe::gateway::access {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;

class DelegationTest : public GrantsFixture {
 protected:
  absl::StatusOr<v1::Grant> TakeBack(const rpc::Outgoing& out, const std::string& grant) {
    v1::RevokeDelegationRequest request;
    request.set_name(grant);
    return grants_.RevokeDelegation(out, request);
  }
};

TEST_F(DelegationTest, ActsForTheDelegatorUntilTheTermEnds) {
  const int64_t secretary = NewAccount(), deputy = NewAccount();
  const auto own = Grant(Security(), secretary, "branch_secretary", 21);
  ASSERT_THAT(own, IsOk());
  const auto delegated = Delegate(As(secretary), own->name(), deputy);
  ASSERT_THAT(delegated, IsOk());
  EXPECT_EQ(delegated->source(), own->name());
  EXPECT_EQ(delegated->delegator(), base::Name("accounts", secretary));
  EXPECT_EQ(delegated->basis(), "出差");
  const auto held = InForce(deputy);
  ASSERT_EQ(held.size(), 1u);
  const auth::Grant carried = ToGrant(held[0]);
  EXPECT_EQ(carried.on_behalf_of, base::Name("accounts", secretary));
  EXPECT_EQ(carried.role, "branch_secretary");
  EXPECT_EQ(carried.organization_id, 21);
  EXPECT_EQ(carried.ends, absl::FromUnixSeconds(delegated->end_time().seconds()));
  clock_.Advance(absl::Hours(24));
  EXPECT_TRUE(InForce(deputy).empty());
  EXPECT_EQ(InForce(secretary).size(), 1u);
}

TEST_F(DelegationTest, IsNoWayAroundTheRules) {
  const int64_t secretary = NewAccount(), deputy = NewAccount(), third = NewAccount();
  const auto own = Grant(Security(), secretary, "branch_secretary", 21);
  ASSERT_THAT(own, IsOk());
  EXPECT_THAT(Delegate(As(secretary), own->name(), secretary), HasReason("SELF_GRANT"));
  EXPECT_THAT(Delegate(As(secretary), own->name(), deputy, absl::Hours(31 * 24)),
              HasReason("DELEGATION_TOO_LONG"));
  EXPECT_THAT(Delegate(As(secretary), own->name(), deputy, -absl::Hours(1)),
              HasReason("GRANT_PERIOD_INVALID"));
  EXPECT_THAT(Delegate(As(secretary), own->name(), 404), HasReason("DELEGATE_UNSUITABLE"));
  // Somebody else's grant looks like none at all.
  EXPECT_THAT(Delegate(server_.As("branch_secretary", 21, 77), own->name(), third),
              HasReason("NOT_FOUND"));
  EXPECT_THAT(Delegate(Security(), own->name(), third), HasReason("NOT_FOUND"));
  EXPECT_THAT(Delegate(server_.As("branch_secretary", 21, 77), "grants/404", third),
              HasReason("NOT_FOUND"));
  // No second hand.
  const auto delegated = Delegate(As(secretary), own->name(), deputy);
  ASSERT_THAT(delegated, IsOk());
  EXPECT_THAT(Delegate(As(deputy), delegated->name(), third), HasReason("GRANT_DELEGATED"));
  EXPECT_THAT(Delegate(As(deputy), own->name(), third), HasReason("NOT_FOUND"));
  // Not every role is handed on; an administrator's never.
  const auto leader = Grant(Security(), third, "leader", 21);
  EXPECT_THAT(Delegate(As(third), leader->name(), deputy), HasReason("ROLE_NOT_DELEGABLE"));
  const int64_t administrator = NewAccount();
  const auto security = Grant(Security(), administrator, "security_administrator", 0);
  EXPECT_THAT(Delegate(As(administrator), security->name(), third),
              HasReason("ROLE_NOT_DELEGABLE"));
  // What excludes each other by grant does by delegation; nobody learns by it who holds what.
  EXPECT_THAT(Delegate(As(secretary), own->name(), administrator),
              HasReason("DELEGATE_UNSUITABLE"));
}

TEST_F(DelegationTest, EndsWithItsSource) {
  const int64_t secretary = NewAccount(), deputy = NewAccount();
  const auto own = Grant(Security(), secretary, "branch_secretary", 21);
  const auto delegated = Delegate(As(secretary), own->name(), deputy);
  ASSERT_THAT(delegated, IsOk());
  changed_.clear();
  ASSERT_THAT(Revoke(Security(), own->name()), IsOk());
  EXPECT_TRUE(InForce(deputy).empty());
  EXPECT_EQ(changed_, (std::vector<std::string>{base::Name("accounts", secretary),
                                                base::Name("accounts", deputy)}));
  v1::ListGrantsRequest list;
  list.set_parent(base::Name("accounts", deputy));
  EXPECT_EQ(grants_.ListGrants(Security(), list)->grants(0).end_reason(),
            v1::Grant::END_REASON_SOURCE_ENDED);
  EXPECT_THAT(Delegate(server_.As("branch_secretary", 21, secretary), own->name(), deputy),
              HasReason("GRANT_NOT_IN_FORCE"));

  // A source with an end of its own is not outlived.
  v1::CreateGrantRequest request =
      Request(base::Name("accounts", secretary), "branch_secretary", 21);
  request.mutable_grant()->mutable_end_time()->set_seconds(absl::ToUnixSeconds(clock_.Now()) +
                                                           3600);
  const auto brief = grants_.CreateGrant(Security(), request);
  ASSERT_THAT(brief, IsOk());
  const auto briefer = Delegate(As(secretary), brief->name(), deputy, absl::Hours(48));
  ASSERT_THAT(briefer, IsOk());
  EXPECT_EQ(briefer->end_time().seconds(), brief->end_time().seconds());
}

TEST_F(DelegationTest, IsOverWhenTheDelegatorIsDisabled) {
  const int64_t secretary = NewAccount(), deputy = NewAccount();
  const auto own = Grant(Security(), secretary, "branch_secretary", 21);
  ASSERT_THAT(Delegate(As(secretary), own->name(), deputy), IsOk());
  Change([&](sql::Session& session) {
    AccountRow row = **account_store::Load(session, secretary);
    row.state = AccountState::kDisabled;
    return account_store::Update(session, &row);
  });
  EXPECT_TRUE(InForce(deputy).empty());
}

TEST_F(DelegationTest, IsListedAndTakenBackByTheDelegator) {
  const int64_t secretary = NewAccount(), deputy = NewAccount();
  const auto own = Grant(Security(), secretary, "branch_secretary", 21);
  const auto delegated = Delegate(As(secretary), own->name(), deputy);
  ASSERT_THAT(delegated, IsOk());
  const auto listed = grants_.ListDelegations(As(secretary), v1::ListDelegationsRequest());
  ASSERT_THAT(listed, IsOk());
  ASSERT_EQ(listed->grants_size(), 1);
  EXPECT_EQ(listed->grants(0).holder(), base::Name("accounts", deputy));
  EXPECT_EQ(grants_.ListDelegations(As(deputy), v1::ListDelegationsRequest())->grants_size(), 0);

  EXPECT_THAT(TakeBack(As(deputy), delegated->name()), HasReason("NOT_FOUND"));
  EXPECT_THAT(TakeBack(As(secretary), own->name()), HasReason("NOT_FOUND"));
  EXPECT_THAT(TakeBack(As(secretary), delegated->name()), IsOk());
  EXPECT_TRUE(InForce(deputy).empty());
  EXPECT_EQ(grants_.ListDelegations(As(secretary), v1::ListDelegationsRequest())->grants_size(), 0);
}

}  // namespace
}  // namespace ronghe::gateway::access

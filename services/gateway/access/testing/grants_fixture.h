// On what do the tests of grants stand? The grant service, and accounts and clients to hold them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/approval/store.h"
#include "common/base/resource_name.h"
#include "common/error/error.h"
#include "common/org/copy_store.h"
#include "common/sql/statement.h"
#include "services/gateway/access/api/grants_api.h"
#include "services/gateway/access/jobs/member_follower.h"
#include "services/gateway/access/session/session_state.h"
#include "services/gateway/access/store/account_store.h"
#include "services/gateway/access/store/client_store.h"
#include "services/gateway/access/store/grant_store.h"
#include "services/gateway/access/testing/access_fixture.h"

namespace ronghe::gateway::access {

namespace v1 = ::ronghe::access::v1;

class GrantsFixture : public AccessFixture {
 protected:
  GrantsFixture()
      : api_(writer_, auth::RoleTable::Builtin(), county_, policy_, page_tokens_,
             [this](const std::string& subject) {
               const absl::MutexLock lock(&mutex_);
               changed_.push_back(subject);
             }),
        server_({v1::GrantServiceTable(api_)}, Options()),
        grants_(server_.channel()) {}

  // A security administrator of the whole house, or of one subtree.
  rpc::Outgoing Security(int64_t organization = 0) {
    return server_.As("security_administrator", organization, 1);
  }
  // The account with the grants that it holds now.
  rpc::Outgoing As(int64_t account) {
    auth::Principal principal{.kind = auth::Principal::Kind::kPerson,
                              .subject = base::Name("accounts", account)};
    Read([&](sql::Session& session) {
      const auto row = account_store::Load(session, account).value();
      principal.member_id = row->member_id.value_or(0);
      const auto grants =
          grant_store::InForce(session, HolderKind::kAccount, account, clock_.Now());
      for (const GrantRow& grant : *grants) {
        principal.grants.push_back(ToGrant(grant));
      }
    });
    return server_.As(principal);
  }

  int64_t NewAccount(std::optional<int64_t> member = std::nullopt, int64_t organization = 21) {
    AccountRow row;
    row.id = ids_.Next();
    row.login_name = absl::StrCat("login.", row.id);
    row.display_name = "张三";
    row.organization_id = organization;
    row.state = AccountState::kActive;
    row.password_changed_at = row.used_at = row.created_at = clock_.Now();
    row.member_id = member;
    Change([&](sql::Session& session) { return account_store::Insert(session, row); });
    return row.id;
  }
  int64_t NewClient() {
    const int64_t id = ids_.Next();
    static const sql::Command kInsert(
        "grants_test.client",
        "INSERT INTO client (id, certificate_name, display_name, state, created_at) "
        "VALUES (?, ?, 'test', 1, ?)");
    Change([&](sql::Session& session) {
      return session.Execute(kInsert, id, absl::StrCat("client.", id), clock_.Now()).status();
    });
    return id;
  }

  static v1::CreateGrantRequest Request(const std::string& parent, const std::string& role,
                                        int64_t organization) {
    v1::CreateGrantRequest request;
    request.set_parent(parent);
    request.mutable_grant()->set_role(role);
    request.mutable_grant()->set_organization(
        organization == 0 ? "organizations/-" : base::Name("organizations", organization));
    return request;
  }
  absl::StatusOr<v1::Grant> Grant(const rpc::Outgoing& out, int64_t account,
                                  const std::string& role, int64_t organization) {
    return grants_.CreateGrant(out, Request(base::Name("accounts", account), role, organization));
  }
  absl::StatusOr<v1::Grant> Delegate(const rpc::Outgoing& out, const std::string& grant,
                                     int64_t delegate, absl::Duration term = absl::Hours(24)) {
    v1::DelegateGrantRequest request;
    request.set_name(grant);
    request.set_delegate(base::Name("accounts", delegate));
    request.set_reason("出差");
    request.mutable_end_time()->set_seconds(absl::ToUnixSeconds(clock_.Now() + term));
    return grants_.DelegateGrant(out, request);
  }
  absl::StatusOr<v1::Grant> Revoke(const rpc::Outgoing& out, const std::string& grant) {
    v1::RevokeGrantRequest request;
    request.set_name(grant);
    return grants_.RevokeGrant(out, request);
  }
  std::vector<GrantRow> InForce(int64_t account) {
    std::vector<GrantRow> grants;
    Read([&](sql::Session& session) {
      grants = grant_store::InForce(session, HolderKind::kAccount, account, clock_.Now()).value();
    });
    return grants;
  }

  absl::Mutex mutex_;
  std::vector<std::string> changed_;
  GrantsApi api_;
  ::ronghe::testing::TestServer server_;
  v1::GrantServiceClient grants_;
};

}  // namespace ronghe::gateway::access

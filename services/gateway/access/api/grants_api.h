// GrantService: roles on subtrees of the organization tree.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/auth/authorizer.h"
#include "common/auth/role_table.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/access/v1/grant.ronghe.h"
#include "services/gateway/access/domain/policy.h"
#include "services/gateway/access/store/account_store.h"
#include "services/gateway/access/store/grant_store.h"
#include "services/gateway/access/subject_changed.h"

namespace ronghe::gateway::access {

class GrantsApi : public ::ronghe::access::v1::GrantServiceHandler {
 public:
  // The references must outlive it.
  GrantsApi(service::Writer& writer, const auth::RoleTable& roles, auth::OrgScope& organizations,
            const LoginPolicy& policy, const rpc::PageTokens& page_tokens, SubjectChanged changed)
      : writer_(writer),
        roles_(roles),
        organizations_(organizations),
        policy_(policy),
        page_tokens_(page_tokens),
        changed_(std::move(changed)) {}

  absl::StatusOr<::ronghe::access::v1::Grant> CreateGrant(
      rpc::Call& call, const ::ronghe::access::v1::CreateGrantRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::Grant> RevokeGrant(
      rpc::Call& call, const ::ronghe::access::v1::RevokeGrantRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::ListGrantsResponse> ListGrants(
      rpc::Call& call, const ::ronghe::access::v1::ListGrantsRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::ListOrganizationGrantsResponse> ListOrganizationGrants(
      rpc::Call& call, const ::ronghe::access::v1::ListOrganizationGrantsRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::Grant> DelegateGrant(
      rpc::Call& call, const ::ronghe::access::v1::DelegateGrantRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::Grant> RevokeDelegation(
      rpc::Call& call, const ::ronghe::access::v1::RevokeDelegationRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::ListDelegationsResponse> ListDelegations(
      rpc::Call& call, const ::ronghe::access::v1::ListDelegationsRequest& request) override;

 private:
  // OK when a role that the caller holds on `organization` itself, not by delegation, may grant
  // `role`. PERMISSION_DENIED ROLE_NOT_GRANTABLE.
  absl::Status CheckMayGrant(const rpc::Call& call, const auth::RoleInfo& role,
                             int64_t organization) const;
  // Whether there is such an organization (0: all of them), perhaps since a moment ago.
  bool Knows(const rpc::Call& call, int64_t organization) const;
  // Whether the account or client may get the grant; fills in what depends on the account.
  // NOT_FOUND for one that the caller doesn't see; errors of CheckHolder.
  absl::Status ForAccount(service::WriteTx& tx, GrantRow* grant) const;
  static absl::Status ForClient(service::WriteTx& tx, const GrantRow& grant);
  // OK for a grant of the caller's own that may be handed on now. NOT_FOUND for anybody else's;
  // SELF_GRANT, GRANT_DELEGATED, GRANT_NOT_IN_FORCE, ROLE_NOT_DELEGABLE, TOO_MANY_GRANTS.
  absl::Status CheckDelegable(service::WriteTx& tx,
                              const ::ronghe::access::v1::DelegateGrantRequest& request,
                              const std::optional<GrantRow>& source) const;
  // As ForAccount, for the delegate. DELEGATE_UNSUITABLE whatever the reason.
  absl::Status ForDelegate(service::WriteTx& tx, GrantRow* grant) const;
  // Checks `grant` against all that the account holds, which is locked, so that two grants at one
  // time see each other. ACCOUNT_DISABLED, SELF_GRANT (an account of the same person),
  // TOO_MANY_GRANTS, ROLE_EXCLUSION.
  absl::Status CheckHolder(service::WriteTx& tx, const AccountRow& account,
                           const GrantRow& grant) const;
  // True when the member of the account belongs inside the grant's subtree.
  absl::StatusOr<bool> MemberInside(sql::Session& session, const AccountRow& account,
                                    const GrantRow& grant) const;
  // Inserts the row with its audit row and event.
  absl::Status Save(service::WriteTx& tx, GrantRow* grant) const;
  // Ends the grant and what was delegated of it; the row that results. Their holders go to
  // `holders`.
  absl::StatusOr<GrantRow> Revoke(service::WriteTx& tx, GrantRow grant,
                                  std::vector<std::string>* holders) const;
  void Changed(const std::vector<std::string>& holders) const;

  service::Writer& writer_;
  const auth::RoleTable& roles_;
  auth::OrgScope& organizations_;
  const LoginPolicy& policy_;
  const rpc::PageTokens& page_tokens_;
  const SubjectChanged changed_;
};

}  // namespace ronghe::gateway::access

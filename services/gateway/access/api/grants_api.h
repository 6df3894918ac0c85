// GrantService: roles on subtrees of the organization tree.
#pragma once

#include <string>
#include <vector>

#include "common/auth/authorizer.h"
#include "common/auth/role_table.h"
#include "common/service/write.h"
#include "ronghe/access/v1/grant.ronghe.h"

namespace ronghe::gateway::access {

class GrantsApi : public ::ronghe::access::v1::GrantServiceHandler {
 public:
  // `permissions` are those of every RPC of the contracts. The references must outlive it.
  GrantsApi(service::Writer& writer, const auth::RoleTable& roles, auth::OrgScope& organizations,
            std::vector<std::string> permissions)
      : writer_(writer),
        roles_(roles),
        organizations_(organizations),
        permissions_(std::move(permissions)) {}

  absl::StatusOr<::ronghe::access::v1::Grant> CreateGrant(
      rpc::Call& call, const ::ronghe::access::v1::CreateGrantRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::Grant> RevokeGrant(
      rpc::Call& call, const ::ronghe::access::v1::RevokeGrantRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::ListGrantsResponse> ListGrants(
      rpc::Call& call, const ::ronghe::access::v1::ListGrantsRequest& request) override;

 private:
  service::Writer& writer_;
  const auth::RoleTable& roles_;
  auth::OrgScope& organizations_;
  const std::vector<std::string> permissions_;
};

}  // namespace ronghe::gateway::access

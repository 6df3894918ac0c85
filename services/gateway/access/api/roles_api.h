// RoleService: what may the holders of each role do?
#pragma once

#include "common/auth/role_table.h"
#include "ronghe/access/v1/role.ronghe.h"

namespace ronghe::gateway::access {

class RolesApi : public ::ronghe::access::v1::RoleServiceHandler {
 public:
  // The table must outlive it.
  explicit RolesApi(const auth::RoleTable& roles) : roles_(roles) {}

  absl::StatusOr<::ronghe::access::v1::ListRolesResponse> ListRoles(
      rpc::Call& call, const ::ronghe::access::v1::ListRolesRequest& request) override;

 private:
  const auth::RoleTable& roles_;
};

}  // namespace ronghe::gateway::access

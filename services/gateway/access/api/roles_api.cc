#include "services/gateway/access/api/roles_api.h"

#include "services/gateway/access/api/second_person.h"

namespace ronghe::gateway::access {
namespace {

namespace pb = ::ronghe::access::v1;

pb::Role::Kind ToProto(auth::RoleKind kind) {
  switch (kind) {
    case auth::RoleKind::kBusiness:
      return pb::Role::KIND_BUSINESS;
    case auth::RoleKind::kSystemAdministrator:
      return pb::Role::KIND_SYSTEM_ADMINISTRATOR;
    case auth::RoleKind::kSecurityAdministrator:
      return pb::Role::KIND_SECURITY_ADMINISTRATOR;
    case auth::RoleKind::kAuditAdministrator:
      return pb::Role::KIND_AUDIT_ADMINISTRATOR;
    case auth::RoleKind::kClient:
      return pb::Role::KIND_CLIENT;
    case auth::RoleKind::kService:
      return pb::Role::KIND_SERVICE;
  }
  return pb::Role::KIND_UNSPECIFIED;
}

}  // namespace

absl::StatusOr<pb::ListRolesResponse> RolesApi::ListRoles(rpc::Call&, const pb::ListRolesRequest&) {
  pb::ListRolesResponse response;
  for (const std::string& name : roles_.names()) {
    const auth::RoleInfo& info = *roles_.Find(name);
    pb::Role& role = *response.add_roles();
    role.set_name(info.name);
    role.set_title(info.title);
    role.set_kind(ToProto(info.kind));
    role.mutable_permissions()->Add(info.permissions.begin(), info.permissions.end());
    role.mutable_may_grant()->Add(info.may_grant.begin(), info.may_grant.end());
    role.set_delegable(info.delegable);
    role.set_needs_approval(info.needs_approval);
    role.set_decides_approvals(Decides(roles_, name));
    role.set_needs_second_factor(info.second_factor);
  }
  return response;
}

}  // namespace ronghe::gateway::access

// IdentityService: which person of an identity provider is which account.
#pragma once

#include <string>

#include "common/auth/role_table.h"
#include "common/service/write.h"
#include "ronghe/access/v1/identity.ronghe.h"
#include "services/gateway/access/subject_changed.h"

namespace ronghe::gateway::access {

class IdentitiesApi : public ::ronghe::access::v1::IdentityServiceHandler {
 public:
  // `issuer` is the provider's; empty: none is set up. `changed` is told the subject
  // ("accounts/1") whose sessions ended.
  IdentitiesApi(service::Writer& writer, const auth::RoleTable& roles, std::string issuer,
                SubjectChanged changed)
      : writer_(writer), roles_(roles), issuer_(std::move(issuer)), changed_(std::move(changed)) {}

  absl::StatusOr<::ronghe::access::v1::Identity> CreateIdentity(
      rpc::Call& call, const ::ronghe::access::v1::CreateIdentityRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::ListIdentitiesResponse> ListIdentities(
      rpc::Call& call, const ::ronghe::access::v1::ListIdentitiesRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::Identity> DeleteIdentity(
      rpc::Call& call, const ::ronghe::access::v1::DeleteIdentityRequest& request) override;

 private:
  service::Writer& writer_;
  const auth::RoleTable& roles_;
  const std::string issuer_;
  const SubjectChanged changed_;
};

}  // namespace ronghe::gateway::access

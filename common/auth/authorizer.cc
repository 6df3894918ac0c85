#include "common/auth/authorizer.h"

namespace ronghe::auth {

const std::shared_ptr<const Principal>& Anonymous() {
  static const auto* const anonymous =
      new std::shared_ptr<const Principal>(std::make_shared<Principal>());
  return *anonymous;
}

bool Authorizer::Allows(const Principal& principal, std::string_view permission,
                        int64_t organization) const {
  for (const Grant& grant : principal.grants) {
    const bool covers = grant.organization_id == 0 || grant.organization_id == organization ||
                        (scope_ != nullptr && scope_->Within(organization, grant.organization_id));
    if (covers && roles_.Allows(grant.role, permission)) return true;
  }
  return false;
}

bool Authorizer::AllowsAfterCatchUp(const Principal& principal, std::string_view permission,
                                    int64_t organization, absl::Time deadline) const {
  if (Allows(principal, permission, organization)) return true;
  // Catching up can help only somebody who holds the permission somewhere.
  if (scope_ == nullptr || organization <= 0 || scope_->Contains(organization) ||
      !AllowsSomewhere(principal, permission)) {
    return false;
  }
  scope_->CatchUp(deadline);
  return Allows(principal, permission, organization);
}

bool Authorizer::AllowsSomewhere(const Principal& principal, std::string_view permission) const {
  for (const Grant& grant : principal.grants) {
    if (roles_.Allows(grant.role, permission)) return true;
  }
  return false;
}

bool Authorizer::AllowsEverywhere(const Principal& principal, std::string_view permission) const {
  for (const Grant& grant : principal.grants) {
    if (grant.organization_id == 0 && roles_.Allows(grant.role, permission)) return true;
  }
  return false;
}

}  // namespace ronghe::auth

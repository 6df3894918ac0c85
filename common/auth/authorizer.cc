#include "common/auth/authorizer.h"

namespace ronghe::auth {

const std::shared_ptr<const Principal>& Anonymous() {
  static const auto* const anonymous =
      new std::shared_ptr<const Principal>(std::make_shared<Principal>());
  return *anonymous;
}

const Grant* Authorizer::FirstOf(const Principal& principal, std::string_view permission,
                                 absl::Time now,
                                 absl::FunctionRef<bool(const Grant&)> covers) const {
  const bool service = principal.kind == Principal::Kind::kService;
  const Grant* delegated = nullptr;
  for (const Grant& grant : principal.grants) {
    if (now >= grant.ends || (delegated != nullptr && !grant.on_behalf_of.empty()) ||
        !covers(grant) || !roles_.Allows(grant.role, permission) ||
        (!service && roles_.Find(grant.role)->kind == RoleKind::kService)) {
      continue;
    }
    if (grant.on_behalf_of.empty()) return &grant;
    delegated = &grant;
  }
  return delegated;
}

const Grant* Authorizer::Find(const Principal& principal, std::string_view permission,
                              int64_t organization, absl::Time now) const {
  return FirstOf(principal, permission, now, [&](const Grant& grant) {
    return grant.organization_id == 0 || grant.organization_id == organization ||
           (scope_ != nullptr && scope_->Within(organization, grant.organization_id));
  });
}

const Grant* Authorizer::FindAfterCatchUp(const Principal& principal, std::string_view permission,
                                          int64_t organization, absl::Time now,
                                          absl::Time deadline) const {
  if (const Grant* grant = Find(principal, permission, organization, now)) return grant;
  // Catching up can help only somebody who holds the permission somewhere.
  if (scope_ == nullptr || organization <= 0 || scope_->Contains(organization) ||
      !AllowsSomewhere(principal, permission, now)) {
    return nullptr;
  }
  scope_->CatchUp(deadline);
  return Find(principal, permission, organization, now);
}

const Grant* Authorizer::FindWithin(const Principal& principal, std::string_view permission,
                                    int64_t organization, absl::Time now) const {
  if (const Grant* grant = Find(principal, permission, organization, now)) return grant;
  return FirstOf(principal, permission, now, [&](const Grant& grant) {
    return scope_ != nullptr && scope_->Within(grant.organization_id, organization);
  });
}

const Grant* Authorizer::FindEverywhere(const Principal& principal, std::string_view permission,
                                        absl::Time now) const {
  return FirstOf(principal, permission, now,
                 [](const Grant& grant) { return grant.organization_id == 0; });
}

const Grant* Authorizer::FindSomewhere(const Principal& principal, std::string_view permission,
                                       absl::Time now) const {
  return FirstOf(principal, permission, now, [](const Grant&) { return true; });
}

}  // namespace ronghe::auth

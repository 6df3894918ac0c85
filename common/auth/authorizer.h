// May this principal do that to this organization? Role table plus organization tree.
#ifndef RONGHE_COMMON_AUTH_AUTHORIZER_H_
#define RONGHE_COMMON_AUTH_AUTHORIZER_H_

#include <cstdint>
#include <string_view>

#include "absl/time/time.h"
#include "common/auth/principal.h"
#include "common/auth/role_table.h"

namespace ronghe::auth {

// The part of the organization tree that scope checks need. Implementations are thread-safe.
class OrgScope {
 public:
  virtual ~OrgScope() = default;

  // True when `org` is known here.
  virtual bool Contains(int64_t org) { return Within(org, org); }

  // True when `org` is `ancestor` or stands below it. False when either is unknown.
  virtual bool Within(int64_t org, int64_t ancestor) = 0;

  // Catches up with the source of the tree, returning at `deadline` at the latest.
  virtual void CatchUp(absl::Time deadline) = 0;
};

// Thread-safe; keeps references to both arguments, which must outlive it.
class Authorizer {
 public:
  // `scope` may be null: then a grant covers exactly the organization that it names (or all).
  Authorizer(const RoleTable& roles, OrgScope* scope) : roles_(roles), scope_(scope) {}

  // True when a grant of `principal` holds `permission` and covers `organization`.
  bool Allows(const Principal& principal, std::string_view permission, int64_t organization) const;

  // As Allows, but an organization that the tree does not know makes the tree catch up once first,
  // so that one created a moment ago is judged like any other. Blocks until `deadline` at most.
  bool AllowsAfterCatchUp(const Principal& principal, std::string_view permission,
                          int64_t organization, absl::Time deadline) const;

  // True when any grant of `principal` holds `permission`.
  bool AllowsSomewhere(const Principal& principal, std::string_view permission) const;

  // True when a grant on all organizations holds `permission`.
  bool AllowsEverywhere(const Principal& principal, std::string_view permission) const;

  const RoleTable& roles() const { return roles_; }
  OrgScope* scope() const { return scope_; }

 private:
  const RoleTable& roles_;
  OrgScope* scope_;
};

}  // namespace ronghe::auth

#endif  // RONGHE_COMMON_AUTH_AUTHORIZER_H_

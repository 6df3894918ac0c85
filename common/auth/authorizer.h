// May this principal do that to this organization? Role table plus organization tree.
#ifndef RONGHE_COMMON_AUTH_AUTHORIZER_H_
#define RONGHE_COMMON_AUTH_AUTHORIZER_H_

#include <cstdint>
#include <string_view>

#include "absl/functional/function_ref.h"
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

  // The grant of `principal`, in force at `now`, that holds `permission` and covers `organization`;
  // one of its own before one that was delegated to it. Roles of the suite's services count for
  // services only. Null where there is none. It lives as long as `principal`.
  const Grant* Find(const Principal& principal, std::string_view permission, int64_t organization,
                    absl::Time now) const;

  // As Find, but an organization that the tree does not know makes the tree catch up once first,
  // so that one created a moment ago is judged like any other. Blocks until `deadline` at most.
  const Grant* FindAfterCatchUp(const Principal& principal, std::string_view permission,
                                int64_t organization, absl::Time now, absl::Time deadline) const;

  // As Find, for a grant on all organizations.
  const Grant* FindEverywhere(const Principal& principal, std::string_view permission,
                              absl::Time now) const;

  // As Find, for a grant on `organization` or anything below it, or one that covers it.
  const Grant* FindWithin(const Principal& principal, std::string_view permission,
                          int64_t organization, absl::Time now) const;

  // True when Find finds a grant.
  bool Allows(const Principal& principal, std::string_view permission, int64_t organization,
              absl::Time now) const {
    return Find(principal, permission, organization, now) != nullptr;
  }

  // As Find, for a grant on whatever organization.
  const Grant* FindSomewhere(const Principal& principal, std::string_view permission,
                             absl::Time now) const;

  // True when FindSomewhere finds a grant.
  bool AllowsSomewhere(const Principal& principal, std::string_view permission,
                       absl::Time now) const {
    return FindSomewhere(principal, permission, now) != nullptr;
  }

  // True when FindEverywhere finds a grant.
  bool AllowsEverywhere(const Principal& principal, std::string_view permission,
                        absl::Time now) const {
    return FindEverywhere(principal, permission, now) != nullptr;
  }

  const RoleTable& roles() const { return roles_; }
  OrgScope* scope() const { return scope_; }

 private:
  const Grant* FirstOf(const Principal& principal, std::string_view permission, absl::Time now,
                       absl::FunctionRef<bool(const Grant&)> covers) const;

  const RoleTable& roles_;
  OrgScope* scope_;
};

}  // namespace ronghe::auth

#endif  // RONGHE_COMMON_AUTH_AUTHORIZER_H_

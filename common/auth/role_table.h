// Which permissions does a role hold? The table of roles.textproto, looked up by name.
#ifndef RONGHE_COMMON_AUTH_ROLE_TABLE_H_
#define RONGHE_COMMON_AUTH_ROLE_TABLE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/container/node_hash_map.h"
#include "absl/status/statusor.h"

namespace ronghe::auth {
namespace v1 {
class Roles;
}

// Whose business a role is; see roles.proto.
enum class RoleKind {
  kBusiness = 1,
  kSystemAdministrator,
  kSecurityAdministrator,
  kAuditAdministrator,
  kClient,
  kService,
};

// One role as the file gives it.
struct RoleInfo {
  std::string name;
  std::string title;
  std::vector<std::string> permissions;
  RoleKind kind = RoleKind::kBusiness;
  bool second_factor = false;
  std::vector<std::string> may_grant;
  bool delegable = false;
  bool needs_approval = false;
};

// Immutable after construction; safe to read from any thread.
class RoleTable {
 public:
  // Reads a textproto of ronghe.auth.v1.Roles. Errors: what config::Load returns, and
  // INVALID_ARGUMENT for a role named twice or without a kind, a permission pattern that is not
  // service.resource.verb, or a role in may_grant that the table does not know.
  static absl::StatusOr<RoleTable> Load(const std::string& path);

  // The table of common/auth/roles.textproto as it stood when the program was built.
  static const RoleTable& Builtin();

  // Builds a table from an already parsed message. Errors as Load.
  static absl::StatusOr<RoleTable> FromProto(const v1::Roles& roles);

  // True when `role` holds `permission`. An unknown role holds nothing.
  bool Allows(std::string_view role, std::string_view permission) const;

  // True when some role holds `permission`.
  bool Grants(std::string_view permission) const;

  bool Contains(std::string_view role) const { return Find(role) != nullptr; }

  // Null for an unknown role.
  const RoleInfo* Find(std::string_view role) const;

  // Every role's name, in file order.
  const std::vector<std::string>& names() const { return names_; }

 private:
  // One pattern with a "*" in place of at least one of the three parts.
  struct Pattern {
    std::string service, resource, verb;
    bool Matches(std::string_view permission) const;
  };
  struct Role {
    RoleInfo info;
    absl::flat_hash_set<std::string> exact;
    std::vector<Pattern> patterns;
  };

  std::vector<std::string> names_;
  absl::node_hash_map<std::string, Role> roles_;
};

}  // namespace ronghe::auth

#endif  // RONGHE_COMMON_AUTH_ROLE_TABLE_H_

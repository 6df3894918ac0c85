#include "common/auth/role_table.h"

#include <array>
#include <cstdlib>
#include <utility>

#include "common/auth/roles.pb.h"
#include "common/base/strings.h"
#include "common/config/config.h"
#include "common/error/error.h"
#include "common/log/log.h"
#include "google/protobuf/text_format.h"

namespace ronghe::auth {
namespace {

constexpr char kBuiltin[] =
#include "common/auth/roles.inc"
    ;

// The three parts of "service.resource.verb"; false when `text` has another shape.
bool Split(std::string_view text, std::array<std::string_view, 3>* parts) {
  const size_t first = text.find('.');
  if (first == std::string_view::npos) return false;
  const size_t second = text.find('.', first + 1);
  if (second == std::string_view::npos) return false;
  *parts = {text.substr(0, first), text.substr(first + 1, second - first - 1),
            text.substr(second + 1)};
  for (std::string_view part : *parts) {
    if (part.empty() || part.find('.') != std::string_view::npos) return false;
  }
  return true;
}

absl::Status Invalid(std::string_view what, std::string_view name) {
  return error::Make(absl::StatusCode::kInvalidArgument, "ROLES_INVALID", "角色表有误",
                     {{"fault", std::string(what)}, {"name", std::string(name)}});
}

}  // namespace

bool RoleTable::Pattern::Matches(std::string_view permission) const {
  std::array<std::string_view, 3> parts;
  return Split(permission, &parts) && (service == "*" || service == parts[0]) &&
         (resource == "*" || resource == parts[1]) && (verb == "*" || verb == parts[2]);
}

absl::StatusOr<RoleTable> RoleTable::FromProto(const v1::Roles& roles) {
  RoleTable table;
  for (const v1::Role& role : roles.roles()) {
    if (role.name().empty() || table.roles_.contains(role.name())) {
      return Invalid("a role without a name of its own", role.name());
    }
    if (!v1::Kind_IsValid(role.kind()) || role.kind() == v1::KIND_UNSPECIFIED) {
      return Invalid("a role without a kind", role.name());
    }
    Role& entry = table.roles_[role.name()];
    entry.info = {role.name(),
                  role.title(),
                  {role.permissions().begin(), role.permissions().end()},
                  static_cast<RoleKind>(role.kind()),
                  role.second_factor(),
                  {role.may_grant().begin(), role.may_grant().end()},
                  role.delegable(),
                  role.needs_approval()};
    for (const std::string& permission : role.permissions()) {
      std::array<std::string_view, 3> parts;
      if (!Split(permission, &parts)) {
        return Invalid("a permission that is not service.resource.verb", permission);
      }
      if (permission.find('*') == std::string::npos) {
        entry.exact.insert(permission);
      } else {
        entry.patterns.push_back(
            {std::string(parts[0]), std::string(parts[1]), std::string(parts[2])});
      }
    }
    table.names_.push_back(role.name());
  }
  for (const v1::Role& role : roles.roles()) {
    for (const std::string& other : role.may_grant()) {
      if (!table.Contains(other)) return Invalid("may_grant names an unknown role", other);
    }
  }
  return table;
}

absl::StatusOr<RoleTable> RoleTable::Load(const std::string& path) {
  absl::StatusOr<v1::Roles> roles = config::Load<v1::Roles>(path);
  if (!roles.ok()) return roles.status();
  return FromProto(*roles);
}

const RoleTable& RoleTable::Builtin() {
  static const RoleTable* const table = [] {
    v1::Roles roles;
    if (!google::protobuf::TextFormat::ParseFromString(kBuiltin, &roles)) {
      log::Error("builtin_roles_unreadable");
      std::abort();
    }
    absl::StatusOr<RoleTable> parsed = FromProto(roles);
    if (!parsed.ok()) {
      log::Error("builtin_roles_invalid", {{"error", parsed.status()}});
      std::abort();
    }
    return new RoleTable(*std::move(parsed));
  }();
  return *table;
}

bool RoleTable::Allows(std::string_view role, std::string_view permission) const {
  const auto found = roles_.find(base::Sv(role));
  if (found == roles_.end()) return false;
  if (found->second.exact.contains(base::Sv(permission))) return true;
  for (const Pattern& pattern : found->second.patterns) {
    if (pattern.Matches(permission)) return true;
  }
  return false;
}

bool RoleTable::Grants(std::string_view permission) const {
  for (const std::string& role : names_) {
    if (Allows(role, permission)) return true;
  }
  return false;
}

const RoleInfo* RoleTable::Find(std::string_view role) const {
  const auto found = roles_.find(base::Sv(role));
  return found == roles_.end() ? nullptr : &found->second.info;
}

}  // namespace ronghe::auth

// Who is calling? The signed-in subject and the roles it holds on parts of the organization tree.
#ifndef RONGHE_COMMON_AUTH_PRINCIPAL_H_
#define RONGHE_COMMON_AUTH_PRINCIPAL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace ronghe::auth {

// One role held on an organization and everything below it.
struct Grant {
  std::string role;
  // 0 means every organization.
  int64_t organization_id = 0;
  // "accounts/7": who delegated it. Empty for a role of one's own.
  std::string on_behalf_of = {};
  // The first moment at which it holds no more.
  absl::Time ends = absl::InfiniteFuture();

  friend bool operator==(const Grant&, const Grant&) = default;
};

struct Principal {
  enum class Kind { kAnonymous, kPerson, kClient, kService };

  Kind kind = Kind::kAnonymous;
  // "accounts/1", "clients/1" or "services/meeting"; empty when anonymous.
  std::string subject;
  std::vector<Grant> grants;
  // The gateway's session, empty for services and clients.
  std::string session_id = {};
  // The member that the account belongs to; 0: none.
  int64_t member_id = 0;

  bool signed_in() const { return kind != Kind::kAnonymous; }

  friend bool operator==(const Principal&, const Principal&) = default;
};

// The one anonymous principal.
const std::shared_ptr<const Principal>& Anonymous();

}  // namespace ronghe::auth

#endif  // RONGHE_COMMON_AUTH_PRINCIPAL_H_

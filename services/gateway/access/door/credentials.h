// Who stands at the door, and where is that looked up?
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/auth/principal.h"
#include "common/auth/role_table.h"
#include "common/base/ids.h"
#include "common/sql/database.h"
#include "services/gateway/access/domain/policy.h"
#include "services/gateway/access/session/session_issuer.h"

namespace ronghe::gateway::access {

class ClientDoor;
class ClientTerms;

// What the database says of a session or a client's token.
struct Credential {
  auth::Principal principal;
  // SHA-256 of the CSRF token; empty for clients.
  std::string csrf_hash;
  // What the gate asks for before anything else.
  bool password_change_required = false;
  SecondFactor second_factor = SecondFactor::kNone;
  // The only address that the session may be used from; empty: any.
  std::string address;
  // When the session ends if nothing more is heard of it, or when a client's token expires.
  absl::Time ends = absl::InfiniteFuture();
  // What is shared with a client; null for people.
  std::shared_ptr<const ClientTerms> terms = nullptr;
};

// Looks credentials up. Blocking; thread-safe.
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;
  // UNAUTHENTICATED SESSION_INVALID for a token that opens nothing (any more). Using a session
  // keeps it from going idle.
  virtual absl::StatusOr<Credential> BySession(std::string_view token, absl::Time now) = 0;
  // Ends a session that was used from another address than its own, and leaves an audit row.
  virtual void EndMoved(std::string_view token, std::string_view peer, absl::Time now) = 0;
  // What a client's token opens together with a certificate of this x5t#S256. UNAUTHENTICATED as
  // ClientDoor::Open.
  virtual absl::StatusOr<Credential> ByClientToken(std::string_view token, std::string_view x5t,
                                                   absl::Time now) = 0;
};

// The source over the schema of the gateway.
class StoredCredentials : public CredentialSource {
 public:
  // All must outlive it. `clients` may be null: then no client comes in.
  StoredCredentials(sql::Database& database, base::IdGenerator& ids, const LoginPolicy& policy,
                    const auth::RoleTable& roles, ClientDoor* clients = nullptr)
      : database_(database), ids_(ids), policy_(policy), roles_(roles), clients_(clients) {}
  absl::StatusOr<Credential> BySession(std::string_view token, absl::Time now) override;
  void EndMoved(std::string_view token, std::string_view peer, absl::Time now) override;
  absl::StatusOr<Credential> ByClientToken(std::string_view token, std::string_view x5t,
                                           absl::Time now) override;

 private:
  sql::Database& database_;
  base::IdGenerator& ids_;
  const LoginPolicy& policy_;
  const auth::RoleTable& roles_;
  ClientDoor* const clients_;
};

}  // namespace ronghe::gateway::access

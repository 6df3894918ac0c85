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
#include "common/sql/database.h"
#include "services/gateway/access/domain/policy.h"

namespace ronghe::gateway::access {

// What the database says of a session or a client certificate.
struct Credential {
  auth::Principal principal;
  // SHA-256 of the CSRF token; empty for clients.
  std::string csrf_hash;
  // Only ChangePassword, SignOut and GetCurrentSession may be called.
  bool password_change_required = false;
  // When the session ends if nothing more is heard of it; infinite for clients.
  absl::Time ends = absl::InfiniteFuture();
};

// Looks credentials up. Blocking; thread-safe.
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;
  // UNAUTHENTICATED SESSION_INVALID for a token that opens nothing (any more). Using a session
  // keeps it from going idle.
  virtual absl::StatusOr<Credential> BySession(std::string_view token, absl::Time now) = 0;
  // UNAUTHENTICATED CLIENT_UNKNOWN for a certificate that is not registered or disabled.
  virtual absl::StatusOr<Credential> ByCertificate(std::string_view name, absl::Time now) = 0;
};

// The source over the schema of the gateway.
class StoredCredentials : public CredentialSource {
 public:
  // Both must outlive it.
  StoredCredentials(sql::Database& database, const LoginPolicy& policy)
      : database_(database), policy_(policy) {}
  absl::StatusOr<Credential> BySession(std::string_view token, absl::Time now) override;
  absl::StatusOr<Credential> ByCertificate(std::string_view name, absl::Time now) override;

 private:
  sql::Database& database_;
  const LoginPolicy& policy_;
};

// A new session or CSRF token: 256 random bits as text.
std::string NewToken();
// What is stored of a token.
std::string TokenHash(std::string_view token);

}  // namespace ronghe::gateway::access

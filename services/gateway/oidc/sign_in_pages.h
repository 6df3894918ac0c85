// What answers under /oidc/: the way to the identity provider, the way back with a session, and the
// provider's word that a person signed out there.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/audit/refusal_log.h"
#include "common/auth/role_table.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/crypto/field_cipher.h"
#include "common/sql/database.h"
#include "services/gateway/access/domain/policy.h"
#include "services/gateway/access/subject_changed.h"
#include "services/gateway/http/plain.h"
#include "services/gateway/oidc/claims.h"
#include "services/gateway/oidc/login_state.h"
#include "services/gateway/oidc/provider.h"

namespace ronghe::gateway::oidc {

struct SignInParts {
  sql::Database& database;
  base::IdGenerator& ids;
  const base::Clock& clock;
  const access::LoginPolicy& policy;
  const auth::RoleTable& roles;
  const crypto::FieldCipher& cipher;
  audit::RefusalLog& refusals;
  Provider& provider;
  // What the button says, as "省统一身份认证".
  std::string title;
  access::SubjectChanged changed;
};

// Four pages:
//   GET  /oidc/provider            {"title": …}: what a sign-in page offers
//   GET  /oidc/login?return_to=/…  sends the browser to the provider
//   GET  /oidc/callback            opens a session as its cookie and sends the browser back
//   POST /oidc/backchannel-logout  ends sessions (OpenID Connect Back-Channel Logout 1.0)
// A person without an account that is tied to them and may sign in is told so; no account is made.
class SignInPages : public http::PlainHandler {
 public:
  // Everything in `parts` must outlive it.
  explicit SignInPages(SignInParts parts) : parts_(std::move(parts)) {}

  bool Owns(std::string_view path) const override { return path.starts_with("/oidc/"); }
  http::PlainResponse Handle(const http::PlainRequest& request) override;

 private:
  absl::StatusOr<http::PlainResponse> Login(const http::PlainRequest& request);
  absl::StatusOr<http::PlainResponse> Callback(const http::PlainRequest& request);
  absl::StatusOr<http::PlainResponse> Logout(const http::PlainRequest& request);

  Expected ExpectedNow() const;
  // The session cookie of a new session of the account that is tied to `identity`.
  absl::StatusOr<std::string> OpenSession(const Identity& identity, const std::string& peer,
                                          bool secure);
  void RecordRefusal(const http::PlainRequest& request, const absl::Status& refusal);

  const SignInParts parts_;
};

}  // namespace ronghe::gateway::oidc

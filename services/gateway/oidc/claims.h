// Is this statement of the identity provider meant for us, fresh, and about which person? The rules
// of OpenID Connect Core 1.0 (3.1.3.7) and Back-Channel Logout 1.0 (2.6), without keys and clocks.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace ronghe::gateway::oidc {

// The difference between the provider's clock and ours that is forgiven.
inline constexpr absl::Duration kClockSkew = absl::Seconds(60);
// How old an identity token or a logout token may be at most.
inline constexpr absl::Duration kMaxAge = absl::Minutes(10);

struct Expected {
  std::string issuer;
  std::string client_id;
  absl::Time now;
};

// Who signed in.
struct Identity {
  std::string subject;
  // The provider's session; may be empty.
  std::string session;
  // True when the provider says that a second factor was used (RFC 8176: mfa, otp, hwk, sc, swk).
  bool second_factor = false;
};

// The person of an identity token whose signature is known to be good. UNAUTHENTICATED
// ID_TOKEN_INVALID naming the claim: iss, aud, azp, exp, iat, nbf, nonce or sub.
absl::StatusOr<Identity> ReadIdToken(std::string_view payload, const Expected& expected,
                                     std::string_view nonce);

// Who must be signed out.
struct Logout {
  std::string id;  // "jti"
  // Of subject and session at least one is not empty.
  std::string subject;
  std::string session;
  absl::Time expires;
};

// What a logout token of type `type` says; its signature is known to be good. INVALID_ARGUMENT
// LOGOUT_TOKEN_INVALID naming the claim.
absl::StatusOr<Logout> ReadLogoutToken(std::string_view payload, std::string_view type,
                                       const Expected& expected);

}  // namespace ronghe::gateway::oidc

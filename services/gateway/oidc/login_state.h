// Which sign-in did this browser begin? What must come back with it travels in the browser itself,
// sealed, so that the gateway keeps nothing of those who only knock.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/field_cipher.h"

namespace ronghe::gateway::oidc {

// How long a person may take at the provider.
inline constexpr absl::Duration kLoginLife = absl::Minutes(10);

struct LoginState {
  std::string state;
  std::string nonce;
  std::string verifier;
  // Where to go afterwards, a path of our own.
  std::string return_to;
  absl::Time expires;
};

// A new one with three random values of 256 bits. A `return_to` that is no path of ours becomes
// "/".
LoginState NewLoginState(std::string_view return_to, absl::Time now);

// As text for a cookie. INTERNAL CRYPTO_FAILED.
absl::StatusOr<std::string> Seal(const crypto::FieldCipher& cipher, const LoginState& login);
// UNAUTHENTICATED LOGIN_STATE_INVALID for what is none, of another browser's sign-in (`state` of
// the answer differs) or too old.
absl::StatusOr<LoginState> Open(const crypto::FieldCipher& cipher, std::string_view sealed,
                                std::string_view state, absl::Time now);

}  // namespace ronghe::gateway::oidc

// Is this assertion of a client meant for us, fresh, and its own? RFC 7523, section 3, without keys
// and clocks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace ronghe::gateway::oauth {

// What an assertion says before its signature is checked: enough to find the key, and not to be
// believed.
struct Claimed {
  std::string key_id;
  std::string client;
};

// nullopt for what is no JWS in its compact form, or too long.
std::optional<Claimed> PeekAssertion(std::string_view compact);

struct Assertion {
  std::string id;  // "jti"
  // When it can't be used again anyway.
  absl::Time forget_at;
};

// Reads the payload of an assertion of `client` whose signature is known to be good. Empty, or what
// is wrong with it, as the audit row says it: "ASSERTION_EXPIRED".
std::string_view ReadAssertion(std::string_view payload, std::string_view client,
                               const std::string& issuer, absl::Time now, Assertion* assertion);

}  // namespace ronghe::gateway::oauth

// What does the identity provider offer, and which keys does it sign with just now? Discovery
// (OpenID Connect Discovery 1.0) and key set, kept for a while, and the exchange of a code.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/crypto/jws.h"
#include "services/gateway/oidc/fetch.h"

namespace ronghe::gateway::oidc {

struct ProviderOptions {
  std::string issuer;
  std::string client_id;
  std::string client_secret;
  // Our own address of the callback.
  std::string redirect_uri;
  // How long the discovery document is good.
  absl::Duration keep = absl::Hours(1);
  // A key set is asked for again at most this often, whatever key ids come along.
  absl::Duration refetch = absl::Seconds(10);
};

// Thread-safe. Blocking.
class Provider {
 public:
  // Both references must outlive it.
  Provider(ProviderOptions options, const Fetcher& fetcher, const base::Clock& clock)
      : options_(std::move(options)), fetcher_(fetcher), clock_(clock) {}

  // Where to send a person to sign in, with PKCE (RFC 7636, S256). UNAVAILABLE
  // IDENTITY_PROVIDER_UNREACHABLE; FAILED_PRECONDITION IDENTITY_PROVIDER_INVALID where the
  // discovery document is not what it should be.
  absl::StatusOr<std::string> AuthorizationUrl(std::string_view state, std::string_view nonce,
                                               std::string_view verifier);

  // The identity token for a code. Errors as above; UNAUTHENTICATED CODE_REFUSED.
  absl::StatusOr<std::string> Exchange(std::string_view code, std::string_view verifier);

  // A statement signed by a key of the provider. A key that is not known yet makes the set be asked
  // for again (rotation). Errors as above and those of JwkSet::Verify.
  absl::StatusOr<crypto::Jws> Verify(std::string_view compact);

  const ProviderOptions& options() const { return options_; }

 private:
  struct Metadata {
    std::string authorization_endpoint, token_endpoint, jwks_uri;
  };
  absl::StatusOr<std::shared_ptr<const Metadata>> Discover();
  // The key set; a fresh one where the one at hand is `stale` and old enough.
  absl::StatusOr<std::shared_ptr<const crypto::JwkSet>> Keys(const crypto::JwkSet* stale);
  absl::StatusOr<std::string> GetText(const std::string& url) const;

  const ProviderOptions options_;
  const Fetcher& fetcher_;
  const base::Clock& clock_;
  std::mutex mutex_;
  std::shared_ptr<const Metadata> metadata_;       // guarded by mutex_
  absl::Time metadata_at_ = absl::InfinitePast();  // guarded by mutex_
  std::shared_ptr<const crypto::JwkSet> keys_;     // guarded by mutex_
  absl::Time keys_at_ = absl::InfinitePast();      // guarded by mutex_
};

}  // namespace ronghe::gateway::oidc

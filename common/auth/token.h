// Is this access token ours, unaltered and in force? ES256 JSON Web Tokens between gateway and
// services.
#ifndef RONGHE_COMMON_AUTH_TOKEN_H_
#define RONGHE_COMMON_AUTH_TOKEN_H_

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/auth/principal.h"
#include "common/crypto/signature.h"

namespace ronghe::auth {

inline constexpr std::string_view kIssuer = "ronghe-gateway";
inline constexpr std::string_view kAudience = "ronghe";
// A longer token is refused before it is looked at.
inline constexpr size_t kMaxTokenBytes = 8 * 1024;
// The longest life that a verifier accepts, exp - iat.
inline constexpr absl::Duration kMaxTokenLife = absl::Hours(1);
// The difference between the clocks of two machines that nbf and iat forgive.
inline constexpr absl::Duration kClockSkew = absl::Seconds(30);

// Signs access tokens. Thread-safe.
class TokenMinter {
 public:
  // The key's thumbprint (Es256Signer::key_id) becomes the "kid" of the tokens.
  explicit TokenMinter(crypto::Es256Signer signer);

  // Reads the private key at `pem_path`. Errors: what Es256Signer::FromPemFile returns.
  static absl::StatusOr<std::unique_ptr<TokenMinter>> Load(const std::string& pem_path);

  // A token for `principal`, a person or a client, in force from `now` for `ttl`. INVALID_ARGUMENT
  // when `ttl` is not in (0, kMaxTokenLife], when the principal is somebody else (services have
  // certificates) or the token would be longer than kMaxTokenBytes; INTERNAL when signing fails.
  absl::StatusOr<std::string> Mint(const Principal& principal, absl::Time now,
                                   absl::Duration ttl) const;

 private:
  const crypto::Es256Signer signer_;
  const std::string header_;  // base64url, with the dot
};

// Verifies access tokens and remembers those that it has verified until they expire. Thread-safe.
class TokenVerifier {
 public:
  // Accepts the keys of a PEM file: one public key or several, one after the other, so that a new
  // key can be made known before the first token is signed with it. Errors: what reading the file
  // returns; INVALID_ARGUMENT with reason KEY_INVALID.
  static absl::StatusOr<std::unique_ptr<TokenVerifier>> Load(const std::string& path);
  static absl::StatusOr<std::unique_ptr<TokenVerifier>> FromPem(std::string_view pem);

  // The principal of `jwt` at `now`: a person or a client, never a service. UNAUTHENTICATED with
  // reason TOKEN_INVALID (malformed, too long, unknown key, other algorithm, bad signature, other
  // issuer or audience, not yet in force) or TOKEN_EXPIRED.
  absl::StatusOr<Principal> Verify(std::string_view jwt, absl::Time now) const;

  // As Verify without copying the principal.
  absl::StatusOr<std::shared_ptr<const Principal>> VerifyShared(std::string_view jwt,
                                                                absl::Time now) const;

 private:
  struct Verified {
    std::shared_ptr<const Principal> principal;
    absl::Time not_before, expires;
  };
  static constexpr size_t kShards = 16;
  static constexpr size_t kMaxPerShard = 2048;
  struct Shard {
    mutable absl::Mutex mutex;
    absl::flat_hash_map<std::string, Verified> verified ABSL_GUARDED_BY(mutex);
  };

  TokenVerifier() = default;
  // Everything but the times.
  absl::StatusOr<Verified> Check(std::string_view jwt) const;

  absl::flat_hash_map<std::string, crypto::Es256Verifier> keys_;
  mutable std::array<Shard, kShards> shards_;
};

}  // namespace ronghe::auth

#endif  // RONGHE_COMMON_AUTH_TOKEN_H_

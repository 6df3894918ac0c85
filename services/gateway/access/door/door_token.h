// What does a client of another department show at the door? A signed token (RFC 9068) that is
// worth something only together with the certificate for which it was issued (RFC 8705).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/signature.h"

namespace ronghe::gateway::access {

inline constexpr std::string_view kDoorAudience = "ronghe-door";
inline constexpr absl::Duration kDoorTokenLife = absl::Minutes(10);

// Thread-safe.
class DoorTokens {
 public:
  struct Opened {
    int64_t client_id = 0;
    absl::Time expires;
  };

  // Signs with the key at `private_key_path` and takes those of `public_keys_path` too. Errors:
  // what reading the files returns; those of Accept.
  static absl::StatusOr<std::unique_ptr<DoorTokens>> Load(const std::string& private_key_path,
                                                          const std::string& public_keys_path,
                                                          std::string issuer);

  // `issuer` as the discovery document says it.
  DoorTokens(crypto::Es256Signer signer, std::string issuer);
  // Takes the tokens that other gateways sign with one of these keys too, one PEM after the other,
  // and publishes the keys. INVALID_ARGUMENT KEY_INVALID.
  absl::Status Accept(std::string_view public_keys_pem);

  // A token for a client with a certificate of this x5t#S256. INTERNAL CRYPTO_FAILED.
  absl::StatusOr<std::string> Mint(int64_t client_id, std::string_view x5t, absl::Time now) const;

  // UNAUTHENTICATED CLIENT_TOKEN_INVALID for anything but a token of ours for that certificate;
  // CLIENT_TOKEN_EXPIRED.
  absl::StatusOr<Opened> Open(std::string_view token, std::string_view x5t, absl::Time now) const;

  // The public keys as a JSON Web Key Set.
  std::string Jwks() const;
  const std::string& issuer() const { return issuer_; }

 private:
  const crypto::Es256Signer signer_;
  const std::string issuer_;
  // By the only header that tokens of the key have, in base64url: what stands before the first dot
  // says key and algorithm, and a token has no say in either.
  absl::flat_hash_map<std::string, crypto::Es256Verifier> by_header_;
};

}  // namespace ronghe::gateway::access

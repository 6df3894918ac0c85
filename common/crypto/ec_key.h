// How do keys on an elliptic curve come from PEM, sign and verify? What every kind of signature.h
// shares.
#ifndef RONGHE_COMMON_CRYPTO_EC_KEY_H_
#define RONGHE_COMMON_CRYPTO_EC_KEY_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

struct evp_md_st;
struct evp_pkey_st;

namespace ronghe::crypto::internal {

using Key = std::shared_ptr<evp_pkey_st>;

// A way of signing on a curve of 256 bits.
struct EcScheme {
  const char* group;  // OpenSSL's name of the curve
  const char* name;   // as in JWK and in messages: "P-256"
  const evp_md_st* (*digest)();
  std::string_view signer_id;  // GB/T 32918.2, 5.5; empty: the scheme has none
};

// A PEM public key or certificate, a PEM private key (SEC1 or PKCS#8, not encrypted).
// INVALID_ARGUMENT, reason KEY_INVALID, for anything else or another curve.
absl::StatusOr<Key> PublicKey(const EcScheme& scheme, std::string_view pem);
absl::StatusOr<Key> PrivateKey(const EcScheme& scheme, std::string_view pem);
// A new random key. Ends the process if the library fails.
Key GenerateKey(const EcScheme& scheme);

std::string PublicPem(const Key& key);
std::string PrivatePem(const Key& key);

// RFC 7638: what is hashed to name the key.
std::string JwkMembers(const EcScheme& scheme, const Key& key);

// 64 bytes, r then s. INTERNAL, reason CRYPTO_FAILED, if the library refuses.
absl::StatusOr<std::string> Sign(const EcScheme& scheme, const Key& key, std::string_view data);
bool Verify(const EcScheme& scheme, const Key& key, std::string_view data,
            std::string_view signature);

}  // namespace ronghe::crypto::internal

#endif  // RONGHE_COMMON_CRYPTO_EC_KEY_H_

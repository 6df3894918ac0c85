#ifndef RONGHE_COMMON_CRYPTO_ES256_H_
#define RONGHE_COMMON_CRYPTO_ES256_H_

// How is a token or an audit head signed, and the signature checked? ECDSA on P-256 with SHA-256.

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct evp_pkey_st;

namespace ronghe::crypto {

// Checks signatures. Thread-safe, copies share the key.
class Es256Verifier {
 public:
  // A PEM public key or certificate. INVALID_ARGUMENT, reason KEY_INVALID, for anything else or
  // another curve.
  static absl::StatusOr<Es256Verifier> FromPem(std::string_view pem);
  static absl::StatusOr<Es256Verifier> FromPemFile(const std::string& path);

  // `signature`: 64 bytes, r then s, as in JWS.
  bool Verify(std::string_view data, std::string_view signature) const;

  // RFC 7638 thumbprint, base64url: the `kid`.
  const std::string& key_id() const { return key_id_; }

  // The public key as PEM.
  std::string ToPem() const;

 private:
  friend class Es256Signer;
  explicit Es256Verifier(std::shared_ptr<evp_pkey_st> key);
  std::shared_ptr<evp_pkey_st> key_;
  std::string key_id_;
};

// Signs. Thread-safe, copies share the key.
class Es256Signer {
 public:
  // A PEM private key (SEC1 or PKCS#8, not encrypted), readable by its owner only. Errors:
  // SECRET_EXPOSED and FILE_UNREADABLE as config::ReadSecret, KEY_INVALID as above.
  static absl::StatusOr<Es256Signer> FromPemFile(const std::string& path);
  static absl::StatusOr<Es256Signer> FromPem(std::string_view pem);

  // A new random key: for tests and for making key files.
  static Es256Signer Generate();

  // 64 bytes, r then s. INTERNAL, reason CRYPTO_FAILED, if the library refuses.
  absl::StatusOr<std::string> Sign(std::string_view data) const;

  const std::string& key_id() const { return verifier_.key_id(); }
  const Es256Verifier& verifier() const { return verifier_; }

  // The private key as PEM (PKCS#8).
  std::string ToPem() const;

 private:
  explicit Es256Signer(std::shared_ptr<evp_pkey_st> key);
  std::shared_ptr<evp_pkey_st> key_;
  Es256Verifier verifier_;
};

}  // namespace ronghe::crypto

#endif  // RONGHE_COMMON_CRYPTO_ES256_H_

#ifndef RONGHE_COMMON_CRYPTO_SM2_H_
#define RONGHE_COMMON_CRYPTO_SM2_H_

// How is an audit head signed where the national algorithms are required? SM2 with SM3 (GB/T
// 32918.2, 32905) on the recommended curve, under the default identity of GB/T 35276
// ("1234567812345678").

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct evp_pkey_st;

namespace ronghe::crypto {

// Checks signatures. Thread-safe, copies share the key.
class Sm2Verifier {
 public:
  // A PEM public key or certificate. INVALID_ARGUMENT, reason KEY_INVALID, for anything else or
  // another curve.
  static absl::StatusOr<Sm2Verifier> FromPem(std::string_view pem);
  static absl::StatusOr<Sm2Verifier> FromPemFile(const std::string& path);

  // `signature`: 64 bytes, r then s, not DER.
  bool Verify(std::string_view data, std::string_view signature) const;

  // SM3 over the members that RFC 7638 names, base64url.
  const std::string& key_id() const { return key_id_; }

  // The public key as PEM.
  std::string ToPem() const;

 private:
  friend class Sm2Signer;
  explicit Sm2Verifier(std::shared_ptr<evp_pkey_st> key);
  std::shared_ptr<evp_pkey_st> key_;
  std::string key_id_;
};

// Signs. Thread-safe, copies share the key.
class Sm2Signer {
 public:
  // A PEM private key (SEC1 or PKCS#8, not encrypted), readable by its owner only. Errors:
  // SECRET_EXPOSED and FILE_UNREADABLE as config::ReadSecret, KEY_INVALID as above.
  static absl::StatusOr<Sm2Signer> FromPemFile(const std::string& path);
  static absl::StatusOr<Sm2Signer> FromPem(std::string_view pem);

  // A new random key: for tests and for making key files.
  static Sm2Signer Generate();

  // 64 bytes, r then s. INTERNAL, reason CRYPTO_FAILED, if the library refuses.
  absl::StatusOr<std::string> Sign(std::string_view data) const;

  const std::string& key_id() const { return verifier_.key_id(); }
  const Sm2Verifier& verifier() const { return verifier_; }

  // The private key as PEM (PKCS#8).
  std::string ToPem() const;

 private:
  explicit Sm2Signer(std::shared_ptr<evp_pkey_st> key);
  std::shared_ptr<evp_pkey_st> key_;
  Sm2Verifier verifier_;
};

}  // namespace ronghe::crypto

#endif  // RONGHE_COMMON_CRYPTO_SM2_H_

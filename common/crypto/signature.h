#ifndef RONGHE_COMMON_CRYPTO_SIGNATURE_H_
#define RONGHE_COMMON_CRYPTO_SIGNATURE_H_

// How is a token or an audit head signed, and the signature checked?
//
//   Es256: ECDSA on P-256 with SHA-256.
//   Sm2:   SM2 with SM3 (GB/T 32918.2, 32905) on the recommended curve, under the default identity
//          of GB/T 35276 ("1234567812345678").

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct evp_pkey_st;

namespace ronghe::crypto {

enum class EcKind { kEs256, kSm2 };

template <EcKind kind>
class EcSigner;

// Checks signatures. Thread-safe, copies share the key.
template <EcKind kind>
class EcVerifier {
 public:
  // A PEM public key or certificate. INVALID_ARGUMENT, reason KEY_INVALID, for anything else or
  // another curve.
  static absl::StatusOr<EcVerifier> FromPem(std::string_view pem);
  static absl::StatusOr<EcVerifier> FromPemFile(const std::string& path);

  // `signature`: 64 bytes, r then s, as in JWS; not DER.
  bool Verify(std::string_view data, std::string_view signature) const;

  // RFC 7638 thumbprint (with Sm2 by SM3), base64url: the `kid`.
  const std::string& key_id() const { return key_id_; }

  // The public key as PEM.
  std::string ToPem() const;

 private:
  friend class EcSigner<kind>;
  explicit EcVerifier(std::shared_ptr<evp_pkey_st> key);
  std::shared_ptr<evp_pkey_st> key_;
  std::string key_id_;
};

// Signs. Thread-safe, copies share the key.
template <EcKind kind>
class EcSigner {
 public:
  // A PEM private key (SEC1 or PKCS#8, not encrypted), readable by its owner only. Errors:
  // SECRET_EXPOSED and FILE_UNREADABLE as config::ReadSecret, KEY_INVALID as above.
  static absl::StatusOr<EcSigner> FromPemFile(const std::string& path);
  static absl::StatusOr<EcSigner> FromPem(std::string_view pem);

  // A new random key: for tests and for making key files.
  static EcSigner Generate();

  // 64 bytes, r then s. INTERNAL, reason CRYPTO_FAILED, if the library refuses.
  absl::StatusOr<std::string> Sign(std::string_view data) const;

  const std::string& key_id() const { return verifier_.key_id(); }
  const EcVerifier<kind>& verifier() const { return verifier_; }

  // The private key as PEM (PKCS#8).
  std::string ToPem() const;

 private:
  explicit EcSigner(std::shared_ptr<evp_pkey_st> key);
  std::shared_ptr<evp_pkey_st> key_;
  EcVerifier<kind> verifier_;
};

using Es256Verifier = EcVerifier<EcKind::kEs256>;
using Es256Signer = EcSigner<EcKind::kEs256>;
using Sm2Verifier = EcVerifier<EcKind::kSm2>;
using Sm2Signer = EcSigner<EcKind::kSm2>;

extern template class EcVerifier<EcKind::kEs256>;
extern template class EcSigner<EcKind::kEs256>;
extern template class EcVerifier<EcKind::kSm2>;
extern template class EcSigner<EcKind::kSm2>;

}  // namespace ronghe::crypto

#endif  // RONGHE_COMMON_CRYPTO_SIGNATURE_H_

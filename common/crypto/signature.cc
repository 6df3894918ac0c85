#include "common/crypto/signature.h"

#include <openssl/evp.h>
#include <openssl/obj_mac.h>

#include <utility>

#include "common/base/status_macros.h"
#include "common/config/config.h"
#include "common/crypto/bytes.h"
#include "common/crypto/ec_key.h"

namespace ronghe::crypto {
namespace {

constexpr internal::EcScheme kEs256 = {SN_X9_62_prime256v1, "P-256", &EVP_sha256, ""};
constexpr internal::EcScheme kSm2 = {SN_sm2, "SM2", &EVP_sm3, "1234567812345678"};

template <EcKind kind>
constexpr const internal::EcScheme& kScheme = kind == EcKind::kSm2 ? kSm2 : kEs256;

template <EcKind kind>
std::string Thumbprint(const internal::Key& key) {
  const std::string members = internal::JwkMembers(kScheme<kind>, key);
  return Base64UrlEncode(kind == EcKind::kSm2 ? Sm3(members) : Sha256(members));
}

}  // namespace

template <EcKind kind>
EcVerifier<kind>::EcVerifier(std::shared_ptr<EVP_PKEY> key)
    : key_(std::move(key)), key_id_(Thumbprint<kind>(key_)) {}

template <EcKind kind>
absl::StatusOr<EcVerifier<kind>> EcVerifier<kind>::FromPem(std::string_view pem) {
  RONGHE_ASSIGN_OR_RETURN(internal::Key key, internal::PublicKey(kScheme<kind>, pem));
  return EcVerifier(std::move(key));
}

template <EcKind kind>
absl::StatusOr<EcVerifier<kind>> EcVerifier<kind>::FromPemFile(const std::string& path) {
  RONGHE_ASSIGN_OR_RETURN(std::string pem, config::ReadFile(path));
  return FromPem(pem);
}

template <EcKind kind>
bool EcVerifier<kind>::Verify(std::string_view data, std::string_view signature) const {
  return internal::Verify(kScheme<kind>, key_, data, signature);
}

template <EcKind kind>
std::string EcVerifier<kind>::ToPem() const {
  return internal::PublicPem(key_);
}

template <EcKind kind>
EcSigner<kind>::EcSigner(std::shared_ptr<EVP_PKEY> key) : key_(std::move(key)), verifier_(key_) {}

template <EcKind kind>
absl::StatusOr<EcSigner<kind>> EcSigner<kind>::FromPem(std::string_view pem) {
  RONGHE_ASSIGN_OR_RETURN(internal::Key key, internal::PrivateKey(kScheme<kind>, pem));
  return EcSigner(std::move(key));
}

template <EcKind kind>
absl::StatusOr<EcSigner<kind>> EcSigner<kind>::FromPemFile(const std::string& path) {
  RONGHE_ASSIGN_OR_RETURN(std::string pem, config::ReadSecret(path));
  absl::StatusOr<EcSigner> signer = FromPem(pem);
  Wipe(pem);
  return signer;
}

template <EcKind kind>
EcSigner<kind> EcSigner<kind>::Generate() {
  return EcSigner(internal::GenerateKey(kScheme<kind>));
}

template <EcKind kind>
absl::StatusOr<std::string> EcSigner<kind>::Sign(std::string_view data) const {
  return internal::Sign(kScheme<kind>, key_, data);
}

template <EcKind kind>
std::string EcSigner<kind>::ToPem() const {
  return internal::PrivatePem(key_);
}

template class EcVerifier<EcKind::kEs256>;
template class EcSigner<EcKind::kEs256>;
template class EcVerifier<EcKind::kSm2>;
template class EcSigner<EcKind::kSm2>;

}  // namespace ronghe::crypto

#include "common/crypto/es256.h"

#include <openssl/evp.h>
#include <openssl/obj_mac.h>

#include <utility>

#include "common/base/status_macros.h"
#include "common/config/config.h"
#include "common/crypto/bytes.h"
#include "common/crypto/ec_key.h"

namespace ronghe::crypto {
namespace {

constexpr internal::EcScheme kScheme = {SN_X9_62_prime256v1, "P-256", &EVP_sha256, ""};

}  // namespace

Es256Verifier::Es256Verifier(std::shared_ptr<EVP_PKEY> key)
    : key_(std::move(key)), key_id_(Base64UrlEncode(Sha256(internal::JwkMembers(kScheme, key_)))) {}

absl::StatusOr<Es256Verifier> Es256Verifier::FromPem(std::string_view pem) {
  RONGHE_ASSIGN_OR_RETURN(internal::Key key, internal::PublicKey(kScheme, pem));
  return Es256Verifier(std::move(key));
}

absl::StatusOr<Es256Verifier> Es256Verifier::FromPemFile(const std::string& path) {
  RONGHE_ASSIGN_OR_RETURN(std::string pem, config::ReadFile(path));
  return FromPem(pem);
}

bool Es256Verifier::Verify(std::string_view data, std::string_view signature) const {
  return internal::Verify(kScheme, key_, data, signature);
}

std::string Es256Verifier::ToPem() const { return internal::PublicPem(key_); }

Es256Signer::Es256Signer(std::shared_ptr<EVP_PKEY> key) : key_(std::move(key)), verifier_(key_) {}

absl::StatusOr<Es256Signer> Es256Signer::FromPem(std::string_view pem) {
  RONGHE_ASSIGN_OR_RETURN(internal::Key key, internal::PrivateKey(kScheme, pem));
  return Es256Signer(std::move(key));
}

absl::StatusOr<Es256Signer> Es256Signer::FromPemFile(const std::string& path) {
  RONGHE_ASSIGN_OR_RETURN(std::string pem, config::ReadSecret(path));
  absl::StatusOr<Es256Signer> signer = FromPem(pem);
  Wipe(pem);
  return signer;
}

Es256Signer Es256Signer::Generate() { return Es256Signer(internal::GenerateKey(kScheme)); }

absl::StatusOr<std::string> Es256Signer::Sign(std::string_view data) const {
  return internal::Sign(kScheme, key_, data);
}

std::string Es256Signer::ToPem() const { return internal::PrivatePem(key_); }

}  // namespace ronghe::crypto

#include "common/crypto/sm2.h"

#include <openssl/evp.h>
#include <openssl/obj_mac.h>

#include <utility>

#include "common/base/status_macros.h"
#include "common/config/config.h"
#include "common/crypto/bytes.h"
#include "common/crypto/ec_key.h"

namespace ronghe::crypto {
namespace {

constexpr internal::EcScheme kScheme = {SN_sm2, "SM2", &EVP_sm3, "1234567812345678"};

}  // namespace

Sm2Verifier::Sm2Verifier(std::shared_ptr<EVP_PKEY> key)
    : key_(std::move(key)), key_id_(Base64UrlEncode(Sm3(internal::JwkMembers(kScheme, key_)))) {}

absl::StatusOr<Sm2Verifier> Sm2Verifier::FromPem(std::string_view pem) {
  RONGHE_ASSIGN_OR_RETURN(internal::Key key, internal::PublicKey(kScheme, pem));
  return Sm2Verifier(std::move(key));
}

absl::StatusOr<Sm2Verifier> Sm2Verifier::FromPemFile(const std::string& path) {
  RONGHE_ASSIGN_OR_RETURN(std::string pem, config::ReadFile(path));
  return FromPem(pem);
}

bool Sm2Verifier::Verify(std::string_view data, std::string_view signature) const {
  return internal::Verify(kScheme, key_, data, signature);
}

std::string Sm2Verifier::ToPem() const { return internal::PublicPem(key_); }

Sm2Signer::Sm2Signer(std::shared_ptr<EVP_PKEY> key) : key_(std::move(key)), verifier_(key_) {}

absl::StatusOr<Sm2Signer> Sm2Signer::FromPem(std::string_view pem) {
  RONGHE_ASSIGN_OR_RETURN(internal::Key key, internal::PrivateKey(kScheme, pem));
  return Sm2Signer(std::move(key));
}

absl::StatusOr<Sm2Signer> Sm2Signer::FromPemFile(const std::string& path) {
  RONGHE_ASSIGN_OR_RETURN(std::string pem, config::ReadSecret(path));
  absl::StatusOr<Sm2Signer> signer = FromPem(pem);
  Wipe(pem);
  return signer;
}

Sm2Signer Sm2Signer::Generate() { return Sm2Signer(internal::GenerateKey(kScheme)); }

absl::StatusOr<std::string> Sm2Signer::Sign(std::string_view data) const {
  return internal::Sign(kScheme, key_, data);
}

std::string Sm2Signer::ToPem() const { return internal::PrivatePem(key_); }

}  // namespace ronghe::crypto

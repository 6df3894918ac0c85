#include "common/crypto/es256.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/config/config.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"

namespace ronghe::crypto {
namespace {

constexpr int kFieldBytes = 32;
constexpr size_t kSignatureBytes = 2 * kFieldBytes;

template <class T, void (*Free)(T*)>
struct Deleter {
  void operator()(T* object) const { Free(object); }
};
template <class T, void (*Free)(T*)>
using Owned = std::unique_ptr<T, Deleter<T, Free>>;

void FreeBio(BIO* bio) { BIO_free_all(bio); }

using Bio = Owned<BIO, &FreeBio>;
using DigestContext = Owned<EVP_MD_CTX, &EVP_MD_CTX_free>;
using EcdsaSignature = Owned<ECDSA_SIG, &ECDSA_SIG_free>;
using Certificate = Owned<X509, &X509_free>;
using Number = Owned<BIGNUM, &BN_free>;

Bio Reading(std::string_view pem) {
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

std::string Written(BIO* bio) {
  char* data = nullptr;
  long size = BIO_get_mem_data(bio, &data);  // NOLINT(google-runtime-int): OpenSSL's type
  return std::string(data, static_cast<size_t>(size));
}

const unsigned char* Bytes(std::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}

// The key as an owner, or KEY_INVALID if it is none on P-256.
absl::StatusOr<std::shared_ptr<EVP_PKEY>> OnP256(EVP_PKEY* raw) {
  std::shared_ptr<EVP_PKEY> key(raw, &EVP_PKEY_free);
  std::array<char, 64> group = {};
  if (raw == nullptr || EVP_PKEY_get_group_name(raw, group.data(), group.size(), nullptr) != 1 ||
      std::string_view(group.data()) != SN_X9_62_prime256v1) {
    return error::Make(absl::StatusCode::kInvalidArgument, "KEY_INVALID",
                       "密钥无效,应为 P-256 的 PEM 密钥");
  }
  return key;
}

// One coordinate of a public key, base64url of 32 bytes.
std::string Coordinate(EVP_PKEY* key, const char* name) {
  BIGNUM* raw = nullptr;
  std::string bytes(kFieldBytes, '\0');
  if (EVP_PKEY_get_bn_param(key, name, &raw) == 1) {
    Number number(raw);
    BN_bn2binpad(number.get(), reinterpret_cast<unsigned char*>(bytes.data()), kFieldBytes);
  }
  return Base64UrlEncode(bytes);
}

std::string Thumbprint(EVP_PKEY* key) {
  return Base64UrlEncode(Sha256(base::Cat(R"({"crv":"P-256","kty":"EC","x":")",
                                          Coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X), R"(","y":")",
                                          Coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y), R"("})")));
}

}  // namespace

Es256Verifier::Es256Verifier(std::shared_ptr<EVP_PKEY> key)
    : key_(std::move(key)), key_id_(Thumbprint(key_.get())) {}

absl::StatusOr<Es256Verifier> Es256Verifier::FromPem(std::string_view pem) {
  EVP_PKEY* raw = PEM_read_bio_PUBKEY(Reading(pem).get(), nullptr, nullptr, nullptr);
  if (raw == nullptr) {
    Certificate certificate(PEM_read_bio_X509(Reading(pem).get(), nullptr, nullptr, nullptr));
    if (certificate != nullptr) raw = X509_get_pubkey(certificate.get());
  }
  RONGHE_ASSIGN_OR_RETURN(std::shared_ptr<EVP_PKEY> key, OnP256(raw));
  return Es256Verifier(std::move(key));
}

absl::StatusOr<Es256Verifier> Es256Verifier::FromPemFile(const std::string& path) {
  RONGHE_ASSIGN_OR_RETURN(std::string pem, config::ReadFile(path));
  return FromPem(pem);
}

bool Es256Verifier::Verify(std::string_view data, std::string_view signature) const {
  if (signature.size() != kSignatureBytes) return false;
  EcdsaSignature ecdsa(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(Bytes(signature), kFieldBytes, nullptr);
  BIGNUM* s = BN_bin2bn(Bytes(signature.substr(kFieldBytes)), kFieldBytes, nullptr);
  ECDSA_SIG_set0(ecdsa.get(), r, s);
  unsigned char* der = nullptr;
  int der_size = i2d_ECDSA_SIG(ecdsa.get(), &der);
  if (der_size <= 0) return false;
  DigestContext context(EVP_MD_CTX_new());
  bool valid =
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
      EVP_DigestVerify(context.get(), der, static_cast<size_t>(der_size), Bytes(data),
                       data.size()) == 1;
  OPENSSL_free(der);
  return valid;
}

std::string Es256Verifier::ToPem() const {
  Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PUBKEY(bio.get(), key_.get());
  return Written(bio.get());
}

Es256Signer::Es256Signer(std::shared_ptr<EVP_PKEY> key) : key_(std::move(key)), verifier_(key_) {}

absl::StatusOr<Es256Signer> Es256Signer::FromPem(std::string_view pem) {
  // An encrypted key has no password here; the default would ask the terminal for one.
  auto no_password = [](char*, int, int, void*) { return -1; };
  RONGHE_ASSIGN_OR_RETURN(
      std::shared_ptr<EVP_PKEY> key,
      OnP256(PEM_read_bio_PrivateKey(Reading(pem).get(), nullptr, no_password, nullptr)));
  return Es256Signer(std::move(key));
}

absl::StatusOr<Es256Signer> Es256Signer::FromPemFile(const std::string& path) {
  RONGHE_ASSIGN_OR_RETURN(std::string pem, config::ReadSecret(path));
  absl::StatusOr<Es256Signer> signer = FromPem(pem);
  Wipe(pem);
  return signer;
}

Es256Signer Es256Signer::Generate() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  if (key == nullptr) {
    std::fprintf(stderr, "crypto library failed: key generation\n");
    std::abort();
  }
  return Es256Signer(std::shared_ptr<EVP_PKEY>(key, &EVP_PKEY_free));
}

absl::StatusOr<std::string> Es256Signer::Sign(std::string_view data) const {
  auto failed = [] {
    return error::Make(absl::StatusCode::kInternal, "CRYPTO_FAILED", "签名失败");
  };
  DigestContext context(EVP_MD_CTX_new());
  std::array<unsigned char, 80> der;  // DER of two 33-byte integers takes at most 72
  size_t der_size = der.size();
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), der.data(), &der_size, Bytes(data), data.size()) != 1) {
    return failed();
  }
  const unsigned char* position = der.data();
  EcdsaSignature ecdsa(d2i_ECDSA_SIG(nullptr, &position,
                                     static_cast<long>(der_size)));  // NOLINT(google-runtime-int)
  std::string signature(kSignatureBytes, '\0');
  auto* out = reinterpret_cast<unsigned char*>(signature.data());
  if (ecdsa == nullptr ||
      BN_bn2binpad(ECDSA_SIG_get0_r(ecdsa.get()), out, kFieldBytes) != kFieldBytes ||
      BN_bn2binpad(ECDSA_SIG_get0_s(ecdsa.get()), out + kFieldBytes, kFieldBytes) != kFieldBytes) {
    return failed();
  }
  return signature;
}

std::string Es256Signer::ToPem() const {
  Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return Written(bio.get());
}

}  // namespace ronghe::crypto

#include "common/crypto/ec_key.h"

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

#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"

namespace ronghe::crypto::internal {
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
using KeyContext = Owned<EVP_PKEY_CTX, &EVP_PKEY_CTX_free>;
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

// The key as an owner, or KEY_INVALID if it is none on the curve.
absl::StatusOr<Key> OnCurve(const EcScheme& scheme, EVP_PKEY* raw) {
  Key key(raw, &EVP_PKEY_free);
  std::array<char, 64> group = {};
  if (raw == nullptr || EVP_PKEY_get_group_name(raw, group.data(), group.size(), nullptr) != 1 ||
      std::string_view(group.data()) != scheme.group) {
    return error::Make(absl::StatusCode::kInvalidArgument, "KEY_INVALID",
                       base::Cat("密钥无效,应为 ", scheme.name, " 的 PEM 密钥"));
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

// A digest to sign or verify with. The identity belongs to the key's part of it, which must live
// as long.
struct Digest {
  KeyContext key;
  DigestContext digest{EVP_MD_CTX_new()};
};

Digest Prepare(const EcScheme& scheme, const Key& key) {
  Digest prepared;
  prepared.key.reset(EVP_PKEY_CTX_new(key.get(), nullptr));
  if (!scheme.signer_id.empty()) {
    EVP_PKEY_CTX_set1_id(prepared.key.get(), scheme.signer_id.data(),
                         static_cast<int>(scheme.signer_id.size()));
  }
  EVP_MD_CTX_set_pkey_ctx(prepared.digest.get(), prepared.key.get());
  return prepared;
}

}  // namespace

absl::StatusOr<Key> PublicKey(const EcScheme& scheme, std::string_view pem) {
  EVP_PKEY* raw = PEM_read_bio_PUBKEY(Reading(pem).get(), nullptr, nullptr, nullptr);
  if (raw == nullptr) {
    Certificate certificate(PEM_read_bio_X509(Reading(pem).get(), nullptr, nullptr, nullptr));
    if (certificate != nullptr) raw = X509_get_pubkey(certificate.get());
  }
  return OnCurve(scheme, raw);
}

absl::StatusOr<Key> PrivateKey(const EcScheme& scheme, std::string_view pem) {
  // An encrypted key has no password here; the default would ask the terminal for one.
  auto no_password = [](char*, int, int, void*) { return -1; };
  return OnCurve(scheme,
                 PEM_read_bio_PrivateKey(Reading(pem).get(), nullptr, no_password, nullptr));
}

Key GenerateKey(const EcScheme& scheme) {
  EVP_PKEY* key = scheme.signer_id.empty() ? EVP_EC_gen(scheme.group)
                                           : EVP_PKEY_Q_keygen(nullptr, nullptr, "SM2");
  if (key == nullptr) {
    std::fprintf(stderr, "crypto library failed: key generation\n");
    std::abort();
  }
  return Key(key, &EVP_PKEY_free);
}

std::string PublicPem(const Key& key) {
  Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PUBKEY(bio.get(), key.get());
  return Written(bio.get());
}

std::string PrivatePem(const Key& key) {
  Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return Written(bio.get());
}

std::string JwkMembers(const EcScheme& scheme, const Key& key) {
  return base::Cat(R"({"crv":")", scheme.name, R"(","kty":"EC","x":")",
                   Coordinate(key.get(), OSSL_PKEY_PARAM_EC_PUB_X), R"(","y":")",
                   Coordinate(key.get(), OSSL_PKEY_PARAM_EC_PUB_Y), R"("})");
}

absl::StatusOr<std::string> Sign(const EcScheme& scheme, const Key& key, std::string_view data) {
  auto failed = [] {
    return error::Make(absl::StatusCode::kInternal, "CRYPTO_FAILED", "签名失败");
  };
  const Digest digest = Prepare(scheme, key);
  std::array<unsigned char, 80> der;  // DER of two 33-byte integers takes at most 72
  size_t der_size = der.size();
  if (EVP_DigestSignInit(digest.digest.get(), nullptr, scheme.digest(), nullptr, key.get()) != 1 ||
      EVP_DigestSign(digest.digest.get(), der.data(), &der_size, Bytes(data), data.size()) != 1) {
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

bool Verify(const EcScheme& scheme, const Key& key, std::string_view data,
            std::string_view signature) {
  if (signature.size() != kSignatureBytes) return false;
  EcdsaSignature ecdsa(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(Bytes(signature), kFieldBytes, nullptr);
  BIGNUM* s = BN_bin2bn(Bytes(signature.substr(kFieldBytes)), kFieldBytes, nullptr);
  ECDSA_SIG_set0(ecdsa.get(), r, s);
  unsigned char* der = nullptr;
  int der_size = i2d_ECDSA_SIG(ecdsa.get(), &der);
  if (der_size <= 0) return false;
  const Digest digest = Prepare(scheme, key);
  bool valid = EVP_DigestVerifyInit(digest.digest.get(), nullptr, scheme.digest(), nullptr,
                                    key.get()) == 1 &&
               EVP_DigestVerify(digest.digest.get(), der, static_cast<size_t>(der_size),
                                Bytes(data), data.size()) == 1;
  OPENSSL_free(der);
  return valid;
}

}  // namespace ronghe::crypto::internal

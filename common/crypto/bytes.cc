#include "common/crypto/bytes.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "common/base/strings.h"
#include "common/crypto/gcrypt_init.h"
#include "common/error/error.h"

namespace ronghe::crypto {
namespace {

constexpr size_t kDigestBytes = 32;

[[noreturn]] void Die(const char* what) {
  std::fprintf(stderr, "crypto library failed: %s\n", what);
  std::abort();
}

gcry_buffer_t GcryptBuffer(std::string_view data) {
  gcry_buffer_t buffer = {};
  buffer.data = const_cast<char*>(data.data());
  buffer.len = data.size();
  return buffer;
}

}  // namespace

std::string Hash(Suite suite, std::string_view data) {
  return suite == Suite::kSm ? Sm3(data) : Sha256(data);
}

std::string Sha256(std::string_view data) {
  // Fetching the algorithm and making a context cost more than hashing a short text.
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  thread_local std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                               &EVP_MD_CTX_free);
  std::string digest(kDigestBytes, '\0');
  if (EVP_DigestInit_ex2(context.get(), algorithm, nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), data.data(), data.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(digest.data()), nullptr) !=
          1) {
    Die("SHA-256");
  }
  return digest;
}

std::string Sm3(std::string_view data) {
  internal::EnsureGcrypt();
  std::string digest(kDigestBytes, '\0');
  gcry_md_hash_buffer(GCRY_MD_SM3, digest.data(), data.data(), data.size());
  return digest;
}

std::string Hmac(Suite suite, std::string_view key, std::string_view data) {
  return suite == Suite::kSm ? HmacSm3(key, data) : HmacSha256(key, data);
}

std::string HmacSha256(std::string_view key, std::string_view data) {
  std::string digest(kDigestBytes, '\0');
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(data.data()), data.size(),
           reinterpret_cast<unsigned char*>(digest.data()), nullptr) == nullptr) {
    Die("HMAC-SHA-256");
  }
  return digest;
}

std::string HmacSm3(std::string_view key, std::string_view data) {
  internal::EnsureGcrypt();
  std::array<gcry_buffer_t, 2> buffers = {GcryptBuffer(key), GcryptBuffer(data)};
  std::string digest(kDigestBytes, '\0');
  if (gcry_md_hash_buffers(GCRY_MD_SM3, GCRY_MD_FLAG_HMAC, digest.data(), buffers.data(),
                           static_cast<int>(buffers.size())) != 0) {
    Die("HMAC-SM3");
  }
  return digest;
}

std::string HmacSha1(std::string_view key, std::string_view data) {
  std::string digest(20, '\0');
  if (HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(data.data()), data.size(),
           reinterpret_cast<unsigned char*>(digest.data()), nullptr) == nullptr) {
    Die("HMAC-SHA-1");
  }
  return digest;
}

std::string RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) {
    Die("random bytes");
  }
  return bytes;
}

std::string Base64UrlEncode(std::string_view data) {
  return absl::WebSafeBase64Escape(base::Sv(data));
}

absl::StatusOr<std::string> Base64UrlDecode(std::string_view text) {
  std::string decoded;
  if (text.find_first_of("=+/ \t\r\n.") == std::string_view::npos &&
      absl::WebSafeBase64Unescape(base::Sv(text), &decoded) && Base64UrlEncode(decoded) == text) {
    return decoded;
  }
  return error::Make(absl::StatusCode::kInvalidArgument, "BASE64_INVALID", "编码内容无效");
}

std::string HexEncode(std::string_view data) { return absl::BytesToHexString(base::Sv(data)); }

bool ConstantTimeEqual(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void Wipe(std::string& secret) {
  // All that the string holds, also what it held before it was moved from or shortened.
  secret.resize(secret.capacity());
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

Secret::Secret(std::string_view bytes)
    : bytes_(std::make_unique<char[]>(bytes.size())), size_(bytes.size()) {
  std::copy(bytes.begin(), bytes.end(), bytes_.get());
}

Secret::Secret(Secret&& other) noexcept
    : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret other) noexcept {
  std::swap(bytes_, other.bytes_);
  std::swap(size_, other.size_);
  return *this;
}

Secret::~Secret() {
  if (size_ > 0) OPENSSL_cleanse(bytes_.get(), size_);
}

}  // namespace ronghe::crypto

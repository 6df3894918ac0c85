#ifndef RONGHE_COMMON_CRYPTO_BYTES_H_
#define RONGHE_COMMON_CRYPTO_BYTES_H_

// How are bytes hashed, made at random, compared and written as text?

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace ronghe::crypto {

// kSm: SM4-GCM, SM3, HMAC-SM3 (GB/T 32907, 32905). kAes: AES-256-GCM, SHA-256, HMAC-SHA-256.
enum class Suite { kSm, kAes };

// 32 bytes: SM3 or SHA-256.
std::string Hash(Suite suite, std::string_view data);
std::string Sha256(std::string_view data);
std::string Sm3(std::string_view data);

// 32 bytes.
std::string Hmac(Suite suite, std::string_view key, std::string_view data);
std::string HmacSha256(std::string_view key, std::string_view data);
std::string HmacSm3(std::string_view key, std::string_view data);

// 20 bytes. For one-time codes alone (RFC 6238), whose authenticators know no other hash.
std::string HmacSha1(std::string_view key, std::string_view data);

// From the operating system's generator by way of OpenSSL's. Ends the process if that fails.
std::string RandomBytes(size_t count);

// RFC 4648 section 5, without padding.
std::string Base64UrlEncode(std::string_view data);

// INVALID_ARGUMENT, reason BASE64_INVALID, for padding, other characters, an impossible length or
// stray bits at the end: each value has one spelling.
absl::StatusOr<std::string> Base64UrlDecode(std::string_view text);

// Lower case.
std::string HexEncode(std::string_view data);

// Whether the two are equal, in time that depends on their lengths only.
bool ConstantTimeEqual(std::string_view a, std::string_view b);

// Overwrites `secret` with zeros, in a way that isn't optimized away, and empties it.
void Wipe(std::string& secret);

// A secret that is wiped when it goes.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view bytes);
  Secret(const Secret& other) : Secret(other.view()) {}
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret other) noexcept;
  ~Secret();

  std::string_view view() const { return {bytes_.get(), size_}; }
  bool empty() const { return size_ == 0; }

 private:
  // Not a std::string: one that is moved or swapped leaves short contents behind.
  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0;
};

}  // namespace ronghe::crypto

#endif  // RONGHE_COMMON_CRYPTO_BYTES_H_

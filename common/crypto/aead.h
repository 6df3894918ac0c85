#ifndef RONGHE_COMMON_CRYPTO_AEAD_H_
#define RONGHE_COMMON_CRYPTO_AEAD_H_

// How is one key of one suite used for authenticated encryption, fast and from many threads?

#include <cstddef>
#include <memory>
#include <string_view>

#include "common/crypto/bytes.h"

namespace ronghe::crypto::internal {

inline constexpr size_t kIvBytes = 12;
inline constexpr size_t kTagBytes = 16;

// The length of a suite's keys: 16 for SM4, 32 for AES-256.
constexpr size_t KeyBytes(Suite suite) { return suite == Suite::kSm ? 16 : 32; }

// GCM with 96-bit ivs and 128-bit tags. Thread-safe: ready contexts wait in a small pool, so that a
// call neither opens one nor expands the key.
class Aead {
 public:
  virtual ~Aead() = default;

  // nullptr if the key has the wrong length.
  static std::unique_ptr<Aead> Create(Suite suite, std::string_view key);

  // Writes plain.size() bytes to `ciphertext` and kTagBytes to `tag`. False if the library refuses.
  virtual bool Seal(std::string_view iv, std::string_view aad, std::string_view plain,
                    char* ciphertext, char* tag) = 0;

  // Writes ciphertext.size() bytes to `plain`; false, with `plain` zeroed, if the tag doesn't fit.
  virtual bool Open(std::string_view iv, std::string_view aad, std::string_view ciphertext,
                    std::string_view tag, char* plain) = 0;
};

}  // namespace ronghe::crypto::internal

#endif  // RONGHE_COMMON_CRYPTO_AEAD_H_

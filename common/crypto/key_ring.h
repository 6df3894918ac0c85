#ifndef RONGHE_COMMON_CRYPTO_KEY_RING_H_
#define RONGHE_COMMON_CRYPTO_KEY_RING_H_

// Which keys encrypt the personal fields, and which of them is the current one?

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/crypto/bytes.h"

namespace ronghe::crypto {

// Data keys with versions, one of which is current, and one index key that never changes: it is
// what makes an identity number unique in the whole system, and while two index keys were in use at
// once the same number could be recorded twice. Its leak alone opens no sealed value. The file is a
// textproto of ronghe.crypto.v1.KeyRing, readable by its owner only. Copies share nothing; all are
// wiped when they go.
class KeyRing {
 public:
  // PERMISSION_DENIED SECRET_EXPOSED, NOT_FOUND FILE_UNREADABLE as config::ReadSecret;
  // INVALID_ARGUMENT, reason KEY_RING_INVALID, for a wrong key length, no current version, or no
  // index key.
  static absl::StatusOr<KeyRing> Load(const std::string& path);

  // A fixed ring with version 1. Never for data that matters.
  static KeyRing ForTesting(Suite suite);

  // Writes a new ring with one random key, mode 0600. ALREADY_EXISTS, reason KEY_RING_EXISTS, if
  // the file is there: a ring is never overwritten.
  static absl::Status Generate(const std::string& path, Suite suite);

  // Adds a new random key of `suite` as the current version to the ring at `path`, by way of a new
  // file beside it that takes its place at once. Values under older versions stay readable. One
  // change at a time, also between processes. Errors as Load; UNAVAILABLE, reason FILE_UNWRITABLE.
  static absl::Status Rotate(const std::string& path, Suite suite);

  // Takes an old version away in the same manner: values under it are lost. Errors as Rotate;
  // FAILED_PRECONDITION, reason KEY_VERSION_CURRENT; NOT_FOUND, reason KEY_VERSION_UNKNOWN.
  static absl::Status Retire(const std::string& path, uint32_t version);

  Suite suite() const { return suite_; }  // of the current version
  uint32_t current_version() const { return current_; }

  struct Key {
    Suite suite;
    Secret bytes;  // 16 (SM4) or 32 (AES-256)
  };
  // nullptr where there is no such version.
  const Key* Find(uint32_t version) const;
  const std::map<uint32_t, Key>& keys() const { return keys_; }
  std::string_view index_key() const { return index_key_.view(); }
  Suite index_suite() const { return index_suite_; }

 private:
  friend class KeyRingIo;
  KeyRing() = default;
  Suite suite_ = Suite::kSm;
  uint32_t current_ = 0;
  std::map<uint32_t, Key> keys_;
  Suite index_suite_ = Suite::kSm;
  Secret index_key_;
};

}  // namespace ronghe::crypto

#endif  // RONGHE_COMMON_CRYPTO_KEY_RING_H_

#ifndef RONGHE_COMMON_CRYPTO_KEY_SOURCE_H_
#define RONGHE_COMMON_CRYPTO_KEY_SOURCE_H_

// Where do the keys come from? A file today; a cloud key service would be another KeySource.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/crypto/key_ring.h"

namespace ronghe::crypto {

// Keeps one key ring. Thread-safe.
class KeySource {
 public:
  virtual ~KeySource() = default;

  // The ring as it is now. Errors: those of KeyRing::Load.
  virtual absl::StatusOr<KeyRing> Load() = 0;

  // The signal of a change: a text that differs whenever Load would answer another ring. Asked
  // every few seconds, so it is cheap. Errors: NOT_FOUND, reason FILE_UNREADABLE.
  virtual absl::StatusOr<std::string> Mark() = 0;

  // Adds a new random key of `suite` as the current version. Errors: those of KeyRing::Rotate.
  virtual absl::Status Rotate(Suite suite) = 0;

  // Takes an old version away for good. Errors: those of KeyRing::Retire.
  virtual absl::Status Retire(uint32_t version) = 0;
};

// A ring in a file (KeyRing). A file that replaces it, by whomever, is noticed.
class KeyFile : public KeySource {
 public:
  explicit KeyFile(std::string path) : path_(std::move(path)) {}

  absl::StatusOr<KeyRing> Load() override { return KeyRing::Load(path_); }
  absl::StatusOr<std::string> Mark() override;
  absl::Status Rotate(Suite suite) override { return KeyRing::Rotate(path_, suite); }
  absl::Status Retire(uint32_t version) override { return KeyRing::Retire(path_, version); }

 private:
  const std::string path_;
};

}  // namespace ronghe::crypto

#endif  // RONGHE_COMMON_CRYPTO_KEY_SOURCE_H_

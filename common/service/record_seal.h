// How does a record of a request tell nothing to whoever reads the table alone?
//
// The image of a request is keyed, so that nobody can guess an identity number and compare; the
// answer is encrypted, tied to its row. Both keys come from the secret that the replicas of a
// service share; with another secret, records made before are unreadable.
#ifndef RONGHE_COMMON_SERVICE_RECORD_SEAL_H_
#define RONGHE_COMMON_SERVICE_RECORD_SEAL_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/crypto/aead.h"
#include "common/crypto/bytes.h"
#include "google/protobuf/message.h"

namespace ronghe::service {

// Thread-safe.
class RecordSeal {
 public:
  RecordSeal(crypto::Suite suite, std::string_view key);

  // 32 bytes: equal for equal messages; of null the image of nothing.
  std::string Digest(const google::protobuf::Message* message) const;

  // Errors: INTERNAL CRYPTO_FAILED.
  absl::StatusOr<std::string> Seal(std::string_view plain, std::string_view row) const;
  // What Seal made for the same row. Errors: DATA_LOSS ENVELOPE_INVALID.
  absl::StatusOr<std::string> Open(std::string_view sealed, std::string_view row) const;

 private:
  const crypto::Suite suite_;
  const crypto::Secret digest_key_;
  const std::unique_ptr<crypto::internal::Aead> aead_;
};

}  // namespace ronghe::service

#endif  // RONGHE_COMMON_SERVICE_RECORD_SEAL_H_

// How are the bytes of an object kept from whoever holds the store?
//
// Every object has a key of its own, which lies beside its row, sealed by the key ring: turning the
// ring over touches no object, and to destroy the key is to destroy the bytes wherever copies lie.
// The bytes are cut into pieces of 64 KiB, each sealed with its number and whether it is the last
// one, so that none can be changed, moved, left out or cut off. Equal bytes under one key give
// equal sealed bytes.
#ifndef RONGHE_COMMON_OBJECT_SEALED_OBJECT_H_
#define RONGHE_COMMON_OBJECT_SEALED_OBJECT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/crypto/aead.h"
#include "common/crypto/key_store.h"
#include "common/object/object_store.h"

namespace ronghe::object {

inline constexpr int64_t kPieceBytes = 64 << 10;

// The key of one object, ready for use. Thread-safe.
class ObjectKey {
 public:
  // A new one of the ring's present suite. `place` ties it to its row ("document.key:12").
  static absl::StatusOr<ObjectKey> Make(crypto::KeyStore& keys, std::string_view place);
  // The key of an envelope that Envelope gave. Errors: those of crypto::FieldCipher; DATA_LOSS
  // OBJECT_DAMAGED for what is no key.
  static absl::StatusOr<ObjectKey> Open(crypto::KeyStore& keys, std::string_view envelope,
                                        std::string_view place);

  // Sealed by the ring, for the row.
  const std::string& envelope() const { return envelope_; }

  // Bytes that come before the object is complete, each part sealed by itself. Errors: INTERNAL
  // CRYPTO_FAILED; DATA_LOSS OBJECT_DAMAGED.
  absl::StatusOr<std::string> SealPart(std::string_view bytes, int64_t offset) const;
  absl::StatusOr<std::string> OpenPart(std::string_view sealed, int64_t offset) const;

  static int64_t SealedSize(int64_t size);
  // The sealed object of `bytes`, which must outlive it together with this key. Not empty.
  absl::StatusOr<Content> Seal(std::string_view bytes) const;
  // Up to `limit` bytes from `offset` on of an object of `size` bytes. Errors: those of the store;
  // DATA_LOSS OBJECT_DAMAGED.
  absl::StatusOr<std::string> Read(ObjectStore& store, std::string_view object, int64_t size,
                                   int64_t offset, int64_t limit) const;

 private:
  ObjectKey(std::string envelope, std::unique_ptr<crypto::internal::Aead> object,
            std::unique_ptr<crypto::internal::Aead> part)
      : envelope_(std::move(envelope)), object_(std::move(object)), part_(std::move(part)) {}

  static absl::StatusOr<ObjectKey> Of(std::string_view secret, std::string envelope);
  absl::StatusOr<std::string> SealPiece(std::string_view bytes, int64_t piece, bool last) const;
  absl::StatusOr<std::string> OpenPiece(std::string_view sealed, int64_t piece, bool last) const;

  std::string envelope_;
  std::unique_ptr<crypto::internal::Aead> object_;  // pieces, by number
  std::unique_ptr<crypto::internal::Aead> part_;    // parts, at random
};

}  // namespace ronghe::object

#endif  // RONGHE_COMMON_OBJECT_SEALED_OBJECT_H_

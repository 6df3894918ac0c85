#include "common/object/sealed_object.h"

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "common/crypto/field_cipher.h"
#include "common/error/error.h"

namespace ronghe::object {
namespace {

using crypto::internal::Aead;
using crypto::internal::kIvBytes;
using crypto::internal::kTagBytes;

// A secret is one byte for the suite and 32 random ones, of which two keys are made.
constexpr size_t kSecretBytes = 33;
constexpr int64_t kSealedPiece = kPieceBytes + static_cast<int64_t>(kTagBytes);

int64_t Pieces(int64_t size) { return (size + kPieceBytes - 1) / kPieceBytes; }

// No two pieces of an object have the same: its number, and whether it is the last.
std::string IvOf(int64_t piece, bool last) {
  std::string iv(kIvBytes, '\0');
  for (size_t i = 0; i < 8; ++i) {
    iv[kIvBytes - 1 - i] = static_cast<char>(static_cast<uint64_t>(piece) >> (8 * i) & 0xFF);
  }
  iv[0] = last ? 1 : 0;
  return iv;
}

std::string PartPlace(int64_t offset) { return base::Cat("part:", offset); }

absl::Status CryptoFailed() {
  return error::Make(absl::StatusCode::kInternal, "CRYPTO_FAILED", "文件加密失败。");
}

std::unique_ptr<Aead> Derived(crypto::Suite suite, std::string_view secret,
                              std::string_view purpose) {
  std::string key = crypto::Hmac(suite, secret, purpose);
  std::unique_ptr<Aead> aead =
      Aead::Create(suite, std::string_view(key).substr(0, crypto::internal::KeyBytes(suite)));
  crypto::Wipe(key);
  return aead;
}

}  // namespace

absl::StatusOr<ObjectKey> ObjectKey::Of(std::string_view secret, std::string envelope) {
  if (secret.size() != kSecretBytes || secret[0] < 0 || secret[0] > 1) return ObjectDamaged("");
  const crypto::Suite suite = secret[0] == 0 ? crypto::Suite::kSm : crypto::Suite::kAes;
  secret.remove_prefix(1);
  std::unique_ptr<Aead> object = Derived(suite, secret, "object");
  std::unique_ptr<Aead> part = Derived(suite, secret, "part");
  if (object == nullptr || part == nullptr) return CryptoFailed();
  return ObjectKey(std::move(envelope), std::move(object), std::move(part));
}

absl::StatusOr<ObjectKey> ObjectKey::Make(crypto::KeyStore& keys, std::string_view place) {
  std::string secret(1, keys.ring().suite() == crypto::Suite::kSm ? '\0' : '\1');
  secret.append(crypto::RandomBytes(kSecretBytes - 1));
  absl::StatusOr<std::string> envelope = crypto::FieldCipher(keys).Encrypt(secret, place);
  absl::StatusOr<ObjectKey> key =
      envelope.ok() ? Of(secret, *std::move(envelope)) : envelope.status();
  crypto::Wipe(secret);
  return key;
}

absl::StatusOr<ObjectKey> ObjectKey::Open(crypto::KeyStore& keys, std::string_view envelope,
                                          std::string_view place) {
  RONGHE_ASSIGN_OR_RETURN(std::string secret, crypto::FieldCipher(keys).Decrypt(envelope, place));
  absl::StatusOr<ObjectKey> key = Of(secret, std::string(envelope));
  crypto::Wipe(secret);
  return key;
}

absl::StatusOr<std::string> ObjectKey::SealPart(std::string_view bytes, int64_t offset) const {
  std::string sealed = crypto::RandomBytes(kIvBytes);
  const std::string iv = sealed;
  sealed.resize(kIvBytes + bytes.size() + kTagBytes);
  char* const into = sealed.data() + kIvBytes;
  if (!part_->Seal(iv, PartPlace(offset), bytes, into, into + bytes.size())) return CryptoFailed();
  return sealed;
}

absl::StatusOr<std::string> ObjectKey::OpenPart(std::string_view sealed, int64_t offset) const {
  if (sealed.size() < kIvBytes + kTagBytes) return ObjectDamaged("");
  std::string plain(sealed.size() - kIvBytes - kTagBytes, '\0');
  if (!part_->Open(sealed.substr(0, kIvBytes), PartPlace(offset),
                   sealed.substr(kIvBytes, plain.size()), sealed.substr(kIvBytes + plain.size()),
                   plain.data())) {
    return ObjectDamaged("");
  }
  return plain;
}

absl::StatusOr<std::string> ObjectKey::SealPiece(std::string_view bytes, int64_t piece,
                                                 bool last) const {
  std::string sealed(bytes.size() + kTagBytes, '\0');
  if (!object_->Seal(IvOf(piece, last), "", bytes, sealed.data(), sealed.data() + bytes.size())) {
    return CryptoFailed();
  }
  return sealed;
}

absl::StatusOr<std::string> ObjectKey::OpenPiece(std::string_view sealed, int64_t piece,
                                                 bool last) const {
  if (sealed.size() < kTagBytes) return ObjectDamaged("");
  std::string plain(sealed.size() - kTagBytes, '\0');
  if (!object_->Open(IvOf(piece, last), "", sealed.substr(0, plain.size()),
                     sealed.substr(plain.size()), plain.data())) {
    return ObjectDamaged("");
  }
  return plain;
}

int64_t ObjectKey::SealedSize(int64_t size) {
  return size + Pieces(size) * static_cast<int64_t>(kTagBytes);
}

absl::StatusOr<Content> ObjectKey::Seal(std::string_view bytes) const {
  const int64_t size = static_cast<int64_t>(bytes.size());
  // Any place within a piece: what is read goes on behind what was read before.
  const auto read = [this, bytes, size](int64_t offset,
                                        size_t limit) -> absl::StatusOr<std::string> {
    const int64_t piece = offset / kSealedPiece;
    const int64_t begin = piece * kPieceBytes;
    if (begin >= size) return std::string();
    RONGHE_ASSIGN_OR_RETURN(const std::string sealed,
                            SealPiece(bytes.substr(static_cast<size_t>(begin), kPieceBytes), piece,
                                      piece + 1 == Pieces(size)));
    return sealed.substr(static_cast<size_t>(offset % kSealedPiece), limit);
  };
  return Describe(SealedSize(size), read);
}

absl::StatusOr<std::string> ObjectKey::Read(ObjectStore& store, std::string_view object,
                                            int64_t size, int64_t offset, int64_t limit) const {
  const int64_t end = std::min(size, offset + limit);
  if (offset < 0 || offset >= end) return std::string();
  const int64_t first = offset / kPieceBytes;
  const int64_t last = (end - 1) / kPieceBytes;
  const int64_t from = first * kSealedPiece;
  const int64_t to = std::min(SealedSize(size), (last + 1) * kSealedPiece);
  RONGHE_ASSIGN_OR_RETURN(const std::string sealed, store.Get(object, from, to - from));
  std::string plain;
  for (int64_t piece = first; piece <= last; ++piece) {
    const auto at = static_cast<size_t>((piece - first) * kSealedPiece);
    RONGHE_ASSIGN_OR_RETURN(const std::string opened,
                            OpenPiece(std::string_view(sealed).substr(at, kSealedPiece), piece,
                                      piece + 1 == Pieces(size)));
    plain.append(opened);
  }
  return plain.substr(static_cast<size_t>(offset - first * kPieceBytes),
                      static_cast<size_t>(end - offset));
}

}  // namespace ronghe::object

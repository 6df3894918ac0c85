#include "common/crypto/field_cipher.h"

#include "common/crypto/aead.h"
#include "common/error/error.h"

namespace ronghe::crypto {
namespace {

using internal::Aead;
using internal::kIvBytes;
using internal::kTagBytes;

constexpr char kSm4Gcm = 1;
constexpr char kAes256Gcm = 2;
constexpr size_t kHeaderBytes = 3;
constexpr size_t kOverhead = kHeaderBytes + kIvBytes + kTagBytes;

char AlgorithmOf(Suite suite) { return suite == Suite::kSm ? kSm4Gcm : kAes256Gcm; }

absl::Status EnvelopeInvalid() {
  return error::Make(absl::StatusCode::kDataLoss, "ENVELOPE_INVALID", "加密字段已损坏或被改动");
}

// What is authenticated beside the value: the envelope's head and its place.
std::string Authenticated(std::string_view header, std::string_view aad) {
  std::string bytes;
  bytes.reserve(header.size() + aad.size());
  bytes.append(header).append(aad);
  return bytes;
}

}  // namespace

absl::StatusOr<std::string> FieldCipher::Encrypt(std::string_view plain,
                                                 std::string_view aad) const {
  const KeySet& keys = keys_.keys();
  const KeySet::Entry& entry = keys.current();
  const uint32_t version = keys.ring().current_version();
  std::string envelope;
  envelope.reserve(plain.size() + kOverhead);
  envelope.push_back(AlgorithmOf(entry.suite));
  envelope.push_back(static_cast<char>(version >> 8));
  envelope.push_back(static_cast<char>(version & 0xFF));
  std::string authenticated = Authenticated(envelope, aad);
  envelope.append(RandomBytes(kIvBytes));
  envelope.resize(plain.size() + kOverhead);
  char* ciphertext = envelope.data() + kHeaderBytes + kIvBytes;
  std::string_view iv = std::string_view(envelope).substr(kHeaderBytes, kIvBytes);
  if (!entry.aead->Seal(iv, authenticated, plain, ciphertext, ciphertext + plain.size())) {
    return error::Make(absl::StatusCode::kInternal, "CRYPTO_FAILED", "字段加密失败");
  }
  return envelope;
}

absl::StatusOr<std::string> FieldCipher::Decrypt(std::string_view envelope,
                                                 std::string_view aad) const {
  uint32_t version = VersionOf(envelope);
  if (version == 0) return EnvelopeInvalid();
  const KeySet::Entry* entry = keys_.keys().Find(version);
  if (entry == nullptr && keys_.Refresh().ok()) entry = keys_.keys().Find(version);
  if (entry == nullptr) {
    return error::Make(absl::StatusCode::kFailedPrecondition, "KEY_VERSION_UNKNOWN",
                       "缺少解密所需的密钥版本", {{"version", std::to_string(version)}});
  }
  if (AlgorithmOf(entry->suite) != envelope[0]) return EnvelopeInvalid();
  std::string plain(envelope.size() - kOverhead, '\0');
  if (!entry->aead->Open(envelope.substr(kHeaderBytes, kIvBytes),
                         Authenticated(envelope.substr(0, kHeaderBytes), aad),
                         envelope.substr(kHeaderBytes + kIvBytes, plain.size()),
                         envelope.substr(envelope.size() - kTagBytes), plain.data())) {
    return EnvelopeInvalid();
  }
  return plain;
}

uint32_t FieldCipher::VersionOf(std::string_view envelope) {
  if (envelope.size() < kOverhead || (envelope[0] != kSm4Gcm && envelope[0] != kAes256Gcm)) {
    return 0;
  }
  return static_cast<uint32_t>(static_cast<uint8_t>(envelope[1])) << 8 |
         static_cast<uint8_t>(envelope[2]);
}

std::string BlindIndex::Of(std::string_view value, std::string_view context) const {
  // The context's length comes first, so no two pairs of context and value read the same.
  std::string data;
  data.reserve(4 + context.size() + value.size());
  for (int shift = 24; shift >= 0; shift -= 8) {
    data.push_back(static_cast<char>(context.size() >> shift & 0xFF));
  }
  data.append(context).append(value);
  const KeyRing& ring = keys_.ring();
  std::string index = Hmac(ring.index_suite(), ring.index_key(), data);
  Wipe(data);
  return index;
}

}  // namespace ronghe::crypto

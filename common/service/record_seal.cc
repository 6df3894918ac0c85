#include "common/service/record_seal.h"

#include "common/error/error.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace ronghe::service {
namespace {

using crypto::internal::kIvBytes;
using crypto::internal::kTagBytes;

}  // namespace

RecordSeal::RecordSeal(crypto::Suite suite, std::string_view key)
    : suite_(suite),
      digest_key_(crypto::Hmac(suite, key, "request_record.digest")),
      aead_(crypto::internal::Aead::Create(
          suite, std::string_view(crypto::Hmac(suite, key, "request_record.response"))
                     .substr(0, crypto::internal::KeyBytes(suite)))) {}

std::string RecordSeal::Digest(const google::protobuf::Message* message) const {
  std::string bytes;
  if (message != nullptr) {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message->SerializeToCodedStream(&coded);
  }
  std::string digest = crypto::Hmac(suite_, digest_key_.view(), bytes);
  crypto::Wipe(bytes);
  return digest;
}

absl::StatusOr<std::string> RecordSeal::Seal(std::string_view plain, std::string_view row) const {
  std::string sealed = crypto::RandomBytes(kIvBytes);
  const std::string iv = sealed;
  sealed.resize(kIvBytes + plain.size() + kTagBytes);
  char* const body = sealed.data() + kIvBytes;
  if (!aead_->Seal(iv, row, plain, body, body + plain.size())) {
    return error::Make(absl::StatusCode::kInternal, "CRYPTO_FAILED", "系统内部错误");
  }
  return sealed;
}

absl::StatusOr<std::string> RecordSeal::Open(std::string_view sealed, std::string_view row) const {
  if (sealed.size() >= kIvBytes + kTagBytes) {
    std::string plain(sealed.size() - kIvBytes - kTagBytes, '\0');
    if (aead_->Open(sealed.substr(0, kIvBytes), row, sealed.substr(kIvBytes, plain.size()),
                    sealed.substr(sealed.size() - kTagBytes), plain.data())) {
      return plain;
    }
  }
  return error::Make(absl::StatusCode::kDataLoss, "ENVELOPE_INVALID", "系统内部错误");
}

}  // namespace ronghe::service

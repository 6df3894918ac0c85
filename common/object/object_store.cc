#include "common/object/object_store.h"

#include <openssl/evp.h>

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"

namespace ronghe::object {
namespace {

constexpr size_t kKeyLength = 64;

}  // namespace

absl::StatusOr<Content> Describe(
    int64_t size, std::function<absl::StatusOr<std::string>(int64_t offset, size_t limit)> read) {
  Digest digest;
  for (int64_t at = 0; at < size;) {
    RONGHE_ASSIGN_OR_RETURN(const std::string part, read(at, kPartBytes));
    if (part.empty()) return ObjectDamaged("");
    digest.Add(part);
    at += static_cast<int64_t>(part.size());
  }
  return Content{digest.Hex(), size, std::move(read)};
}

absl::Status CheckKey(std::string_view key) {
  const bool hex = std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
  if (hex && key.size() == kKeyLength) return absl::OkStatus();
  return error::Make(absl::StatusCode::kInternal, "OBJECT_KEY_INVALID", "文件的存储标识无效。");
}

absl::Status ObjectNotFound(std::string_view key) {
  return error::Make(absl::StatusCode::kNotFound, "OBJECT_NOT_FOUND", "存储中没有这份文件。",
                     {{"object", std::string(key)}});
}

absl::Status ObjectDamaged(std::string_view key) {
  return error::Make(absl::StatusCode::kDataLoss, "OBJECT_DAMAGED", "文件内容已损坏。",
                     {{"object", std::string(key)}});
}

absl::Status ObjectStoreFailed(std::string_view what, std::string_view cause) {
  return error::Make(absl::StatusCode::kUnavailable, "OBJECT_STORE_FAILED",
                     "文件存储暂时不可用，请稍后重试。",
                     {{"step", std::string(what)}, {"cause", std::string(cause)}});
}

Digest::Digest() : context_(EVP_MD_CTX_new()) {
  EVP_DigestInit_ex(context_, EVP_sha256(), nullptr);
}

Digest::~Digest() { EVP_MD_CTX_free(context_); }

void Digest::Add(std::string_view bytes) { EVP_DigestUpdate(context_, bytes.data(), bytes.size()); }

std::string Digest::Hex() {
  std::string sum(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  EVP_DigestFinal_ex(context_, reinterpret_cast<unsigned char*>(sum.data()), &size);
  sum.resize(size);
  return crypto::HexEncode(sum);
}

}  // namespace ronghe::object

#include "common/rpc/page_token.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "common/base/status_macros.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"

namespace ronghe::rpc {
namespace {

constexpr char kVersion = 1;
constexpr size_t kSignatureBytes = 16;
constexpr size_t kMaxTokenBytes = 4096;

void AppendLengthPrefixed(std::string_view part, std::string* out) {
  const uint64_t size = part.size();
  for (int shift = 0; shift < 64; shift += 8) {
    out->push_back(static_cast<char>((size >> shift) & 0xff));
  }
  out->append(part);
}

}  // namespace

int32_t PageSize(int32_t requested) {
  if (requested <= 0) return kDefaultPageSize;
  return std::min(requested, kMaxPageSize);
}

std::string PageTokens::Signature(std::string_view method, std::string_view filter_hash,
                                  std::string_view cursor) const {
  std::string data(1, kVersion);
  AppendLengthPrefixed(method, &data);
  AppendLengthPrefixed(filter_hash, &data);
  AppendLengthPrefixed(cursor, &data);
  return crypto::HmacSha256(key_, data).substr(0, kSignatureBytes);
}

std::string PageTokens::Seal(std::string_view method, std::string_view filter_hash,
                             std::string_view cursor) const {
  std::string bytes(1, kVersion);
  bytes += Signature(method, filter_hash, cursor);
  bytes.append(cursor);
  return crypto::Base64UrlEncode(bytes);
}

absl::StatusOr<std::string> PageTokens::Open(std::string_view method, std::string_view filter_hash,
                                             std::string_view token) const {
  const auto invalid = [] {
    return error::Make(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID",
                       "翻页标记无效,请从第一页重新查询");
  };
  if (token.size() > kMaxTokenBytes) return invalid();
  absl::StatusOr<std::string> bytes = crypto::Base64UrlDecode(token);
  if (!bytes.ok() || bytes->size() < 1 + kSignatureBytes || bytes->front() != kVersion) {
    return invalid();
  }
  const std::string_view signature = std::string_view(*bytes).substr(1, kSignatureBytes);
  const std::string_view cursor = std::string_view(*bytes).substr(1 + kSignatureBytes);
  if (!crypto::ConstantTimeEqual(signature, Signature(method, filter_hash, cursor))) {
    return invalid();
  }
  return std::string(cursor);
}

absl::StatusOr<int64_t> PageTokens::OpenNumber(std::string_view method,
                                               std::string_view filter_hash, std::string_view token,
                                               int64_t first) const {
  if (token.empty()) return first;
  RONGHE_ASSIGN_OR_RETURN(const std::string cursor, Open(method, filter_hash, token));
  int64_t number = 0;
  if (!absl::SimpleAtoi(cursor, &number)) {
    return absl::InternalError("a sealed cursor that cannot be read");
  }
  return number;
}

}  // namespace ronghe::rpc

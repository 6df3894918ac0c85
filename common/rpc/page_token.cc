#include "common/rpc/page_token.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "common/base/status_macros.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"

namespace ronghe::rpc {
namespace {

using crypto::internal::kIvBytes;
using crypto::internal::kTagBytes;

constexpr char kVersion = 2;
constexpr crypto::Suite kSuite = crypto::Suite::kAes;
constexpr size_t kMaxTokenBytes = 4096;

void AppendLengthPrefixed(std::string_view part, std::string* out) {
  const uint64_t size = part.size();
  for (int shift = 0; shift < 64; shift += 8) {
    out->push_back(static_cast<char>((size >> shift) & 0xff));
  }
  out->append(part);
}

// What a token opens for.
std::string PlaceOf(std::string_view method, std::string_view filter_hash) {
  std::string place(1, kVersion);
  AppendLengthPrefixed(method, &place);
  AppendLengthPrefixed(filter_hash, &place);
  return place;
}

}  // namespace

int32_t PageSize(int32_t requested) {
  if (requested <= 0) return kDefaultPageSize;
  return std::min(requested, kMaxPageSize);
}

PageTokens::PageTokens(std::string key)
    : key_(std::move(key)),
      aead_(crypto::internal::Aead::Create(kSuite, crypto::HmacSha256(key_, "page_token.cursor"))) {
}

std::string PageTokens::Seal(std::string_view method, std::string_view filter_hash,
                             std::string_view cursor) const {
  const std::string place = PlaceOf(method, filter_hash);
  // Of what is sealed: equal pages have equal tokens, and no two cursors share one.
  std::string text = place;
  AppendLengthPrefixed(cursor, &text);
  const std::string iv = crypto::HmacSha256(key_, text).substr(0, kIvBytes);
  std::string bytes(1 + kIvBytes + cursor.size() + kTagBytes, kVersion);
  iv.copy(&bytes[1], kIvBytes);
  char* const body = &bytes[1 + kIvBytes];
  if (!aead_->Seal(iv, place, cursor, body, body + cursor.size())) return {};
  return crypto::Base64UrlEncode(bytes);
}

absl::StatusOr<std::string> PageTokens::Open(std::string_view method, std::string_view filter_hash,
                                             std::string_view token) const {
  if (token.size() <= kMaxTokenBytes) {
    const absl::StatusOr<std::string> bytes = crypto::Base64UrlDecode(token);
    if (bytes.ok() && bytes->size() >= 1 + kIvBytes + kTagBytes && bytes->front() == kVersion) {
      const std::string_view sealed = std::string_view(*bytes).substr(1 + kIvBytes);
      std::string cursor(sealed.size() - kTagBytes, '\0');
      if (aead_->Open(std::string_view(*bytes).substr(1, kIvBytes), PlaceOf(method, filter_hash),
                      sealed.substr(0, cursor.size()), sealed.substr(cursor.size()),
                      cursor.data())) {
        return cursor;
      }
    }
  }
  return error::Make(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID",
                     "翻页标记无效,请从第一页重新查询");
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

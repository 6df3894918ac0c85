// How does a list continue where its last page ended, without trusting what the caller sends back?
#ifndef RONGHE_COMMON_RPC_PAGE_TOKEN_H_
#define RONGHE_COMMON_RPC_PAGE_TOKEN_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/crypto/aead.h"

namespace ronghe::rpc {

inline constexpr int32_t kDefaultPageSize = 50;
inline constexpr int32_t kMaxPageSize = 200;

// The page size to use for what a caller asked for: 50 for zero, at most 200. A negative one is
// refused by validation; here it counts as zero.
int32_t PageSize(int32_t requested);

// Seals cursors into opaque page tokens and opens them again. Thread-safe.
class PageTokens {
 public:
  // `key` is the secret shared by the replicas of a service, at least 16 bytes.
  explicit PageTokens(std::string key);

  // A token that opens only for the same `method` and `filter_hash`. `filter_hash` stands for
  // everything of the request but page size and token; `cursor` is the caller's own encoding of the
  // last key. It is encrypted: it may name a row that the caller can't see.
  std::string Seal(std::string_view method, std::string_view filter_hash,
                   std::string_view cursor) const;

  // The cursor of `token`. INVALID_ARGUMENT with reason PAGE_TOKEN_INVALID for a token that this
  // key did not seal for `method` and `filter_hash`.
  absl::StatusOr<std::string> Open(std::string_view method, std::string_view filter_hash,
                                   std::string_view token) const;

  // The number that the cursor of `token` is; `first` without a token. INVALID_ARGUMENT as Open;
  // INTERNAL for a cursor that was sealed but is no number.
  absl::StatusOr<int64_t> OpenNumber(std::string_view method, std::string_view filter_hash,
                                     std::string_view token, int64_t first) const;

 private:
  const std::string key_;
  const std::shared_ptr<crypto::internal::Aead> aead_;
};

}  // namespace ronghe::rpc

#endif  // RONGHE_COMMON_RPC_PAGE_TOKEN_H_

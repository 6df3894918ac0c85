// What is shared with a client: which methods, for which purposes, with which fields, how often?
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/gateway/access/domain/token_bucket.h"
#include "services/gateway/access/sharing/field_filter.h"
#include "services/gateway/access/store/client_store.h"
#include "services/gateway/transcode/router.h"

namespace ronghe::gateway::access {

// What a limit of 0 stands for.
inline constexpr int32_t kDefaultPerSecond = 10;
inline constexpr int64_t kDefaultDailyQuota = 10'000;

// Immutable; thread-safe.
class ClientTerms {
 public:
  struct Share {
    std::vector<std::string> purposes;
    absl::Time ends = absl::InfiniteFuture();
    std::shared_ptr<const FieldFilter> filter;
  };
  // What a call has: its purpose, and the filter of its answers.
  struct Allowed {
    std::string purpose;
    std::shared_ptr<const FieldFilter> filter;
  };

  // Shares that are not shared (attribute NONE) open nothing, nor do those whose method or fields
  // the contracts no longer have.
  ClientTerms(const transcode::MethodTable& methods, const ClientRow& client,
              const std::vector<ClientShareRow>& shares);

  // What `method` is shared for at `now`. PERMISSION_DENIED METHOD_NOT_SHARED, PURPOSE_NOT_ALLOWED;
  // INVALID_ARGUMENT PURPOSE_REQUIRED where none is given and the shares name several.
  absl::StatusOr<Allowed> Find(const transcode::Method& method, std::string_view purpose,
                               absl::Time now) const;

  int64_t client_id() const { return client_id_; }
  // Of each method by itself.
  const Rate& rate() const { return rate_; }
  // Calls of a day in Shanghai.
  int64_t daily_quota() const { return daily_quota_; }

 private:
  int64_t client_id_;
  Rate rate_;
  int64_t daily_quota_;
  absl::flat_hash_map<const transcode::Method*, std::vector<Share>> shares_;
};

// OK for shares that can be kept. INVALID_ARGUMENT FIELD_INVALID naming every one whose method does
// not exist or needs no permission, whose fields are not in its answers, that shares sensitive or
// private fields unconditionally, or that says a method and purpose which another says too.
absl::Status CheckShares(const transcode::MethodTable& methods,
                         const std::vector<ClientShareRow>& shares);

}  // namespace ronghe::gateway::access

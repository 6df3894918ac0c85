#include "services/gateway/access/domain/token_bucket.h"

#include <algorithm>

#include "absl/hash/hash.h"
#include "common/base/strings.h"

namespace ronghe::gateway::access {

absl::Duration TokenBuckets::Take(std::string_view key, const Rate& rate, absl::Time now) {
  return Ask(key, rate, now, 1);
}

absl::Duration TokenBuckets::Wait(std::string_view key, const Rate& rate, absl::Time now) {
  return Ask(key, rate, now, 0);
}

TokenBuckets::Bucket& TokenBuckets::Find(Shard& shard, std::string_view key, double burst,
                                         absl::Time now) {
  const auto it = shard.buckets.find(base::Sv(key));
  if (it != shard.buckets.end()) return it->second;
  if (shard.buckets.size() >= kMaxPerShard && now >= shard.swept + absl::Seconds(1)) {
    shard.swept = now;
    absl::erase_if(shard.buckets, [now](const auto& entry) { return now >= entry.second.full; });
  }
  const bool room = shard.buckets.size() < kMaxPerShard;
  return shard.buckets.try_emplace(room ? std::string(key) : std::string(), Bucket{burst, now, now})
      .first->second;
}

absl::Duration TokenBuckets::Ask(std::string_view key, const Rate& rate, absl::Time now,
                                 double tokens) {
  if (rate.per_second <= 0) return absl::ZeroDuration();
  const double burst = std::max(1.0, rate.burst);
  Shard& shard = shards_[absl::HashOf(base::Sv(key)) % kShards];
  const std::lock_guard lock(shard.mutex);
  Bucket& bucket = Find(shard, key, burst, now);
  // A clock that goes back fills nothing.
  const double passed = std::max(0.0, absl::ToDoubleSeconds(now - bucket.filled));
  bucket.tokens = std::min(burst, bucket.tokens + passed * rate.per_second);
  bucket.filled = std::max(bucket.filled, now);
  const bool there = bucket.tokens >= 1;
  if (there) bucket.tokens -= tokens;
  bucket.full = now + absl::Seconds((burst - bucket.tokens) / rate.per_second);
  return there ? absl::ZeroDuration() : absl::Seconds((1 - bucket.tokens) / rate.per_second);
}

}  // namespace ronghe::gateway::access

// May this caller call once more right now? Token buckets by key: so many calls a second on
// average, so many at once after a pause.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"

namespace ronghe::gateway::access {

struct Rate {
  // Tokens that come back per second; 0: no limit.
  double per_second = 0;
  // Tokens of a full bucket.
  double burst = 0;
};

// Its memory is bounded: keys past some 130,000 whose buckets are not full share a few.
// Thread-safe.
class TokenBuckets {
 public:
  // Takes a token of `key`. Zero when there was one, else the time until there is one.
  absl::Duration Take(std::string_view key, const Rate& rate, absl::Time now);
  // The same, but leaves the token there.
  absl::Duration Wait(std::string_view key, const Rate& rate, absl::Time now);

 private:
  struct Bucket {
    double tokens = 0;
    absl::Time filled;
    // When it is full again: from then on it is as good as a new one.
    absl::Time full;
  };
  struct Shard {
    std::mutex mutex;
    absl::flat_hash_map<std::string, Bucket> buckets;
    absl::Time swept = absl::InfinitePast();
  };
  absl::Duration Ask(std::string_view key, const Rate& rate, absl::Time now, double tokens);
  static Bucket& Find(Shard& shard, std::string_view key, double burst, absl::Time now);

  static constexpr size_t kShards = 16;
  static constexpr size_t kMaxPerShard = 8192;
  std::array<Shard, kShards> shards_;
};

}  // namespace ronghe::gateway::access

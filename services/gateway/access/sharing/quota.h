// Has a client calls left today? Never more than its quota over all gateways and crashes: each
// gateway reserves a block of calls in the database before it admits the first of them, and a block
// that a crash swallows is lost to the client for that day, never given twice.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/base/clock.h"
#include "common/sql/database.h"

namespace ronghe::gateway::access {

// Thread-safe.
class Quotas {
 public:
  // Has a function run on a thread that may wait for the database; false when there is no room.
  using Run = std::function<bool(std::function<void()>)>;
  using Done = std::function<void(absl::Status)>;
  // kFetch: none is at hand; ask Fetch, then Take again.
  enum class Taken : uint8_t { kYes, kNo, kFetch };

  // `database` and `clock` must outlive it, `run` every Fetch.
  Quotas(sql::Database& database, const base::Clock& clock, Run run);

  // Takes one of today's `quota` calls of a client. Never blocks.
  Taken Take(int64_t client_id, int64_t quota);
  // Gives back one that was taken for nothing.
  void Return(int64_t client_id);
  // Reserves more calls; `done` runs when Take can say yes or no, on the other thread or at once.
  // Those who ask at one time share one look. Errors: RESOURCE_EXHAUSTED OVERLOADED; those of
  // Database::Transact.
  void Fetch(int64_t client_id, int64_t quota, Done done);

  // When a new day begins.
  absl::Time Renewal() const;

 private:
  struct Count {
    absl::CivilDay day;
    int64_t quota = 0;
    // Reserved and not yet taken.
    int64_t left = 0;
    // The database has no more of this day's quota.
    bool spent = false;
    std::vector<Done> waiting;
  };

  absl::CivilDay Today() const;
  Count& Current(int64_t client_id, int64_t quota);
  void Reserve(int64_t client_id, int64_t quota);
  absl::StatusOr<int64_t> TakeBlock(int64_t client_id, absl::CivilDay day, int64_t quota,
                                    int64_t wanted);

  sql::Database& database_;
  const base::Clock& clock_;
  const Run run_;
  mutable std::mutex mutex_;
  absl::flat_hash_map<int64_t, Count> counts_;
};

}  // namespace ronghe::gateway::access

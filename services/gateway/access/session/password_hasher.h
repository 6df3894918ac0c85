// How is a password kept and checked? As an argon2id hash, computed on a few threads of its own, so
// that many people signing in at once slow each other and nobody else.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace ronghe::gateway::access {

struct HashCost {
  uint32_t memory_kib = 64 * 1024;
  uint32_t passes = 3;
  uint32_t lanes = 1;
  int threads = 2;
  // Checks that may wait for a thread.
  int queue = 16;
};

// Thread-safe.
class PasswordHasher {
 public:
  explicit PasswordHasher(const HashCost& cost);
  ~PasswordHasher();
  PasswordHasher(const PasswordHasher&) = delete;
  PasswordHasher& operator=(const PasswordHasher&) = delete;

  // Blocks for a thread and the computation. RESOURCE_EXHAUSTED OVERLOADED when too many wait;
  // INTERNAL when the library fails (no memory).
  absl::StatusOr<std::string> Hash(std::string_view password);
  // Whether `password` is that of `hash`. An empty `hash` costs the same work and is never right.
  // Errors as Hash.
  absl::StatusOr<bool> Verify(std::string_view hash, std::string_view password);

  // Hashes and checks since the start.
  int64_t runs() const { return runs_.load(std::memory_order_relaxed); }

  // True when `hash` was made at another cost than the present one.
  bool Outdated(std::string_view hash) const;

 private:
  class Pool;
  const HashCost cost_;
  std::string prefix_;
  // What an unknown name is checked against.
  std::string decoy_;
  std::unique_ptr<Pool> pool_;
  std::atomic<int64_t> runs_{0};
};

}  // namespace ronghe::gateway::access

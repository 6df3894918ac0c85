#include "common/base/ids.h"

#include <algorithm>

namespace ronghe::base {
namespace {

constexpr int kCounterBits = 12;
constexpr int kNodeBits = 10;
constexpr int64_t kEpochMillis = 1704067200000;  // 2024-01-01T00:00:00Z
constexpr int64_t kCounterMask = (int64_t{1} << kCounterBits) - 1;
constexpr int64_t kNodeMask = (int64_t{1} << kNodeBits) - 1;

}  // namespace

IdGenerator::IdGenerator(uint16_t node, const Clock& clock)
    : node_(node & kNodeMask), clock_(clock) {}

int64_t IdGenerator::Next() {
  int64_t now = std::max<int64_t>(absl::ToUnixMillis(clock_.Now()) - kEpochMillis, 0);
  int64_t last = last_.load(std::memory_order_relaxed);
  int64_t next;
  do {
    next = std::max(now << kCounterBits, last + 1);
  } while (!last_.compare_exchange_weak(last, next, std::memory_order_relaxed));
  return (next >> kCounterBits) << (kCounterBits + kNodeBits) | node_ << kCounterBits |
         (next & kCounterMask);
}

absl::Time TimeOf(int64_t id) {
  return absl::FromUnixMillis((id >> (kCounterBits + kNodeBits)) + kEpochMillis);
}

}  // namespace ronghe::base

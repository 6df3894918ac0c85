#include "common/base/ids.h"

#include <algorithm>
#include <limits>

namespace ronghe::base {
namespace {

constexpr int kCounterBits = 12;
constexpr int kNodeBits = 10;
constexpr int64_t kEpochMillis = 1704067200000;  // 2024-01-01T00:00:00Z
constexpr int64_t kCounterMask = (int64_t{1} << kCounterBits) - 1;
constexpr int64_t kNodeMask = (int64_t{1} << kNodeBits) - 1;

// True for an id that reads like a resident identity number (GB 11643): eighteen digits with a date
// in the middle and the right check digit.
bool ReadsAsIdentityNumber(int64_t id) {
  constexpr int64_t kEighteenDigits = 100'000'000'000'000'000;
  if (id < kEighteenDigits || id >= kEighteenDigits * 10) return false;
  const int64_t year = id / 100'000'000 % 10'000;
  const int64_t month = id / 1'000'000 % 100;
  const int64_t day = id / 10'000 % 100;
  if (year < 1800 || year >= 2100 || month < 1 || month > 12 || day < 1 || day > 31) return false;
  int64_t sum = 0;
  int64_t weight = 1;
  for (int64_t rest = id; rest > 0; rest /= 10) {
    sum += rest % 10 * weight;
    weight = weight * 2 % 11;
  }
  return sum % 11 == 1;
}

}  // namespace

IdGenerator::IdGenerator(uint16_t node, const Clock& clock)
    : node_(node & kNodeMask), clock_(clock) {}

int64_t IdGenerator::Next() {
  int64_t id = Draw();
  while (ReadsAsIdentityNumber(id)) id = Draw();
  return id;
}

int64_t IdGenerator::Draw() {
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

int64_t FirstIdAt(absl::Time time) {
  constexpr int kShift = kCounterBits + kNodeBits;
  constexpr int64_t kLast = std::numeric_limits<int64_t>::max() >> kShift;
  if (time <= absl::FromUnixMillis(kEpochMillis)) return 0;
  if (time > absl::FromUnixMillis(kEpochMillis + kLast)) return std::numeric_limits<int64_t>::max();
  return (absl::ToUnixMillis(time) - kEpochMillis) << kShift;
}

}  // namespace ronghe::base

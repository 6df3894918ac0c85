#ifndef RONGHE_COMMON_BASE_IDS_H_
#define RONGHE_COMMON_BASE_IDS_H_

// How does a process make ids that no other makes and that sort by time?

#include <atomic>
#include <cstdint>

#include "absl/time/time.h"
#include "common/base/clock.h"

namespace ronghe::base {

// Makes positive 63-bit ids: 41 bits of milliseconds since 2024-01-01 UTC, 10 bits of node, 12 bits
// of counter. Strictly rising within one generator, also when the clock steps back or more than
// 4096 ids are asked for in a millisecond (it then runs ahead of the clock). No id reads like a
// resident identity number, so that a search for those finds none of ours. Thread-safe, lock-free.
class IdGenerator {
 public:
  // `node`: 0 to 1023, unique among the processes that write to one schema; higher bits are cut
  // off. `clock` must outlive the generator.
  explicit IdGenerator(uint16_t node, const Clock& clock = Clock::Real());

  IdGenerator(const IdGenerator&) = delete;
  IdGenerator& operator=(const IdGenerator&) = delete;

  int64_t Next();

 private:
  int64_t Draw();

  const int64_t node_;
  const Clock& clock_;
  std::atomic<int64_t> last_{0};  // milliseconds << 12 | counter
};

// When `id` was made, to the millisecond.
absl::Time TimeOf(int64_t id);

// The least id that can be made at `time` or later; 0 before the first, the greatest after the
// last.
int64_t FirstIdAt(absl::Time time);

}  // namespace ronghe::base

#endif  // RONGHE_COMMON_BASE_IDS_H_

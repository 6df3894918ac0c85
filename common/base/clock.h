#ifndef RONGHE_COMMON_BASE_CLOCK_H_
#define RONGHE_COMMON_BASE_CLOCK_H_

// What time is it, and which day is that where the regulations apply?

#include "absl/synchronization/mutex.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace ronghe::base {

// Where time enters the program. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;

  // The system's clock.
  static Clock& Real();
};

// A clock that stands until it is moved: for tests of rules and jobs. Thread-safe.
class ManualClock : public Clock {
 public:
  explicit ManualClock(absl::Time now) : now_(now) {}
  absl::Time Now() const override;
  void Set(absl::Time now);
  void Advance(absl::Duration by);

 private:
  mutable absl::Mutex mutex_;
  absl::Time now_;
};

// Asia/Shanghai: UTC+8 without daylight saving, which is what the regulations' days mean. Days
// before 1992 with daylight saving keep that history.
absl::TimeZone Shanghai();

// The day in Shanghai at `time`.
absl::CivilDay ShanghaiDay(absl::Time time);

// The instant at which `day` begins in Shanghai.
absl::Time ShanghaiMidnight(absl::CivilDay day);

}  // namespace ronghe::base

#endif  // RONGHE_COMMON_BASE_CLOCK_H_

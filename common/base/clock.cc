#include "common/base/clock.h"

#include "absl/time/clock.h"

namespace ronghe::base {
namespace {

class RealClock : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

}  // namespace

Clock& Clock::Real() {
  static auto* clock = new RealClock;
  return *clock;
}

absl::Time ManualClock::Now() const {
  absl::MutexLock lock(&mutex_);
  return now_;
}

void ManualClock::Set(absl::Time now) {
  absl::MutexLock lock(&mutex_);
  now_ = now;
}

void ManualClock::Advance(absl::Duration by) {
  absl::MutexLock lock(&mutex_);
  now_ += by;
}

absl::TimeZone Shanghai() {
  static const absl::TimeZone zone = [] {
    absl::TimeZone loaded;
    // A machine without tzdata still gets every day since 1992 right.
    if (!absl::LoadTimeZone("Asia/Shanghai", &loaded)) return absl::FixedTimeZone(8 * 60 * 60);
    return loaded;
  }();
  return zone;
}

absl::CivilDay ShanghaiDay(absl::Time time) { return absl::ToCivilDay(time, Shanghai()); }

absl::Time ShanghaiMidnight(absl::CivilDay day) { return absl::FromCivil(day, Shanghai()); }

}  // namespace ronghe::base

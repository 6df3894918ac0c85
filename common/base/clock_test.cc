#include "common/base/clock.h"

#include "gtest/gtest.h"

namespace ronghe::base {
namespace {

absl::Time Utc(int year, int month, int day, int hour, int minute) {
  return absl::FromCivil(absl::CivilMinute(year, month, day, hour, minute), absl::UTCTimeZone());
}

TEST(ClockTest, ShanghaiDayTurnsAtSixteenHoursUtc) {
  EXPECT_EQ(ShanghaiDay(Utc(2026, 11, 22, 15, 59)), absl::CivilDay(2026, 11, 22));
  EXPECT_EQ(ShanghaiDay(Utc(2026, 11, 22, 16, 0)), absl::CivilDay(2026, 11, 23));
}

TEST(ClockTest, MidnightIsTheFirstInstantOfItsDay) {
  absl::Time midnight = ShanghaiMidnight(absl::CivilDay(2026, 3, 1));
  EXPECT_EQ(midnight, Utc(2026, 2, 28, 16, 0));
  EXPECT_EQ(ShanghaiDay(midnight), absl::CivilDay(2026, 3, 1));
  EXPECT_EQ(ShanghaiDay(midnight - absl::Nanoseconds(1)), absl::CivilDay(2026, 2, 28));
}

TEST(ClockTest, ManualClockStandsUntilMoved) {
  ManualClock clock(Utc(2026, 1, 1, 0, 0));
  EXPECT_EQ(clock.Now(), Utc(2026, 1, 1, 0, 0));
  clock.Advance(absl::Minutes(5));
  EXPECT_EQ(clock.Now(), Utc(2026, 1, 1, 0, 5));
  clock.Set(Utc(2025, 1, 1, 0, 0));
  EXPECT_EQ(clock.Now(), Utc(2025, 1, 1, 0, 0));
}

}  // namespace
}  // namespace ronghe::base

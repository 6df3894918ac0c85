#include "common/base/ids.h"

#include <algorithm>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace ronghe::base {
namespace {

absl::Time Start() { return absl::FromUnixMillis(1790000000123); }

TEST(IdsTest, AnIdTellsItsTime) {
  ManualClock clock(Start());
  IdGenerator ids(7, clock);
  EXPECT_EQ(TimeOf(ids.Next()), Start());
  clock.Advance(absl::Hours(24 * 365 * 50));
  int64_t id = ids.Next();
  EXPECT_GT(id, 0);
  EXPECT_EQ(TimeOf(id), Start() + absl::Hours(24 * 365 * 50));
}

TEST(IdsTest, RisesWhileTheClockStandsAndWhenItStepsBack) {
  ManualClock clock(Start());
  IdGenerator ids(1023, clock);
  int64_t last = 0;
  for (int i = 0; i < 10000; ++i) {
    int64_t id = ids.Next();
    ASSERT_GT(id, last);
    last = id;
  }
  clock.Advance(-absl::Hours(1));
  EXPECT_GT(ids.Next(), last);
  EXPECT_EQ(TimeOf(last), Start() + absl::Milliseconds(2));
}

TEST(IdsTest, NodesNeverMeet) {
  ManualClock clock(Start());
  IdGenerator a(1, clock);
  IdGenerator b(2, clock);
  for (int i = 0; i < 5000; ++i) ASSERT_NE(a.Next(), b.Next());
}

TEST(IdsTest, ThreadsNeverMeet) {
  IdGenerator ids(3);
  std::vector<std::vector<int64_t>> made(4);
  {
    std::vector<std::thread> threads;
    for (auto& mine : made) {
      threads.emplace_back([&ids, &mine] {
        for (int i = 0; i < 20000; ++i) mine.push_back(ids.Next());
      });
    }
    for (auto& thread : threads) thread.join();
  }
  std::vector<int64_t> all;
  for (const auto& mine : made) {
    EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));
    all.insert(all.end(), mine.begin(), mine.end());
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
}

}  // namespace
}  // namespace ronghe::base

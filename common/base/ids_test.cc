#include "common/base/ids.h"

#include <algorithm>
#include <limits>
#include <string>
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

TEST(IdsTest, FirstIdAtIsTheLeastOfItsMillisecond) {
  const absl::Time time = absl::FromUnixMillis(1'767'225'600'123);
  const int64_t id = FirstIdAt(time);
  EXPECT_EQ(TimeOf(id), time);
  EXPECT_EQ(TimeOf(id - 1), time - absl::Milliseconds(1));
  EXPECT_EQ(FirstIdAt(absl::InfinitePast()), 0);
  EXPECT_EQ(FirstIdAt(absl::UnixEpoch()), 0);
  EXPECT_EQ(FirstIdAt(absl::InfiniteFuture()), std::numeric_limits<int64_t>::max());
}

// Whether eighteen digits read like a resident identity number, worked out as GB 11643 says it.
bool IsIdentityNumber(const std::string& text) {
  if (text.size() != 18) return false;
  const int year = std::stoi(text.substr(6, 4));
  const int month = std::stoi(text.substr(10, 2));
  const int day = std::stoi(text.substr(12, 2));
  if (year < 1800 || year > 2099 || month < 1 || month > 12 || day < 1 || day > 31) return false;
  constexpr int kWeights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (int i = 0; i < 17; ++i) sum += (text[i] - '0') * kWeights[i];
  return "10X98765432"[sum % 11] == text[17];
}

TEST(IdGeneratorTest, NoIdReadsLikeAnIdentityNumber) {
  // From here on the digits in the middle run through the dates from 1900 on.
  ManualClock clock(TimeOf(420'000'190'001'010'000));
  IdGenerator ids(1, clock);
  int dates = 0;
  for (int i = 0; i < 600'000; ++i) {
    const std::string id = std::to_string(ids.Next());
    ASSERT_FALSE(IsIdentityNumber(id)) << id;
    dates += id.substr(6, 2) == "19" || id.substr(6, 2) == "20";
    if (i % 50 == 0) clock.Advance(absl::Milliseconds(1));
    if (id.substr(6, 2) > "20") break;
  }
  EXPECT_GT(dates, 100);
}

}  // namespace
}  // namespace ronghe::base

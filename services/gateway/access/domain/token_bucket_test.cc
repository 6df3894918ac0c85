#include "services/gateway/access/domain/token_bucket.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace ronghe::gateway::access {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

TEST(TokenBuckets, GiveTheBurstThenTheRate) {
  TokenBuckets buckets;
  const Rate rate{2, 3};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(buckets.Take("a", rate, kNow), absl::ZeroDuration());
  EXPECT_EQ(buckets.Take("a", rate, kNow), absl::Milliseconds(500));
  EXPECT_EQ(buckets.Take("a", rate, kNow + absl::Milliseconds(250)), absl::Milliseconds(250));
  EXPECT_EQ(buckets.Take("a", rate, kNow + absl::Milliseconds(500)), absl::ZeroDuration());
  // A long pause fills no more than the burst.
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(buckets.Take("a", rate, kNow + absl::Hours(1)), absl::ZeroDuration());
  }
  EXPECT_GT(buckets.Take("a", rate, kNow + absl::Hours(1)), absl::ZeroDuration());
}

TEST(TokenBuckets, KeepKeysApartAndKnowNoLimitAtZero) {
  TokenBuckets buckets;
  EXPECT_EQ(buckets.Take("a", {1, 1}, kNow), absl::ZeroDuration());
  EXPECT_EQ(buckets.Take("b", {1, 1}, kNow), absl::ZeroDuration());
  EXPECT_GT(buckets.Take("a", {1, 1}, kNow), absl::ZeroDuration());
  for (int i = 0; i < 100; ++i) EXPECT_EQ(buckets.Take("c", {0, 0}, kNow), absl::ZeroDuration());
}

TEST(TokenBuckets, GiveNothingForAClockThatGoesBack) {
  TokenBuckets buckets;
  EXPECT_EQ(buckets.Take("a", {1, 1}, kNow), absl::ZeroDuration());
  EXPECT_GT(buckets.Take("a", {1, 1}, kNow - absl::Hours(1)), absl::ZeroDuration());
  EXPECT_GT(buckets.Take("a", {1, 1}, kNow), absl::ZeroDuration());
}

TEST(TokenBuckets, ForgetOnlyFullOnes) {
  TokenBuckets buckets;
  EXPECT_EQ(buckets.Take("slow", {0.001, 1}, kNow), absl::ZeroDuration());
  for (int i = 0; i < 300'000; ++i) {
    buckets.Take("k" + std::to_string(i), {1000, 1}, kNow + absl::Milliseconds(i));
  }
  EXPECT_GT(buckets.Take("slow", {0.001, 1}, kNow + absl::Minutes(5)), absl::ZeroDuration());
}

TEST(TokenBuckets, WaitTakesNothing) {
  TokenBuckets buckets;
  const Rate rate{1, 1};
  for (int i = 0; i < 5; ++i) EXPECT_EQ(buckets.Wait("a", rate, kNow), absl::ZeroDuration());
  EXPECT_EQ(buckets.Take("a", rate, kNow), absl::ZeroDuration());
  EXPECT_EQ(buckets.Wait("a", rate, kNow), absl::Seconds(1));
}

TEST(TokenBuckets, KeysPastTheBoundShare) {
  TokenBuckets buckets;
  const Rate rate{0.001, 1};
  int admitted = 0;
  for (int i = 0; i < 400'000; ++i) {
    if (buckets.Take("k" + std::to_string(i), rate, kNow) == absl::ZeroDuration()) ++admitted;
  }
  EXPECT_LT(admitted, 150'000);
  // Full ones are forgotten later, and make room again.
  EXPECT_EQ(buckets.Take("new", rate, kNow + absl::Hours(1)), absl::ZeroDuration());
}

TEST(TokenBuckets, AdmitExactlyTheBurstOfManyThreads) {
  TokenBuckets buckets;
  std::atomic<int> admitted = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 100; ++k) {
        if (buckets.Take("a", {1, 50}, kNow) == absl::ZeroDuration()) admitted.fetch_add(1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(admitted, 50);
}

}  // namespace
}  // namespace ronghe::gateway::access

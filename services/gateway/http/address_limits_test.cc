#include "services/gateway/http/address_limits.h"

#include <gtest/gtest.h>

namespace ronghe::gateway::http {
namespace {

using Kind = AddressLimits::Kind;
const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

TEST(AddressLimitsTest, ABucketEmptiesAndFillsAgain) {
  AddressLimits limits({.anonymous = {2, 3}, .sign_in = {1, 1}});
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(limits.Take(Kind::kAnonymous, "10.0.0.1", kNow), absl::ZeroDuration());
  EXPECT_EQ(limits.Take(Kind::kAnonymous, "10.0.0.1", kNow), absl::Milliseconds(500));
  EXPECT_EQ(limits.Wait(Kind::kAnonymous, "10.0.0.1", kNow), absl::Milliseconds(500));
  EXPECT_EQ(limits.Take(Kind::kAnonymous, "10.0.0.2", kNow), absl::ZeroDuration());
  EXPECT_EQ(limits.Take(Kind::kSignIn, "10.0.0.1", kNow), absl::ZeroDuration());
  EXPECT_EQ(limits.Take(Kind::kSignIn, "10.0.0.1", kNow), absl::Seconds(1));
  const absl::Time later = kNow + absl::Milliseconds(500);
  EXPECT_EQ(limits.Wait(Kind::kAnonymous, "10.0.0.1", later), absl::ZeroDuration());
  EXPECT_EQ(limits.Take(Kind::kAnonymous, "10.0.0.1", later), absl::ZeroDuration());
  EXPECT_GT(limits.Take(Kind::kAnonymous, "10.0.0.1", later), absl::ZeroDuration());
  // A clock that went back gives nothing and takes nothing.
  EXPECT_GT(limits.Take(Kind::kAnonymous, "10.0.0.1", kNow), absl::ZeroDuration());
}

TEST(AddressLimitsTest, ASubscriberIsOneAddress) {
  EXPECT_EQ(AddressKey("2001:db8:1:2::1"), AddressKey("2001:db8:1:2:ffff::9"));
  EXPECT_NE(AddressKey("2001:db8:1:2::1"), AddressKey("2001:db8:1:3::1"));
  EXPECT_EQ(AddressKey("::ffff:10.0.0.1"), AddressKey("10.0.0.1"));
  EXPECT_EQ(AddressKey("fe80::1%eth0"), AddressKey("fe80::2%eth0"));
  EXPECT_NE(AddressKey("10.0.0.1"), AddressKey("10.0.0.2"));
}

TEST(AddressLimitsTest, ConnectionsAreCountedUntilTheyEnd) {
  AddressLimits limits({.max_connections = 2});
  EXPECT_TRUE(limits.Connect("10.0.0.1"));
  EXPECT_TRUE(limits.Connect("10.0.0.1"));
  EXPECT_FALSE(limits.Connect("10.0.0.1"));
  EXPECT_TRUE(limits.Connect("10.0.0.2"));
  limits.Disconnect("10.0.0.1");
  EXPECT_TRUE(limits.Connect("10.0.0.1"));
}

}  // namespace
}  // namespace ronghe::gateway::http

#include "services/gateway/access/domain/policy.h"

#include <gtest/gtest.h>

#include "common/error/error.h"
#include "services/gateway/access/domain/policy_testing.h"

namespace ronghe::gateway::access {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1790000000);

TEST(LoginPolicyTest, EveryParameterNeedsARangeAndASource) {
  EXPECT_TRUE(CheckPolicy(TestPolicy(5)).ok());
  LoginPolicy policy = TestPolicy(5);
  policy.min_length.value = 7;
  EXPECT_EQ(error::MetadataValue(CheckPolicy(policy), "parameter"), "min_length");
  policy = TestPolicy(5);
  policy.lock_minutes.value = 4;
  EXPECT_EQ(error::MetadataValue(CheckPolicy(policy), "parameter"), "lock_minutes");
  policy = TestPolicy(5);
  policy.history.source.clear();
  EXPECT_EQ(error::Reason(CheckPolicy(policy)), "LOGIN_POLICY_INVALID");
  policy = TestPolicy(5);
  policy.version.clear();
  EXPECT_FALSE(CheckPolicy(policy).ok());
}

TEST(LoginPolicyTest, PasswordsAreLongAndMixed) {
  const LoginPolicy policy = TestPolicy(5);
  EXPECT_TRUE(CheckPassword(policy, "zhang", "Branch-2026").ok());
  EXPECT_TRUE(CheckPassword(policy, "zhang", "党支部abc12345").ok());
  const absl::Status short_one = CheckPassword(policy, "zhang", "Ab-345678");
  EXPECT_EQ(error::Reason(short_one), "PASSWORD_TOO_WEAK");
  EXPECT_EQ(error::MetadataValue(short_one, "required"), "10");
  EXPECT_EQ(error::MetadataValue(short_one, "actual"), "9");
  EXPECT_EQ(error::MetadataValue(short_one, "rule_id"), "S-1");
  EXPECT_FALSE(CheckPassword(policy, "zhang", "alllowercase1").ok());
  EXPECT_FALSE(CheckPassword(policy, "zhang", "My-Zhang-2026").ok());
  EXPECT_EQ(CharacterClasses("aA1-"), 4);
  EXPECT_EQ(CharacterClasses("aaaa"), 1);
  EXPECT_EQ(CharacterClasses(""), 0);
}

TEST(LoginPolicyTest, FiveFailuresLockForHalfAnHour) {
  const LoginPolicy policy = TestPolicy(5);
  Guard guard;
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(CountAttempt(policy, kNow, &guard).ok()) << i;
  const Guard locked = guard;
  const absl::Status refused = CountAttempt(policy, kNow + absl::Minutes(29), &guard);
  EXPECT_EQ(error::Reason(refused), "SIGN_IN_LOCKED");
  EXPECT_EQ(error::RetryAfter(refused), absl::Minutes(1));
  EXPECT_EQ(guard.failures, locked.failures);
  EXPECT_EQ(guard.locked_until, locked.locked_until);
  // After the lock the count starts again.
  EXPECT_TRUE(CountAttempt(policy, kNow + absl::Minutes(30), &guard).ok());
  EXPECT_EQ(guard.failures, 1);
  EXPECT_FALSE(guard.locked_until.has_value());
}

TEST(LoginPolicyTest, SessionsEndByIdlenessOrByAge) {
  const LoginPolicy policy = TestPolicy(5);
  const absl::Time expires = kNow + absl::Hours(8);
  EXPECT_EQ(SessionEnd(policy, kNow, expires), kNow + absl::Minutes(15));
  EXPECT_EQ(SessionEnd(policy, expires - absl::Minutes(1), expires), expires);
}

TEST(LoginPolicyTest, PasswordsAndAccountsGrowOld) {
  const LoginPolicy policy = TestPolicy(5);
  EXPECT_FALSE(PasswordExpired(policy, kNow, kNow + absl::Hours(24 * 90) - absl::Seconds(1)));
  EXPECT_TRUE(PasswordExpired(policy, kNow, kNow + absl::Hours(24 * 90)));
  EXPECT_FALSE(Unused(policy, kNow, kNow + absl::Hours(24 * 89)));
  EXPECT_TRUE(Unused(policy, kNow, kNow + absl::Hours(24 * 90)));
}

TEST(LoginPolicyTest, OneTimePasswordsSatisfyThePolicy) {
  LoginPolicy policy = TestPolicy(5);
  policy.min_classes.value = 4;
  std::set<std::string> all;
  for (int seed = 0; seed < 2000; ++seed) {
    std::string random(32, '\0');
    uint32_t state = static_cast<uint32_t>(seed) * 2654435761u + 1;
    for (char& c : random) {
      state = state * 1664525 + 1013904223;
      c = static_cast<char>(state >> 24);
    }
    const std::string password = OneTimePassword(random);
    EXPECT_EQ(password.size(), 20u);
    EXPECT_TRUE(CheckPassword(policy, "admin", password).ok()) << password;
    all.insert(password);
  }
  EXPECT_GT(all.size(), 1990u);
}

}  // namespace
}  // namespace ronghe::gateway::access

#include "services/gateway/access/domain/policy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

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

// Every row of domain-rules 9.2 that a policy decides: one value that just satisfies it and one
// that just doesn't.
struct PolicyRow {
  const char* rule_id;
  bool (*satisfied)(const LoginPolicy&);
  bool (*violated)(const LoginPolicy&);
};

bool Strong(const LoginPolicy& policy, const char* password) {
  return CheckPassword(policy, "zhang", password).ok();
}

// Whether the attempt is let through after so many failures, and so long after the last of them.
bool Tried(const LoginPolicy& policy, int failures, absl::Duration later) {
  Guard guard;
  for (int i = 0; i < failures; ++i) (void)CountAttempt(policy, kNow, &guard);
  return CountAttempt(policy, kNow + later, &guard).ok();
}

const PolicyRow kPolicyRows[] = {
    {"S-9.2-a1", [](const LoginPolicy& p) { return Strong(p, "Branch-202"); },
     [](const LoginPolicy& p) { return Strong(p, "Branch-20"); }},
    {"S-9.2-a2", [](const LoginPolicy& p) { return Strong(p, "branch-2026"); },
     [](const LoginPolicy& p) { return Strong(p, "branch2026"); }},
    {"S-9.2-a3",
     [](const LoginPolicy& p) {
       return !PasswordExpired(p, kNow, kNow + absl::Hours(24 * 90) - absl::Microseconds(1));
     },
     [](const LoginPolicy& p) { return !PasswordExpired(p, kNow, kNow + absl::Hours(24 * 90)); }},
    {"S-9.2-b1", [](const LoginPolicy& p) { return Tried(p, 4, absl::ZeroDuration()); },
     [](const LoginPolicy& p) { return Tried(p, 5, absl::ZeroDuration()); }},
    {"S-9.2-b2", [](const LoginPolicy& p) { return Tried(p, 5, absl::Minutes(30)); },
     [](const LoginPolicy& p) { return Tried(p, 5, absl::Minutes(30) - absl::Microseconds(1)); }},
    {"S-9.2-b3",
     [](const LoginPolicy& p) {
       return SessionEnd(p, kNow, absl::InfiniteFuture()) >
              kNow + absl::Minutes(15) - absl::Microseconds(1);
     },
     [](const LoginPolicy& p) {
       return SessionEnd(p, kNow, absl::InfiniteFuture()) > kNow + absl::Minutes(15);
     }},
    {"S-9.2-c1",
     [](const LoginPolicy& p) {
       return !Unused(p, kNow, kNow + absl::Hours(24 * 90) - absl::Microseconds(1));
     },
     [](const LoginPolicy& p) { return !Unused(p, kNow, kNow + absl::Hours(24 * 90)); }},
    {"S-9.2-d5",
     [](const LoginPolicy& p) {
       return !ReauthenticationDue(p, kNow, kNow + absl::Minutes(10) - absl::Microseconds(1));
     },
     [](const LoginPolicy& p) { return !ReauthenticationDue(p, kNow, kNow + absl::Minutes(10)); }},
};

class LoginPolicyRows : public ::testing::TestWithParam<PolicyRow> {};

TEST_P(LoginPolicyRows, HoldAtTheirEdge) {
  const LoginPolicy policy = TestPolicy(5);
  EXPECT_TRUE(GetParam().satisfied(policy));
  EXPECT_FALSE(GetParam().violated(policy));
}

INSTANTIATE_TEST_SUITE_P(DomainRules92, LoginPolicyRows, ::testing::ValuesIn(kPolicyRows),
                         [](const auto& row) {
                           std::string name = row.param.rule_id;
                           std::replace_if(
                               name.begin(), name.end(),
                               [](char c) { return c == '-' || c == '.'; }, '_');
                           return name;
                         });

TEST(LoginPolicyTest, ARightPasswordTakesBackItsOwnAttemptOnly) {
  const LoginPolicy policy = TestPolicy(5);
  Guard guard;
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(CountAttempt(policy, kNow, &guard).ok());
  // The fifth locks, until its password turns out to be right.
  EXPECT_TRUE(CountAttempt(policy, kNow, &guard).ok());
  EXPECT_TRUE(guard.locked_until.has_value());
  ForgiveAttempt(policy, &guard);
  EXPECT_EQ(guard.failures, 4);
  EXPECT_FALSE(guard.locked_until.has_value());
  EXPECT_TRUE(CountAttempt(policy, kNow, &guard).ok());
  EXPECT_FALSE(CountAttempt(policy, kNow, &guard).ok());
  guard = Guard();
  ForgiveAttempt(policy, &guard);
  EXPECT_EQ(guard.failures, 0);
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

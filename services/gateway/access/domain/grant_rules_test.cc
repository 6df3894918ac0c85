#include "services/gateway/access/domain/grant_rules.h"

#include <gtest/gtest.h>

#include "common/error/error.h"
#include "common/testing/matchers.h"
#include "services/gateway/access/domain/policy_testing.h"

namespace ronghe::gateway::access {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;

constexpr absl::Time kNoon = absl::FromUnixSeconds(1'800'000'000);

absl::Time At(int64_t hours) { return kNoon + absl::Hours(hours); }

Tenure Held(Duty duty, int64_t from, std::optional<int64_t> to) {
  Tenure tenure{"a role", duty, At(from), std::nullopt};
  if (to.has_value()) tenure.ends = At(*to);
  return tenure;
}

TEST(GrantRulesTest, TenuresOverlapWhereTheyShareAMoment) {
  const struct {
    Tenure a, b;
    bool overlap;
  } cases[] = {
      {Held(Duty::kAudit, 0, 2), Held(Duty::kAudit, 1, 3), true},
      {Held(Duty::kAudit, 0, 2), Held(Duty::kAudit, 2, 3), false},
      {Held(Duty::kAudit, 0, std::nullopt), Held(Duty::kAudit, 100, std::nullopt), true},
      {Held(Duty::kAudit, 0, 100), Held(Duty::kAudit, 100, std::nullopt), false},
      // Taken back before it began.
      {Held(Duty::kAudit, 5, 3), Held(Duty::kAudit, 0, std::nullopt), false},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(c.a.Overlaps(c.b), c.overlap);
    EXPECT_EQ(c.b.Overlaps(c.a), c.overlap);
  }
}

TEST(GrantRulesTest, EveryPairOfDifferentDutiesExcludesEachOther) {
  const Duty duties[] = {Duty::kBusiness, Duty::kSystem, Duty::kSecurity, Duty::kAudit};
  for (const Duty held : duties) {
    for (const Duty asked : duties) {
      const Tenure one = Held(held, 0, std::nullopt);
      const absl::Status status = CheckExclusion(Held(asked, 10, 20), std::vector<Tenure>{one});
      if (held == asked) {
        EXPECT_THAT(status, IsOk());
      } else {
        EXPECT_THAT(status, HasReason("ROLE_EXCLUSION"));
      }
      EXPECT_THAT(CheckExclusion(Held(asked, 10, 20),
                                 std::vector<Tenure>{Held(held, 0, 10), Held(held, 20, 30)}),
                  IsOk());
    }
  }
}

TEST(GrantRulesTest, TheRefusalSaysWhatIsHeldAndWhatIsAsked) {
  Tenure held = Held(Duty::kAudit, 0, std::nullopt), asked = Held(Duty::kBusiness, 1, 2);
  held.role = "audit_administrator";
  asked.role = "leader";
  const absl::Status refusal = CheckExclusion(asked, std::vector<Tenure>{held});
  EXPECT_EQ(error::MetadataValue(refusal, "held"), "audit_administrator");
  EXPECT_EQ(error::MetadataValue(refusal, "asked"), "leader");
  EXPECT_EQ(error::MetadataValue(refusal, "source"), "GB/T 22239-2019 8.1.5");
  EXPECT_FALSE(error::MetadataValue(refusal, "rule_id").empty());
}

TEST(GrantRulesTest, ADelegationLastsThirtyDaysAtMost) {
  const LoginPolicy policy = TestPolicy(2);
  EXPECT_THAT(CheckDelegationTerm(policy, kNoon, At(1)), IsOk());
  EXPECT_THAT(CheckDelegationTerm(policy, kNoon, At(30 * 24)), IsOk());
  EXPECT_THAT(CheckDelegationTerm(policy, kNoon, At(30 * 24) + absl::Seconds(1)),
              HasReason("DELEGATION_TOO_LONG"));
  EXPECT_THAT(CheckDelegationTerm(policy, kNoon, kNoon), HasReason("GRANT_PERIOD_INVALID"));
  EXPECT_THAT(CheckDelegationTerm(policy, kNoon, At(-1)), HasReason("GRANT_PERIOD_INVALID"));
  EXPECT_THAT(CheckDelegationTerm(policy, kNoon, absl::InfiniteFuture()),
              HasReason("DELEGATION_TOO_LONG"));
}

}  // namespace
}  // namespace ronghe::gateway::access

#include "services/membership/domain/unmask.h"

#include "common/error/error.h"
#include "gtest/gtest.h"

namespace ronghe::membership {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);

UnmaskRules Rules() {
  return {.name = "unmask/test",
          .effective_from = absl::CivilDay(2026, 1, 1),
          .purposes = {{"transfer", "转接", "P-02", "source"}, {"care", "关怀", "P-02", "source"}},
          .limit_members = 2,
          .limit_window = absl::Hours(1),
          .limit_rule_id = "P-06",
          .limit_source = "L"};
}

TEST(UnmaskRulesTest, TheVersionOfTheDayIsInForce) {
  UnmaskRules later = Rules();
  later.name = "unmask/later";
  later.effective_from = absl::CivilDay(2027, 1, 1);
  const UnmaskRuleBook book = UnmaskRuleBook::Create({later, Rules()}).value();
  EXPECT_EQ(book.On(absl::CivilDay(2025, 1, 1)).name, "unmask/test");
  EXPECT_EQ(book.On(absl::CivilDay(2026, 12, 31)).name, "unmask/test");
  EXPECT_EQ(book.On(absl::CivilDay(2027, 1, 1)).name, "unmask/later");
  EXPECT_EQ(book.On(absl::CivilDay(2026, 6, 1)).Find("care")->title, "关怀");
  EXPECT_EQ(book.On(absl::CivilDay(2026, 6, 1)).Find("Care"), nullptr);
}

TEST(UnmaskRulesTest, RefusesBooksThatCannotWork) {
  const auto broken = [](auto change) {
    UnmaskRules rules = Rules();
    change(rules);
    return error::Reason(UnmaskRuleBook::Create({rules}).status());
  };
  EXPECT_EQ(error::Reason(UnmaskRuleBook::Create({}).status()), "RULES_INVALID");
  EXPECT_EQ(error::Reason(UnmaskRuleBook::Create({Rules(), Rules()}).status()), "RULES_INVALID");
  EXPECT_EQ(broken([](UnmaskRules& rules) { rules.purposes.clear(); }), "RULES_INVALID");
  EXPECT_EQ(broken([](UnmaskRules& rules) { rules.purposes[1].code = "transfer"; }),
            "RULES_INVALID");
  EXPECT_EQ(broken([](UnmaskRules& rules) { rules.purposes[1].source = ""; }), "RULES_INVALID");
  EXPECT_EQ(broken([](UnmaskRules& rules) { rules.limit_members = 0; }), "RULES_INVALID");
}

TEST(UnmaskLimitTest, CountsDifferentMembersWithinTheWindow) {
  const UnmaskRules rules = Rules();
  std::vector<RecentRead> recent;
  EXPECT_TRUE(CheckUnmaskLimit(rules, recent, 1, kNow).ok());
  recent.push_back({1, kNow - absl::Minutes(50)});
  EXPECT_TRUE(CheckUnmaskLimit(rules, recent, 2, kNow).ok());
  recent.push_back({2, kNow - absl::Minutes(10)});
  const absl::Status full = CheckUnmaskLimit(rules, recent, 3, kNow);
  EXPECT_EQ(error::Reason(full), "UNMASK_LIMIT");
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(error::RetryAfter(full), absl::Minutes(10));
  EXPECT_EQ(error::MetadataValue(full, "rule_id"), "P-06");
  // Another look at one of them is no further member.
  EXPECT_TRUE(CheckUnmaskLimit(rules, recent, 1, kNow).ok());
  EXPECT_TRUE(CheckUnmaskLimit(rules, recent, 3, kNow + absl::Minutes(10)).ok());
}

}  // namespace
}  // namespace ronghe::membership

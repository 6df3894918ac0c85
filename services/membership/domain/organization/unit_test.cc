#include "services/membership/domain/organization/unit.h"

#include "common/error/error.h"
#include "gtest/gtest.h"

namespace ronghe::membership {
namespace {

TEST(CreditCode, Vector11_5) {
  EXPECT_EQ(CreditCodeCheckCharacter("91350100M000100Y4"), '3');
  EXPECT_TRUE(CheckCreditCode("91350100M000100Y43").ok());
}

TEST(CreditCode, WrongOnesAreRefused) {
  for (const char* code : {"91350100M000100Y44", "91350100M000100Y4", "91350100M000100Y433", "",
                           "91350100I000100Y43", "91350100m000100Y43", "91350100M000100Y4 "}) {
    EXPECT_EQ(error::Reason(CheckCreditCode(code)), "CREDIT_CODE_INVALID") << code;
  }
}

TEST(CreditCode, EveryWrongDigitShows) {
  const std::string right = "91350100M000100Y43";
  for (size_t i = 0; i < right.size(); ++i) {
    std::string wrong = right;
    wrong[i] = wrong[i] == '7' ? '8' : '7';
    EXPECT_FALSE(CheckCreditCode(wrong).ok()) << wrong;
  }
}

TEST(SetupRules, B_04_SixMonths) {
  const absl::CivilDay first(2026, 1, 1);
  EXPECT_TRUE(LastsMonths(first, absl::CivilDay(2026, 6, 30), 6));
  EXPECT_FALSE(LastsMonths(first, absl::CivilDay(2026, 6, 29), 6));
  EXPECT_TRUE(LastsMonths(first, std::nullopt, 6));
  EXPECT_TRUE(LastsMonths(absl::CivilDay(2026, 8, 31), absl::CivilDay(2027, 2, 27), 6));
}

}  // namespace
}  // namespace ronghe::membership

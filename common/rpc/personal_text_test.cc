#include "common/rpc/personal_text.h"

#include <string>

#include "gtest/gtest.h"

namespace ronghe::rpc {
namespace {

std::string Kind(std::string_view text) {
  const v1::PersonalNumber* const found = FindPersonalNumber(text);
  return found == nullptr ? "" : found->title();
}

TEST(PersonalTextTest, FindsNumbersAsPeopleWriteThem) {
  for (const char* text :
       {"11010519491231002X", "11010519491231002x", "张三11010519491231002X。",
        "身份证:110105 19491231 002X", "110105-19491231-002X", "/11010519491231002X/",
        "１１０１０５１９４９１２３１００２X", "x11010519491231002Xy"}) {
    EXPECT_EQ(Kind(text), "公民身份号码") << text;
  }
  for (const char* text :
       {"13800138000", "电话13800138000", "138-0013-8000", "138 0013 8000", "+8613800138000",
        "tel:13800138000,", "请打１３８００１３８０００", "19912345678 or not"}) {
    EXPECT_EQ(Kind(text), "手机号码") << text;
  }
}

TEST(PersonalTextTest, LeavesOtherNumbersAlone) {
  for (const char* text :
       {"", "2026年11月23日", "members/1234567890123456789", "110105194912310021",
        "11010519491331002X", "12800138000", "138001380001", "0138001380", "9138001380001",
        "2026-11-23 08:00 2026-12-31 17:30", "a13800138000b4e6f", "fb7d13800138000",
        "organizations/402653184000000000", "3f2504e0-4f89-11d3-9a0c-0305e82c3301"}) {
    EXPECT_EQ(Kind(text), "") << text;
  }
}

TEST(PersonalTextTest, EveryRuleNamesItsSource) {
  for (const char* text : {"11010519491231002X", "13800138000"}) {
    const v1::PersonalNumber* const found = FindPersonalNumber(text);
    ASSERT_NE(found, nullptr);
    EXPECT_FALSE(found->rule_id().empty());
    EXPECT_FALSE(found->source().empty());
  }
}

}  // namespace
}  // namespace ronghe::rpc

#include "services/gateway/http/form.h"

#include "gtest/gtest.h"

namespace ronghe::gateway::http {
namespace {

using Fields = std::map<std::string, std::string>;

TEST(ParseForm, ReadsNamesAndValues) {
  EXPECT_EQ(ParseForm(""), Fields());
  EXPECT_EQ(ParseForm("a=1&b=x%20y+z&c=&d&&e=%E5%85%9A"),
            (Fields{{"a", "1"}, {"b", "x y z"}, {"c", ""}, {"d", ""}, {"e", "党"}}));
  EXPECT_EQ(ParseForm("a=b=c"), (Fields{{"a", "b=c"}}));
}

TEST(ParseForm, RefusesBrokenEscapesRepeatsAndTooMuch) {
  EXPECT_EQ(ParseForm("a=%2"), std::nullopt);
  EXPECT_EQ(ParseForm("%zz=1"), std::nullopt);
  EXPECT_EQ(ParseForm("a=1&a=1"), std::nullopt);
  EXPECT_EQ(ParseForm("a=1&%61=2"), std::nullopt);
  std::string many;
  for (int i = 0; i < 65; ++i) many += "f" + std::to_string(i) + "=&";
  EXPECT_EQ(ParseForm(many), std::nullopt);
}

}  // namespace
}  // namespace ronghe::gateway::http

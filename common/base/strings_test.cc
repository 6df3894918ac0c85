#include "common/base/strings.h"

#include "gtest/gtest.h"

namespace ronghe::base {
namespace {

using std::string_literals::operator""s;

TEST(StringsTest, CatTakesEveryKindOfText) {
  std::string_view std_view = "b";
  absl::string_view absl_view = "c";
  EXPECT_EQ(Cat("a", std_view, absl_view, std::string("d"), 5, int64_t{-6}, 'x' - 'w'), "abcd5-61");
  EXPECT_EQ(Cat(), "");
}

TEST(StringsTest, ViewsShareBytes) {
  std::string text = "文字";
  EXPECT_EQ(Sv(std::string_view(text)).data(), text.data());
  EXPECT_EQ(Sv(absl::string_view(text)).data(), text.data());
}

TEST(StringsTest, AcceptsWellFormedUtf8) {
  for (const std::string& text : {""s, "a"s, "\0"s, "é"s, "中共党员"s, "𠮷"s, "\xED\x9F\xBF"s,
                                  "\xEE\x80\x80"s, "\xF4\x8F\xBF\xBF"s, "\xEF\xBF\xBF"s}) {
    EXPECT_TRUE(IsValidUtf8(text)) << text;
  }
}

TEST(StringsTest, RefusesMalformedUtf8) {
  for (const std::string& text :
       {"\x80"s, "\xC0\x80"s, "\xC1\xBF"s, "\xC3"s, "\xE0\x80\x80"s, "\xE4\xB8"s, "\xED\xA0\x80"s,
        "\xED\xBF\xBF"s, "\xF0\x80\x80\x80"s, "\xF4\x90\x80\x80"s, "\xF5\x80\x80\x80"s, "\xFF"s,
        "a\xE4\xB8z"s, "\xF0\x9F\x98"s}) {
    EXPECT_FALSE(IsValidUtf8(text));
  }
}

TEST(StringsTest, CountsCharacters) {
  EXPECT_EQ(Utf8Length(""), 0u);
  EXPECT_EQ(Utf8Length("abc"), 3u);
  EXPECT_EQ(Utf8Length("党支部 a𠮷"), 6u);
}

TEST(StringsTest, PrefixKeepsCharactersWhole) {
  EXPECT_EQ(Utf8Prefix("党支部", 9), "党支部");
  EXPECT_EQ(Utf8Prefix("党支部", 8), "党支");
  EXPECT_EQ(Utf8Prefix("党支部", 6), "党支");
  EXPECT_EQ(Utf8Prefix("党支部", 2), "");
  EXPECT_EQ(Utf8Prefix("abc", 2), "ab");
}

}  // namespace
}  // namespace ronghe::base

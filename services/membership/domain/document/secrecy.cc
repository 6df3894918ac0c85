#include "services/membership/domain/document/secrecy.h"

#include <algorithm>
#include <array>
#include <string>

#include "absl/strings/str_replace.h"
#include "common/base/strings.h"

namespace ronghe::membership {
namespace {

constexpr std::array<std::string_view, 3> kLevels = {"绝密", "机密", "秘密"};
// What an ordinary 秘密 stands behind.
constexpr std::array<std::string_view, 4> kOrdinary = {"国家", "党的", "工作", "商业"};

std::string WithoutSpaces(std::string_view text) {
  return absl::StrReplaceAll(base::Sv(text), {{" ", ""},
                                              {"\t", ""},
                                              {"\r", ""},
                                              {"\n", ""},
                                              {"\u3000", ""},
                                              {"\u00A0", ""},
                                              {"\u200B", ""}});
}

// Without brackets and without "密级：" before it.
std::string Bare(const std::string& text) {
  std::string bare = absl::StrReplaceAll(text, {{"【", ""},
                                                {"】", ""},
                                                {"[", ""},
                                                {"]", ""},
                                                {"(", ""},
                                                {")", ""},
                                                {"\uFF08", ""},
                                                {"\uFF09", ""},
                                                {"〔", ""},
                                                {"〕", ""}});
  for (const std::string_view label : {"密级", "\uFF1A", ":"}) {
    if (bare.starts_with(label)) bare.erase(0, label.size());
  }
  return bare;
}

}  // namespace

bool TitleBearsMark(std::string_view title) {
  const std::string text = WithoutSpaces(title);
  for (const std::string_view level : kLevels) {
    for (size_t at = text.find(level); at != std::string::npos; at = text.find(level, at + 1)) {
      const std::string_view before = std::string_view(text).substr(0, at);
      const bool ordinary = level == "秘密" && std::any_of(kOrdinary.begin(), kOrdinary.end(),
                                                           [&](std::string_view word) {
                                                             return before.ends_with(word);
                                                           });
      if (!ordinary) return true;
    }
  }
  return false;
}

bool TextBearsMark(std::string_view text) {
  const std::string whole = WithoutSpaces(text);
  const std::string bare = Bare(whole);
  return std::any_of(kLevels.begin(), kLevels.end(), [&](std::string_view level) {
    return bare == level || whole.find(base::Cat(level, "★")) != std::string::npos ||
           whole.find(base::Cat(level, "☆")) != std::string::npos;
  });
}

}  // namespace ronghe::membership

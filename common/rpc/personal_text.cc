#include "common/rpc/personal_text.h"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/text_format.h"
#include "re2/re2.h"

namespace ronghe::rpc {
namespace {

constexpr char kRules[] =
#include "common/rpc/personal_text.inc"
    ;

// The shortest number that any rule looks for.
constexpr size_t kLeastDigits = 11;

struct Rule {
  v1::PersonalNumber number;
  std::unique_ptr<re2::RE2> pattern;
};

const std::vector<Rule>& Rules() {
  static const auto* const rules = [] {
    v1::PersonalText text;
    auto* compiled = new std::vector<Rule>;
    bool good = google::protobuf::TextFormat::ParseFromString(kRules, &text);
    for (const v1::PersonalNumber& number : text.numbers()) {
      compiled->push_back(
          {number, std::make_unique<re2::RE2>("(" + number.pattern() + ")", re2::RE2::Quiet)});
      good = good && compiled->back().pattern->ok();
    }
    if (!good) {
      std::fprintf(stderr, "personal_text.textproto, which was built in, can't be read\n");
      std::abort();
    }
    return compiled;
  }();
  return *rules;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHexLetter(char c) { return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// U+FF10 to U+FF19.
bool IsWideDigit(std::string_view text) {
  return text.size() >= 3 && text[0] == '\xEF' && text[1] == '\xBC' && text[2] >= '\x90' &&
         text[2] <= '\x99';
}

bool HasEnoughDigits(std::string_view text) {
  size_t digits = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    digits += IsDigit(text[i]) || (text[i] == '\xEF' && IsWideDigit(text.substr(i)));
  }
  return digits >= kLeastDigits;
}

std::string WithAsciiDigits(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\xEF' && IsWideDigit(text.substr(i))) {
      plain.push_back(static_cast<char>('0' + (text[i + 2] - '\x90')));
      i += 2;
    } else {
      plain.push_back(text[i]);
    }
  }
  return plain;
}

// GB 11643: weights 2^(17-i) modulo 11 over the first 17 digits, then the table below.
bool CheckCharacterFits(std::string_view match) {
  constexpr char kCharacters[] = "10X98765432";
  std::string number;
  for (const char c : match) {
    if (c != ' ' && c != '-') number.push_back(c == 'x' ? 'X' : c);
  }
  int sum = 0;
  for (size_t i = 0; i < 17; ++i) sum += (number[i] - '0') * ((1 << (17 - i)) % 11);
  return number[17] == kCharacters[sum % 11];
}

bool Fits(const v1::PersonalNumber& rule, std::string_view text, std::string_view match) {
  const size_t begin = static_cast<size_t>(match.data() - text.data());
  const size_t end = begin + match.size();
  for (const size_t beside : {begin - 1, end}) {
    if (beside >= text.size()) continue;  // also before the first
    if (IsDigit(text[beside])) return false;
    if (rule.not_in_codes() && IsHexLetter(text[beside])) return false;
  }
  return rule.check() != v1::CHECK_GB11643 || CheckCharacterFits(match);
}

bool Holds(const Rule& rule, std::string_view text) {
  re2::StringPiece rest(text.data(), text.size());
  re2::StringPiece match;
  while (re2::RE2::PartialMatch(rest, *rule.pattern, &match)) {
    if (Fits(rule.number, text, {match.data(), match.size()})) return true;
    rest.remove_prefix(static_cast<size_t>(match.data() - rest.data()) + 1);
  }
  return false;
}

}  // namespace

const v1::PersonalNumber* FindPersonalNumber(std::string_view text) {
  if (text.size() < kLeastDigits || !HasEnoughDigits(text)) return nullptr;
  const std::string plain = WithAsciiDigits(text);
  for (const Rule& rule : Rules()) {
    if (Holds(rule, plain)) return &rule.number;
  }
  return nullptr;
}

}  // namespace ronghe::rpc

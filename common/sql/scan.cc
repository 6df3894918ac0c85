#include "common/sql/scan.h"

#include <cctype>

namespace ronghe::sql::internal {
namespace {

bool IsWord(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
}

char Upper(char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); }

}  // namespace

std::string CodeOnly(std::string_view text) {
  std::string code(text);
  const size_t n = code.size();
  size_t i = 0;
  auto blank_until = [&code, &i](size_t end) {
    for (; i < end; ++i) {
      if (code[i] != '\n') code[i] = ' ';
    }
  };
  while (i < n) {
    const char c = code[i];
    if (c == '\'' || c == '"' || c == '`') {
      size_t end = i + 1;
      while (end < n) {
        if (code[end] == '\\' && c != '`') {
          end += 2;
        } else if (code[end] == c) {
          if (end + 1 < n && code[end + 1] == c) {
            end += 2;
          } else {
            break;
          }
        } else {
          ++end;
        }
      }
      blank_until(std::min(end + 1, n));
    } else if (c == '#' ||
               (c == '-' && i + 1 < n && code[i + 1] == '-' &&
                (i + 2 >= n || std::isspace(static_cast<unsigned char>(code[i + 2]))))) {
      const size_t end = code.find('\n', i);
      blank_until(end == std::string::npos ? n : end);
    } else if (c == '/' && i + 1 < n && code[i + 1] == '*') {
      const size_t end = code.find("*/", i + 2);
      blank_until(end == std::string::npos ? n : end + 2);
    } else {
      ++i;
    }
  }
  return code;
}

std::vector<size_t> Placeholders(std::string_view text) {
  const std::string code = CodeOnly(text);
  std::vector<size_t> result;
  for (size_t i = 0; i < code.size(); ++i) {
    if (code[i] == '?') result.push_back(i);
  }
  return result;
}

size_t FindKeyword(std::string_view text, std::string_view word) {
  const std::string code = CodeOnly(text);
  for (size_t i = 0; i + word.size() <= code.size(); ++i) {
    if (i > 0 && IsWord(code[i - 1])) continue;
    if (i + word.size() < code.size() && IsWord(code[i + word.size()])) continue;
    bool equal = true;
    for (size_t k = 0; equal && k < word.size(); ++k) equal = Upper(code[i + k]) == word[k];
    if (equal) return i;
  }
  return std::string::npos;
}

size_t MatchingParenthesis(std::string_view text, size_t open) {
  const std::string code = CodeOnly(text);
  int depth = 0;
  for (size_t i = open; i < code.size(); ++i) {
    if (code[i] == '(') ++depth;
    if (code[i] == ')' && --depth == 0) return i;
  }
  return std::string::npos;
}

std::vector<std::string> Tokens(std::string_view text) {
  const std::string code = CodeOnly(text);
  std::vector<std::string> tokens;
  for (size_t i = 0; i < code.size();) {
    if (std::isspace(static_cast<unsigned char>(code[i])) != 0) {
      ++i;
    } else if (IsWord(code[i])) {
      std::string word;
      while (i < code.size() && IsWord(code[i])) word += Upper(code[i++]);
      tokens.push_back(std::move(word));
    } else {
      tokens.emplace_back(1, code[i++]);
    }
  }
  return tokens;
}

}  // namespace ronghe::sql::internal

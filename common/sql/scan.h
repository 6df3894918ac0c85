// What in an SQL text is code, and what is quoted or commented?
#ifndef RONGHE_COMMON_SQL_SCAN_H_
#define RONGHE_COMMON_SQL_SCAN_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ronghe::sql::internal {

// The text with everything in quotes ('…', "…", `…`) and comments (-- …, # …, /* … */) replaced by
// blanks of the same length, the quotes included.
std::string CodeOnly(std::string_view text);

// The positions of the question marks in the code.
std::vector<size_t> Placeholders(std::string_view text);

// The position of the first whole word `word` (upper case) in the code, in any case; npos if none.
size_t FindKeyword(std::string_view text, std::string_view word);

// The parenthesis that closes the one at `open`; npos if none.
size_t MatchingParenthesis(std::string_view text, size_t open);

// The words and single marks of the code, words in upper case.
std::vector<std::string> Tokens(std::string_view text);

}  // namespace ronghe::sql::internal

#endif  // RONGHE_COMMON_SQL_SCAN_H_

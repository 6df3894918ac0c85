#include "common/sql/lint.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "absl/strings/str_cat.h"
#include "common/base/strings.h"
#include "common/sql/scan.h"

namespace ronghe::sql {
namespace {

using Token = std::string;

struct Forbidden {
  std::vector<Token> tokens;  // in a row
  const char* why;
};

const std::vector<Forbidden>& Everywhere() {
  static const auto* const rules = new std::vector<Forbidden>{
      {{"AUTO_INCREMENT"}, "ids come from base::IdGenerator"},
      {{"FULLTEXT"}, "not portable"},
      {{"SPATIAL"}, "not portable"},
      {{"GET_LOCK"}, "locks of a session do not survive failover"},
      {{"RELEASE_LOCK"}, "locks of a session do not survive failover"},
      {{"LOCK", "TABLES"}, "not safe on a cluster"},
      {{"XA"}, "one schema, one transaction"},
      {{"CASCADE"}, "deletes are explicit"},
      {{"RETURNING"}, "not portable"},
      {{"OFFSET"}, "page by key"},
      {{"SELECT", "*"}, "name the columns"},
      {{"SQL_CALC_FOUND_ROWS"}, "not portable"},
      {{"SKIP", "LOCKED"}, "not portable"},
      {{"INSERT", "IGNORE"}, "hides errors"},
      {{"REPLACE", "INTO"}, "deletes behind one's back"},
      {{"LOAD", "DATA"}, "not portable"},
      {{"CREATE", "TRIGGER"}, "logic belongs to the service"},
      {{"CREATE", "PROCEDURE"}, "logic belongs to the service"},
      {{"CREATE", "FUNCTION"}, "logic belongs to the service"},
      {{"CREATE", "EVENT"}, "logic belongs to the service"},
      {{"CREATE", "VIEW"}, "logic belongs to the service"},
      {{"CREATE", "SEQUENCE"}, "ids come from base::IdGenerator"},
      {{"OR", "REPLACE", "VIEW"}, "logic belongs to the service"},
      {{"CALL"}, "logic belongs to the service"},
      {{"SYSTEM", "VERSIONING"}, "not portable"},
      {{"NOT", "IN", "(", "?", "*"}, "an empty list would run no statement"},
  };
  return *rules;
}

bool ContainsRun(const std::vector<Token>& tokens, const std::vector<Token>& run) {
  return std::search(tokens.begin(), tokens.end(), run.begin(), run.end()) != tokens.end();
}

bool Contains(const std::vector<Token>& tokens, const Token& token) {
  return std::find(tokens.begin(), tokens.end(), token) != tokens.end();
}

std::string Join(const std::vector<Token>& tokens) {
  std::string text;
  for (const Token& token : tokens) absl::StrAppend(&text, text.empty() ? "" : " ", token);
  return text;
}

// "LIMIT 10, 20": an offset in disguise.
bool HasTwoLimits(const std::vector<Token>& tokens) {
  for (size_t i = 0; i + 2 < tokens.size(); ++i) {
    if (tokens[i] == "LIMIT" && tokens[i + 2] == ",") return true;
  }
  return false;
}

// "t.*" as a column.
bool HasTableStar(const std::vector<Token>& tokens) {
  for (size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (tokens[i] == "." && tokens[i + 1] == "*") return true;
  }
  return false;
}

std::vector<std::string> CommonProblems(const std::vector<Token>& tokens) {
  std::vector<std::string> problems;
  for (const Forbidden& rule : Everywhere()) {
    if (ContainsRun(tokens, rule.tokens)) {
      problems.push_back(absl::StrCat(Join(rule.tokens), ": ", rule.why));
    }
  }
  if (HasTwoLimits(tokens)) problems.emplace_back("LIMIT with two numbers: page by key");
  if (HasTableStar(tokens)) problems.emplace_back("table.*: name the columns");
  return problems;
}

}  // namespace

std::vector<std::string> PortabilityProblems(std::string_view text) {
  const std::vector<Token> tokens = internal::Tokens(text);
  std::vector<std::string> problems = CommonProblems(tokens);
  const Token first = tokens.empty() ? "" : tokens.front();
  const std::array<const char*, 6> allowed = {"SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "("};
  if (std::find(allowed.begin(), allowed.end(), first) == allowed.end()) {
    problems.push_back(absl::StrCat("begins with \"", first,
                                    "\": only SELECT, INSERT, UPDATE and DELETE are statements"));
  }
  if ((first == "UPDATE" || first == "DELETE") && !Contains(tokens, "WHERE")) {
    problems.push_back(absl::StrCat(first, " without WHERE"));
  }
  if (Contains(tokens, ";")) problems.emplace_back("contains a semicolon");
  return problems;
}

std::vector<std::string> MigrationProblems(std::string_view text) {
  const std::vector<Token> tokens = internal::Tokens(text);
  std::vector<std::string> problems = CommonProblems(tokens);
  if (ContainsRun(tokens, {"CREATE", "TABLE"})) {
    if (!ContainsRun(tokens, {"CREATE", "TABLE", "IF", "NOT", "EXISTS"})) {
      problems.emplace_back("CREATE TABLE without IF NOT EXISTS: a migration may run twice");
    }
    if (!ContainsRun(tokens, {"PRIMARY", "KEY"}))
      problems.emplace_back("a table without PRIMARY KEY");
    if (!Contains(tokens, "UTF8MB4"))
      problems.emplace_back("a table without CHARACTER SET utf8mb4");
    const bool binary = std::any_of(tokens.begin(), tokens.end(),
                                    [](const Token& token) { return token == "UTF8MB4_BIN"; });
    if (!binary) problems.emplace_back("a table without COLLATE utf8mb4_bin");
  }
  for (const char* engine : {"MYISAM", "ARIA", "MEMORY"}) {
    if (Contains(tokens, engine)) problems.push_back(absl::StrCat("engine ", engine));
  }
  if (ContainsRun(tokens, {"DROP", "TABLE"}) || Contains(tokens, "TRUNCATE") ||
      ContainsRun(tokens, {"DROP", "COLUMN"})) {
    problems.emplace_back(
        "destroys data: expand first, contract in a migration of its own with a "
        "decision record");
  }
  return problems;
}

}  // namespace ronghe::sql

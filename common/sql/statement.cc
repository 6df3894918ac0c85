#include "common/sql/statement.h"

#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "common/base/strings.h"
#include "common/sql/scan.h"

namespace ronghe::sql::internal {
namespace {

struct Registry {
  std::mutex mutex;
  std::map<std::string, std::unique_ptr<StatementInfo>> by_name;
  std::vector<const StatementInfo*> in_order;
};

Registry& TheRegistry() {
  static Registry* const registry = new Registry;
  return *registry;
}

[[noreturn]] void Refuse(const char* name, const char* why) {
  std::fprintf(stderr, "sql statement \"%s\": %s\n", name, why);
  std::abort();
}

absl::Status NoBatch(const StatementInfo& info, const char* why) {
  return absl::InternalError(
      absl::StrCat("sql statement ", info.name, " cannot be batched: ", why));
}

}  // namespace

const StatementInfo* Register(const char* name, const char* text, bool is_query,
                              std::vector<FieldSpec> columns) {
  auto info = std::make_unique<StatementInfo>();
  info->name = name;
  info->text = text;
  info->is_query = is_query;
  info->columns = std::move(columns);
  if (info->name.empty() || info->name.find("*/") != std::string::npos) {
    Refuse(name, "needs a name without comment marks");
  }
  int lists = 0;
  for (size_t i : Placeholders(info->text)) {
    const bool is_list = i > 0 && info->text.compare(i - 1, 4, "(?*)") == 0;
    (is_list ? lists : info->parameters)++;
  }
  if (lists > 1) Refuse(name, "has more than one list marker");
  info->has_list = lists == 1;

  Registry& registry = TheRegistry();
  std::lock_guard lock(registry.mutex);
  auto found = registry.by_name.find(info->name);
  if (found != registry.by_name.end()) {
    const StatementInfo& other = *found->second;
    if (other.text != info->text || other.is_query != info->is_query ||
        other.columns != info->columns) {
      Refuse(name, "is registered twice with different texts or rows");
    }
    return &other;
  }
  info->index = static_cast<uint32_t>(registry.in_order.size());
  const StatementInfo* result = info.get();
  registry.in_order.push_back(result);
  registry.by_name.emplace(info->name, std::move(info));
  return result;
}

std::vector<const StatementInfo*> RegisteredStatements() {
  Registry& registry = TheRegistry();
  std::lock_guard lock(registry.mutex);
  return registry.in_order;
}

std::string ExpandedText(const StatementInfo& info, int list_size) {
  std::string text = absl::StrCat("/* ", info.name, " */ ");
  if (!info.has_list) return text + info.text;
  const size_t marker = info.text.find("(?*)");
  text.append(info.text, 0, marker);
  text += '(';
  for (int i = 0; i < list_size; ++i) text += i == 0 ? "?" : ",?";
  text += ')';
  text.append(info.text, marker + 4);
  return text;
}

absl::StatusOr<std::string> BatchText(const StatementInfo& info, int rows) {
  if (info.has_list) return NoBatch(info, "it has a list marker");
  const std::string& text = info.text;
  const std::vector<size_t> marks = Placeholders(text);
  if (marks.empty()) return NoBatch(info, "it has no placeholders");
  const size_t keyword = FindKeyword(text, "VALUES");
  if (keyword == std::string::npos) return NoBatch(info, "it has no VALUES");
  const size_t open = text.find('(', keyword);
  if (open == std::string::npos || marks.front() < open) {
    return NoBatch(info, "placeholders stand before the VALUES tuple");
  }
  const size_t close = MatchingParenthesis(text, open);
  if (close == std::string::npos || marks.back() > close) {
    return NoBatch(info, "placeholders stand behind the VALUES tuple");
  }
  const std::string tuple = text.substr(open, close - open + 1);
  std::string result = absl::StrCat("/* ", info.name, " */ ");
  result.append(text, 0, open);
  for (int i = 0; i < rows; ++i) {
    if (i > 0) result += ',';
    result += tuple;
  }
  result.append(text, close + 1);
  return result;
}

}  // namespace ronghe::sql::internal

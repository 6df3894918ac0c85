#include "common/base/resource_name.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "common/base/strings.h"
#include "common/error/error.h"

namespace ronghe::base {
namespace {

std::optional<int64_t> Id(std::string_view text) {
  if (text.empty() || text.size() > 19 || text[0] == '0') return std::nullopt;
  uint64_t value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return std::nullopt;
  return static_cast<int64_t>(value);
}

// Takes "<collection>/<id>" off the front of `rest`.
std::optional<int64_t> TakeSegment(std::string_view& rest, std::string_view collection) {
  if (!rest.starts_with(collection) || rest.size() <= collection.size() ||
      rest[collection.size()] != '/') {
    return std::nullopt;
  }
  rest.remove_prefix(collection.size() + 1);
  size_t end = std::min(rest.find('/'), rest.size());
  std::optional<int64_t> id = Id(rest.substr(0, end));
  rest.remove_prefix(end);
  return id;
}

absl::Status Invalid(std::string_view name, std::string pattern) {
  return error::Make(absl::StatusCode::kInvalidArgument, "NAME_INVALID",
                     Cat("资源名称无效,应为“", pattern, "”"),
                     {{"name", std::string(Utf8Prefix(name, 128))}, {"pattern", pattern}});
}

}  // namespace

absl::StatusOr<int64_t> ParseName(std::string_view name, std::string_view collection) {
  std::string_view rest = name;
  std::optional<int64_t> id = TakeSegment(rest, collection);
  if (!id.has_value() || !rest.empty()) return Invalid(name, Cat(collection, "/{id}"));
  return *id;
}

absl::StatusOr<std::pair<int64_t, int64_t>> ParseChildName(std::string_view name,
                                                           std::string_view collection,
                                                           std::string_view child_collection) {
  std::string_view rest = name;
  std::optional<int64_t> id = TakeSegment(rest, collection);
  if (id.has_value() && rest.starts_with('/')) {
    rest.remove_prefix(1);
    std::optional<int64_t> child_id = TakeSegment(rest, child_collection);
    if (child_id.has_value() && rest.empty()) return std::pair(*id, *child_id);
  }
  return Invalid(name, Cat(collection, "/{id}/", child_collection, "/{id}"));
}

std::string Name(std::string_view collection, int64_t id) { return Cat(collection, "/", id); }

std::string ChildName(std::string_view collection, int64_t id, std::string_view child_collection,
                      int64_t child_id) {
  return Cat(collection, "/", id, "/", child_collection, "/", child_id);
}

}  // namespace ronghe::base

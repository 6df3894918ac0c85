#include "services/gateway/http/form.h"

#include "services/gateway/transcode/router.h"

namespace ronghe::gateway::http {
namespace {

constexpr size_t kMaxFields = 64;

}  // namespace

std::string_view Field(const Fields& fields, const std::string& name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

std::optional<Fields> ParseForm(std::string_view text) {
  Fields fields;
  while (!text.empty()) {
    const size_t end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    std::string name, value;
    if (!transcode::PercentDecode(pair.substr(0, equals), true, &name) ||
        (equals != std::string_view::npos &&
         !transcode::PercentDecode(pair.substr(equals + 1), true, &value))) {
      return std::nullopt;
    }
    if (fields.size() == kMaxFields || !fields.emplace(std::move(name), std::move(value)).second) {
      return std::nullopt;
    }
  }
  return fields;
}

}  // namespace ronghe::gateway::http

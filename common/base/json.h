// What does a member of a JSON object that somebody else wrote say?
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace ronghe::base {

// The text of a member; empty where there is none or it is no text.
inline std::string JsonText(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace ronghe::base

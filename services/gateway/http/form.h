// What do a query and a form say?
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace ronghe::gateway::http {

// The fields of application/x-www-form-urlencoded text. Nothing for a broken escape, a name that
// comes twice (RFC 6749, 3.1), or more than 64 of them.
std::optional<std::map<std::string, std::string>> ParseForm(std::string_view text);

}  // namespace ronghe::gateway::http

// What do a query and a form say?
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace ronghe::gateway::http {

// Values by name: the fields of a form, or the headers of a request.
using Fields = std::map<std::string, std::string>;

// The value of a name; empty where it is not there.
std::string_view Field(const Fields& fields, const std::string& name);

// The fields of application/x-www-form-urlencoded text. Nothing for a broken escape, a name that
// comes twice (RFC 6749, 3.1), or more than 64 of them.
std::optional<Fields> ParseForm(std::string_view text);

}  // namespace ronghe::gateway::http

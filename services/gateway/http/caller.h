// Is what a caller says about its call understood? HTTP headers and gRPC metadata say it alike.
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace ronghe::gateway::http {

// A code of at most 64 letters, digits, "_", "." and "-", and no personal number: it is written
// into audit rows.
bool IsPurpose(std::string_view text);

// `purpose` is a purpose, `validate_only` "true" or "false"; both may be empty. INVALID_ARGUMENT
// FIELD_INVALID otherwise: a dry run that is not one would write.
absl::Status CheckCaller(std::string_view purpose, std::string_view validate_only);

}  // namespace ronghe::gateway::http

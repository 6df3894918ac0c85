// Who wants to know whose rights have changed?
#pragma once

#include <functional>
#include <string>

namespace ronghe::gateway::access {

// Told, after the commit, whose rights have changed ("accounts/1"): whatever is remembered of them
// is out of date. Thread-safe; doesn't block. May be null.
using SubjectChanged = std::function<void(const std::string& subject)>;

}  // namespace ronghe::gateway::access

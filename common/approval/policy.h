// How long may a request wait for a second person?
#ifndef RONGHE_COMMON_APPROVAL_POLICY_H_
#define RONGHE_COMMON_APPROVAL_POLICY_H_

#include <string>

#include "absl/time/time.h"

namespace ronghe::approval {

struct Policy {
  std::string version;
  // From the request to the end of its use.
  absl::Duration life;
  std::string rule_id;
  std::string source;
};

// The one of policy.textproto, with which the program was built.
const Policy& BuiltinPolicy();

}  // namespace ronghe::approval

#endif  // RONGHE_COMMON_APPROVAL_POLICY_H_

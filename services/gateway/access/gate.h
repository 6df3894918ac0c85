// Which methods may a checked visitor call at the gateway? All of them, unless the password must be
// changed first. What a visitor may do to whom is for the services to say.
#pragma once

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "services/gateway/access/visitor.h"
#include "services/gateway/transcode/router.h"

namespace ronghe::gateway::access {

class Gate {
 public:
  explicit Gate(const transcode::MethodTable& methods);

  // PERMISSION_DENIED PASSWORD_CHANGE_REQUIRED.
  absl::Status Check(const Credential& credential, const transcode::Method& method) const;

 private:
  absl::flat_hash_set<const transcode::Method*> always_;
};

}  // namespace ronghe::gateway::access

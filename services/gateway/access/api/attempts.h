// How often may somebody try a password or a code? Counts the attempts on a login name, whether or
// not an account has it, in transactions of their own: a refused attempt stays counted.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "common/metrics/metrics.h"
#include "common/service/write.h"
#include "services/gateway/access/domain/policy.h"

namespace ronghe::gateway::access {

class Attempts {
 public:
  // All must outlive it.
  Attempts(service::Writer& writer, const LoginPolicy& policy, metrics::Registry& registry);

  // Counts an attempt before the password or the code is looked at. RESOURCE_EXHAUSTED
  // SIGN_IN_LOCKED; those of the database.
  absl::Status Count(rpc::Call& call, std::string_view login_name);
  // Somebody proved to be who they are: forgets the failures, in the transaction that says so.
  static absl::Status Clear(sql::Session& session, std::string_view login_name, absl::Time now);
  // The password was right and the second factor is still to come: takes back this one attempt.
  absl::Status Forgive(sql::Session& session, int64_t id, std::string_view login_name,
                       absl::Time now);

 private:
  service::Writer& writer_;
  const LoginPolicy& policy_;
  metrics::Counter& locked_;
};

}  // namespace ronghe::gateway::access

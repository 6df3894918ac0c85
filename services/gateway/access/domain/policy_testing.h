// Which login policy do the tests of sign-in start from?
#ifndef RONGHE_SERVICES_GATEWAY_ACCESS_DOMAIN_POLICY_TESTING_H_
#define RONGHE_SERVICES_GATEWAY_ACCESS_DOMAIN_POLICY_TESTING_H_

#include <cstdint>

#include "services/gateway/access/domain/policy.h"

namespace ronghe::gateway::access {

// Valid, with short limits; `history` passwords may not come back.
inline LoginPolicy TestPolicy(int64_t history) {
  const auto parameter = [](int64_t value) { return Parameter{value, "S-1", "GB/T 22239-2019"}; };
  LoginPolicy policy;
  policy.version = "test";
  policy.min_length = parameter(10);
  policy.min_classes = parameter(3);
  policy.history = parameter(history);
  policy.max_age_days = parameter(90);
  policy.lock_failures = parameter(5);
  policy.lock_minutes = parameter(30);
  policy.idle_minutes = parameter(15);
  policy.absolute_minutes = parameter(480);
  policy.max_sessions = parameter(1);
  policy.unused_days = parameter(90);
  policy.second_factor = parameter(1);
  policy.code_window = parameter(1);
  policy.recovery_codes = parameter(10);
  policy.pending_minutes = parameter(10);
  policy.reauthentication_minutes = parameter(10);
  policy.bind_address = parameter(1);
  policy.delegation_days = parameter(30);
  policy.calls_per_second = parameter(0);
  policy.calls_burst = parameter(1);
  return policy;
}

}  // namespace ronghe::gateway::access

#endif  // RONGHE_SERVICES_GATEWAY_ACCESS_DOMAIN_POLICY_TESTING_H_

// What do the settings make of sign-in?
#pragma once

#include "absl/status/statusor.h"
#include "common/operation/rule_catalogue.h"
#include "services/gateway/access/domain/policy.h"
#include "services/gateway/access/door/doorman.h"
#include "services/gateway/access/session/password_hasher.h"
#include "services/gateway/config.pb.h"

namespace ronghe::gateway::access {

// The policy that the settings name, or the one built in; it is added to `shown`, where there is
// one. Errors: what reading the file returns; those of CheckPolicy.
absl::StatusOr<LoginPolicy> LoadLoginPolicy(const gateway::v1::Access& config,
                                            operation::RuleCatalogue* shown = nullptr);

HashCost HashCostOf(const gateway::v1::Access& config);

DoormanOptions DoormanOptionsOf(const gateway::v1::Config& config);

}  // namespace ronghe::gateway::access

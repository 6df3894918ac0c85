// What do the settings make of the HTTP port?
#pragma once

#include "absl/status/statusor.h"
#include "services/gateway/config.pb.h"
#include "services/gateway/http/address_limits.h"
#include "services/gateway/http/front.h"
#include "services/gateway/http/server.h"

namespace ronghe::gateway::http {

AddressLimitOptions AddressLimitOptionsOf(const v1::Http& config);

// INVALID_ARGUMENT: ORIGIN_INVALID for a public origin that is none; ORIGINS_REQUIRED for an
// address beyond loopback without any.
absl::StatusOr<FrontOptions> FrontOptionsOf(const v1::Http& config);

// Without `addresses`. `threads` is used where the settings name no number.
ServerOptions ServerOptionsOf(const v1::Http& config, int threads);

}  // namespace ronghe::gateway::http

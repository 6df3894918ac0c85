// What can be called over HTTP, for people and programs? The OpenAPI 3.1 page of every route, with
// the comments of the contracts as its text.
#pragma once

#include <string>
#include <string_view>

#include "services/gateway/transcode/router.h"

namespace ronghe::gateway::transcode {

// The page as JSON. `version` is that of the program.
std::string OpenApi(const Schema& schema, const Router& router, std::string_view version);

// The path of a binding as OpenAPI writes it: "/v1/{name=members/*}:submit" becomes
// "/v1/members/{member}:submit".
std::string OpenApiPath(const Binding& binding);

}  // namespace ronghe::gateway::transcode

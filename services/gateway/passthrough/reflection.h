// What do tools learn that ask the gRPC port which services it has? Server reflection v1alpha over
// the descriptor set, so that `buf curl` needs no protos of its own.
#pragma once

#include <string>
#include <string_view>

#include "services/gateway/transcode/router.h"

namespace ronghe::gateway::passthrough {

inline constexpr std::string_view kReflectionMethod =
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

// The answer to one serialised ServerReflectionRequest; empty when it can't be parsed.
std::string Reflect(const transcode::Schema& schema, const transcode::MethodTable& methods,
                    std::string_view request);

}  // namespace ronghe::gateway::passthrough

// Which services does this server offer, for tools that ask it? Server reflection v1alpha.
#ifndef RONGHE_COMMON_RPC_REFLECTION_H_
#define RONGHE_COMMON_RPC_REFLECTION_H_

#include <string>
#include <vector>

#include "common/rpc/method.h"

namespace ronghe::rpc {

// Serves grpc.reflection.v1alpha.ServerReflection: lists `services` ("pkg.Service") and hands out
// the descriptors linked into the program.
ServiceTable ReflectionTable(std::vector<std::string> services);

}  // namespace ronghe::rpc

#endif  // RONGHE_COMMON_RPC_REFLECTION_H_

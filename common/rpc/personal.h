// How is a message stripped of what only those who may read it should see?
#ifndef RONGHE_COMMON_RPC_PERSONAL_H_
#define RONGHE_COMMON_RPC_PERSONAL_H_

#include "google/protobuf/message.h"

namespace ronghe::rpc {

// Clears every field marked sensitive or private (ronghe.options.v1), at any depth.
void ClearPersonal(google::protobuf::Message& message);

}  // namespace ronghe::rpc

#endif  // RONGHE_COMMON_RPC_PERSONAL_H_

// How do messages become the bytes that gRPC carries, and back?
#ifndef RONGHE_COMMON_RPC_BYTES_H_
#define RONGHE_COMMON_RPC_BYTES_H_

#include "absl/status/status.h"
#include "google/protobuf/message_lite.h"
#include "grpcpp/support/byte_buffer.h"

namespace ronghe::rpc {

// Serializes into one contiguous slice.
grpc::ByteBuffer ToBytes(const google::protobuf::MessageLite& message);

// False when `bytes` are not a message of this type, or a string in them is not UTF-8.
bool FromBytes(const grpc::ByteBuffer& bytes, google::protobuf::MessageLite* message);

// As FromBytes, for answers of servers. INTERNAL where FromBytes says false.
absl::Status ParseBytes(const grpc::ByteBuffer& bytes, google::protobuf::MessageLite* message);

}  // namespace ronghe::rpc

#endif  // RONGHE_COMMON_RPC_BYTES_H_

// How do our errors cross the wire, and what of them may?
#ifndef RONGHE_COMMON_RPC_STATUS_H_
#define RONGHE_COMMON_RPC_STATUS_H_

#include "absl/status/status.h"
#include "common/trace/trace.h"
#include "grpcpp/support/status.h"

namespace ronghe::rpc {

// gRPC sends a status in headers of 8 KiB at most and destroys a longer one.
inline constexpr size_t kMaxMessageBytes = 1024;  // percent-encoded
inline constexpr size_t kMaxDetailBytes = 4096;

// What a caller may see of `status`. An error from a catalogue (it has a reason) passes as it is;
// any other keeps its code and gets a general message, because its text may speak of our inside.
// INTERNAL, UNKNOWN and DATA_LOSS always become INTERNAL with reason INTERNAL and the trace id.
absl::Status Presentable(const absl::Status& status, const trace::Context& trace);

// `status` with its payloads as a google.rpc.Status in the details, cut to the limits above: first
// texts and metadata, then field violations from the end.
grpc::Status ToGrpc(const absl::Status& status);

// The other way round; details that are no google.rpc.Status are dropped.
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace ronghe::rpc

#endif  // RONGHE_COMMON_RPC_STATUS_H_

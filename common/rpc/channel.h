// How does this process call another service?
//
// Generated clients (`<Service>Client`) stand on a Channel. Every call carries the deadline, the
// trace and the caller's token, is counted, and comes back as absl::Status with the error details
// as payloads. Reads, and changes with a request id, are tried up to three times on UNAVAILABLE.
#ifndef RONGHE_COMMON_RPC_CHANNEL_H_
#define RONGHE_COMMON_RPC_CHANNEL_H_

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rpc/bytes.h"
#include "common/rpc/outgoing.h"
#include "google/protobuf/message_lite.h"

namespace grpc {
class ByteBuffer;
class Channel;
}  // namespace grpc
namespace google::protobuf {
class MethodDescriptor;
}
namespace ronghe::config::v1 {
class Peer;
class Tls;
}  // namespace ronghe::config::v1
namespace ronghe::metrics {
class Registry;
}

namespace ronghe::rpc {

// A method as a client sees it. The strings must outlive every channel that uses it.
struct ClientMethod {
  std::string_view service;    // "pkg.Service"
  std::string_view name;       // "Method"
  std::string_view full_name;  // "/pkg.Service/Method"
  // True when the method changes nothing, so that sending it twice is harmless.
  bool read = false;
};

struct ChannelOptions {
  // Gives the channel connections of its own instead of sharing those with equal settings.
  bool own_connections = false;
  // Null: the default registry.
  metrics::Registry* registry = nullptr;
  int max_receive_bytes = 4 * 1024 * 1024;
};

// Thread-safe. Connects lazily.
class Channel {
 public:
  // Metrics, threads and the like; defined with the implementation.
  struct Impl;

  // `tls` without files means plain text, which is meant for tests and accepts loopback and
  // unix targets only. Errors: INVALID_ARGUMENT for an empty target or plain text elsewhere; what
  // reading the files returns.
  static absl::StatusOr<std::shared_ptr<Channel>> Create(const config::v1::Peer& peer,
                                                         const config::v1::Tls& tls,
                                                         const ChannelOptions& options = {});

  // Stands on an existing gRPC channel.
  static std::shared_ptr<Channel> Wrap(std::shared_ptr<grpc::Channel> channel,
                                       const ChannelOptions& options = {});

  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // Creates the metric series of `methods`, so that they exist before the first call.
  void Declare(std::span<const ClientMethod> methods);

  // Calls and waits. `repeatable` says that the request carries a request id. Errors: what the
  // server answered; DEADLINE_EXCEEDED, UNAVAILABLE, CANCELLED from the transport; INTERNAL when
  // the answer cannot be parsed.
  absl::Status Unary(const ClientMethod& method, const Outgoing& out,
                     const google::protobuf::MessageLite& request, bool repeatable,
                     google::protobuf::MessageLite* response);

  // As Unary, on bytes.
  absl::Status UnaryBytes(const ClientMethod& method, const Outgoing& out,
                          const grpc::ByteBuffer& request, bool repeatable,
                          grpc::ByteBuffer* response);

  // As UnaryBytes, but returns at once; `done` runs on a thread of the library and must not block.
  void UnaryAsync(const ClientMethod& method, const Outgoing& out, const grpc::ByteBuffer& request,
                  bool repeatable,
                  std::function<void(absl::Status, const grpc::ByteBuffer& response)> done);

  // Calls and hands every message to `on_message` until the stream ends or `on_message` returns an
  // error, which cancels the stream and is returned. Not retried.
  absl::Status ServerStream(const ClientMethod& method, const Outgoing& out,
                            const google::protobuf::MessageLite& request,
                            absl::FunctionRef<absl::Status(const grpc::ByteBuffer&)> on_message);
  absl::Status ServerStreamBytes(
      const ClientMethod& method, const Outgoing& out, const grpc::ByteBuffer& request,
      absl::FunctionRef<absl::Status(const grpc::ByteBuffer&)> on_message);

  // The gRPC channel underneath.
  const std::shared_ptr<grpc::Channel>& grpc_channel() const;

 private:
  explicit Channel(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The client's view of a method described at run time. Its strings live as long as the descriptor
// pool; the full name lives forever.
ClientMethod ClientMethodOf(const google::protobuf::MethodDescriptor& method);

}  // namespace ronghe::rpc

#endif  // RONGHE_COMMON_RPC_CHANNEL_H_

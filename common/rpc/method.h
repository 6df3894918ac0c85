// Which methods does a server offer, under which policy, and how is each one called?
//
// protoc-gen-ronghe writes a function `<Service>Table(handler)` for every service; a server is made
// of such tables.
#ifndef RONGHE_COMMON_RPC_METHOD_H_
#define RONGHE_COMMON_RPC_METHOD_H_

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rpc/call.h"
#include "common/rpc/stream.h"
#include "google/protobuf/message.h"

namespace google::protobuf {
class MethodDescriptor;
}
namespace grpc {
class ByteBuffer;
}
namespace ronghe::options::v1 {
class MethodPolicy;
}

namespace ronghe::rpc {

// One of several waiting calls of a method with `policy.coalesce`, handed to the handler together.
// The handler sets every `result`.
template <class Req, class Resp>
struct Coalesced {
  Call* call = nullptr;
  const Req* request = nullptr;
  absl::StatusOr<Resp> result = absl::UnknownError("unanswered");
};

// Takes a handler's answer and keeps it as bytes.
class Reply {
 public:
  virtual ~Reply() = default;
  virtual void Set(const google::protobuf::MessageLite& message) = 0;
};

// One call of a batch, untyped.
struct BatchItem {
  Call* call = nullptr;
  const google::protobuf::Message* request = nullptr;
  Reply* reply = nullptr;
  absl::Status status;
};

// Both directions of a stream, for reflection only.
class RawStream : public RawWriter {
 public:
  // Blocks for the next message; false when the caller has sent its last.
  virtual bool Read(grpc::ByteBuffer* message) = 0;
};

struct Method {
  enum class Shape { kUnary, kCoalesced, kServerStream, kBidi, kRawUnary, kRawServerStream };

  Shape shape = Shape::kUnary;
  std::string service;    // "pkg.Service"
  std::string name;       // "Method"
  std::string full_name;  // "/pkg.Service/Method"
  // Null where the program was not linked with the service's descriptor.
  const google::protobuf::MethodDescriptor* descriptor = nullptr;
  // Never null; the default instance (which no server accepts) where the proto has no policy.
  const options::v1::MethodPolicy* policy = nullptr;
  // Null for raw methods.
  const google::protobuf::Message* request_prototype = nullptr;

  // Answers in no time: runs on the thread that drives gRPC and never waits for a worker.
  bool immediate = false;
  // Open to every certificate that the server accepts, whatever the lists of callers say.
  bool for_everyone = false;

  // The one that belongs to the shape is set.
  std::function<absl::Status(Call&, const google::protobuf::Message&, Reply&)> unary;
  std::function<void(std::span<BatchItem>)> coalesced;
  std::function<absl::Status(Call&, const google::protobuf::Message&, RawWriter&)> server_stream;
  std::function<absl::Status(Call&, RawStream&)> bidi;
  std::function<absl::Status(Call&, const grpc::ByteBuffer&, grpc::ByteBuffer*)> raw_unary;
  std::function<absl::Status(Call&, const grpc::ByteBuffer&, RawWriter&)> raw_server_stream;
};

// The methods of one service. The handlers behind it must outlive the server.
class ServiceTable {
 public:
  // `service` is "pkg.Service".
  explicit ServiceTable(std::string_view service) : service_(service) {}

  template <class Req, class Resp>
  void AddUnary(std::string_view name,
                std::function<absl::StatusOr<Resp>(Call&, const Req&)> handler) {
    Method& method = Add(name, Method::Shape::kUnary, Req::default_instance());
    method.unary = [handler = std::move(handler)](Call& call,
                                                  const google::protobuf::Message& request,
                                                  Reply& reply) -> absl::Status {
      absl::StatusOr<Resp> response = handler(call, static_cast<const Req&>(request));
      if (!response.ok()) return response.status();
      reply.Set(*response);
      return absl::OkStatus();
    };
  }

  template <class Req, class Resp>
  void AddCoalesced(std::string_view name,
                    std::function<void(std::span<Coalesced<Req, Resp>>)> handler) {
    Method& method = Add(name, Method::Shape::kCoalesced, Req::default_instance());
    method.coalesced = [handler = std::move(handler)](std::span<BatchItem> items) {
      std::vector<Coalesced<Req, Resp>> batch(items.size());
      for (size_t i = 0; i < items.size(); ++i) {
        batch[i].call = items[i].call;
        batch[i].request = static_cast<const Req*>(items[i].request);
      }
      handler(std::span<Coalesced<Req, Resp>>(batch));
      for (size_t i = 0; i < items.size(); ++i) {
        if (batch[i].result.ok()) {
          items[i].reply->Set(*batch[i].result);
        }
        items[i].status = batch[i].result.status();
      }
    };
  }

  template <class Req, class Resp>
  void AddServerStream(
      std::string_view name,
      std::function<absl::Status(Call&, const Req&, StreamWriter<Resp>&)> handler) {
    Method& method = Add(name, Method::Shape::kServerStream, Req::default_instance());
    method.server_stream = [handler = std::move(handler)](Call& call,
                                                          const google::protobuf::Message& request,
                                                          RawWriter& raw) {
      StreamWriter<Resp> out(raw);
      return handler(call, static_cast<const Req&>(request), out);
    };
  }

  // Methods that pass bytes on untouched: of the pipeline they get everything but authorization,
  // validation and the request id, which belong to whoever reads the bytes.
  void AddRawUnary(
      const google::protobuf::MethodDescriptor* method,
      std::function<absl::Status(Call&, const grpc::ByteBuffer&, grpc::ByteBuffer*)> handler);
  void AddRawServerStream(
      const google::protobuf::MethodDescriptor* method,
      std::function<absl::Status(Call&, const grpc::ByteBuffer&, RawWriter&)> handler);

  // Adds a method with a policy of its own, for services whose protos are not ours.
  void AddMethod(Method method) { methods_.push_back(std::move(method)); }

  const std::string& service() const { return service_; }
  const std::vector<Method>& methods() const { return methods_; }
  std::vector<Method>& methods() { return methods_; }

 private:
  Method& Add(std::string_view name, Method::Shape shape,
              const google::protobuf::Message& request_prototype);

  std::string service_;
  std::vector<Method> methods_;
};

// Every fault of a method's policy, one line each: no scope, no permission where the scope needs
// one, no audit, approval of what writes nothing, a scope field that does not lead to a string,
// coalescing of a stream.
std::vector<std::string> PolicyFaults(const Method& method);

}  // namespace ronghe::rpc

#endif  // RONGHE_COMMON_RPC_METHOD_H_

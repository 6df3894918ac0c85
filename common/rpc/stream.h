// How does a handler send a stream of messages, no faster than the caller reads?
#ifndef RONGHE_COMMON_RPC_STREAM_H_
#define RONGHE_COMMON_RPC_STREAM_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/message_lite.h"

namespace grpc {
class ByteBuffer;
}

namespace ronghe::rpc {

// The untyped end of a stream of answers.
class RawWriter {
 public:
  virtual ~RawWriter() = default;

  // Sends one message and blocks until the transport has room for the next one.
  // CANCELLED when the caller went away, UNAVAILABLE when the server is draining.
  virtual absl::Status Write(const google::protobuf::MessageLite& message) = 0;
  virtual absl::Status WriteBytes(const grpc::ByteBuffer& message) = 0;

  // True when the handler should return: the caller went away, the deadline passed or the server is
  // draining.
  virtual bool cancelled() const = 0;

  // Blocks until `until` or until cancelled. Returns cancelled().
  virtual bool WaitCancelled(absl::Time until) = 0;
};

// As RawWriter, for one message type.
template <class Resp>
class StreamWriter {
 public:
  explicit StreamWriter(RawWriter& raw) : raw_(raw) {}

  absl::Status Write(const Resp& message) { return raw_.Write(message); }
  bool cancelled() const { return raw_.cancelled(); }
  bool WaitCancelled(absl::Time until) { return raw_.WaitCancelled(until); }

 private:
  RawWriter& raw_;
};

}  // namespace ronghe::rpc

#endif  // RONGHE_COMMON_RPC_STREAM_H_

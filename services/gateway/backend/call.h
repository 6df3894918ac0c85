// How is one call made to a service? Bytes go out, bytes and a status come back, on the lane's
// thread.
#pragma once

#include <grpc/byte_buffer.h>
#include <grpc/grpc.h>

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "common/rpc/call_context.h"
#include "services/gateway/backend/backends.h"
#include "services/gateway/backend/slice.h"

namespace ronghe::gateway::backend {

// What travels with a call besides its message.
struct CallContext {
  // "Bearer <token>"; empty for a public method without a principal. Kept by reference until the
  // call has ended.
  const Slice* authorization = nullptr;
  // A W3C traceparent header; empty: none.
  std::string_view traceparent;
  // What the services are told about who calls.
  rpc::CallContext caller = {};
  // How long the caller waits; infinite for streams.
  absl::Duration timeout = absl::InfiniteDuration();
};

// How a call ended.
struct CallStatus {
  grpc_status_code code = GRPC_STATUS_UNKNOWN;
  Slice message;
  // A serialised google.rpc.Status; empty where the service sent none.
  Slice details;
};

// The bytes of a message in one piece. Copies only what came in several.
class FlatBytes {
 public:
  // `buffer` stays the caller's and must outlive the view.
  std::string_view View(grpc_byte_buffer* buffer);

 private:
  std::string copy_;
};

// A call with one answer. The object is used for one call after another.
class UnaryCall : private Tag, private Rider {
 public:
  UnaryCall();
  virtual ~UnaryCall();
  UnaryCall(const UnaryCall&) = delete;
  UnaryCall& operator=(const UnaryCall&) = delete;

  // Starts a call; takes `request` over. OnDone follows in any case, on the lane's thread, perhaps
  // before Start returns.
  void Start(const Backend& backend, const transcode::Method& method, size_t lane,
             const CallContext& context, grpc_byte_buffer* request);

  // Any thread; only between Start and OnDone.
  void Cancel();

 protected:
  // The call has ended. The object may be started again from here, after Reset.
  virtual void OnDone() = 0;

  const CallStatus& status() const { return status_; }
  // The answer, or null. Owned by this object until Reset.
  grpc_byte_buffer* response() const { return response_; }
  // Frees what the last call left behind.
  void Reset();

 private:
  void Run(bool ok) override;
  void Arrived(const CallStatus& status, grpc_byte_buffer* response) override;

  // Of a call that travels with others; otherwise call_ is set.
  Ride ride_;
  grpc_call* call_ = nullptr;
  grpc_byte_buffer* request_ = nullptr;
  grpc_byte_buffer* response_ = nullptr;
  grpc_metadata_array initial_, trailing_;
  grpc_slice message_;
  grpc_status_code code_ = GRPC_STATUS_UNKNOWN;
  Slice traceparent_, caller_;
  grpc_metadata metadata_[3];
  CallStatus status_;
};

// A call with a stream of answers.
class StreamCall {
 public:
  StreamCall();
  virtual ~StreamCall();
  StreamCall(const StreamCall&) = delete;
  StreamCall& operator=(const StreamCall&) = delete;

  // Starts the call and asks for the first message; takes `request` over. May be called once.
  void Start(const Backend& backend, const transcode::Method& method, size_t lane,
             const CallContext& context, grpc_byte_buffer* request);

  // Asks for the next message; only after OnMessage gave one. Any thread. Nothing happens when the
  // stream has ended meanwhile: OnFinished says so.
  void Read();

  // Any thread.
  void Cancel();

 protected:
  // A message came; it is the receiver's. On the lane's thread.
  virtual void OnMessage(grpc_byte_buffer* message) = 0;
  // The last that is heard of the call: it may come while a message is still being handled by
  // another thread. On the lane's thread; the object may be destroyed from here.
  virtual void OnFinished(const CallStatus& status) = 0;

 private:
  struct Part : Tag {
    StreamCall* owner = nullptr;
    void (StreamCall::*done)(bool) = nullptr;
    void Run(bool ok) override { (owner->*done)(ok); }
  };
  void Started(bool ok);
  void Received(bool ok);
  void Ended(bool ok);
  void Release();

  grpc_call* call_ = nullptr;
  grpc_byte_buffer* request_ = nullptr;
  grpc_byte_buffer* message_ = nullptr;
  grpc_metadata_array initial_, trailing_;
  grpc_slice status_message_;
  grpc_status_code code_ = GRPC_STATUS_UNKNOWN;
  Slice traceparent_, caller_;
  grpc_metadata metadata_[3];
  Part start_, receive_, end_;
  std::mutex mutex_;
  int pending_ = 0;
  bool ended_ = false;
};

}  // namespace ronghe::gateway::backend

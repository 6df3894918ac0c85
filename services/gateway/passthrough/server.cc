#include "services/gateway/passthrough/server.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/support/log.h>
#include <grpc/support/time.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/trace/trace.h"
#include "services/gateway/access/domain/errors.h"
#include "services/gateway/access/gate.h"
#include "services/gateway/backend/call.h"
#include "services/gateway/passthrough/reflection.h"
#include "services/gateway/transcode/error_json.h"

namespace ronghe::gateway::passthrough {
namespace {

using access::Doorman;
using access::VisitorOr;
using backend::Slice;

// Calls that may be taken before the thread of a lane comes round.
constexpr int kAccepting = 32;
constexpr absl::Duration kDefaultTimeout = absl::Seconds(10);

class ProxyCall;

}  // namespace

struct Server::Impl {
  Impl(const ServerOptions& o, const ServerParts& p)
      : options(o),
        parts(p),
        gate(p.methods),
        calls_gauge(
            p.registry.AddGauge("ronghe_gateway_grpc_calls", "Calls under way on the gRPC port.")) {
    grpc_init();
  }
  ~Impl() { grpc_shutdown(); }

  void Accept(size_t lane);

  // One call fewer, or one acceptor fewer after the end.
  void Gone() {
    const std::lock_guard lock(mutex);
    if (--alive == 0) changed.notify_all();
  }

  const ServerOptions options;
  const ServerParts parts;
  const access::Gate gate;
  metrics::Gauge& calls_gauge;
  grpc_server* server = nullptr;
  int port = 0;
  std::atomic<int> calls = 0;
  std::atomic<bool> stopping = false;

  std::mutex mutex;
  std::condition_variable changed;
  int alive = 0;
  bool shut = false;
  bool down = false;

  struct DownTag : backend::Tag {
    Impl* impl = nullptr;
    void Run(bool) override {
      const std::lock_guard lock(impl->mutex);
      impl->down = true;
      impl->changed.notify_all();
    }
  } down_tag;
};

namespace {

// One call from its acceptance to its status. Everything of it runs on the thread of its lane, but
// for what the doorman answers.
class ProxyCall : public std::enable_shared_from_this<ProxyCall> {
 public:
  ProxyCall(Server::Impl& impl, size_t lane) : impl_(impl), lane_(lane) {
    grpc_call_details_init(&details_);
    grpc_metadata_array_init(&metadata_);
  }
  ~ProxyCall() {
    if (message_ != nullptr) grpc_byte_buffer_destroy(message_);
    if (outgoing_ != nullptr) grpc_byte_buffer_destroy(outgoing_);
    grpc_metadata_array_destroy(&metadata_);
    grpc_call_details_destroy(&details_);
    if (call_ != nullptr) grpc_call_unref(call_);
    if (counted_) {
      impl_.calls.fetch_sub(1);
      impl_.calls_gauge.Decrement();
    }
    impl_.Gone();
  }

  // Waits for a call.
  void Accept() {
    grpc_completion_queue* queue = impl_.parts.lanes.queue(lane_);
    accept_.self = shared_from_this();
    accept_.done = &ProxyCall::Accepted;
    const grpc_call_error error =
        grpc_server_request_call(impl_.server, &call_, &details_, &metadata_, queue, queue,
                                 static_cast<backend::Tag*>(&accept_));
    if (error != GRPC_CALL_OK) accept_.self.reset();
  }

 private:
  struct Part : backend::Tag {
    std::shared_ptr<ProxyCall> self;
    void (ProxyCall::*done)(bool) = nullptr;
    void Run(bool ok) override {
      const std::shared_ptr<ProxyCall> call = std::move(self);
      (call.get()->*done)(ok);
    }
  };

  // The call to the service behind. Keeps the proxied call until it has ended.
  class Unary final : public backend::UnaryCall {
   public:
    explicit Unary(std::shared_ptr<ProxyCall> owner) : owner_(std::move(owner)) {}

   private:
    void OnDone() override {
      const std::shared_ptr<ProxyCall> owner = std::move(owner_);
      owner->UnaryDone(status(), response());
    }
    std::shared_ptr<ProxyCall> owner_;
  };

  class Stream final : public backend::StreamCall {
   public:
    explicit Stream(std::shared_ptr<ProxyCall> owner) : owner_(std::move(owner)) {}

   private:
    void OnMessage(grpc_byte_buffer* message) override { owner_->StreamMessage(message); }
    void OnFinished(const backend::CallStatus& status) override {
      const std::shared_ptr<ProxyCall> owner = std::move(owner_);
      owner->StreamFinished(status);
    }
    std::shared_ptr<ProxyCall> owner_;
  };

  void Start(Part* part, void (ProxyCall::*done)(bool), const grpc_op* ops, size_t count) {
    part->self = shared_from_this();
    part->done = done;
    const grpc_call_error error =
        grpc_call_start_batch(call_, ops, count, static_cast<backend::Tag*>(part), nullptr);
    GPR_ASSERT(error == GRPC_CALL_OK);
  }

  void Accepted(bool ok) {
    if (!ok) return;
    impl_.Accept(lane_);
    counted_ = true;
    impl_.calls_gauge.Increment();
    const bool full = impl_.calls.fetch_add(1) >= impl_.options.max_calls;
    grpc_op close = {};
    close.op = GRPC_OP_RECV_CLOSE_ON_SERVER;
    close.data.recv_close_on_server.cancelled = &cancelled_;
    Start(&close_, &ProxyCall::Closed, &close, 1);
    if (full || impl_.stopping) {
      return Refuse(error::WithRetryAfter(
          error::Make(absl::StatusCode::kResourceExhausted, "OVERLOADED", "调用过多,请稍后再试"),
          absl::Seconds(1)));
    }
    const std::string_view path = Slice::View(details_.method);
    reflection_ = path == kReflectionMethod;
    if (!reflection_) {
      method_ = impl_.parts.methods.Find(path);
      if (method_ == nullptr) {
        return Refuse(
            error::Make(absl::StatusCode::kUnimplemented, "ROUTE_NOT_FOUND", "没有这个接口"));
      }
    }
    Receive();
  }

  void Receive() {
    grpc_op receive = {};
    receive.op = GRPC_OP_RECV_MESSAGE;
    receive.data.recv_message.recv_message = &message_;
    Start(&receive_, &ProxyCall::Received, &receive, 1);
  }

  void Received(bool) {
    if (reflection_) return Reflected();
    if (message_ == nullptr) {
      return Refuse(
          error::Make(absl::StatusCode::kInvalidArgument, "REQUEST_MISSING", "缺少请求内容"));
    }
    if (method_->policy.scope() == options::v1::SCOPE_PUBLIC) return Forward();
    Authenticate();
  }

  void Authenticate() {
    for (size_t i = 0; i < metadata_.count; ++i) {
      const std::string_view key = Slice::View(metadata_.metadata[i].key);
      if (key != "authorization") continue;
      absl::string_view value = base::Sv(Slice::View(metadata_.metadata[i].value));
      if (value.size() > 7 && absl::EqualsIgnoreCase(value.substr(0, 7), "bearer ")) {
        secret_ = std::string(value.substr(7));
        kind_ = Doorman::Kind::kSession;
      }
    }
    if (secret_.empty()) {
      secret_ = CertificateName();
      kind_ = Doorman::Kind::kCertificate;
    }
    if (secret_.empty()) return Refuse(access::errors::SignInRequired());
    if (auto known = impl_.parts.doorman.Known(kind_, secret_)) return Admit(*known);
    impl_.parts.doorman.LookUp(
        kind_, secret_,
        [self = shared_from_this()](const VisitorOr& visitor) { self->Admit(visitor); });
  }

  std::string CertificateName() {
    std::string name;
    grpc_auth_context* context = grpc_call_auth_context(call_);
    if (context == nullptr) return name;
    if (grpc_auth_context_peer_is_authenticated(context)) {
      grpc_auth_property_iterator it =
          grpc_auth_context_find_properties_by_name(context, GRPC_X509_CN_PROPERTY_NAME);
      const grpc_auth_property* property = grpc_auth_property_iterator_next(&it);
      if (property != nullptr) name.assign(property->value, property->value_length);
    }
    grpc_auth_context_release(context);
    return name;
  }

  void Admit(const VisitorOr& visitor) {
    if (!visitor.ok()) return Refuse(visitor.status());
    visitor_ = *visitor;
    if (absl::Status status = impl_.gate.Check(visitor_->credential, *method_); !status.ok()) {
      return Refuse(status);
    }
    Forward();
  }

  void Forward() {
    const auto backend = impl_.parts.backends.Route(*method_, flat_.View(message_));
    if (!backend.ok()) return Refuse(backend.status());
    trace::Context trace;
    for (size_t i = 0; i < metadata_.count; ++i) {
      if (Slice::View(metadata_.metadata[i].key) != "traceparent") continue;
      if (auto parsed = trace::Context::Parse(Slice::View(metadata_.metadata[i].value));
          parsed.ok()) {
        trace = parsed->Child();
      }
    }
    if (trace.empty()) trace = trace::Context::New();
    const std::string traceparent = trace.ToHeader();
    backend::CallContext context;
    if (visitor_ != nullptr) context.authorization = &visitor_->authorization;
    context.traceparent = traceparent;
    context.timeout = Timeout();
    if (context.timeout <= absl::ZeroDuration()) {
      return Refuse(absl::DeadlineExceededError("deadline exceeded"));
    }
    grpc_byte_buffer* request = std::exchange(message_, nullptr);
    const std::lock_guard lock(mutex_);
    if (closed_) {
      // Nobody waits for the answer any more.
      grpc_byte_buffer_destroy(request);
      return;
    }
    if (method_->server_streaming) {
      stream_ = std::make_unique<Stream>(shared_from_this());
      stream_->Start(**backend, *method_, lane_, context, request);
    } else {
      unary_ = std::make_unique<Unary>(shared_from_this());
      unary_->Start(**backend, *method_, lane_, context, request);
    }
    forwarding_ = true;
  }

  // What is left of the caller's deadline, and no more than the policy allows.
  absl::Duration Timeout() const {
    absl::Duration timeout = absl::InfiniteDuration();
    if (gpr_time_cmp(details_.deadline, gpr_inf_future(details_.deadline.clock_type)) != 0) {
      const gpr_timespec left =
          gpr_time_sub(gpr_convert_clock_type(details_.deadline, GPR_CLOCK_MONOTONIC),
                       gpr_now(GPR_CLOCK_MONOTONIC));
      timeout = absl::Seconds(left.tv_sec) + absl::Nanoseconds(left.tv_nsec);
    }
    if (method_->server_streaming) return timeout;
    return std::min(timeout, method_->policy.timeout_ms() > 0
                                 ? absl::Milliseconds(method_->policy.timeout_ms())
                                 : kDefaultTimeout);
  }

  void UnaryDone(const backend::CallStatus& status, grpc_byte_buffer* response) {
    {
      const std::lock_guard lock(mutex_);
      forwarding_ = false;
    }
    Finish(status, status.code == GRPC_STATUS_OK ? response : nullptr);
  }

  void StreamMessage(grpc_byte_buffer* message) {
    if (const absl::Status status = CheckSession(); !status.ok()) {
      grpc_byte_buffer_destroy(message);
      stream_->Cancel();
      refusal_ = status;
      return;
    }
    outgoing_ = message;
    sending_ = true;
    grpc_op ops[2] = {};
    size_t count = 0;
    if (!greeted_) ops[count++].op = GRPC_OP_SEND_INITIAL_METADATA;
    greeted_ = true;
    ops[count].op = GRPC_OP_SEND_MESSAGE;
    ops[count++].data.send_message.send_message = outgoing_;
    Start(&send_, &ProxyCall::MessageSent, ops, count);
  }

  // A stream is worth no more than the session or certificate that opened it.
  absl::Status CheckSession() {
    if (secret_.empty()) return absl::OkStatus();
    if (const auto known = impl_.parts.doorman.Known(kind_, secret_)) return known->status();
    impl_.parts.doorman.LookUp(kind_, secret_,
                               [self = shared_from_this()](const VisitorOr& visitor) {
                                 if (visitor.ok()) return;
                                 const std::lock_guard lock(self->mutex_);
                                 if (self->forwarding_) self->stream_->Cancel();
                               });
    return absl::OkStatus();
  }

  void MessageSent(bool ok) {
    sending_ = false;
    grpc_byte_buffer_destroy(std::exchange(outgoing_, nullptr));
    if (finished_) return Finish(ended_, nullptr);
    if (ok) {
      stream_->Read();
    } else {
      stream_->Cancel();
    }
  }

  void StreamFinished(const backend::CallStatus& status) {
    {
      const std::lock_guard lock(mutex_);
      forwarding_ = false;
    }
    finished_ = true;
    ended_ = status;
    if (!refusal_.ok()) {
      const transcode::OwnedError error(refusal_);
      ended_.code = static_cast<grpc_status_code>(error.wire().code);
      ended_.message = Slice::Copy(error.wire().message);
      ended_.details = Slice::Copy(error.wire().details);
    }
    if (!sending_) Finish(ended_, nullptr);
  }

  void Refuse(const absl::Status& status) {
    const transcode::OwnedError error(status);
    backend::CallStatus ended;
    ended.code = static_cast<grpc_status_code>(error.wire().code);
    ended.message = Slice::Copy(error.wire().message);
    ended.details = Slice::Copy(error.wire().details);
    Finish(ended, nullptr);
  }

  // The last batch of a call.
  void Finish(const backend::CallStatus& status, grpc_byte_buffer* response) {
    ended_ = status;
    if (status.code != GRPC_STATUS_OK && status.details.empty()) {
      // Said by the transport behind: its text speaks of our inside.
      ended_.message = Slice::Copy(transcode::CodeName(status.code));
    }
    grpc_op ops[3] = {};
    size_t count = 0;
    if (!greeted_) ops[count++].op = GRPC_OP_SEND_INITIAL_METADATA;
    greeted_ = true;
    if (response != nullptr) {
      ops[count].op = GRPC_OP_SEND_MESSAGE;
      ops[count++].data.send_message.send_message = response;
    }
    ops[count].op = GRPC_OP_SEND_STATUS_FROM_SERVER;
    auto& last = ops[count++].data.send_status_from_server;
    last.status = ended_.code;
    last.status_details = const_cast<grpc_slice*>(&ended_.message.get());
    if (!ended_.details.empty()) {
      trailing_.key = grpc_slice_from_static_string("grpc-status-details-bin");
      trailing_.value = ended_.details.get();
      last.trailing_metadata = &trailing_;
      last.trailing_metadata_count = 1;
    }
    Start(&finish_, &ProxyCall::Finished, ops, count);
  }

  void Finished(bool) {}

  // The caller has its status, or went away.
  void Closed(bool) {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    if (!cancelled_ || !forwarding_) return;
    if (unary_ != nullptr) unary_->Cancel();
    if (stream_ != nullptr) stream_->Cancel();
  }

  void Reflected() {
    if (message_ == nullptr) {
      backend::CallStatus status;
      status.code = GRPC_STATUS_OK;
      return Finish(status, nullptr);
    }
    const std::string answer =
        Reflect(impl_.parts.schema, impl_.parts.methods, flat_.View(message_));
    grpc_byte_buffer_destroy(std::exchange(message_, nullptr));
    if (answer.empty()) {
      return Refuse(
          error::Make(absl::StatusCode::kInvalidArgument, "REQUEST_MALFORMED", "请求内容无法解析"));
    }
    grpc_slice slice = grpc_slice_from_copied_buffer(answer.data(), answer.size());
    outgoing_ = grpc_raw_byte_buffer_create(&slice, 1);
    grpc_slice_unref(slice);
    grpc_op ops[2] = {};
    size_t count = 0;
    if (!greeted_) ops[count++].op = GRPC_OP_SEND_INITIAL_METADATA;
    greeted_ = true;
    ops[count].op = GRPC_OP_SEND_MESSAGE;
    ops[count++].data.send_message.send_message = outgoing_;
    Start(&send_, &ProxyCall::ReflectionSent, ops, count);
  }

  void ReflectionSent(bool ok) {
    grpc_byte_buffer_destroy(std::exchange(outgoing_, nullptr));
    if (ok) Receive();
  }

  Server::Impl& impl_;
  const size_t lane_;
  grpc_call* call_ = nullptr;
  grpc_call_details details_;
  grpc_metadata_array metadata_;
  grpc_byte_buffer* message_ = nullptr;
  grpc_byte_buffer* outgoing_ = nullptr;
  grpc_metadata trailing_ = {};
  int cancelled_ = 0;
  Part accept_, close_, receive_, send_, finish_;
  bool counted_ = false;
  bool reflection_ = false;
  bool greeted_ = false;
  bool sending_ = false;
  bool finished_ = false;
  const transcode::Method* method_ = nullptr;
  Doorman::Kind kind_ = Doorman::Kind::kSession;
  std::string secret_;
  std::shared_ptr<const access::Visitor> visitor_;
  backend::FlatBytes flat_;
  backend::CallStatus ended_;
  absl::Status refusal_;
  // Guards what another thread than the lane's may ask: whether there is a call to cancel.
  std::mutex mutex_;
  bool closed_ = false;
  bool forwarding_ = false;
  std::unique_ptr<Unary> unary_;
  std::unique_ptr<Stream> stream_;
};

}  // namespace

void Server::Impl::Accept(size_t lane) {
  {
    const std::lock_guard lock(mutex);
    if (shut) return;
    ++alive;
  }
  std::make_shared<ProxyCall>(*this, lane)->Accept();
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() {
  Shutdown(absl::ZeroDuration());
  if (impl_->server != nullptr) grpc_server_destroy(impl_->server);
}

absl::StatusOr<std::unique_ptr<Server>> Server::Create(const ServerOptions& options,
                                                       const ServerParts& parts) {
  const bool loopback =
      absl::StartsWith(options.listen, "127.") || absl::StartsWith(options.listen, "localhost:") ||
      absl::StartsWith(options.listen, "[::1]:") || absl::StartsWith(options.listen, "unix:");
  if (options.certificate.empty() && !loopback) {
    return error::Make(absl::StatusCode::kInvalidArgument, "TLS_REQUIRED",
                       "非回环地址的 gRPC 端口必须配置 TLS 证书", {{"address", options.listen}});
  }
  auto impl = std::make_unique<Impl>(options, parts);
  const auto integer = [](const char* key, int value) {
    grpc_arg arg;
    arg.type = GRPC_ARG_INTEGER;
    arg.key = const_cast<char*>(key);
    arg.value.integer = value;
    return arg;
  };
  grpc_arg args[] = {
      // A second process on the port must fail, not share it.
      integer(GRPC_ARG_ALLOW_REUSEPORT, 0),
      integer(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, options.max_message_bytes),
      integer(GRPC_ARG_MAX_SEND_MESSAGE_LENGTH, -1),
      integer(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 20000),
      integer(GRPC_ARG_KEEPALIVE_TIME_MS, 60000),
      integer(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1),
      integer(GRPC_ARG_MAX_CONCURRENT_STREAMS, 256),
      integer(GRPC_ARG_MAX_METADATA_SIZE, 16 * 1024),
  };
  const grpc_channel_args all = {std::size(args), args};
  impl->server = grpc_server_create(&all, nullptr);
  for (size_t i = 0; i < parts.lanes.size(); ++i) {
    grpc_server_register_completion_queue(impl->server, parts.lanes.queue(i), nullptr);
  }
  grpc_server_credentials* credentials;
  if (options.certificate.empty()) {
    credentials = grpc_insecure_server_credentials_create();
  } else {
    const grpc_ssl_pem_key_cert_pair pair = {options.key.c_str(), options.certificate.c_str()};
    grpc_ssl_server_certificate_config* config = grpc_ssl_server_certificate_config_create(
        options.ca.empty() ? nullptr : options.ca.c_str(), &pair, 1);
    credentials = grpc_ssl_server_credentials_create_with_options(
        grpc_ssl_server_credentials_create_options_using_config(
            options.ca.empty() ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                               : GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY,
            config));
  }
  impl->port = grpc_server_add_http2_port(impl->server, options.listen.c_str(), credentials);
  grpc_server_credentials_release(credentials);
  // A server that was never started is still shut down through its queue.
  grpc_server_start(impl->server);
  auto server = std::unique_ptr<Server>(new Server(std::move(impl)));
  if (server->impl_->port == 0) {
    return error::Make(absl::StatusCode::kUnavailable, "LISTEN_FAILED",
                       base::Cat("无法监听 ", options.listen), {{"address", options.listen}});
  }
  for (size_t lane = 0; lane < parts.lanes.size(); ++lane) {
    for (int i = 0; i < kAccepting; ++i) server->impl_->Accept(lane);
  }
  return server;
}

int Server::port() const { return impl_->port; }
int Server::calls() const { return impl_->calls.load(); }

void Server::Shutdown(absl::Duration grace) {
  std::unique_lock lock(impl_->mutex);
  if (impl_->shut) return;
  impl_->shut = true;
  impl_->stopping = true;
  lock.unlock();
  impl_->down_tag.impl = impl_.get();
  grpc_server_shutdown_and_notify(impl_->server, impl_->parts.lanes.queue(0),
                                  static_cast<backend::Tag*>(&impl_->down_tag));
  lock.lock();
  impl_->changed.wait_for(lock, absl::ToChronoMilliseconds(grace), [this] { return impl_->down; });
  if (!impl_->down) {
    lock.unlock();
    grpc_server_cancel_all_calls(impl_->server);
    lock.lock();
  }
  impl_->changed.wait(lock, [this] { return impl_->down && impl_->alive == 0; });
}

}  // namespace ronghe::gateway::passthrough

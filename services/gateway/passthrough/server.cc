#include "services/gateway/passthrough/server.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/support/alloc.h>
#include <grpc/support/log.h>
#include <grpc/support/time.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "common/rpc/refusal.h"
#include "common/trace/trace.h"
#include "services/gateway/access/domain/errors.h"
#include "services/gateway/access/session/session_issuer.h"
#include "services/gateway/backend/call.h"
#include "services/gateway/http/caller.h"
#include "services/gateway/http/refusals.h"
#include "services/gateway/passthrough/reflection.h"
#include "services/gateway/transcode/error_json.h"

namespace ronghe::gateway::passthrough {
namespace {

using access::Doorman;
using access::VisitorOr;
using Limits = http::AddressLimits::Kind;
using backend::Slice;

// Calls that may be taken before the thread of a lane comes round.
constexpr int kAccepting = 32;
constexpr absl::Duration kDefaultTimeout = absl::Seconds(10);

constexpr std::string_view kPurposeKey = "x-ronghe-purpose";
constexpr std::string_view kValidateOnlyKey = "x-ronghe-validate-only";

// x5t#S256 of a certificate that gRPC has verified and wrote as PEM; empty where it is none.
std::string Thumbprint(std::string_view pem) {
  constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
  const size_t begin = pem.find(kBegin);
  const size_t end = pem.find("-----END CERTIFICATE-----");
  std::string der;
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin ||
      !absl::Base64Unescape(
          base::Sv(pem.substr(begin + kBegin.size(), end - begin - kBegin.size())), &der)) {
    return {};
  }
  return crypto::Base64UrlEncode(crypto::Sha256(der));
}

class ProxyCall;

}  // namespace

struct Server::Impl {
  Impl(const ServerOptions& o, const ServerParts& p)
      : options(o),
        parts(p),
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

  // A call whose request is still to come counts as a connection of its address. False: the
  // address has as many as it may.
  bool Await(grpc_call* call, const std::string& peer, absl::Time since) {
    if (parts.addresses != nullptr && !parts.addresses->Connect(peer)) return false;
    const std::lock_guard lock(mutex);
    awaited.emplace(since, call);
    return true;
  }

  // Whoever opens calls and says nothing makes way when others come.
  void EndSilent() {
    const absl::Time latest = absl::Now() - options.request_patience;
    const std::lock_guard lock(mutex);
    while (!awaited.empty() && awaited.begin()->first <= latest) {
      grpc_call_cancel(awaited.begin()->second, nullptr);
      awaited.erase(awaited.begin());
    }
  }

  void Arrived(grpc_call* call, const std::string& peer, absl::Time since) {
    if (parts.addresses != nullptr) parts.addresses->Disconnect(peer);
    const std::lock_guard lock(mutex);
    awaited.erase({since, call});
  }

  const ServerOptions options;
  const ServerParts parts;
  metrics::Gauge& calls_gauge;
  grpc_server* server = nullptr;
  int port = 0;
  std::atomic<int> calls = 0;
  std::atomic<bool> stopping = false;

  std::mutex mutex;
  std::condition_variable changed;
  int alive = 0;
  std::set<std::pair<absl::Time, grpc_call*>> awaited;  // by since when
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
    impl_.EndSilent();
    counted_ = true;
    impl_.calls_gauge.Increment();
    const bool full = impl_.calls.fetch_add(1) >= impl_.options.max_calls;
    grpc_op close = {};
    close.op = GRPC_OP_RECV_CLOSE_ON_SERVER;
    close.data.recv_close_on_server.cancelled = &cancelled_;
    Start(&close_, &ProxyCall::Closed, &close, 1);
    ReadCaller();
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
    awaited_since_ = absl::Now();
    if (!impl_.Await(call_, peer_, awaited_since_)) {
      WaitedFor(absl::Seconds(1));
      return;
    }
    grpc_op receive = {};
    receive.op = GRPC_OP_RECV_MESSAGE;
    receive.data.recv_message.recv_message = &message_;
    Start(&receive_, &ProxyCall::Received, &receive, 1);
  }

  void Received(bool) {
    impl_.Arrived(call_, peer_, awaited_since_);
    if (reflection_) return Reflected();
    if (message_ == nullptr) {
      return Refuse(
          error::Make(absl::StatusCode::kInvalidArgument, "REQUEST_MISSING", "缺少请求内容"));
    }
    if (absl::Status status = http::CheckCaller(admission_.purpose, validate_only_); !status.ok()) {
      return Refuse(status);
    }
    if (method_->policy.scope() != options::v1::SCOPE_PUBLIC) return Authenticate();
    const bool signs_in = method_->response->ByName("session_token") != nullptr;
    if (MayAsk(signs_in ? Limits::kSignIn : Limits::kAnonymous)) Forward();
  }

  // What the caller says about the call, beside who it is.
  void ReadCaller() {
    char* const peer = grpc_call_get_peer(call_);
    peer_ = access::AddressOf(peer);
    gpr_free(peer);
    for (size_t i = 0; i < metadata_.count; ++i) {
      const std::string_view key = Slice::View(metadata_.metadata[i].key);
      const std::string_view value = Slice::View(metadata_.metadata[i].value);
      if (key == kPurposeKey) admission_.purpose = std::string(value);
      if (key == kValidateOnlyKey) validate_only_ = value;
      if (key != "traceparent") continue;
      if (auto parsed = trace::Context::Parse(value); parsed.ok()) trace_ = parsed->Child();
    }
    if (trace_.empty()) trace_ = trace::Context::New();
  }

  void Authenticate() {
    for (size_t i = 0; i < metadata_.count; ++i) {
      const std::string_view key = Slice::View(metadata_.metadata[i].key);
      if (key != "authorization") continue;
      absl::string_view value = base::Sv(Slice::View(metadata_.metadata[i].value));
      if (value.size() > 7 && absl::EqualsIgnoreCase(value.substr(0, 7), "bearer ")) {
        secret_ = std::string(value.substr(7));
      }
    }
    if (secret_.empty()) return RefuseStranger(access::errors::SignInRequired());
    kind_ = Doorman::KindOf(secret_);
    if (kind_ == Doorman::Kind::kClientToken) {
      secret_ = Doorman::ClientSecret(secret_, CertificateThumbprint());
    }
    if (auto known = impl_.parts.doorman.Known(kind_, secret_)) return Admit(*known);
    // Whoever guesses tokens asks the database no more often than others ask for anything else.
    if (!MightAsk()) return;
    impl_.parts.doorman.LookUp(
        kind_, secret_,
        [self = shared_from_this()](const VisitorOr& visitor) { self->Admit(visitor); });
  }

  // x5t#S256 of the client certificate that was shown and verified; empty: none.
  std::string CertificateThumbprint() {
    std::string pem;
    grpc_auth_context* context = grpc_call_auth_context(call_);
    if (context == nullptr) return {};
    if (grpc_auth_context_peer_is_authenticated(context)) {
      grpc_auth_property_iterator it =
          grpc_auth_context_find_properties_by_name(context, GRPC_X509_PEM_CERT_PROPERTY_NAME);
      const grpc_auth_property* property = grpc_auth_property_iterator_next(&it);
      if (property != nullptr) pem.assign(property->value, property->value_length);
    }
    grpc_auth_context_release(context);
    return Thumbprint(pem);
  }

  void Admit(const VisitorOr& visitor) {
    if (!visitor.ok()) return RefuseStranger(visitor.status());
    visitor_ = *visitor;
    if (kind_ == Doorman::Kind::kSession) {
      const absl::Status moved = impl_.parts.doorman.CheckAddress(*visitor_, secret_, peer_);
      if (!moved.ok()) return Refuse(moved);
    }
    const std::string purpose = admission_.purpose;
    const std::optional<absl::Status> status =
        impl_.parts.gate.Check(visitor_->credential, *method_, purpose, &admission_);
    if (!status.has_value()) {
      return impl_.parts.gate.Later(
          visitor_->credential, [self = shared_from_this(), visitor](const absl::Status& asked) {
            asked.ok() ? self->Admit(visitor) : self->Refuse(asked);
          });
    }
    if (!status->ok()) return Refuse(*status);
    Forward();
  }

  // Whether this address may ask once more without having signed in; else answers that it must
  // wait, which the audit trail hears of once a second.
  bool MayAsk(Limits kind) {
    http::AddressLimits* const addresses = impl_.parts.addresses;
    return addresses == nullptr || WaitedFor(addresses->Take(kind, peer_, absl::Now()));
  }

  // The same without counting.
  bool MightAsk() {
    http::AddressLimits* const addresses = impl_.parts.addresses;
    return addresses == nullptr ||
           WaitedFor(addresses->Wait(Limits::kAnonymous, peer_, absl::Now()));
  }

  bool WaitedFor(absl::Duration wait) {
    if (wait == absl::ZeroDuration()) return true;
    const absl::Status status = http::refusals::RateLimited(wait);
    const bool noted =
        impl_.parts.addresses->Take(Limits::kNotice, peer_, absl::Now()) == absl::ZeroDuration();
    noted ? Refuse(status) : End(status);
    return false;
  }

  void RefuseStranger(const absl::Status& status) {
    if (MayAsk(Limits::kAnonymous)) Refuse(status);
  }

  void Forward() {
    const auto backend = impl_.parts.backends.Route(*method_, flat_.View(message_));
    if (!backend.ok()) return Refuse(backend.status());
    const std::string traceparent = trace_.ToHeader();
    backend::CallContext context;
    if (visitor_ != nullptr) context.authorization = &visitor_->authorization;
    context.traceparent = traceparent;
    context.caller = {
        .peer = peer_, .purpose = admission_.purpose, .validate_only = validate_only_ == "true"};
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
    if (status.code != GRPC_STATUS_OK) return Finish(status, nullptr);
    // The session may have new tokens, or have ended.
    if (kind_ == Doorman::Kind::kSession && !secret_.empty() &&
        method_->policy.scope() == options::v1::SCOPE_SELF &&
        method_->policy.audit() == options::v1::AUDIT_WRITE) {
      impl_.parts.doorman.Forget(kind_, secret_);
    }
    if (admission_.filter == nullptr) return Finish(status, response);
    outgoing_ = Filtered(response);
    if (outgoing_ == nullptr) return Refuse(absl::InternalError("malformed response"));
    Finish(status, outgoing_);
  }

  // What of an answer the caller may see, or null for a malformed one.
  grpc_byte_buffer* Filtered(grpc_byte_buffer* message) {
    std::string bytes;
    if (!admission_.filter->Apply(flat_.View(message), &bytes)) return nullptr;
    return OneSlice(bytes);
  }

  // A stream is worth no more than what opened it: each message waits for that to be looked at.
  void StreamMessage(grpc_byte_buffer* message) {
    outgoing_ = message;
    sending_ = true;
    if (secret_.empty()) return Send(&ProxyCall::MessageSent);
    if (const auto known = impl_.parts.doorman.Known(kind_, secret_)) {
      renewed_ = *known;
      return Renewed(true);
    }
    impl_.parts.doorman.LookUp(kind_, secret_,
                               [self = shared_from_this()](const VisitorOr& visitor) {
                                 self->renewed_ = visitor;
                                 // Back to the thread of the lane.
                                 self->Start(&self->renew_, &ProxyCall::Renewed, nullptr, 0);
                               });
  }

  void Renewed(bool) {
    absl::Status status = renewed_.status();
    if (status.ok()) {
      status = impl_.parts.gate.Renew(visitor_->credential, (*renewed_)->credential, *method_,
                                      &admission_);
    }
    if (status.ok() && admission_.filter != nullptr) {
      grpc_byte_buffer* const filtered = Filtered(outgoing_);
      if (filtered == nullptr) status = absl::InternalError("malformed response");
      grpc_byte_buffer_destroy(std::exchange(outgoing_, filtered));
    }
    if (status.ok()) return Send(&ProxyCall::MessageSent);
    refusal_ = status;
    MessageSent(false);
  }

  // Sends `outgoing_`.
  void Send(void (ProxyCall::*done)(bool)) {
    grpc_op ops[2] = {};
    size_t count = 0;
    if (!greeted_) ops[count++].op = GRPC_OP_SEND_INITIAL_METADATA;
    greeted_ = true;
    ops[count].op = GRPC_OP_SEND_MESSAGE;
    ops[count++].data.send_message.send_message = outgoing_;
    Start(&send_, done, ops, count);
  }

  void MessageSent(bool ok) {
    sending_ = false;
    grpc_byte_buffer_destroy(std::exchange(outgoing_, nullptr));
    if (finished_) return StreamEnded();
    if (ok) {
      stream_->Read();
    } else {
      stream_->Cancel();
    }
  }

  void StreamEnded() { refusal_.ok() ? Finish(ended_, nullptr) : Refuse(refusal_); }

  void StreamFinished(const backend::CallStatus& status) {
    {
      const std::lock_guard lock(mutex_);
      forwarding_ = false;
    }
    finished_ = true;
    ended_ = status;
    if (!sending_) StreamEnded();
  }

  // Ends the call with what the gateway itself has against it.
  void Refuse(const absl::Status& status) {
    Record(status);
    End(status);
  }

  void Record(const absl::Status& status) {
    if (impl_.parts.refusals == nullptr || !rpc::IsRefusal(status)) return;
    audit::Entry entry;
    if (visitor_ != nullptr) entry.subject = visitor_->credential.principal.subject;
    entry.peer = peer_;
    entry.method = method_ == nullptr ? "(grpc)" : method_->path;
    entry.result = base::Cat(absl::StatusCodeToString(status.code()), " ", error::Reason(status));
    entry.trace_id = trace_.trace_id;
    if (http::IsPurpose(admission_.purpose)) entry.detail = audit::Detail(admission_.purpose, "");
    impl_.parts.refusals->Record(std::move(entry));
  }

  void End(const absl::Status& status) {
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
    if (!MayAsk(Limits::kAnonymous)) return;
    const std::string answer =
        Reflect(impl_.parts.schema, impl_.parts.methods, flat_.View(message_));
    grpc_byte_buffer_destroy(std::exchange(message_, nullptr));
    if (answer.empty()) {
      return Refuse(
          error::Make(absl::StatusCode::kInvalidArgument, "REQUEST_MALFORMED", "请求内容无法解析"));
    }
    outgoing_ = OneSlice(answer);
    Send(&ProxyCall::ReflectionSent);
  }

  static grpc_byte_buffer* OneSlice(std::string_view bytes) {
    grpc_slice slice = grpc_slice_from_copied_buffer(bytes.data(), bytes.size());
    grpc_byte_buffer* const buffer = grpc_raw_byte_buffer_create(&slice, 1);
    grpc_slice_unref(slice);
    return buffer;
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
  Part accept_, close_, receive_, renew_, send_, finish_;
  bool counted_ = false;
  bool reflection_ = false;
  bool greeted_ = false;
  bool sending_ = false;
  bool finished_ = false;
  const transcode::Method* method_ = nullptr;
  Doorman::Kind kind_ = Doorman::Kind::kSession;
  std::string secret_;
  std::shared_ptr<const access::Visitor> visitor_;
  access::Admission admission_;
  std::string peer_, validate_only_;
  absl::Time awaited_since_;
  trace::Context trace_;
  VisitorOr renewed_ = std::shared_ptr<const access::Visitor>();
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
  if (options.tls.empty() && !loopback) {
    return error::Make(absl::StatusCode::kInvalidArgument, "TLS_REQUIRED",
                       "非回环地址的 gRPC 端口必须配置 TLS 证书", {{"address", options.listen}});
  }
  auto impl = std::make_unique<Impl>(options, parts);
  grpc_server_credentials* credentials = nullptr;
  if (options.tls.empty()) {
    credentials = grpc_insecure_server_credentials_create();
  } else {
    RONGHE_ASSIGN_OR_RETURN(credentials,
                            rpc::CoreServerCredentials(options.tls, /*required=*/false));
  }
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
      // A connection that never says who it is, or has nothing to ask, is given up.
      integer(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10000),
      integer(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 300000),
      integer(GRPC_ARG_MAX_METADATA_SIZE, 16 * 1024),
  };
  const grpc_channel_args all = {std::size(args), args};
  impl->server = grpc_server_create(&all, nullptr);
  for (size_t i = 0; i < parts.lanes.size(); ++i) {
    grpc_server_register_completion_queue(impl->server, parts.lanes.queue(i), nullptr);
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

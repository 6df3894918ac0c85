#include "common/rpc/channel.h"

#include <algorithm>
#include <array>
#include <thread>
#include <vector>

#include "absl/container/node_hash_map.h"
#include "absl/random/random.h"
#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "common/config/common.pb.h"
#include "common/error/error.h"
#include "common/metrics/metrics.h"
#include "common/rpc/pipeline.h"
#include "common/rpc/status.h"
#include "common/rpc/tls.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/alarm.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/impl/client_unary_call.h"
#include "grpcpp/impl/rpc_method.h"
#include "grpcpp/support/sync_stream.h"
#include "ronghe/options/v1/options.pb.h"

namespace ronghe::rpc {
namespace {

constexpr int kAttempts = 3;
constexpr int kMaxMetadataBytes = 24 * 1024;

struct Series {
  metrics::Counter* started = nullptr;
  std::array<metrics::Counter*, 17> handled{};
  metrics::Histogram* seconds = nullptr;

  void Ended(const grpc::Status& status, absl::Time begin) const {
    const int code = status.error_code();
    handled[code >= 0 && code < 17 ? static_cast<size_t>(code) : 2]->Increment();
    seconds->Observe(absl::ToDoubleSeconds(absl::Now() - begin));
  }
};

// The pause before attempt `next` (1, 2): about 10, 40 ms, spread so that callers do not come back
// together.
absl::Duration Backoff(int next) {
  thread_local absl::BitGen random;
  return absl::Milliseconds(10 << (2 * (next - 1))) * absl::Uniform(random, 0.5, 1.5);
}

bool WorthAnother(const grpc::Status& status, bool may, int attempt, absl::Duration pause,
                  const Outgoing& out) {
  return may && status.error_code() == grpc::StatusCode::UNAVAILABLE && attempt < kAttempts &&
         absl::Now() + pause < out.deadline && (out.cancel == nullptr || !out.cancel->cancelled());
}

void FillContext(const Outgoing& out, grpc::ClientContext* context) {
  if (out.deadline != absl::InfiniteFuture()) {
    context->set_deadline(absl::ToChronoTime(out.deadline));
  }
  const trace::Context trace = out.trace.empty() ? trace::Context::New() : out.trace.Child();
  context->AddMetadata("traceparent", trace.ToHeader());
  if (!out.bearer.empty()) context->AddMetadata("authorization", base::Cat("Bearer ", out.bearer));
  if (!out.context.empty()) context->AddMetadata(kContextHeader, out.context.Encode());
}

// The threads that drive calls made with UnaryAsync, for the whole process.
class Driver {
 public:
  class Event {
   public:
    virtual ~Event() = default;
    virtual void Happened(bool ok) = 0;
  };

  static Driver& Get() {
    static Driver* const driver = new Driver;
    return *driver;
  }

  grpc::CompletionQueue* queue() {
    return queues_[next_.fetch_add(1, std::memory_order_relaxed) % queues_.size()].get();
  }

 private:
  Driver() {
    const int threads = std::clamp(static_cast<int>(std::thread::hardware_concurrency()) / 2, 1, 4);
    for (int i = 0; i < threads; ++i) {
      queues_.push_back(std::make_unique<grpc::CompletionQueue>());
      std::thread([queue = queues_.back().get()] {
        void* tag = nullptr;
        bool ok = false;
        while (queue->Next(&tag, &ok)) static_cast<Event*>(tag)->Happened(ok);
      }).detach();
    }
  }

  std::vector<std::unique_ptr<grpc::CompletionQueue>> queues_;
  std::atomic<size_t> next_{0};
};

}  // namespace

struct Channel::Impl {
  explicit Impl(std::shared_ptr<grpc::Channel> given, const ChannelOptions& options)
      : channel(std::move(given)),
        stub(channel),
        registry(options.registry == nullptr ? metrics::Registry::Default() : *options.registry) {}

  const Series& SeriesOf(const ClientMethod& method) {
    {
      absl::ReaderMutexLock lock(&mutex);
      const auto found = series.find(base::Sv(method.full_name));
      if (found != series.end()) return found->second;
    }
    absl::MutexLock lock(&mutex);
    Series& made = series[base::Sv(method.full_name)];
    if (made.started == nullptr) {
      const metrics::Labels labels = {{"grpc_service", std::string(method.service)},
                                      {"grpc_method", std::string(method.name)}};
      made.seconds = &registry.AddHistogram("grpc_client_handling_seconds",
                                            "Time from call to answer, in seconds.", labels);
      for (int code = 0; code < 17; ++code) {
        metrics::Labels with_code = labels;
        with_code["grpc_code"] = CodeLabel(code);
        made.handled[static_cast<size_t>(code)] = &registry.AddCounter(
            "grpc_client_handled_total", "Calls that were answered.", with_code);
      }
      made.started =
          &registry.AddCounter("grpc_client_started_total", "Calls that were made.", labels);
    }
    return made;
  }

  class AsyncCall;

  const std::shared_ptr<grpc::Channel> channel;
  grpc::GenericStub stub;
  metrics::Registry& registry;
  absl::Mutex mutex;
  absl::node_hash_map<std::string, Series> series ABSL_GUARDED_BY(mutex);
};

// One call of UnaryAsync with its attempts. It deletes itself.
class Channel::Impl::AsyncCall final : public Driver::Event {
 public:
  AsyncCall(Impl& impl, const ClientMethod& method, const Outgoing& out,
            const grpc::ByteBuffer& request, bool may_repeat,
            std::function<void(absl::Status, const grpc::ByteBuffer&)> done)
      : channel_(impl.channel),
        stub_(impl.channel),
        series_(impl.SeriesOf(method)),
        method_(method.full_name),
        out_(out),
        request_(request),
        may_repeat_(may_repeat),
        done_(std::move(done)),
        queue_(Driver::Get().queue()) {}

  void Begin() {
    ++attempt_;
    pausing_ = false;
    begin_ = absl::Now();
    series_.started->Increment();
    context_ = std::make_unique<grpc::ClientContext>();
    FillContext(out_, context_.get());
    reader_ = stub_.PrepareUnaryCall(context_.get(), method_, request_, queue_);
    hook_ = std::make_unique<CancelHook>(out_.cancel,
                                         [context = context_.get()] { context->TryCancel(); });
    reader_->StartCall();
    reader_->Finish(&response_, &status_, this);
  }

  void Happened(bool /*ok*/) override {
    if (pausing_) {
      Begin();
      return;
    }
    hook_.reset();
    series_.Ended(status_, begin_);
    const absl::Duration pause = Backoff(attempt_);
    if (WorthAnother(status_, may_repeat_, attempt_, pause, out_)) {
      pausing_ = true;
      alarm_.Set(queue_, absl::ToChronoTime(absl::Now() + pause), this);
      return;
    }
    done_(FromGrpc(status_), response_);
    delete this;
  }

 private:
  ~AsyncCall() override = default;

  const std::shared_ptr<grpc::Channel> channel_;
  grpc::GenericStub stub_;
  const Series& series_;
  const std::string method_;
  const Outgoing out_;
  const grpc::ByteBuffer request_;
  const bool may_repeat_;
  const std::function<void(absl::Status, const grpc::ByteBuffer&)> done_;
  grpc::CompletionQueue* const queue_;
  grpc::Alarm alarm_;
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<CancelHook> hook_;
  std::unique_ptr<grpc::ClientAsyncResponseReader<grpc::ByteBuffer>> reader_;
  grpc::ByteBuffer response_;
  grpc::Status status_;
  absl::Time begin_;
  int attempt_ = 0;
  bool pausing_ = false;
};

Channel::Channel(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Channel::~Channel() = default;

absl::StatusOr<std::shared_ptr<Channel>> Channel::Create(const config::v1::Peer& peer,
                                                         const config::v1::Tls& tls,
                                                         const ChannelOptions& options) {
  const std::string& target = peer.target();
  const auto invalid = [&](std::string_view reason, std::string_view message_zh) {
    return error::Make(absl::StatusCode::kInvalidArgument, reason, message_zh,
                       {{"target", target}});
  };
  if (target.empty()) return invalid("PEER_INVALID", "没有写明对方服务的地址");
  std::shared_ptr<grpc::ChannelCredentials> credentials;
  const TlsFiles files = {tls.cert_file(), tls.key_file(), tls.ca_file()};
  if (files.empty()) {
    if (!target.starts_with("127.") && !target.starts_with("localhost:") &&
        !target.starts_with("[::1]:") && !target.starts_with("unix:")) {
      return invalid("TLS_REQUIRED", "除本机地址外必须启用 TLS");
    }
    credentials = grpc::InsecureChannelCredentials();
  } else {
    absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> secure = ChannelCredentials(files);
    if (!secure.ok()) return secure.status();
    credentials = *std::move(secure);
  }
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(options.max_receive_bytes);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  // Despite its name this is how long one attempt to connect, with its handshake, may take.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5'000);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2'000);
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  arguments.SetLoadBalancingPolicyName("round_robin");
  if (options.own_connections) arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  if (!peer.server_name().empty()) arguments.SetSslTargetNameOverride(peer.server_name());
  return Wrap(grpc::CreateCustomChannel(target, credentials, arguments), options);
}

std::shared_ptr<Channel> Channel::Wrap(std::shared_ptr<grpc::Channel> channel,
                                       const ChannelOptions& options) {
  return std::shared_ptr<Channel>(new Channel(std::make_unique<Impl>(std::move(channel), options)));
}

void Channel::Declare(std::span<const ClientMethod> methods) {
  for (const ClientMethod& method : methods) impl_->SeriesOf(method);
}

absl::Status Channel::Unary(const ClientMethod& method, const Outgoing& out,
                            const google::protobuf::MessageLite& request, bool repeatable,
                            google::protobuf::MessageLite* response) {
  grpc::ByteBuffer bytes;
  absl::Status status = UnaryBytes(method, out, ToBytes(request), repeatable, &bytes);
  return status.ok() ? ParseBytes(bytes, response) : status;
}

absl::Status Channel::UnaryBytes(const ClientMethod& method, const Outgoing& out,
                                 const grpc::ByteBuffer& request, bool repeatable,
                                 grpc::ByteBuffer* response) {
  const Series& series = impl_->SeriesOf(method);
  const grpc::internal::RpcMethod rpc(method.full_name.data(),
                                      grpc::internal::RpcMethod::NORMAL_RPC);
  for (int attempt = 1;; ++attempt) {
    const absl::Time begin = absl::Now();
    series.started->Increment();
    grpc::ClientContext context;
    FillContext(out, &context);
    grpc::Status status;
    {
      CancelHook hook(out.cancel, [&context] { context.TryCancel(); });
      status = grpc::internal::BlockingUnaryCall<grpc::ByteBuffer, grpc::ByteBuffer>(
          impl_->channel.get(), rpc, &context, request, response);
    }
    series.Ended(status, begin);
    const absl::Duration pause = Backoff(attempt);
    if (!WorthAnother(status, method.read || repeatable, attempt, pause, out)) {
      return FromGrpc(status);
    }
    absl::SleepFor(pause);
  }
}

void Channel::UnaryAsync(const ClientMethod& method, const Outgoing& out,
                         const grpc::ByteBuffer& request, bool repeatable,
                         std::function<void(absl::Status, const grpc::ByteBuffer&)> done) {
  (new Impl::AsyncCall(*impl_, method, out, request, method.read || repeatable, std::move(done)))
      ->Begin();
}

absl::Status Channel::ServerStream(
    const ClientMethod& method, const Outgoing& out, const google::protobuf::MessageLite& request,
    absl::FunctionRef<absl::Status(const grpc::ByteBuffer&)> on_message) {
  return ServerStreamBytes(method, out, ToBytes(request), on_message);
}

absl::Status Channel::ServerStreamBytes(
    const ClientMethod& method, const Outgoing& out, const grpc::ByteBuffer& request,
    absl::FunctionRef<absl::Status(const grpc::ByteBuffer&)> on_message) {
  const Series& series = impl_->SeriesOf(method);
  const grpc::internal::RpcMethod rpc(method.full_name.data(),
                                      grpc::internal::RpcMethod::SERVER_STREAMING);
  const absl::Time begin = absl::Now();
  series.started->Increment();
  grpc::ClientContext context;
  FillContext(out, &context);
  absl::Status stopped;
  grpc::Status status;
  {
    CancelHook hook(out.cancel, [&context] { context.TryCancel(); });
    const std::unique_ptr<grpc::ClientReader<grpc::ByteBuffer>> reader(
        grpc::internal::ClientReaderFactory<grpc::ByteBuffer>::Create(impl_->channel.get(), rpc,
                                                                      &context, request));
    grpc::ByteBuffer bytes;
    while (reader->Read(&bytes)) {
      if (!stopped.ok()) continue;
      stopped = on_message(bytes);
      if (!stopped.ok()) context.TryCancel();
    }
    status = reader->Finish();
  }
  series.Ended(status, begin);
  return stopped.ok() ? FromGrpc(status) : stopped;
}

const std::shared_ptr<grpc::Channel>& Channel::grpc_channel() const { return impl_->channel; }

ClientMethod ClientMethodOf(const google::protobuf::MethodDescriptor& method) {
  struct Names {
    absl::Mutex mutex;
    absl::node_hash_map<std::string, std::string> names;
  };
  static Names* const names = new Names;
  const std::string* full_name = nullptr;
  {
    absl::MutexLock lock(&names->mutex);
    std::string& name = names->names[method.full_name()];
    if (name.empty()) {
      name = base::Cat("/", method.service()->full_name(), "/", method.name());
    }
    full_name = &name;
  }
  return ClientMethod{
      method.service()->full_name(), method.name(), *full_name,
      method.options().GetExtension(options::v1::policy).audit() != options::v1::AUDIT_WRITE};
}

}  // namespace ronghe::rpc

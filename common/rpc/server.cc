#include "common/rpc/server.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "common/config/config.h"
#include "common/error/error.h"
#include "common/log/log.h"
#include "common/rpc/bytes.h"
#include "common/rpc/pipeline.h"
#include "common/rpc/reflection.h"
#include "common/rpc/status.h"
#include "common/rpc/worker_pool.h"
#include "grpc/grpc_security_constants.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/grpcpp.h"

namespace ronghe::rpc {
namespace {

// Calls that may arrive on one completion queue before the thread that drives it takes the first.
constexpr int kPosted = 64;
// Twice a token of the greatest size and then some.
constexpr int kMaxMetadataBytes = 24 * 1024;
constexpr size_t kBatchesInFlight = 2;

bool Loopback(std::string_view address) {
  if (address.empty() || address.starts_with("unix:")) return true;
  const size_t colon = address.rfind(':');
  const std::string_view host = address.substr(0, colon);
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

std::string_view View(grpc::string_ref text) { return {text.data(), text.size()}; }

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> LoadCredentials(const ServerTls& tls) {
  absl::StatusOr<std::string> certificate = config::ReadFile(tls.cert_file);
  if (!certificate.ok()) return certificate.status();
  absl::StatusOr<std::string> key = config::ReadSecret(tls.key_file);
  if (!key.ok()) return key.status();
  absl::StatusOr<std::string> authorities = config::ReadFile(tls.ca_file);
  if (!authorities.ok()) return authorities.status();
  grpc::SslServerCredentialsOptions options(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = *authorities;
  options.pem_key_cert_pairs.push_back({*key, *certificate});
  return grpc::SslServerCredentials(options);
}

}  // namespace

struct Server::Impl {
  explicit Impl(ServerOptions given) : options(std::move(given)) {}

  class ServerCall;

  // The waiting calls of a coalesced method and the tasks that take them.
  struct Batcher {
    struct Ticket : WorkerPool::Task {
      Impl* server = nullptr;
      Batcher* batcher = nullptr;
      void RunTask() override { server->RunBatch(*this); }
    };
    std::mutex mutex;
    std::deque<ServerCall*> waiting;
    std::array<Ticket, kBatchesInFlight> tickets;
    std::vector<Ticket*> idle;
    size_t limit = 1;
  };

  void Post(grpc::ServerCompletionQueue* queue);
  void Drive(grpc::ServerCompletionQueue* queue);
  void Dispatch(ServerCall* call);
  void RunBatch(Batcher::Ticket& ticket);
  void StartStream(ServerCall* call);
  void Shutdown(absl::Duration grace);

  // About how long a call that arrives now waits for a worker.
  absl::Duration Wait() const {
    const int64_t depth = std::max(0, waiting.load(std::memory_order_relaxed) - pool->idle());
    const int64_t nanos = busy_nanos.load(std::memory_order_relaxed);
    return absl::Nanoseconds(depth * nanos / std::max(1, options.workers));
  }
  void Took(absl::Duration busy, size_t calls) {
    const int64_t sample = absl::ToInt64Nanoseconds(busy) / static_cast<int64_t>(calls);
    const int64_t old = busy_nanos.load(std::memory_order_relaxed);
    busy_nanos.store(old + (sample - old) / 16, std::memory_order_relaxed);
  }
  void Waiting(int change) {
    const int now = waiting.fetch_add(change, std::memory_order_relaxed) + change;
    depth_gauge->Set(now);
  }

  ServerOptions options;
  bool tls = false;
  std::vector<ServiceTable> tables;
  std::unique_ptr<Pipeline> pipeline;
  std::vector<std::unique_ptr<Batcher>> batchers;  // by CompiledMethod::index, null for others
  metrics::Gauge* depth_gauge = nullptr;
  metrics::Gauge* streams_gauge = nullptr;

  grpc::AsyncGenericService generic;
  std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues;
  std::unique_ptr<grpc::Server> server;
  int port = 0;
  std::vector<std::thread> front;
  std::unique_ptr<WorkerPool> pool;

  std::atomic<int> waiting{0};
  std::atomic<int64_t> busy_nanos{0};
  std::atomic<bool> draining{false};

  std::mutex mutex;
  std::condition_variable changed;
  int live = 0;            // started calls that are not yet over; guarded by mutex
  int stream_threads = 0;  // guarded by mutex
  bool shut_down = false;  // guarded by mutex
  absl::flat_hash_set<ServerCall*> streams;  // guarded by mutex
};

// One call, from the request for it to the last of its events. It deletes itself.
class Server::Impl::ServerCall final : public WorkerPool::Task, public RawStream, public Reply {
 public:
  enum class Op { kStart, kRead, kWrite, kFinish, kDone };
  struct Event {
    ServerCall* call;
    Op op;
  };

  ServerCall(Impl* server, grpc::ServerCompletionQueue* queue)
      : server_(server), queue_(queue), stream_(&context_) {
    context_.AsyncNotifyWhenDone(&done_);
    server_->generic.RequestCall(&context_, &stream_, queue, queue, &start_);
  }

  void On(Op op, bool ok) {
    switch (op) {
      case Op::kStart:
        Start(ok);
        return;
      case Op::kRead:
        if (streaming_.load(std::memory_order_acquire)) {
          Signal(ok);
        } else {
          HaveRequest(ok);
        }
        return;
      case Op::kWrite:
        Signal(ok);
        return;
      case Op::kDone:
        if (context_.IsCancelled()) {
          exchange_.cancelled.store(true, std::memory_order_relaxed);
          std::lock_guard lock(mutex_);
          changed_.notify_all();
        }
        Release();
        return;
      case Op::kFinish:
        Release();
        return;
    }
  }

  Exchange& exchange() { return exchange_; }

  // A unary call that a worker takes from the queue.
  void RunTask() override {
    Impl* const server = server_;
    server->Waiting(-1);
    const absl::Time begin = absl::Now();
    absl::Status outcome;
    if (exchange_.method->raw) {
      outcome = server->pipeline->RunRawUnary(exchange_, &response_);
    } else {
      Pipeline::Item item{&exchange_, this, absl::OkStatus()};
      server->pipeline->RunUnary(std::span<Pipeline::Item>(&item, 1));
      outcome = std::move(item.status);
    }
    server->Took(absl::Now() - begin, 1);
    End(outcome);
  }

  // On the stream's own thread.
  absl::Status RunStreamCall() { return server_->pipeline->RunStream(exchange_, *this); }

  // Answers a unary call or ends a stream. The call must not be touched afterwards.
  void End(const absl::Status& outcome) {
    const grpc::Status status = server_->pipeline->Close(exchange_, outcome);
    if (status.ok() && response_.Valid()) {
      stream_.WriteAndFinish(response_, grpc::WriteOptions(), status, &finish_);
    } else {
      stream_.Finish(status, &finish_);
    }
  }

  void Wake() {
    std::lock_guard lock(mutex_);
    changed_.notify_all();
  }

  // Reply.
  void Set(const google::protobuf::MessageLite& message) override { response_ = ToBytes(message); }

  // RawStream.
  absl::Status Write(const google::protobuf::MessageLite& message) override {
    return WriteBytes(ToBytes(message));
  }
  absl::Status WriteBytes(const grpc::ByteBuffer& message) override {
    if (cancelled()) return Ended();
    stream_.Write(message, &write_);
    if (Await()) return absl::OkStatus();
    // A write fails only when the call is over, which the end of the call says a moment later.
    if (absl::Now() < exchange_.deadline) {
      exchange_.cancelled.store(true, std::memory_order_relaxed);
    }
    return Ended();
  }
  bool Read(grpc::ByteBuffer* message) override {
    if (cancelled()) return false;
    stream_.Read(message, &read_);
    return Await();
  }
  bool cancelled() const override {
    return exchange_.cancelled.load(std::memory_order_relaxed) ||
           server_->draining.load(std::memory_order_relaxed) ||
           (exchange_.deadline != absl::InfiniteFuture() && absl::Now() >= exchange_.deadline);
  }
  bool WaitCancelled(absl::Time until) override {
    until = std::min(until, exchange_.deadline);
    std::unique_lock lock(mutex_);
    while (!cancelled()) {
      const absl::Duration left = until - absl::Now();
      if (left <= absl::ZeroDuration()) break;
      changed_.wait_for(lock, absl::ToChronoNanoseconds(std::min(left, absl::Hours(1))));
    }
    return cancelled();
  }

 private:
  ~ServerCall() override = default;

  void Start(bool ok) {
    if (!ok) {  // the server is shutting down: no call came
      delete this;
      return;
    }
    {
      std::lock_guard lock(server_->mutex);
      ++server_->live;
    }
    references_.store(2, std::memory_order_relaxed);  // the answer and the end of the call
    server_->Post(queue_);
    exchange_.method = server_->pipeline->Find(context_.method());
    if (exchange_.method == nullptr) {
      stream_.Finish(
          ToGrpc(error::Make(absl::StatusCode::kUnimplemented, "METHOD_UNKNOWN", "没有这个接口")),
          &finish_);
      return;
    }
    ReadContext();
    if (exchange_.method->method->shape == Method::Shape::kBidi) {
      server_->pipeline->Open(exchange_);
      server_->StartStream(this);
      return;
    }
    stream_.Read(&exchange_.request_bytes, &read_);
  }

  void ReadContext() {
    const absl::Time deadline = absl::FromChrono(context_.deadline());
    // gRPC writes "none" as a far future that overflows when it is subtracted from.
    if (deadline < absl::Now() + absl::Hours(24 * 365)) exchange_.deadline = deadline;
    if (server_->options.pass_through) return;
    const auto& metadata = context_.client_metadata();
    if (const auto found = metadata.find("traceparent"); found != metadata.end()) {
      exchange_.traceparent = View(found->second);
    }
    if (const auto found = metadata.find("authorization"); found != metadata.end()) {
      const std::string_view value = View(found->second);
      if (value.size() > 7 && (value.starts_with("Bearer ") || value.starts_with("bearer "))) {
        exchange_.bearer = value.substr(7);
      } else {
        exchange_.bearer = value;  // not a token: authentication says so
      }
    }
    exchange_.peer = context_.peer();
    if (server_->tls) {
      const auto auth = context_.auth_context();
      if (auth != nullptr && auth->IsPeerAuthenticated()) {
        const auto names = auth->FindPropertyValues(GRPC_X509_CN_PROPERTY_NAME);
        if (!names.empty()) exchange_.certificate = View(names.front());
      }
    }
  }

  void HaveRequest(bool ok) {
    if (!ok) {
      server_->pipeline->Open(exchange_);
      End(error::Make(absl::StatusCode::kInvalidArgument, "REQUEST_MALFORMED", "请求没有内容"));
      return;
    }
    server_->pipeline->Open(exchange_);
    server_->Dispatch(this);
  }

  // Blocks until the write or read under way has ended; whether it went well.
  bool Await() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return signalled_; });
    signalled_ = false;
    return went_well_;
  }
  void Signal(bool ok) {
    std::lock_guard lock(mutex_);
    signalled_ = true;
    went_well_ = ok;
    changed_.notify_all();
  }

  absl::Status Ended() const {
    if (!exchange_.cancelled.load(std::memory_order_relaxed)) {
      if (server_->draining.load(std::memory_order_relaxed)) {
        return error::Make(absl::StatusCode::kUnavailable, "DRAINING", "服务正在重启,请稍后重试");
      }
      if (absl::Now() >= exchange_.deadline) {
        return error::Make(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                           "处理超时,请稍后重试");
      }
    }
    return error::Make(absl::StatusCode::kCancelled, "CANCELLED", "请求已取消");
  }

  void Release() {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    Impl* const server = server_;
    delete this;
    std::lock_guard lock(server->mutex);
    if (--server->live == 0) server->changed.notify_all();
  }

  friend struct Server::Impl;

  Impl* const server_;
  grpc::ServerCompletionQueue* const queue_;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_;
  Exchange exchange_;
  grpc::ByteBuffer response_;
  std::atomic<int> references_{1};
  std::atomic<bool> streaming_{false};
  Event start_{this, Op::kStart};
  Event read_{this, Op::kRead};
  Event write_{this, Op::kWrite};
  Event finish_{this, Op::kFinish};
  Event done_{this, Op::kDone};

  std::mutex mutex_;
  std::condition_variable changed_;
  bool signalled_ = false;
  bool went_well_ = false;
};

void Server::Impl::Post(grpc::ServerCompletionQueue* queue) { new ServerCall(this, queue); }

void Server::Impl::Drive(grpc::ServerCompletionQueue* queue) {
  void* tag = nullptr;
  bool ok = false;
  while (queue->Next(&tag, &ok)) {
    const auto* event = static_cast<ServerCall::Event*>(tag);
    event->call->On(event->op, ok);
  }
}

void Server::Impl::Dispatch(ServerCall* call) {
  Exchange& exchange = call->exchange();
  const CompiledMethod& method = *exchange.method;
  switch (method.method->shape) {
    case Method::Shape::kServerStream:
    case Method::Shape::kRawServerStream:
    case Method::Shape::kBidi:
      StartStream(call);
      return;
    default:
      break;
  }
  if (method.method->immediate) {
    Waiting(1);
    call->RunTask();
    return;
  }
  const bool full = waiting.load(std::memory_order_relaxed) >= options.queue;
  absl::Status admitted =
      draining.load(std::memory_order_relaxed)
          ? error::Make(absl::StatusCode::kUnavailable, "DRAINING", "服务正在重启,请稍后重试")
          : pipeline->Admit(exchange, full, Wait());
  if (!admitted.ok()) {
    call->End(admitted);
    return;
  }
  Waiting(1);
  Batcher* const batcher = batchers[method.index].get();
  if (batcher == nullptr) {
    pool->Submit(call);
    return;
  }
  Batcher::Ticket* ticket = nullptr;
  {
    std::lock_guard lock(batcher->mutex);
    batcher->waiting.push_back(call);
    if (!batcher->idle.empty()) {
      ticket = batcher->idle.back();
      batcher->idle.pop_back();
    }
  }
  if (ticket != nullptr) pool->Submit(ticket);
}

void Server::Impl::RunBatch(Batcher::Ticket& ticket) {
  Batcher& batcher = *ticket.batcher;
  std::vector<ServerCall*> calls;
  {
    std::lock_guard lock(batcher.mutex);
    const size_t count = std::min(batcher.limit, batcher.waiting.size());
    calls.assign(batcher.waiting.begin(), batcher.waiting.begin() + static_cast<long>(count));
    batcher.waiting.erase(batcher.waiting.begin(),
                          batcher.waiting.begin() + static_cast<long>(count));
    if (calls.empty()) {
      batcher.idle.push_back(&ticket);
      return;
    }
  }
  Waiting(-static_cast<int>(calls.size()));
  const absl::Time begin = absl::Now();
  std::vector<Pipeline::Item> items;
  items.reserve(calls.size());
  for (ServerCall* call : calls) {
    items.push_back(Pipeline::Item{&call->exchange(), call, absl::OkStatus()});
  }
  pipeline->RunUnary(std::span<Pipeline::Item>(items));
  Took(absl::Now() - begin, calls.size());
  for (size_t i = 0; i < calls.size(); ++i) calls[i]->End(items[i].status);
  bool again = false;
  {
    std::lock_guard lock(batcher.mutex);
    again = !batcher.waiting.empty();
    if (!again) batcher.idle.push_back(&ticket);
  }
  if (again) pool->Submit(&ticket);
}

void Server::Impl::StartStream(ServerCall* call) {
  bool full = false;
  {
    std::lock_guard lock(mutex);
    full = stream_threads >= options.streams;
    if (!full && !shut_down) {
      ++stream_threads;
      streams.insert(call);
    }
  }
  if (draining.load(std::memory_order_relaxed)) {
    full = true;
  }
  absl::Status admitted = pipeline->Admit(call->exchange(), full, absl::ZeroDuration());
  if (!admitted.ok()) {
    {
      std::lock_guard lock(mutex);
      if (streams.erase(call) > 0) --stream_threads;
    }
    call->End(admitted);
    return;
  }
  streams_gauge->Increment();
  call->streaming_.store(true, std::memory_order_release);
  std::thread([this, call] {
    const absl::Status outcome = call->RunStreamCall();
    {
      std::lock_guard lock(mutex);
      streams.erase(call);
    }
    call->End(outcome);
    streams_gauge->Decrement();
    std::lock_guard lock(mutex);
    --stream_threads;
    changed.notify_all();
  }).detach();
}

void Server::Impl::Shutdown(absl::Duration grace) {
  {
    std::lock_guard lock(mutex);
    if (shut_down) return;
    shut_down = true;
    draining.store(true);
    for (ServerCall* call : streams) call->Wake();
  }
  server->Shutdown(absl::ToChronoTime(absl::Now() + grace));
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return live == 0 && stream_threads == 0; });
  }
  pool.reset();
  for (auto& queue : queues) queue->Shutdown();
  for (std::thread& thread : front) thread.join();
  front.clear();
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() { impl_->Shutdown(absl::ZeroDuration()); }

absl::StatusOr<std::unique_ptr<Server>> Server::Create(ServerOptions options,
                                                       std::vector<ServiceTable> tables) {
  auto impl = std::make_unique<Impl>(std::move(options));
  ServerOptions& own = impl->options;
  own.workers = std::max(1, own.workers);
  own.queue = std::max(1, own.queue);
  impl->tls = !own.tls.cert_file.empty() || !own.tls.key_file.empty() || !own.tls.ca_file.empty();
  if (!impl->tls && !Loopback(own.listen)) {
    return error::Make(absl::StatusCode::kInvalidArgument, "TLS_REQUIRED",
                       "除本机地址外必须启用 TLS", {{"listen", own.listen}});
  }
  std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials();
  if (impl->tls) {
    auto secure = LoadCredentials(own.tls);
    if (!secure.ok()) return secure.status();
    credentials = *std::move(secure);
  }

  std::vector<std::string> names;
  for (const ServiceTable& table : tables) names.push_back(table.service());
  if (own.health != nullptr) {
    tables.push_back(HealthTable(*own.health));
    names.push_back(tables.back().service());
  }
  if (own.reflection) tables.push_back(ReflectionTable(names));
  impl->tables = std::move(tables);
  auto pipeline = Pipeline::Create(own, impl->tls, impl->tables);
  if (!pipeline.ok()) return pipeline.status();
  impl->pipeline = *std::move(pipeline);
  for (const auto& method : impl->pipeline->methods()) {
    if (method->method->shape != Method::Shape::kCoalesced) {
      impl->batchers.push_back(nullptr);
      continue;
    }
    auto batcher = std::make_unique<Impl::Batcher>();
    batcher->limit = std::max<size_t>(1, method->coalesce);
    for (Impl::Batcher::Ticket& ticket : batcher->tickets) {
      ticket.server = impl.get();
      ticket.batcher = batcher.get();
      batcher->idle.push_back(&ticket);
    }
    impl->batchers.push_back(std::move(batcher));
  }

  metrics::Registry& registry =
      own.registry == nullptr ? metrics::Registry::Default() : *own.registry;
  impl->depth_gauge = &registry.AddGauge("ronghe_rpc_queue_depth", "Calls that wait for a worker.");
  impl->streams_gauge = &registry.AddGauge("ronghe_rpc_open_streams", "Streams that are open.");

  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, 300'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, 30'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 2048);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  builder.SetMaxReceiveMessageSize(own.max_receive_bytes);
  builder.RegisterAsyncGenericService(&impl->generic);
  int bound = -1;
  if (!own.listen.empty()) builder.AddListeningPort(own.listen, credentials, &bound);
  int threads = own.front_threads;
  if (threads <= 0) {
    threads = std::clamp(static_cast<int>(std::thread::hardware_concurrency()) / 2, 1, 4);
  }
  for (int i = 0; i < threads; ++i) impl->queues.push_back(builder.AddCompletionQueue());
  impl->server = builder.BuildAndStart();
  if (impl->server == nullptr || bound == 0) {
    if (impl->server != nullptr) impl->server->Shutdown();
    for (auto& queue : impl->queues) {
      queue->Shutdown();
      void* tag = nullptr;
      bool ok = false;
      while (queue->Next(&tag, &ok)) {
      }
    }
    return error::Make(absl::StatusCode::kUnavailable, "PORT_BUSY",
                       base::Cat("无法监听 ", own.listen, ":端口可能已被占用"),
                       {{"listen", own.listen}});
  }
  impl->port = std::max(0, bound);
  impl->pool = std::make_unique<WorkerPool>(own.workers);
  for (auto& queue : impl->queues) {
    for (int i = 0; i < kPosted; ++i) impl->Post(queue.get());
    impl->front.emplace_back([server = impl.get(), cq = queue.get()] { server->Drive(cq); });
  }
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

int Server::port() const { return impl_->port; }

std::shared_ptr<Channel> Server::InProcessChannel(const ChannelOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  return Channel::Wrap(impl_->server->InProcessChannel(arguments), options);
}

void Server::Shutdown(absl::Duration grace) { impl_->Shutdown(grace); }

int Server::queue_depth() const { return impl_->waiting.load(std::memory_order_relaxed); }

}  // namespace ronghe::rpc

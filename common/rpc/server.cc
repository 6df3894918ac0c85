#include "common/rpc/server.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/log/log.h"
#include "common/rpc/bytes.h"
#include "common/rpc/pipeline.h"
#include "common/rpc/reflection.h"
#include "common/rpc/status.h"
#include "common/rpc/trunk_frames.h"
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
// A trunk takes no more calls while so much of its answers has not gone out.
constexpr size_t kTrunkBacklog = 4 * 1024 * 1024;
constexpr int kTrunks = 256;

bool Loopback(std::string_view address) {
  if (address.empty() || address.starts_with("unix:")) return true;
  const size_t colon = address.rfind(':');
  const std::string_view host = address.substr(0, colon);
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

std::string_view View(grpc::string_ref text) { return {text.data(), text.size()}; }

// What is no token stays as it is: authentication says so.
std::string_view BearerOf(std::string_view authorization) {
  const bool token = authorization.size() > 7 &&
                     (authorization.starts_with("Bearer ") || authorization.starts_with("bearer "));
  return token ? authorization.substr(7) : authorization;
}

absl::Status UnknownMethod() {
  return error::Make(absl::StatusCode::kUnimplemented, "METHOD_UNKNOWN", "没有这个接口");
}

}  // namespace

struct Server::Impl {
  explicit Impl(ServerOptions given) : options(std::move(given)) {}

  class Work;
  class ServerCall;
  class Trunk;

  // The waiting calls of a coalesced method and the tasks that take them.
  struct Batcher {
    struct Ticket : WorkerPool::Task {
      Impl* server = nullptr;
      Batcher* batcher = nullptr;
      void RunTask() override { server->RunBatch(*this); }
    };
    std::mutex mutex;
    std::deque<Work*> waiting;
    std::array<Ticket, kBatchesInFlight> tickets;
    std::vector<Ticket*> idle;
    size_t limit = 1;
  };

  void Post(grpc::ServerCompletionQueue* queue);
  void Drive(grpc::ServerCompletionQueue* queue);
  // Puts a unary call into the queue. Tasks for the pool go to `later` where it is given.
  void Dispatch(Work* call, std::vector<WorkerPool::Task*>* later = nullptr);
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
  absl::flat_hash_set<ServerCall*> trunks;   // guarded by mutex
};

// A unary call on its way through the queue, however it came.
class Server::Impl::Work : public WorkerPool::Task, public Reply {
 public:
  explicit Work(Impl* server) : server_(server) {}

  Exchange& exchange() { return exchange_; }

  // A worker takes the call from the queue.
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
    End(outcome, false);
  }

  // Answers; the object must not be touched afterwards. With `hold` an answer over a trunk may wait
  // for others: then the trunk's call is returned, to be flushed.
  virtual ServerCall* End(const absl::Status& outcome, bool hold) = 0;

  void Set(const google::protobuf::MessageLite& message) override { response_ = ToBytes(message); }

 protected:
  Impl* const server_;
  Exchange exchange_;
  grpc::ByteBuffer response_;
};

// One call, from the request for it to the last of its events. It deletes itself.
class Server::Impl::ServerCall final : public Work, public RawStream {
 public:
  enum class Op { kStart, kRead, kWrite, kFinish, kDone };
  struct Event {
    ServerCall* call;
    Op op;
  };

  ServerCall(Impl* server, grpc::ServerCompletionQueue* queue)
      : Work(server), queue_(queue), stream_(&context_) {
    context_.AsyncNotifyWhenDone(&done_);
    server_->generic.RequestCall(&context_, &stream_, queue, queue, &start_);
  }

  void On(Op op, bool ok);

  // On the stream's own thread.
  absl::Status RunStreamCall() { return server_->pipeline->RunStream(exchange_, *this); }

  // Also ends a stream.
  ServerCall* End(const absl::Status& outcome, bool /*hold*/) override {
    const grpc::Status status = server_->pipeline->Close(exchange_, outcome);
    if (status.ok() && response_.Valid()) {
      stream_.WriteAndFinish(response_, grpc::WriteOptions(), status, &finish_);
    } else {
      stream_.Finish(status, &finish_);
    }
    return nullptr;
  }

  void Wake() {
    std::lock_guard lock(mutex_);
    changed_.notify_all();
  }

  // What was held back on a trunk goes out; gives the reference up that End kept.
  void Flush();

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
  ~ServerCall() override;

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
    if (context_.method() == trunk::kPath) {
      ReadContext();
      StartTrunk();
      return;
    }
    exchange_.method = server_->pipeline->Find(context_.method());
    if (exchange_.method == nullptr) {
      stream_.Finish(ToGrpc(UnknownMethod()), &finish_);
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
      exchange_.bearer = BearerOf(View(found->second));
    }
    if (const auto found = metadata.find(kContextHeader); found != metadata.end()) {
      exchange_.context = CallContext::Parse(View(found->second));
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
      End(error::Make(absl::StatusCode::kInvalidArgument, "REQUEST_MALFORMED", "请求没有内容"),
          false);
      return;
    }
    server_->pipeline->Open(exchange_);
    const Method::Shape shape = exchange_.method->method->shape;
    if (shape == Method::Shape::kServerStream || shape == Method::Shape::kRawServerStream) {
      server_->StartStream(this);
    } else {
      server_->Dispatch(this);
    }
  }

  void StartTrunk();

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
    if (trunk_ != nullptr) {
      std::lock_guard lock(server->mutex);
      server->trunks.erase(this);
    }
    delete this;
    std::lock_guard lock(server->mutex);
    if (--server->live == 0) server->changed.notify_all();
  }

  friend struct Server::Impl;
  friend class Trunk;

  grpc::ServerCompletionQueue* const queue_;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_;
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
  std::unique_ptr<Trunk> trunk_;  // null for any other call
};

// Many unary calls over one stream; see trunk_frames.h. Every call goes through the same queue and
// pipeline as one that comes alone.
class Server::Impl::Trunk {
 public:
  explicit Trunk(ServerCall& host)
      : host_(host), methods_(trunk::kMethodNumbers), bearers_(trunk::kNumbers) {}

  void Begin() {
    trunk::Frame hello;
    hello.kind = trunk::Kind::kHello;
    hello.number = trunk::kVersion;
    Send(hello);
    host_.references_.fetch_add(1, std::memory_order_relaxed);
    reading_ = true;
    host_.stream_.Read(&incoming_, &host_.read_);
  }

  // Asks the other end to send no more; it closes its side when all calls are answered.
  void Drain() {
    trunk::Frame drain;
    drain.kind = trunk::Kind::kDrain;
    Send(drain);
  }

  void OnRead(bool ok) {
    if (ok) {
      Take();
      std::lock_guard lock(mutex_);
      reading_ = queued_ <= kTrunkBacklog;
      if (reading_) {
        host_.stream_.Read(&incoming_, &host_.read_);
        return;
      }
    } else {
      std::lock_guard lock(mutex_);
      reading_ = false;
      closed_ = true;
      FinishWhenDone();
    }
    host_.Release();
  }

  void OnWritten(bool ok) {
    {
      std::lock_guard lock(mutex_);
      writing_ = false;
      if (!ok) {
        broken_ = true;
        outgoing_.clear();
        queued_ = 0;
      }
      if (!reading_ && !closed_ && queued_ <= kTrunkBacklog) {
        reading_ = true;
        host_.references_.fetch_add(1, std::memory_order_relaxed);
        host_.stream_.Read(&incoming_, &host_.read_);
      }
      FinishWhenDone();
    }
    Flush();
    host_.Release();
  }

  // The stream is over before its time.
  void OnCancelled();

  // The answer of one of the calls.
  void Answer(uint32_t id, const grpc::Status& status, const grpc::ByteBuffer& response, bool hold);
  void Send(const trunk::Frame& frame) {
    {
      std::lock_guard lock(mutex_);
      if (broken_ || finishing_) return;
      Add(frame, grpc::Slice());
    }
    Flush();
  }

  void Flush() {
    grpc::ByteBuffer message;
    {
      std::lock_guard lock(mutex_);
      if (writing_ || finishing_ || outgoing_.empty()) return;
      writing_ = true;
      host_.references_.fetch_add(1, std::memory_order_relaxed);
      queued_ -= std::min(queued_, outgoing_.front()->size());
      message = Own(outgoing_.front()->Take());
      outgoing_.pop_front();
    }
    host_.stream_.Write(message, &host_.write_);
  }

 private:
  class TrunkCall;

  static grpc::ByteBuffer Own(const std::vector<grpc_slice>& taken) {
    std::vector<grpc::Slice> slices;
    slices.reserve(taken.size());
    for (const grpc_slice& slice : taken) slices.emplace_back(slice, grpc::Slice::STEAL_REF);
    return grpc::ByteBuffer(slices.data(), slices.size());
  }
  static grpc::Slice Flat(const grpc::ByteBuffer& bytes) {
    grpc::Slice slice;
    if (bytes.Valid() && !bytes.TrySingleSlice(&slice).ok()) {
      static_cast<void>(bytes.DumpToSingleSlice(&slice));
    }
    return slice;
  }
  static std::string_view View(const grpc::Slice& slice) {
    return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
  }

  // Under mutex_.
  trunk::FrameBuffer& Gathering() {
    if (outgoing_.empty() || outgoing_.back()->size() >= trunk::kGatherBytes) {
      outgoing_.push_back(std::make_unique<trunk::FrameBuffer>());
    }
    return *outgoing_.back();
  }
  void Add(const trunk::Frame& frame, const grpc::Slice& owner) {
    trunk::FrameBuffer& buffer = Gathering();
    const size_t before = buffer.size();
    const grpc_slice shared = owner.c_slice();
    buffer.Add(frame, shared);
    grpc_slice_unref(shared);
    queued_ += buffer.size() - before;
  }
  void FinishWhenDone() {
    if (finishing_ || writing_ || !closed_ || !calls_.empty() || !outgoing_.empty()) return;
    finishing_ = true;
    host_.stream_.Finish(grpc::Status::OK, &host_.finish_);
  }

  // Reads the frames of the message that came.
  void Take();
  // False for what no caller of ours sends.
  bool TakeCall(const trunk::Frame& frame, const grpc::Slice& message,
                std::vector<WorkerPool::Task*>* tasks);

  ServerCall& host_;
  grpc::ByteBuffer incoming_;
  // What the numbers stand for; only for the thread that handles a read.
  std::vector<const CompiledMethod*> methods_;
  std::vector<std::string> bearers_;

  std::mutex mutex_;
  bool reading_ = false;
  bool writing_ = false;
  bool closed_ = false;  // the caller has sent its last
  bool broken_ = false;
  bool finishing_ = false;
  absl::flat_hash_map<uint32_t, TrunkCall*> calls_;
  std::deque<std::unique_ptr<trunk::FrameBuffer>> outgoing_;
  size_t queued_ = 0;  // bytes in outgoing_, about
};

class Server::Impl::Trunk::TrunkCall final : public Work {
 public:
  TrunkCall(Impl* server, Trunk& trunk, uint32_t id) : Work(server), trunk_(trunk), id_(id) {
    trunk.host_.references_.fetch_add(1, std::memory_order_relaxed);
  }

  // A call that never was.
  void Drop() {
    ServerCall* const host = &trunk_.host_;
    delete this;
    host->Release();
  }

  ServerCall* End(const absl::Status& outcome, bool hold) override {
    const grpc::Status status = server_->pipeline->Close(exchange_, outcome);
    ServerCall* const host = &trunk_.host_;
    trunk_.Answer(id_, status, response_, hold);
    delete this;
    if (hold) return host;
    host->Release();
    return nullptr;
  }

 private:
  ~TrunkCall() override = default;

  Trunk& trunk_;
  const uint32_t id_;
};

void Server::Impl::Trunk::OnCancelled() {
  std::lock_guard lock(mutex_);
  for (const auto& [id, call] : calls_) {
    call->exchange().cancelled.store(true, std::memory_order_relaxed);
  }
}

void Server::Impl::Trunk::Answer(uint32_t id, const grpc::Status& status,
                                 const grpc::ByteBuffer& response, bool hold) {
  trunk::Frame frame;
  frame.id = id;
  frame.kind = trunk::Kind::kPart;
  const grpc::Slice owner = status.ok() ? Flat(response) : grpc::Slice();
  std::string_view left = View(owner);
  const std::string message = status.error_message();
  const std::string details = status.error_details();
  {
    std::lock_guard lock(mutex_);
    calls_.erase(id);
    if (!broken_ && !finishing_) {
      for (; left.size() > trunk::kGatherBytes; left.remove_prefix(trunk::kGatherBytes)) {
        frame.bytes = left.substr(0, trunk::kGatherBytes);
        Add(frame, owner);
      }
      frame.kind = trunk::Kind::kReply;
      frame.code = static_cast<uint8_t>(status.error_code());
      frame.message = message;
      frame.details = details;
      frame.bytes = left;
      Add(frame, owner);
    }
    FinishWhenDone();
  }
  if (!hold) Flush();
}

void Server::Impl::Trunk::Take() {
  const grpc::Slice message = Flat(incoming_);
  incoming_.Clear();
  trunk::FrameReader reader(View(message));
  trunk::Frame frame;
  std::vector<WorkerPool::Task*> tasks;
  bool good = true;
  while (good && reader.Next(&frame)) {
    switch (frame.kind) {
      case trunk::Kind::kMethod:
        good = frame.number < methods_.size();
        if (good) methods_[frame.number] = host_.server_->pipeline->Find(frame.bytes);
        break;
      case trunk::Kind::kBearer:
        good = frame.number < bearers_.size() && frame.bytes.size() <= trunk::kMaxBearerBytes;
        if (good) bearers_[frame.number] = BearerOf(frame.bytes);
        break;
      case trunk::Kind::kCall:
      case trunk::Kind::kCallFor:
        good = TakeCall(frame, message, &tasks);
        break;
      case trunk::Kind::kCancel: {
        std::lock_guard lock(mutex_);
        const auto found = calls_.find(frame.id);
        if (found != calls_.end()) {
          found->second->exchange().cancelled.store(true, std::memory_order_relaxed);
        }
        break;
      }
      default:
        break;
    }
  }
  // Calls that came together reach the workers together, so that they can be coalesced.
  for (WorkerPool::Task* task : tasks) host_.server_->pool->Submit(task);
  if (!good || reader.malformed()) host_.context_.TryCancel();
}

bool Server::Impl::Trunk::TakeCall(const trunk::Frame& frame, const grpc::Slice& message,
                                   std::vector<WorkerPool::Task*>* tasks) {
  const bool signed_in = frame.bearer != trunk::kNoBearer;
  if (frame.number >= methods_.size() || (signed_in && frame.bearer >= bearers_.size())) {
    return false;
  }
  Impl* const server = host_.server_;
  const CompiledMethod* const method = methods_[frame.number];
  const auto unary = [](Method::Shape shape) {
    return shape == Method::Shape::kUnary || shape == Method::Shape::kCoalesced ||
           shape == Method::Shape::kRawUnary;
  };
  if (method == nullptr || !unary(method->method->shape)) {
    Answer(frame.id, ToGrpc(UnknownMethod()), grpc::ByteBuffer(), false);
    return true;
  }
  auto* const call = new TrunkCall(server, *this, frame.id);
  bool full = false;
  bool fresh = false;
  {
    std::lock_guard lock(mutex_);
    full = calls_.size() >= trunk::kMaxCalls;
    fresh = calls_.emplace(frame.id, call).second;
  }
  if (!fresh) {
    call->Drop();
    return false;
  }
  Exchange& exchange = call->exchange();
  exchange.method = method;
  const auto* const start = reinterpret_cast<const uint8_t*>(frame.bytes.data());
  const auto offset = static_cast<size_t>(start - message.begin());
  const grpc::Slice request = message.sub(offset, offset + frame.bytes.size());
  exchange.request_bytes = grpc::ByteBuffer(&request, 1);
  exchange.traceparent = frame.traceparent;
  exchange.context = CallContext::Parse(frame.context);
  if (signed_in) exchange.bearer = bearers_[frame.bearer];
  exchange.certificate = host_.exchange_.certificate;
  exchange.peer = host_.exchange_.peer;
  if (frame.timeout_micros > 0) {
    constexpr uint64_t kLongest = uint64_t{365} * 24 * 3600 * 1'000'000;
    exchange.deadline =
        absl::Now() +
        absl::Microseconds(static_cast<int64_t>(std::min(frame.timeout_micros, kLongest)));
  }
  server->pipeline->Open(exchange);
  if (full) {
    call->End(server->pipeline->Admit(exchange, true, server->Wait()), false);
  } else {
    server->Dispatch(call, tasks);
  }
  return true;
}

Server::Impl::ServerCall::~ServerCall() = default;

void Server::Impl::ServerCall::On(Op op, bool ok) {
  switch (op) {
    case Op::kStart:
      Start(ok);
      return;
    case Op::kRead:
      if (trunk_ != nullptr) {
        trunk_->OnRead(ok);
      } else if (streaming_.load(std::memory_order_acquire)) {
        Signal(ok);
      } else {
        HaveRequest(ok);
      }
      return;
    case Op::kWrite:
      if (trunk_ != nullptr) {
        trunk_->OnWritten(ok);
      } else {
        Signal(ok);
      }
      return;
    case Op::kDone:
      if (context_.IsCancelled()) {
        exchange_.cancelled.store(true, std::memory_order_relaxed);
        if (trunk_ != nullptr) trunk_->OnCancelled();
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

void Server::Impl::ServerCall::StartTrunk() {
  bool refused = false;
  {
    std::lock_guard lock(server_->mutex);
    refused = server_->shut_down || static_cast<int>(server_->trunks.size()) >= kTrunks;
    if (!refused) {
      trunk_ = std::make_unique<Trunk>(*this);
      server_->trunks.insert(this);
    }
  }
  if (refused) {
    stream_.Finish(
        ToGrpc(error::Make(absl::StatusCode::kUnavailable, "DRAINING", "服务正在重启,请稍后重试")),
        &finish_);
    return;
  }
  trunk_->Begin();
}

void Server::Impl::ServerCall::Flush() {
  trunk_->Flush();
  Release();
}

void Server::Impl::Post(grpc::ServerCompletionQueue* queue) { new ServerCall(this, queue); }

void Server::Impl::Drive(grpc::ServerCompletionQueue* queue) {
  void* tag = nullptr;
  bool ok = false;
  while (queue->Next(&tag, &ok)) {
    const auto* event = static_cast<ServerCall::Event*>(tag);
    event->call->On(event->op, ok);
  }
}

void Server::Impl::Dispatch(Work* call, std::vector<WorkerPool::Task*>* later) {
  Exchange& exchange = call->exchange();
  const CompiledMethod& method = *exchange.method;
  const auto submit = [&](WorkerPool::Task* task) {
    if (later == nullptr) {
      pool->Submit(task);
    } else {
      later->push_back(task);
    }
  };
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
    call->End(admitted, false);
    return;
  }
  Waiting(1);
  Batcher* const batcher = batchers[method.index].get();
  if (batcher == nullptr) {
    submit(call);
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
  if (ticket != nullptr) submit(ticket);
}

void Server::Impl::RunBatch(Batcher::Ticket& ticket) {
  Batcher& batcher = *ticket.batcher;
  std::vector<Work*> calls;
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
  for (Work* call : calls) {
    items.push_back(Pipeline::Item{&call->exchange(), call, absl::OkStatus()});
  }
  pipeline->RunUnary(std::span<Pipeline::Item>(items));
  Took(absl::Now() - begin, calls.size());
  std::vector<ServerCall*> held;
  for (size_t i = 0; i < calls.size(); ++i) {
    if (ServerCall* const trunk = calls[i]->End(items[i].status, true)) held.push_back(trunk);
  }
  for (ServerCall* trunk : held) trunk->Flush();
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
    call->End(admitted, false);
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
    call->End(outcome, false);
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
    for (ServerCall* call : trunks) call->trunk_->Drain();
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
  impl->tls = !own.tls.empty();
  if (!impl->tls && !Loopback(own.listen)) {
    return error::Make(absl::StatusCode::kInvalidArgument, "TLS_REQUIRED",
                       "除本机地址外必须启用 TLS", {{"listen", own.listen}});
  }
  std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials();
  if (impl->tls) {
    auto secure = ServerCredentials(own.tls);
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

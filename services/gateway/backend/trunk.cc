#include "services/gateway/backend/trunk.h"

#include <grpc/byte_buffer_reader.h>
#include <grpc/impl/codegen/grpc_types.h>
#include <grpc/support/log.h>

#include <functional>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/rpc/trunk_frames.h"
#include "services/gateway/backend/call.h"

namespace ronghe::gateway::backend {
namespace {

namespace wire = rpc::trunk;
using std::chrono::steady_clock;

// The first version of servers that take a call's context.
constexpr uint16_t kContextVersion = 2;
// Callers that come again so soon are worth a trunk.
constexpr auto kBusy = std::chrono::milliseconds(100);
// A trunk is replaced at the first age and used no more at the second: servers end connections
// after a time and give what runs on them 30 seconds.
constexpr auto kRefresh = std::chrono::seconds(8);
constexpr auto kMaxAge = std::chrono::seconds(15);
constexpr auto kRetry = std::chrono::seconds(1);
// A service that does not know trunks may have been replaced by one that does.
constexpr auto kRetryUnknown = std::chrono::seconds(30);

// The bytes of `message` in one slice, which is shared where possible.
Slice Flatten(grpc_byte_buffer* message) {
  const grpc_slice_buffer& pieces = message->data.raw.slice_buffer;
  if (pieces.count == 1) return Slice(grpc_slice_ref(pieces.slices[0]));
  grpc_byte_buffer_reader reader;
  if (!grpc_byte_buffer_reader_init(&reader, message)) return Slice();
  Slice all(grpc_byte_buffer_reader_readall(&reader));
  grpc_byte_buffer_reader_destroy(&reader);
  return all;
}

}  // namespace

class TrunkStream : public std::enable_shared_from_this<TrunkStream> {
 public:
  TrunkStream(Trunk& trunk, grpc_call* call)
      : trunk_(trunk),
        call_(call),
        opened_(steady_clock::now()),
        known_(trunk.methods_),
        bearers_(wire::kNumbers) {
    grpc_metadata_array_init(&initial_);
    grpc_metadata_array_init(&trailing_);
    message_ = grpc_empty_slice();
    for (Part* part : {&start_, &receive_, &write_, &close_, &end_}) part->owner = this;
    start_.done = &TrunkStream::Started;
    receive_.done = &TrunkStream::Received;
    write_.done = &TrunkStream::Written;
    close_.done = &TrunkStream::Started;
    end_.done = &TrunkStream::Ended;
  }
  ~TrunkStream() {
    grpc_call_unref(call_);
    if (received_ != nullptr) grpc_byte_buffer_destroy(received_);
    grpc_metadata_array_destroy(&initial_);
    grpc_metadata_array_destroy(&trailing_);
    grpc_slice_unref(message_);
  }

  void Begin() {
    self_ = shared_from_this();
    const std::lock_guard lock(mutex_);
    grpc_op end = {};
    end.op = GRPC_OP_RECV_STATUS_ON_CLIENT;
    end.data.recv_status_on_client.trailing_metadata = &trailing_;
    end.data.recv_status_on_client.status = &code_;
    end.data.recv_status_on_client.status_details = &message_;
    Batch(&end, 1, &end_);
    grpc_op ops[2] = {};
    ops[0].op = GRPC_OP_SEND_INITIAL_METADATA;
    ops[1].op = GRPC_OP_RECV_INITIAL_METADATA;
    ops[1].data.recv_initial_metadata.recv_initial_metadata = &initial_;
    Batch(ops, 2, &start_);
    Receive();
  }

  bool ready() const { return state_.load(std::memory_order_acquire) == State::kReady; }
  steady_clock::duration age(steady_clock::time_point now) const { return now - opened_; }

  // False when the stream does not take the call. Sets `id` before an answer can come.
  bool Take(Rider& rider, const transcode::Method& method, const CallContext& context,
            const Slice& request, steady_clock::time_point now, uint32_t* id) {
    const std::string_view bearer =
        context.authorization == nullptr ? std::string_view() : context.authorization->view();
    wire::Frame frame;
    frame.kind = wire::Kind::kCall;
    frame.number = static_cast<uint16_t>(method.index);
    frame.traceparent = context.traceparent;
    const std::string caller = context.caller.Encode();
    frame.bytes = request.view();
    Waiting waiting{&rider, steady_clock::time_point::max(), {}, 0};
    if (context.timeout != absl::InfiniteDuration()) {
      const int64_t micros = std::max<int64_t>(1, absl::ToInt64Microseconds(context.timeout));
      frame.timeout_micros = static_cast<uint64_t>(micros);
      waiting.deadline = now + std::chrono::microseconds(micros);
    }
    {
      const std::lock_guard lock(mutex_);
      if (!ready() || waiting_.size() >= wire::kMaxCalls ||
          outgoing_.size() >= wire::kGatherBytes) {
        return false;
      }
      if (!known_[method.index]) {
        known_[method.index] = true;
        wire::Frame name;
        name.kind = wire::Kind::kMethod;
        name.number = frame.number;
        name.bytes = method.path;
        outgoing_.Add(name);
      }
      if (!bearer.empty()) frame.bearer = Number(*context.authorization);
      if (!caller.empty() && version_ >= kContextVersion) {
        frame.kind = wire::Kind::kCallFor;
        frame.context = caller;
      }
      frame.id = *id = ++last_id_;
      waiting_.emplace(frame.id, std::move(waiting));
      outgoing_.Add(frame, request.get());
    }
    Flush();
    return true;
  }

  void Cancel(uint32_t id) {
    {
      const std::lock_guard lock(mutex_);
      const auto found = waiting_.find(id);
      if (found == waiting_.end()) return;
      Drop(found, GRPC_STATUS_CANCELLED, "Cancelled");
    }
    // The end of the write brings the lane's thread here.
    Flush();
  }

  void Retire() {
    const std::lock_guard lock(mutex_);
    if (ready()) state_.store(State::kRetired, std::memory_order_release);
    CloseWhenDone();
  }

  void Abort() { grpc_call_cancel(call_, nullptr); }

  // On the lane's thread.
  void Tick(steady_clock::time_point now) {
    {
      const std::lock_guard lock(mutex_);
      for (auto it = waiting_.begin(); it != waiting_.end();) {
        const auto one = it++;
        if (one->second.deadline <= now) {
          Drop(one, GRPC_STATUS_DEADLINE_EXCEEDED, "Deadline Exceeded");
        }
      }
      if (age(now) > kMaxAge && ready()) state_.store(State::kRetired, std::memory_order_release);
      CloseWhenDone();
    }
    Deliver();
    Flush();
  }

 private:
  enum class State { kOpening, kReady, kRetired, kEnded };
  struct Part : Tag {
    TrunkStream* owner = nullptr;
    void (TrunkStream::*done)(bool) = nullptr;
    void Run(bool ok) override { (owner->*done)(ok); }
  };
  struct Waiting {
    Rider* rider = nullptr;
    steady_clock::time_point deadline;
    // Pieces of a great answer.
    std::vector<Slice> parts;
    size_t size = 0;
  };
  using WaitingMap = absl::flat_hash_map<uint32_t, Waiting>;
  struct Arrival {
    Rider* rider = nullptr;
    CallStatus status;
    grpc_byte_buffer* response = nullptr;
  };

  // Under mutex_, all of these.
  void Batch(const grpc_op* ops, size_t count, Part* part) {
    ++pending_;
    const grpc_call_error error =
        grpc_call_start_batch(call_, ops, count, static_cast<Tag*>(part), nullptr);
    GPR_ASSERT(error == GRPC_CALL_OK);
  }
  void Receive() {
    grpc_op receive = {};
    receive.op = GRPC_OP_RECV_MESSAGE;
    receive.data.recv_message.recv_message = &received_;
    Batch(&receive, 1, &receive_);
  }
  uint16_t Number(const Slice& bearer) {
    const auto number =
        static_cast<uint16_t>(std::hash<std::string_view>()(bearer.view()) % wire::kNumbers);
    if (bearers_[number].view() != bearer.view()) {
      bearers_[number] = bearer;
      wire::Frame frame;
      frame.kind = wire::Kind::kBearer;
      frame.number = number;
      frame.bytes = bearer.view();
      outgoing_.Add(frame);
    }
    return number;
  }
  // Ends a call from here; Deliver says so to its rider.
  void Drop(WaitingMap::iterator one, grpc_status_code code, std::string_view why) {
    arrivals_.push_back({one->second.rider, {code, Slice::Static(why), Slice()}, nullptr});
    wire::Frame frame;
    frame.kind = wire::Kind::kCancel;
    frame.id = one->first;
    outgoing_.Add(frame);
    waiting_.erase(one);
  }
  void CloseWhenDone() {
    if (state_.load(std::memory_order_relaxed) != State::kRetired || closing_ || writing_ ||
        !waiting_.empty() || !outgoing_.empty()) {
      return;
    }
    closing_ = true;
    grpc_op close = {};
    close.op = GRPC_OP_SEND_CLOSE_FROM_CLIENT;
    Batch(&close, 1, &close_);
  }
  void Handle(const wire::Frame& frame, const Slice& message) {
    switch (frame.kind) {
      case wire::Kind::kHello:
        version_ = frame.number;
        if (state_.load(std::memory_order_relaxed) == State::kOpening) {
          state_.store(State::kReady, std::memory_order_release);
        }
        return;
      case wire::Kind::kDrain:
        if (state_.load(std::memory_order_relaxed) != State::kEnded) {
          state_.store(State::kRetired, std::memory_order_release);
        }
        return;
      case wire::Kind::kPart:
      case wire::Kind::kReply:
        break;
      default:
        return;
    }
    const auto found = waiting_.find(frame.id);
    // Cancelled meanwhile, or too late.
    if (found == waiting_.end()) return;
    Waiting& waiting = found->second;
    waiting.size += frame.bytes.size();
    if (waiting.size > trunk_.max_message_bytes_) {
      return Drop(found, GRPC_STATUS_RESOURCE_EXHAUSTED, "Received message larger than max");
    }
    const auto offset = static_cast<size_t>(frame.bytes.data() - message.view().data());
    Slice piece(grpc_slice_sub(message.get(), offset, offset + frame.bytes.size()));
    if (frame.kind == wire::Kind::kPart) {
      waiting.parts.push_back(std::move(piece));
      return;
    }
    Arrival arrival;
    arrival.rider = waiting.rider;
    arrival.status.code = static_cast<grpc_status_code>(frame.code);
    if (frame.code == GRPC_STATUS_OK) {
      std::vector<grpc_slice> pieces;
      pieces.reserve(waiting.parts.size() + 1);
      for (const Slice& part : waiting.parts) pieces.push_back(part.get());
      pieces.push_back(piece.get());
      arrival.response = grpc_raw_byte_buffer_create(pieces.data(), pieces.size());
    } else {
      if (!frame.message.empty()) arrival.status.message = Slice::Copy(frame.message);
      if (!frame.details.empty()) arrival.status.details = Slice::Copy(frame.details);
    }
    waiting_.erase(found);
    arrivals_.push_back(std::move(arrival));
  }

  // Not under mutex_, all of these.
  void Flush() {
    grpc_byte_buffer* message = nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (writing_ || closing_ || outgoing_.empty() ||
          state_.load(std::memory_order_relaxed) == State::kEnded) {
        return;
      }
      writing_ = true;
      ++pending_;
      std::vector<grpc_slice> slices = outgoing_.Take();
      message = grpc_raw_byte_buffer_create(slices.data(), slices.size());
      for (grpc_slice& slice : slices) grpc_slice_unref(slice);
    }
    grpc_op send = {};
    send.op = GRPC_OP_SEND_MESSAGE;
    send.data.send_message.send_message = message;
    const grpc_call_error error =
        grpc_call_start_batch(call_, &send, 1, static_cast<Tag*>(&write_), nullptr);
    GPR_ASSERT(error == GRPC_CALL_OK);
    grpc_byte_buffer_destroy(message);
  }
  void Deliver() {
    std::vector<Arrival> arrivals;
    {
      const std::lock_guard lock(mutex_);
      arrivals.swap(arrivals_);
    }
    for (Arrival& arrival : arrivals) arrival.rider->Arrived(arrival.status, arrival.response);
  }

  void Started(bool) { Release(); }
  void Received(bool) {
    grpc_byte_buffer* const bytes = std::exchange(received_, nullptr);
    if (bytes != nullptr) {
      const Slice message = Flatten(bytes);
      grpc_byte_buffer_destroy(bytes);
      bool malformed = false;
      {
        const std::lock_guard lock(mutex_);
        wire::FrameReader reader(message.view());
        wire::Frame frame;
        while (reader.Next(&frame)) Handle(frame, message);
        malformed = reader.malformed();
        Receive();
        CloseWhenDone();
      }
      if (malformed) Abort();
      Deliver();
    }
    Release();
  }
  void Written(bool) {
    {
      const std::lock_guard lock(mutex_);
      writing_ = false;
      CloseWhenDone();
    }
    Flush();
    Deliver();
    Release();
  }
  void Ended(bool) {
    {
      const std::lock_guard lock(mutex_);
      state_.store(State::kEnded, std::memory_order_release);
    }
    Release();
  }
  // One of the parts is over. After the last the calls that are left have lost their connection.
  void Release() {
    {
      const std::lock_guard lock(mutex_);
      if (--pending_ > 0) return;
      for (const auto& [id, waiting] : waiting_) {
        arrivals_.push_back({waiting.rider,
                             {GRPC_STATUS_UNAVAILABLE, Slice::Static("Connection lost"), Slice()},
                             nullptr});
      }
      waiting_.clear();
    }
    const std::shared_ptr<TrunkStream> self = std::move(self_);
    Deliver();
    trunk_.Gone(self, code_);
  }

  Trunk& trunk_;
  grpc_call* const call_;
  const steady_clock::time_point opened_;
  std::shared_ptr<TrunkStream> self_;
  grpc_metadata_array initial_, trailing_;
  grpc_slice message_;
  grpc_status_code code_ = GRPC_STATUS_UNKNOWN;
  grpc_byte_buffer* received_ = nullptr;
  Part start_, receive_, write_, close_, end_;

  std::mutex mutex_;
  std::atomic<State> state_ = State::kOpening;
  int pending_ = 0;
  bool writing_ = false;
  bool closing_ = false;
  uint16_t version_ = 0;
  uint32_t last_id_ = 0;
  WaitingMap waiting_;
  std::vector<bool> known_;
  std::vector<Slice> bearers_;
  wire::FrameBuffer outgoing_;
  std::vector<Arrival> arrivals_;
};

Trunk::Trunk(grpc_channel* channel, const Lanes& lanes, size_t lane, size_t methods,
             size_t max_message_bytes)
    : channel_(channel),
      lanes_(lanes),
      lane_(lane),
      methods_(methods),
      max_message_bytes_(max_message_bytes),
      path_(grpc_channel_register_call(channel, wire::kPath, nullptr, nullptr)) {
  lanes_.Watch(lane_, this);
}

Trunk::~Trunk() {
  lanes_.Unwatch(lane_, this);
  std::unique_lock lock(mutex_);
  next_try_ = Time::max();
  for (const auto& stream : all_) stream->Abort();
  gone_.wait(lock, [this] { return all_.empty(); });
}

bool Trunk::Start(Rider& rider, const transcode::Method& method, const CallContext& context,
                  grpc_byte_buffer* request, Ride* ride) {
  if (method.index >= wire::kMethodNumbers || context.traceparent.size() > 255 ||
      (context.authorization != nullptr &&
       context.authorization->view().size() > wire::kMaxBearerBytes) ||
      request->type != GRPC_BB_RAW || request->data.raw.compression != GRPC_COMPRESS_NONE ||
      grpc_byte_buffer_length(request) > wire::kMaxRequestBytes) {
    return false;
  }
  const Time now = steady_clock::now();
  std::shared_ptr<TrunkStream> stream;
  {
    const std::lock_guard lock(mutex_);
    if (opening_ != nullptr && opening_->ready()) {
      if (current_ != nullptr) current_->Retire();
      current_ = std::exchange(opening_, nullptr);
    }
    const bool fresh = current_ != nullptr && current_->ready() && current_->age(now) < kRefresh;
    if (!fresh && opening_ == nullptr && now >= next_try_ && now - last_call_ < kBusy) Open(now);
    last_call_ = now;
    if (current_ != nullptr && current_->age(now) < kMaxAge) stream = current_;
  }
  if (stream == nullptr) return false;
  // The ride is the rider's again once the answer came, which may be before Take returns.
  ride->stream = stream;
  if (stream->Take(rider, method, context, Flatten(request), now, &ride->id)) {
    carried_.fetch_add(1, std::memory_order_relaxed);
    return true;
  }
  ride->stream.reset();
  return false;
}

void Trunk::Cancel(const Ride& ride) {
  const std::shared_ptr<TrunkStream> stream = ride.stream;
  stream->Cancel(ride.id);
}

void Trunk::Open(Time now) {
  next_try_ = now + kRetry;
  grpc_call* const call = grpc_channel_create_registered_call(
      channel_, nullptr, GRPC_PROPAGATE_DEFAULTS, lanes_.queue(lane_), path_,
      gpr_inf_future(GPR_CLOCK_MONOTONIC), nullptr);
  opening_ = std::make_shared<TrunkStream>(*this, call);
  all_.insert(opening_);
  opening_->Begin();
}

void Trunk::Tick() {
  std::vector<std::shared_ptr<TrunkStream>> streams;
  {
    const std::lock_guard lock(mutex_);
    if (all_.empty()) return;
    streams.assign(all_.begin(), all_.end());
  }
  const Time now = steady_clock::now();
  for (const auto& stream : streams) stream->Tick(now);
}

void Trunk::Gone(const std::shared_ptr<TrunkStream>& stream, grpc_status_code code) {
  const std::lock_guard lock(mutex_);
  if (opening_ == stream) opening_.reset();
  if (current_ == stream) current_.reset();
  if (code == GRPC_STATUS_UNIMPLEMENTED) next_try_ = steady_clock::now() + kRetryUnknown;
  all_.erase(stream);
  gone_.notify_all();
}

}  // namespace ronghe::gateway::backend

// How do many calls to one service share a stream? Each lane of a backend has a trunk
// (common/rpc/trunk_frames.h): what is called while a message is being written goes out together
// with the next one. Nothing waits for company. A call that finds no trunk ready, a full one, or
// has a great request, travels alone as any gRPC call does.
#pragma once

#include <grpc/grpc.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>

#include "services/gateway/backend/lanes.h"
#include "services/gateway/backend/slice.h"
#include "services/gateway/transcode/router.h"

namespace ronghe::gateway::backend {

struct CallContext;
struct CallStatus;

// Who waits for an answer from a trunk.
class Rider {
 public:
  // The call has ended; `response` is the rider's, and null where there is none. On the lane's
  // thread.
  virtual void Arrived(const CallStatus& status, grpc_byte_buffer* response) = 0;

 protected:
  ~Rider() = default;
};

class TrunkStream;

// A call on a trunk, so that it can be cancelled.
struct Ride {
  std::shared_ptr<TrunkStream> stream;
  uint32_t id = 0;
};

class Trunk final : private Ticker {
 public:
  // `channel` and `lanes` must outlive it.
  Trunk(grpc_channel* channel, const Lanes& lanes, size_t lane, size_t methods,
        size_t max_message_bytes);
  // Ends the streams and waits for that; no call may be under way.
  ~Trunk();
  Trunk(const Trunk&) = delete;
  Trunk& operator=(const Trunk&) = delete;

  // True when the trunk took the call; Arrived follows, never from within. `request` stays the
  // caller's.
  bool Start(Rider& rider, const transcode::Method& method, const CallContext& context,
             grpc_byte_buffer* request, Ride* ride);
  // Any thread. Arrived follows all the same, unless it came already.
  static void Cancel(const Ride& ride);

  // Calls that trunks took so far.
  int64_t carried() const { return carried_.load(std::memory_order_relaxed); }

 private:
  friend class TrunkStream;
  using Time = std::chrono::steady_clock::time_point;

  void Tick() override;
  // A stream is over; on the lane's thread.
  void Gone(const std::shared_ptr<TrunkStream>& stream, grpc_status_code code);
  // Under mutex_.
  void Open(Time now);

  grpc_channel* const channel_;
  const Lanes& lanes_;
  const size_t lane_;
  const size_t methods_;
  const size_t max_message_bytes_;
  void* path_ = nullptr;
  std::atomic<int64_t> carried_ = 0;

  std::mutex mutex_;
  std::condition_variable gone_;
  std::shared_ptr<TrunkStream> current_, opening_;
  std::set<std::shared_ptr<TrunkStream>> all_;
  Time last_call_, next_try_;
};

}  // namespace ronghe::gateway::backend

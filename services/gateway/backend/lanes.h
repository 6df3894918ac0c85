// Which threads wait for gRPC? One per lane: a lane is a completion queue, its thread, and the
// connections whose calls complete there, so that a reply is handled by the thread that read it.
#pragma once

#include <grpc/grpc.h>

#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace ronghe::gateway::backend {

// What a completion is told to. Runs on the lane's thread and must not block.
class Tag {
 public:
  virtual void Run(bool ok) = 0;

 protected:
  ~Tag() = default;
};

// What is told on a lane's thread some 20 times a second.
class Ticker {
 public:
  virtual void Tick() = 0;

 protected:
  ~Ticker() = default;
};

class Lanes {
 public:
  explicit Lanes(int count);
  // Waits for everything under way; whoever started calls must have cancelled them.
  ~Lanes();
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;

  size_t size() const { return lanes_.size(); }
  grpc_completion_queue* queue(size_t lane) const { return lanes_[lane % lanes_.size()]->queue; }

  // From now on; no more once Unwatch has returned, which must not be called by a Tick.
  void Watch(size_t lane, Ticker* ticker) const;
  void Unwatch(size_t lane, Ticker* ticker) const;

 private:
  struct Lane {
    void Loop();

    grpc_completion_queue* queue = nullptr;
    std::mutex mutex;
    std::vector<Ticker*> tickers;  // guarded by mutex
    std::thread thread;
  };
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace ronghe::gateway::backend

#include "services/gateway/backend/lanes.h"

#include <grpc/support/time.h>
#include <pthread.h>

namespace ronghe::gateway::backend {
namespace {

constexpr int64_t kTickMillis = 50;

}  // namespace

void Lanes::Lane::Loop() {
  const gpr_timespec period = gpr_time_from_millis(kTickMillis, GPR_TIMESPAN);
  gpr_timespec next = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), period);
  while (true) {
    const grpc_event event = grpc_completion_queue_next(queue, next, nullptr);
    if (event.type == GRPC_QUEUE_SHUTDOWN) return;
    if (event.type == GRPC_OP_COMPLETE) static_cast<Tag*>(event.tag)->Run(event.success != 0);
    const gpr_timespec now = gpr_now(GPR_CLOCK_MONOTONIC);
    if (gpr_time_cmp(now, next) < 0) continue;
    next = gpr_time_add(now, period);
    const std::lock_guard lock(mutex);
    for (Ticker* ticker : tickers) ticker->Tick();
  }
}

Lanes::Lanes(int count) {
  grpc_init();
  for (int i = 0; i < (count < 1 ? 1 : count); ++i) {
    auto lane = std::make_unique<Lane>();
    lane->queue = grpc_completion_queue_create_for_next(nullptr);
    lane->thread = std::thread([one = lane.get()] {
      pthread_setname_np(pthread_self(), "lane");
      one->Loop();
    });
    lanes_.push_back(std::move(lane));
  }
}

Lanes::~Lanes() {
  for (const auto& lane : lanes_) grpc_completion_queue_shutdown(lane->queue);
  for (const auto& lane : lanes_) {
    lane->thread.join();
    grpc_completion_queue_destroy(lane->queue);
  }
  grpc_shutdown();
}

void Lanes::Watch(size_t lane, Ticker* ticker) const {
  Lane& one = *lanes_[lane % lanes_.size()];
  const std::lock_guard lock(one.mutex);
  one.tickers.push_back(ticker);
}

void Lanes::Unwatch(size_t lane, Ticker* ticker) const {
  Lane& one = *lanes_[lane % lanes_.size()];
  const std::lock_guard lock(one.mutex);
  std::erase(one.tickers, ticker);
}

}  // namespace ronghe::gateway::backend

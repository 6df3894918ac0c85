#include "services/gateway/backend/lanes.h"

#include <pthread.h>

namespace ronghe::gateway::backend {

Lanes::Lanes(int count) {
  grpc_init();
  lanes_.resize(static_cast<size_t>(count < 1 ? 1 : count));
  for (Lane& lane : lanes_) {
    lane.queue = grpc_completion_queue_create_for_next(nullptr);
    lane.thread = std::thread([queue = lane.queue] {
      pthread_setname_np(pthread_self(), "lane");
      while (true) {
        const grpc_event event =
            grpc_completion_queue_next(queue, gpr_inf_future(GPR_CLOCK_REALTIME), nullptr);
        if (event.type == GRPC_QUEUE_SHUTDOWN) return;
        if (event.type == GRPC_OP_COMPLETE) static_cast<Tag*>(event.tag)->Run(event.success != 0);
      }
    });
  }
}

Lanes::~Lanes() {
  for (Lane& lane : lanes_) grpc_completion_queue_shutdown(lane.queue);
  for (Lane& lane : lanes_) {
    lane.thread.join();
    grpc_completion_queue_destroy(lane.queue);
  }
  grpc_shutdown();
}

}  // namespace ronghe::gateway::backend

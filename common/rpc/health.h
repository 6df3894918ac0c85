// Is this process alive, and is it ready for calls? grpc.health.v1 with two answers.
#ifndef RONGHE_COMMON_RPC_HEALTH_H_
#define RONGHE_COMMON_RPC_HEALTH_H_

#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/rpc/method.h"

namespace ronghe::rpc {

// The name under which Check answers whether the process runs at all. The empty name answers
// whether it is ready: dependencies reachable, schema at the right version, not draining.
inline constexpr std::string_view kLiveness = "ronghe.liveness";

// The readiness of one process. Starts not ready. Thread-safe.
class Health {
 public:
  void SetReady(bool ready);
  bool ready() const;

  // Blocks until readiness differs from `seen` or until `until`; returns readiness.
  bool WaitChange(bool seen, absl::Time until) const;

 private:
  mutable absl::Mutex mutex_;
  bool ready_ ABSL_GUARDED_BY(mutex_) = false;
};

// Serves grpc.health.v1.Health over `health`, which must outlive the server. Public, and open to
// every certificate that the server accepts.
ServiceTable HealthTable(const Health& health);

}  // namespace ronghe::rpc

#endif  // RONGHE_COMMON_RPC_HEALTH_H_

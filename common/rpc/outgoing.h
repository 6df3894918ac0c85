// What travels with a call that this process makes to another service?
#ifndef RONGHE_COMMON_RPC_OUTGOING_H_
#define RONGHE_COMMON_RPC_OUTGOING_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/rpc/call_context.h"
#include "common/trace/trace.h"

namespace ronghe::rpc {

// Ends calls from another thread. One token may be given to several calls; thread-safe.
class CancelToken {
 public:
  // Cancels every call that carries the token, now and later. They end with CANCELLED.
  void Cancel();
  bool cancelled() const;

 private:
  friend class CancelHook;
  mutable absl::Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t next_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::pair<uint64_t, std::function<void()>>> hooks_ ABSL_GUARDED_BY(mutex_);
};

// Runs `cancel` when the token is cancelled, at once where it already is, until the hook is gone.
// `cancel` runs under the token's lock: it must be quick and leave the token alone.
class CancelHook {
 public:
  // `token` may be null.
  CancelHook(std::shared_ptr<CancelToken> token, std::function<void()> cancel);
  ~CancelHook();
  CancelHook(const CancelHook&) = delete;
  CancelHook& operator=(const CancelHook&) = delete;

 private:
  const std::shared_ptr<CancelToken> token_;
  uint64_t id_ = 0;
};

struct Outgoing {
  // When the caller stops waiting; InfiniteFuture only for streams.
  absl::Time deadline = absl::InfiniteFuture();
  // The caller's span; the call gets a child of it.
  trace::Context trace;
  // The access token to forward, without "Bearer "; empty: the call speaks for this process, by its
  // certificate.
  std::string bearer;
  // May be null.
  std::shared_ptr<CancelToken> cancel = nullptr;
  // Of the call that this one is made for.
  CallContext context = {};

  // For work that no caller waits for: a new trace, this process's own identity.
  static Outgoing Background(absl::Duration timeout) {
    return Outgoing{absl::Now() + timeout, trace::Context::New(), {}};
  }
};

}  // namespace ronghe::rpc

#endif  // RONGHE_COMMON_RPC_OUTGOING_H_

// Which threads run handlers?
#ifndef RONGHE_COMMON_RPC_WORKER_POOL_H_
#define RONGHE_COMMON_RPC_WORKER_POOL_H_

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace ronghe::rpc {

// A fixed number of threads that run tasks first in, first out. The queue itself is unbounded:
// admission bounds it. Thread-safe.
class WorkerPool {
 public:
  class Task {
   public:
    virtual ~Task() = default;
    virtual void RunTask() = 0;
  };

  explicit WorkerPool(int threads);
  // Runs what still waits and joins the threads.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // `task` must live until it has run.
  void Submit(Task* task);

  // Threads that wait for a task, about.
  int idle() const { return idle_.load(std::memory_order_relaxed); }

 private:
  void Loop();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task*> tasks_;
  std::atomic<int> idle_{0};  // changed under mutex_
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace ronghe::rpc

#endif  // RONGHE_COMMON_RPC_WORKER_POOL_H_

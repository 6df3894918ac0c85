#include "common/rpc/worker_pool.h"

namespace ronghe::rpc {

WorkerPool::WorkerPool(int threads) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Loop(); });
}

WorkerPool::~WorkerPool() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::Submit(Task* task) {
  bool wake = false;
  {
    std::lock_guard lock(mutex_);
    tasks_.push_back(task);
    wake = idle_ > 0;
  }
  if (wake) changed_.notify_one();
}

void WorkerPool::Loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    while (tasks_.empty() && !stopping_) {
      ++idle_;
      changed_.wait(lock);
      --idle_;
    }
    if (tasks_.empty()) return;
    Task* const task = tasks_.front();
    tasks_.pop_front();
    lock.unlock();
    task->RunTask();
    lock.lock();
  }
}

}  // namespace ronghe::rpc

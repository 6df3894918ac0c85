#include "services/gateway/access/session/password_hasher.h"

#include <argon2.h>
#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "services/gateway/access/domain/errors.h"

namespace ronghe::gateway::access {
namespace {

constexpr size_t kSaltBytes = 16;
constexpr size_t kHashBytes = 32;

}  // namespace

class PasswordHasher::Pool {
 public:
  explicit Pool(const HashCost& cost) : queue_(static_cast<size_t>(std::max(0, cost.queue))) {
    for (int i = 0; i < std::max(1, cost.threads); ++i) {
      threads_.emplace_back([this] {
        pthread_setname_np(pthread_self(), "argon2");
        Work();
      });
    }
  }

  ~Pool() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  // Runs `work` on a thread of the pool and waits for it; false when too many wait already.
  bool Run(const std::function<void()>& work) {
    Job job{&work, false};
    std::unique_lock lock(mutex_);
    if (jobs_.size() >= queue_ + threads_.size()) return false;
    jobs_.push_back(&job);
    changed_.notify_one();
    done_.wait(lock, [&] { return job.done; });
    return true;
  }

 private:
  struct Job {
    const std::function<void()>* work;
    bool done;
  };

  void Work() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      Job* job = jobs_.front();
      jobs_.pop_front();
      lock.unlock();
      (*job->work)();
      lock.lock();
      job->done = true;
      done_.notify_all();
    }
  }

  const size_t queue_;
  std::mutex mutex_;
  std::condition_variable changed_, done_;
  std::deque<Job*> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

PasswordHasher::PasswordHasher(const HashCost& cost)
    : cost_(cost),
      prefix_(absl::StrCat("$argon2id$v=19$m=", cost.memory_kib, ",t=", cost.passes,
                           ",p=", cost.lanes, "$")),
      pool_(std::make_unique<Pool>(cost)) {
  const auto decoy = Hash(crypto::RandomBytes(32));
  decoy_ = decoy.ok() ? *decoy : "";
}

PasswordHasher::~PasswordHasher() = default;

absl::StatusOr<std::string> PasswordHasher::Hash(std::string_view password) {
  const std::string salt = crypto::RandomBytes(kSaltBytes);
  std::string encoded(argon2_encodedlen(cost_.passes, cost_.memory_kib, cost_.lanes, kSaltBytes,
                                        kHashBytes, Argon2_id),
                      '\0');
  int result = ARGON2_OK;
  const bool ran = pool_->Run([&] {
    runs_.fetch_add(1, std::memory_order_relaxed);
    result = argon2id_hash_encoded(cost_.passes, cost_.memory_kib, cost_.lanes, password.data(),
                                   password.size(), salt.data(), salt.size(), kHashBytes,
                                   encoded.data(), encoded.size());
  });
  if (!ran) return errors::TooManySignIns();
  if (result != ARGON2_OK) {
    return absl::InternalError(absl::StrCat("argon2: ", argon2_error_message(result)));
  }
  encoded.resize(std::strlen(encoded.c_str()));
  return encoded;
}

absl::StatusOr<bool> PasswordHasher::Verify(std::string_view hash, std::string_view password) {
  const std::string encoded(hash.empty() ? std::string_view(decoy_) : hash);
  int result = ARGON2_OK;
  const bool ran = pool_->Run([&] {
    runs_.fetch_add(1, std::memory_order_relaxed);
    result = argon2id_verify(encoded.c_str(), password.data(), password.size());
  });
  if (!ran) return errors::TooManySignIns();
  if (result == ARGON2_OK) return !hash.empty();
  if (result == ARGON2_VERIFY_MISMATCH) return false;
  return absl::InternalError(absl::StrCat("argon2: ", argon2_error_message(result)));
}

bool PasswordHasher::Outdated(std::string_view hash) const {
  return !absl::StartsWith(base::Sv(hash), prefix_);
}

}  // namespace ronghe::gateway::access

#include "common/audit/refusal_log.h"

#include <chrono>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "common/log/log.h"
#include "common/sql/database.h"

namespace ronghe::audit {
namespace {

constexpr absl::Duration kTry = absl::Seconds(3);
constexpr absl::Duration kLastTry = absl::Seconds(5);
constexpr std::chrono::seconds kPause{1};
constexpr char kSuppressed[] = "RESOURCE_EXHAUSTED REFUSALS_SUPPRESSED";

// Whether the same write may succeed later.
bool Passing(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsAborted(status) || absl::IsDeadlineExceeded(status);
}

// What RecordAndWait waits for; outlives whoever gives up first.
struct Outcome {
  absl::Notification written;
  absl::Status status;
};

}  // namespace

RefusalLog::RefusalLog(sql::Database& database, base::IdGenerator& ids, const base::Clock& clock,
                       std::string source)
    : database_(database), ids_(ids), clock_(clock), source_(std::move(source)), thread_([this] {
        Loop();
      }) {}

RefusalLog::~RefusalLog() { Stop(); }

void RefusalLog::Record(Entry entry, std::function<void()> done) {
  Enqueue(std::move(entry), [done = std::move(done)](const absl::Status&) {
    if (done != nullptr) done();
  });
}

absl::Status RefusalLog::RecordAndWait(Entry entry, absl::Time deadline) {
  auto outcome = std::make_shared<Outcome>();
  Enqueue(std::move(entry), [outcome](const absl::Status& status) {
    outcome->status = status;
    outcome->written.Notify();
  });
  if (outcome->written.WaitForNotificationWithDeadline(deadline)) return outcome->status;
  return absl::DeadlineExceededError("the audit row is not written yet");
}

void RefusalLog::Enqueue(Entry entry, Done done) {
  if (entry.time == absl::UnixEpoch()) entry.time = clock_.Now();
  absl::Status status;
  {
    std::lock_guard lock(mutex_);
    if (stopping_) {
      status = absl::UnavailableError("the audit log has stopped");
    } else if (queue_.size() >= kQueue) {
      ++suppressed_;
      status = absl::ResourceExhaustedError("too many audit rows wait");
    } else {
      queue_.push_back({std::move(entry), std::move(done)});
      if (queue_.size() == 1) changed_.notify_one();
      return;
    }
  }
  done(status);
}

std::vector<RefusalLog::Item> RefusalLog::Take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopping_ || !queue_.empty() || suppressed_ > 0; });
  const auto end = queue_.begin() + static_cast<int64_t>(std::min(queue_.size(), kBatch));
  std::vector<Item> batch(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
  queue_.erase(queue_.begin(), end);
  // Told when the flood is over, so that it is one row.
  if (suppressed_ > 0 && queue_.empty()) {
    Entry entry{.time = clock_.Now(),
                .subject = source_,
                .result = kSuppressed,
                .detail = base::Cat("suppressed=", suppressed_)};
    batch.push_back({std::move(entry), [](const absl::Status&) {}});
    suppressed_ = 0;
  }
  return batch;
}

absl::Status RefusalLog::Write(std::vector<Item>& batch, absl::Time deadline) {
  // Ids are taken now: the chain expects a row soon after its id was made.
  std::vector<Entry> entries;
  entries.reserve(batch.size());
  for (Item& item : batch) {
    item.entry.id = ids_.Next();
    entries.push_back(item.entry);
  }
  const absl::Status status = database_.Transact(deadline, [&entries](sql::Session& session) {
    return audit::Record(session, std::span<const Entry>(entries));
  });
  for (Item& item : batch) {
    if (item.done != nullptr) std::exchange(item.done, nullptr)(status);
  }
  return status;
}

bool RefusalLog::WriteAtLast(std::vector<Item>& batch) {
  while (true) {
    absl::Status status = Write(batch, absl::Now() + kTry);
    if (status.ok()) return true;
    log::Error("audit_refusals_unwritten", {{"rows", batch.size()}, {"error", status}});
    // Nothing that a second try could change; the rows after these must not wait for it.
    if (!Passing(status)) return true;
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kPause, [this] { return stopping_; })) continue;
    lock.unlock();
    return Write(batch, absl::Now() + kLastTry).ok();
  }
}

void RefusalLog::Loop() {
  for (std::vector<Item> batch = Take(); !batch.empty(); batch = Take()) {
    if (WriteAtLast(batch)) continue;
    std::deque<Item> lost;
    {
      std::lock_guard lock(mutex_);
      lost.swap(queue_);
    }
    log::Error("audit_refusals_lost", {{"rows", batch.size() + lost.size()}});
    for (Item& item : lost) item.done(absl::UnavailableError("the audit log has stopped"));
    return;
  }
}

void RefusalLog::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

}  // namespace ronghe::audit

// How does a refusal, or anything else that writes nothing of its own, leave its audit row without
// making its caller wait for a transaction of its own?
//
// Rows from any thread are committed together, at most 100 a transaction, by one thread. The queue
// is bounded: what does not fit is counted, and a single row tells later how many there were, so
// that a flood of bad calls costs neither memory nor disk.
#ifndef RONGHE_COMMON_AUDIT_REFUSAL_LOG_H_
#define RONGHE_COMMON_AUDIT_REFUSAL_LOG_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/audit/audit.h"
#include "common/base/clock.h"
#include "common/base/ids.h"

namespace ronghe::sql {
class Database;
}

namespace ronghe::audit {

// Thread-safe.
class RefusalLog {
 public:
  static constexpr size_t kQueue = 4096;
  static constexpr size_t kBatch = 100;

  // `source` ("services/meeting") is the subject of the rows that count what was suppressed. All
  // references must outlive the log. The thread starts at once.
  RefusalLog(sql::Database& database, base::IdGenerator& ids, const base::Clock& clock,
             std::string source);
  // Stops.
  ~RefusalLog();
  RefusalLog(const RefusalLog&) = delete;
  RefusalLog& operator=(const RefusalLog&) = delete;

  // Queues the row and returns; never blocks. The id is filled in, the time where it is not set.
  // `done`, which may be null and must not block, runs once: on the log's thread after the row is
  // committed or the first attempt failed (the row is then kept and tried again), or on the
  // caller's before Record returns when the row is counted only or the log has stopped.
  void Record(Entry entry, std::function<void()> done = nullptr);

  // The same for a thread that may wait: returns when the row is committed.
  //
  // Errors: DEADLINE_EXCEEDED, the row being written later; RESOURCE_EXHAUSTED when it is counted
  // only; UNAVAILABLE after Stop; those of sql::Database::Transact, the row being tried again.
  absl::Status RecordAndWait(Entry entry, absl::Time deadline);

  // Writes what is queued, trying for some eight seconds at most, and ends. Idempotent.
  void Stop();

 private:
  using Done = std::function<void(const absl::Status&)>;
  struct Item {
    Entry entry;
    Done done;
  };

  void Enqueue(Entry entry, Done done);
  void Loop();
  // Takes up to a batch off the queue, and with it what was counted meanwhile.
  std::vector<Item> Take();
  absl::Status Write(std::vector<Item>& batch, absl::Time deadline);
  // Writes until it is done or hopeless; false when the log stops before.
  bool WriteAtLast(std::vector<Item>& batch);

  sql::Database& database_;
  base::IdGenerator& ids_;
  const base::Clock& clock_;
  const std::string source_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> queue_;  // guarded by mutex_
  int64_t suppressed_ = 0;  // guarded by mutex_
  bool stopping_ = false;   // guarded by mutex_
  std::thread thread_;
};

}  // namespace ronghe::audit

#endif  // RONGHE_COMMON_AUDIT_REFUSAL_LOG_H_

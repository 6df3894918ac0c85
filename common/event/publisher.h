// Who gives each committed event its place in the feed?
//
// The publisher: under a lease it takes unnumbered outbox rows in id order, at most 500 a
// transaction, and gives them the next dense sequence numbers under the lock of the one
// event_head row. That lock, not the lease, keeps the numbering right; the lease only keeps
// replicas from working twice.
#ifndef RONGHE_COMMON_EVENT_PUBLISHER_H_
#define RONGHE_COMMON_EVENT_PUBLISHER_H_

#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/metrics/metrics.h"

namespace ronghe::sql {
class Database;
}
namespace ronghe::job {
class JobRunner;
}

namespace ronghe::event {

class Publisher {
 public:
  // Adds the job "event.publish" to `jobs`, which must outlive no longer than this object's last
  // run: stop the runner before destroying the publisher. `source` is "services/<service>".
  // `jobs` may be null: then only PublishPending publishes.
  Publisher(sql::Database& database, job::JobRunner* jobs, const base::Clock& clock,
            std::string source);

  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  // Publishes soon; called after every local commit that emitted events. Never blocks.
  void Nudge();

  // Publishes everything committed so far and answers how many events it numbered. Safe beside
  // any other publisher.
  //
  // Errors: those of sql::Database::Transact.
  absl::StatusOr<int64_t> PublishPending(absl::Time deadline);

  // The last sequence number known to be published, without SQL; 0 before the first run.
  int64_t head() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Waits until head() exceeds `sequence`, at most until `until`. Answers whether it does.
  bool WaitBeyond(int64_t sequence, absl::Time until) const ABSL_LOCKS_EXCLUDED(mutex_);

  // Reads the head from the database, at most once in 200 ms for all callers together, so that
  // what another replica published is noticed too.
  //
  // Errors: those of sql::Database::Read.
  absl::StatusOr<int64_t> RefreshHead(absl::Time deadline) ABSL_LOCKS_EXCLUDED(mutex_);

  const std::string& source() const { return source_; }

 private:
  void Advance(int64_t head) ABSL_LOCKS_EXCLUDED(mutex_);

  sql::Database& database_;
  job::JobRunner* const jobs_;
  const base::Clock& clock_;
  const std::string source_;
  metrics::Counter& published_;
  mutable absl::Mutex mutex_;
  int64_t head_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Time refreshed_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace ronghe::event

#endif  // RONGHE_COMMON_EVENT_PUBLISHER_H_

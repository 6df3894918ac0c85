#include "common/event/publisher.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "common/event/event_store.h"
#include "common/job/job_runner.h"
#include "common/sql/database.h"

namespace ronghe::event {
namespace {

constexpr char kJob[] = "event.publish";
constexpr int32_t kBatch = 500;
constexpr absl::Duration kPoll = absl::Seconds(1);
constexpr absl::Duration kRefresh = absl::Milliseconds(200);
constexpr absl::Duration kRunTimeout = absl::Seconds(10);

}  // namespace

Publisher::Publisher(sql::Database& database, job::JobRunner* jobs, const base::Clock& clock,
                     std::string source)
    : database_(database),
      jobs_(jobs),
      clock_(clock),
      source_(std::move(source)),
      published_(metrics::Registry::Default().AddCounter(
          "ronghe_event_published_total", "Events that were given their place in the feed.", {})) {
  if (jobs_ != nullptr) {
    jobs_->Add(kJob, kPoll, [this](job::JobContext& context) {
      return PublishPending(context.DeadlineIn(kRunTimeout)).status();
    });
  }
}

void Publisher::Nudge() {
  if (jobs_ != nullptr) jobs_->Nudge(kJob);
}

absl::StatusOr<int64_t> Publisher::PublishPending(absl::Time deadline) {
  int64_t total = 0;
  for (;;) {
    RONGHE_ASSIGN_OR_RETURN(const std::vector<int64_t> waiting,
                            database_.Read(deadline, [](sql::Session& session) {
                              return UnnumberedEvents(session, 1);
                            }));
    if (waiting.empty()) return total;
    struct Outcome {
      int64_t head = 0;
      size_t count = 0;
    };
    RONGHE_ASSIGN_OR_RETURN(
        const Outcome outcome,
        database_.Transact(deadline, [](sql::Session& session) -> absl::StatusOr<Outcome> {
          RONGHE_ASSIGN_OR_RETURN(const int64_t head, LockHead(session));
          // Read after the lock: what another publisher numbered meanwhile is no longer in it.
          RONGHE_ASSIGN_OR_RETURN(const std::vector<int64_t> ids,
                                  UnnumberedEvents(session, kBatch));
          if (ids.empty()) return Outcome{.head = head};
          RONGHE_RETURN_IF_ERROR(NumberEvents(session, head, ids));
          return Outcome{.head = head + static_cast<int64_t>(ids.size()), .count = ids.size()};
        }));
    total += static_cast<int64_t>(outcome.count);
    published_.Increment(static_cast<double>(outcome.count));
    Advance(outcome.head);
    if (outcome.count < kBatch) return total;
  }
}

int64_t Publisher::head() const {
  absl::MutexLock lock(&mutex_);
  return head_;
}

bool Publisher::WaitBeyond(int64_t sequence, absl::Time until) const {
  const auto beyond = [this, sequence]()
                          ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return head_ > sequence; };
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithDeadline(absl::Condition(&beyond), until);
}

absl::StatusOr<int64_t> Publisher::RefreshHead(absl::Time deadline) {
  {
    absl::MutexLock lock(&mutex_);
    const absl::Time now = clock_.Now();
    if (now >= refreshed_ && now < refreshed_ + kRefresh) return head_;
    refreshed_ = now;
  }
  RONGHE_ASSIGN_OR_RETURN(const int64_t head, database_.Read(deadline, ReadHead));
  Advance(head);
  return head;
}

void Publisher::Advance(int64_t head) {
  absl::MutexLock lock(&mutex_);
  head_ = std::max(head_, head);
}

}  // namespace ronghe::event

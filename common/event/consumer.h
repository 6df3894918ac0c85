// How does a service keep up with the events of another, each applied exactly once?
//
// The position of the consumer lives in its own schema and moves in the transaction that applies
// the events, under a row lock: whoever crashes, and wherever, each event's effect is committed
// once. Events already applied (another replica, a repeated message) are dropped by sequence.
#ifndef RONGHE_COMMON_EVENT_CONSUMER_H_
#define RONGHE_COMMON_EVENT_CONSUMER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/metrics/metrics.h"
#include "common/rpc/outgoing.h"
#include "ronghe/event/v1/event_feed.ronghe.h"

namespace ronghe::sql {
class Database;
class Session;
}  // namespace ronghe::sql

namespace ronghe::event {

struct ConsumerOptions {
  // Sets this consumer's position apart from that of another consumer of the same source in the
  // same schema; may be empty.
  std::string name;
  // Only these event types; empty means all. A changed list makes the stored resume token invalid:
  // the feed is then read again from its start, events already applied being dropped.
  std::vector<std::string> types;
  // Events asked for at once, and applied in one transaction; at most 200.
  int32_t batch = 200;
  // Pauses between attempts after a failure double from the first to the second.
  absl::Duration min_backoff = absl::Milliseconds(50);
  absl::Duration max_backoff = absl::Seconds(5);
  // How long one watch stream lasts before it is opened anew.
  absl::Duration watch = absl::Minutes(5);
};

// How far a consumer is. Times are by its clock, and in the infinite past where there is none.
struct ConsumerProgress {
  std::string source;  // whose events
  std::string name;    // ConsumerOptions::name
  std::string key;     // of its row in consumer_position
  // The last event that the source had published when it last spoke; 0 before that.
  int64_t newest = 0;
  // Events of those that were not looked at yet, at most.
  int64_t behind = 0;
  // For how long this process has not been up to date.
  absl::Duration lag = absl::ZeroDuration();
  absl::Time last_failure = absl::InfinitePast();
  std::string last_failure_reason;  // as error::ReasonOrCode
};

class Consumer {
 public:
  // Writes what the events mean; runs inside the transaction that saves the position and may run
  // again when that transaction is retried: no effects outside the session. The events are in
  // ascending sequence and never contain one that was applied before.
  using Apply = std::function<absl::Status(sql::Session&, std::span<const v1::Event>)>;
  // Runs after the commit, in sequence order, never concurrently; sees every event after the
  // position read by Load, also those that another replica applied. May be empty.
  using AfterCommit = std::function<void(std::span<const v1::Event>)>;

  // `source` is "services/membership". The references and the client's channel must outlive the
  // consumer.
  Consumer(std::string source, v1::EventFeedServiceClient client, sql::Database& database,
           Apply apply, AfterCommit after_commit, ConsumerOptions options = {},
           const base::Clock& clock = base::Clock::Real());
  ~Consumer();

  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  // Reads the stored position. Whoever keeps derived state in memory calls this first, then loads
  // that state from the schema, then calls Start: events between the two arrive again through
  // AfterCommit, so it must be idempotent. Start and CatchUp load by themselves otherwise.
  //
  // Errors: those of sql::Database::Read.
  absl::Status Load(absl::Time deadline);

  // Follows the feed in a thread of its own, reconnecting with backoff, until Stop.
  void Start();
  // Ends the thread; returns when it is gone. May be called twice.
  void Stop();

  // Applies everything that the source had committed when this was called.
  //
  // Callers that wait for each other share one reading of the feed.
  //
  // Errors: those of the call to the source, of Apply and of the transaction; nothing is lost by
  // them. DEADLINE_EXCEEDED when the consumer is busy for too long.
  absl::Status CatchUp(absl::Time deadline);

  // Sequence of the last event seen by this process; 0 for none.
  int64_t position() const { return position_; }

  ConsumerProgress progress() const;

 private:
  // What is known of the feed; owned by whoever holds the turn.
  struct State {
    bool loaded = false;
    int64_t seen = 0;
    std::string token;
    absl::Time token_saved = absl::InfinitePast();
    absl::Time at_head;
    absl::Time caught_up = absl::InfinitePast();  // when the last complete CatchUp began
  };
  // What a message of the source says beside its events.
  struct Mark {
    const std::string& resume_token;
    bool at_head;
    int64_t head;
  };
  // One thread at a time reads or applies; a turn is waited for no longer than a deadline.
  class Turn;

  absl::Status LoadState(State& state, absl::Time deadline);
  absl::Status Take(State& state, std::span<const v1::Event> events, const Mark& mark,
                    absl::Time deadline);
  absl::Status Follow();
  void ReportLag(const State& state, absl::Time now);
  void NoteProgress(const State& state, std::span<const v1::Event> events, const Mark& mark);
  void NoteFailure(const absl::Status& status);
  void Run();

  const std::string source_;
  const std::string key_;
  v1::EventFeedServiceClient client_;
  sql::Database& database_;
  const Apply apply_;
  const AfterCommit after_commit_;
  const ConsumerOptions options_;
  const base::Clock& clock_;
  metrics::Gauge& lag_;

  mutable absl::Mutex mutex_;
  bool busy_ ABSL_GUARDED_BY(mutex_) = false;
  State state_;
  std::atomic<int64_t> position_ = 0;

  mutable absl::Mutex progress_mutex_;
  ConsumerProgress progress_ ABSL_GUARDED_BY(progress_mutex_);
  absl::Time up_to_date_ ABSL_GUARDED_BY(progress_mutex_);

  absl::Mutex stop_mutex_;
  bool stopping_ ABSL_GUARDED_BY(stop_mutex_) = false;
  const std::shared_ptr<rpc::CancelToken> cancel_ = std::make_shared<rpc::CancelToken>();
  std::thread thread_;
};

}  // namespace ronghe::event

#endif  // RONGHE_COMMON_EVENT_CONSUMER_H_

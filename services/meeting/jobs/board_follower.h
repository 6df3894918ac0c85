// How does this replica's duty board learn what changed? From this service's own events, whichever
// replica wrote them, and from membership's events about organizations that moved.
#ifndef RONGHE_SERVICES_MEETING_JOBS_BOARD_FOLLOWER_H_
#define RONGHE_SERVICES_MEETING_JOBS_BOARD_FOLLOWER_H_

#include <atomic>
#include <cstdint>
#include <span>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/event/publisher.h"
#include "common/org/org_tree.h"
#include "common/sql/database.h"
#include "ronghe/event/v1/event_feed.pb.h"
#include "services/meeting/jobs/duty_calendar.h"
#include "services/meeting/store/duty_board.h"

namespace ronghe::meeting {

// All references must outlive it. Stop before the publisher goes.
class BoardFollower {
 public:
  BoardFollower(sql::Database& database, event::Publisher& publisher, const org::OrgTree& tree,
                DutyBoard& board, DutyCalendar& calendar, const base::Clock& clock);
  ~BoardFollower();
  BoardFollower(const BoardFollower&) = delete;
  BoardFollower& operator=(const BoardFollower&) = delete;

  // Starts after the last event published so far. Errors: those of sql::Database::Read.
  absl::Status Start();
  // Idempotent.
  void Stop();

  // Applies the events published since the last call; Start's thread calls it.
  //
  // Errors: those of sql::Database::Read.
  absl::StatusOr<int64_t> Follow(absl::Time deadline);

  // org::Projection's listener: moved organizations change the sums, and changed organizations and
  // posts the calendar. Does not block.
  void OnMembership(std::span<const event::v1::Event> events) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Loop();

  sql::Database& database_;
  event::Publisher& publisher_;
  const org::OrgTree& tree_;
  DutyBoard& board_;
  DutyCalendar& calendar_;
  const base::Clock& clock_;
  const DutyStore duties_{};
  int64_t position_ = 0;  // of Follow
  std::atomic<bool> stopping_{false};
  std::thread thread_;
  absl::Mutex mutex_;
  absl::flat_hash_map<int64_t, int64_t> parents_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_JOBS_BOARD_FOLLOWER_H_

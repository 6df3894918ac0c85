// Who opens the windows? This job keeps the table of duties complete: every organization that a
// rule asks has a row in every window of the calendar, with the standing that the tree, the posts
// and the submitted meetings give it. Running it twice changes nothing.
#ifndef RONGHE_SERVICES_MEETING_JOBS_DUTY_CALENDAR_H_
#define RONGHE_SERVICES_MEETING_JOBS_DUTY_CALENDAR_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/metrics/metrics.h"
#include "common/org/org_tree.h"
#include "common/sql/database.h"
#include "services/meeting/domain/duty.h"
#include "services/meeting/domain/rule_set.h"
#include "services/meeting/store/duty_board.h"
#include "services/meeting/store/duty_store.h"
#include "services/meeting/store/meeting_store.h"

namespace ronghe::meeting {

// Emitted for each batch of duties that the calendar opened or changed; the subject is
// duties/{rule}/{window start}.
inline constexpr char kDutiesOpenedEvent[] = "ronghe.meeting.duty.opened";

class DutyCalendar {
 public:
  struct Options {
    // Windows that ended before this day hold no duties.
    absl::CivilDay start{2026, 1, 1};
    // How far back windows are still completed.
    int lookback_days = 400;
    // How long before its first day a window is opened.
    int ahead_days = 3;
  };

  // All references must outlive it. `nudge` is called after events were emitted; may be null.
  DutyCalendar(sql::Database& database, const org::OrgTree& tree, const RuleSets& rules,
               DutyBoard& board, base::IdGenerator& ids, const base::Clock& clock,
               metrics::Registry& metrics, Options options, std::function<void()> nudge);

  // Organizations or posts changed: the next run looks at everything again. Thread-safe.
  void Changed() { changes_.fetch_add(1); }

  // Brings every window in reach up to date and answers how many duties it changed. Does nothing
  // when neither the day nor anything else has changed since the last complete run. `fence` is
  // asked inside every writing transaction (job::JobContext::CheckLease), `cancelled` between them.
  // Not to be called by two threads at once.
  //
  // Errors: those of `fence` and sql::Database.
  absl::StatusOr<int64_t> Run(absl::FunctionRef<absl::Status(sql::Session&)> fence,
                              absl::FunctionRef<bool()> cancelled);

  // True when windows with that end belong to the calendar.
  bool Covers(const Window& window) const { return window.end > options_.start; }

 private:
  struct Change;

  absl::StatusOr<int64_t> RunChunk(const std::vector<org::OrgNode>& nodes,
                                   const std::vector<DutyWindow>& windows,
                                   absl::FunctionRef<absl::Status(sql::Session&)> fence);
  absl::Status Write(const Change& change, absl::FunctionRef<absl::Status(sql::Session&)> fence);
  absl::Status SetGauges(absl::CivilDay today);

  sql::Database& database_;
  const org::OrgTree& tree_;
  const RuleSets& rules_;
  DutyBoard& board_;
  base::IdGenerator& ids_;
  const base::Clock& clock_;
  const Options options_;
  const std::function<void()> nudge_;
  const DutyStore duties_{};
  const MeetingStore meetings_{};
  std::map<std::string, metrics::Gauge*> overdue_;
  metrics::Counter& changed_;
  std::atomic<uint64_t> changes_{1};
  uint64_t done_changes_ = 0;
  absl::CivilDay done_day_{1, 1, 1};
};

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_JOBS_DUTY_CALENDAR_H_

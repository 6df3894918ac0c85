// How do deadlines reach those who must act, and those above them when nobody does?
//
// The job takes the deadlines that have come to their next stage and puts them into the inboxes of
// the organizations concerned, with an event for each; it takes those that were met out again. Each
// batch is one transaction, and a deadline says itself when it is to be looked at next: killed
// anywhere, the job goes on, and running it twice changes nothing.
#ifndef RONGHE_SERVICES_MEMBERSHIP_JOBS_REMINDER_RAISER_H_
#define RONGHE_SERVICES_MEMBERSHIP_JOBS_REMINDER_RAISER_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/ids.h"
#include "common/job/job_runner.h"
#include "common/metrics/metrics.h"
#include "common/org/org_tree.h"
#include "services/membership/domain/reminder.h"
#include "services/membership/store/deadline_store.h"

namespace ronghe::membership {

inline constexpr char kReminderJob[] = "reminder.raise";
inline constexpr std::string_view kReminderRaised = "ronghe.membership.reminder.raised";

// The references must outlive it. One run at a time, which the job's lease sees to.
class ReminderRaiser {
 public:
  // `after_batch` is called after each commit, to publish its events.
  ReminderRaiser(const DeadlineCatalogue& catalogue, const org::OrgTree& tree,
                 base::IdGenerator& ids, metrics::Registry& registry,
                 std::function<void()> after_batch);

  // Works until no deadline waits or the run is cancelled.
  //
  // Errors: those of sql::Database; LEASE_LOST.
  absl::Status Run(job::JobContext& context);

 private:
  // Where a run is in the deadlines.
  struct Position {
    absl::CivilDay day = absl::CivilDay(1000, 1, 1);
    int64_t id = 0;
  };
  struct Batch;

  // Works through one batch; false when there was none.
  absl::StatusOr<bool> RunBatch(job::JobContext& context, Position& position);
  // Adds to `batch` what an open deadline asks for.
  void Advance(DeadlineRow& row, absl::CivilDay today, absl::Time now, Batch& batch) const;

  const DeadlineCatalogue& catalogue_;
  const org::OrgTree& tree_;
  base::IdGenerator& ids_;
  const std::function<void()> after_batch_;
  metrics::Counter& raised_;
};

// Adds the job to `jobs`. `raiser` must outlive the runner's threads.
void AddReminderJob(job::JobRunner& jobs, ReminderRaiser& raiser);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_JOBS_REMINDER_RAISER_H_

// What becomes of a letter whose last day has passed?
//
// From 00:00 of the next day on it is expired: the transfer goes back to the sender (M-15), who
// kept the members in its number all along. The job works in transactions of a bounded size; each
// looks again under the lock, so that a run twice, or beside an acceptance, changes nothing twice.
#ifndef RONGHE_SERVICES_MEMBERSHIP_JOBS_TRANSFER_EXPIRER_H_
#define RONGHE_SERVICES_MEMBERSHIP_JOBS_TRANSFER_EXPIRER_H_

#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/ids.h"
#include "common/job/job_runner.h"
#include "common/metrics/metrics.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/transfer_store.h"

namespace ronghe::membership {

inline constexpr char kTransferExpireJob[] = "transfer.expire";

// Transfers of one transaction.
inline constexpr int32_t kExpireAtATime = 50;

// The references must outlive it. One run at a time, which the jobs' lease sees to.
class TransferExpirer {
 public:
  // `after_batch` is called after each commit, to publish its events.
  TransferExpirer(base::IdGenerator& ids, const RuleBooks& books, metrics::Registry& registry,
                  std::function<void()> after_batch);

  // Works until nothing is overdue or the run is cancelled.
  //
  // Errors: those of sql::Database; LEASE_LOST.
  absl::Status Run(job::JobContext& context);

 private:
  // Answers how many of the overdue ones it looked at.
  absl::StatusOr<int32_t> ExpireSome(job::JobContext& context);
  absl::Status Expire(sql::Session& session, TransferRow row, absl::Time now);

  base::IdGenerator& ids_;
  const RuleBook& rules_;
  const std::function<void()> after_batch_;
  metrics::Counter& expired_;
};

// Adds the job to `jobs`. `expirer` must outlive the runner's threads.
void AddTransferJobs(job::JobRunner& jobs, TransferExpirer& expirer);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_JOBS_TRANSFER_EXPIRER_H_

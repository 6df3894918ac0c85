// How do millions of members get their bills of a month?
//
// The job takes waiting runs in order and works through the subtree of each, branch by branch in
// tree order, about five hundred members a transaction, in two transactions side by side. Each
// makes the bills inside the server, counts the months' sums anew, looks at the accounts of those
// who are behind, and adds to the run's count; when both are through, the run's position moves past
// them. Killed anywhere, it goes on from the position; who has a bill keeps it, so nothing is
// doubled. Its memory does not depend on the size of the tree.
#ifndef RONGHE_SERVICES_MEMBERSHIP_JOBS_BILL_RUNNER_H_
#define RONGHE_SERVICES_MEMBERSHIP_JOBS_BILL_RUNNER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/ids.h"
#include "common/job/job_runner.h"
#include "common/metrics/metrics.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/dues_bill_store.h"
#include "services/membership/store/membership_tree.h"

namespace ronghe::membership {

// Members of a transaction: with the sums of their branches and the accounts of those behind, it
// stays below a thousand rows.
inline constexpr int32_t kBilledAtATime = 500;

// Transactions side by side: while the server works for one, the job works for the other.
inline constexpr size_t kBillLanes = 2;

inline constexpr char kBillRunJob[] = "dues.bill_run";
inline constexpr char kDuesMonthJob[] = "dues.month";

// The references must outlive it. One run at a time, which the jobs' lease sees to.
class BillRunner {
 public:
  // `after_chunk` is called after each commit, to publish its events.
  BillRunner(base::IdGenerator& ids, MembershipTree& tree, const RuleBooks& books,
             metrics::Registry& registry, std::function<void()> after_chunk);

  // Works until nothing waits or the run is cancelled.
  //
  // Errors: those of sql::Database; LEASE_LOST.
  absl::Status Run(job::JobContext& context);

  // Sees to it that every root has a run of the present month, and that the deadlines of the year
  // are set: standards by 31 January (DL-19), the Centre's part by 30 April (DL-20), publication
  // (DL-21).
  //
  // Errors: those of sql::Database; LEASE_LOST.
  absl::Status OpenMonth(job::JobContext& context);

 private:
  // What the next transaction bills.
  struct Batch {
    std::vector<int64_t> branches;
    MemberRange range;
    std::string position;  // of the run afterwards
    int64_t after_member = 0;
    int64_t branches_done = 0;
  };

  // What a transaction did.
  struct Billed {
    int64_t made = 0;
    int64_t without_standard = 0;
    bool emitted = false;
  };

  absl::StatusOr<Batch> NextBatch(job::JobContext& context, const BillRunRow& run) const;
  // The batches that may be billed side by side; none at the end.
  absl::StatusOr<std::vector<Batch>> NextBatches(job::JobContext& context,
                                                 const BillRunRow& run) const;
  absl::Status BillSideBySide(job::JobContext& context, BillRunRow& run,
                              std::span<const Batch> batches);
  absl::StatusOr<Billed> Bill(job::JobContext& context, const BillRunRow& run, const Batch& batch);
  absl::Status MoveOn(job::JobContext& context, BillRunRow& run, std::span<const Batch> batches,
                      int64_t without_standard);
  absl::StatusOr<bool> Review(sql::Session& session, Month month, std::span<const int64_t> members,
                              absl::Time now);
  absl::Status SetDeadlines(job::JobContext& context, int64_t root, absl::CivilDay today);

  base::IdGenerator& ids_;
  MembershipTree& tree_;
  const RuleBooks& books_;
  const std::function<void()> after_chunk_;
  metrics::Counter& bills_;
};

// Adds both jobs to `jobs`. `runner` must outlive the runner's threads.
void AddBillJobs(job::JobRunner& jobs, BillRunner& runner);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_JOBS_BILL_RUNNER_H_

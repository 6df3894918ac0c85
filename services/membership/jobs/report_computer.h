// How do the figures of a report come about?
//
// The job takes waiting reports in order. It writes down the organizations as the tree stood on the
// snapshot day, then walks them in tree order, a batch at a time: one snapshot of the database
// gives the batch's entries, every entry goes into the cells that count it, and what is complete
// below an organization is added to it. Only the organizations on the way down to where the walk
// stands are in memory with figures. A batch is one transaction: finished organizations, those on
// the way so far, differences and the position. Killed anywhere, it goes on after the last batch.
//
// Somebody who moved between two organizations of the report counts as gone and come up to, but not
// in, the lowest organization above both. At the end every level is added up anew from what was
// written and compared.
#ifndef RONGHE_SERVICES_MEMBERSHIP_JOBS_REPORT_COMPUTER_H_
#define RONGHE_SERVICES_MEMBERSHIP_JOBS_REPORT_COMPUTER_H_

#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "common/job/job_runner.h"
#include "common/metrics/metrics.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/domain/statistics/form.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/report_store.h"

namespace ronghe::membership {

inline constexpr char kReportJob[] = "report.compute";

struct ReportComputerOptions {
  // Organizations counted in one transaction, at most 256: with about 22 members each, some ten
  // thousand rows.
  size_t batch = 256;
  // Called after each commit of a batch; may be empty.
  std::function<void()> after_batch = {};
};

// The references must outlive it. One run at a time, which the job's lease sees to.
class ReportComputer {
 public:
  ReportComputer(MembershipTree& tree, const FormBook& forms, const RuleBooks& books,
                 metrics::Registry& registry, ReportComputerOptions options = {});

  // Works until nothing waits or the run is cancelled.
  //
  // Errors: those of sql::Database; LEASE_LOST.
  absl::Status Run(job::JobContext& context);

 private:
  absl::Status Compute(job::JobContext& context, ReportRow report);
  absl::Status WriteFrame(job::JobContext& context, ReportRow& report);
  absl::Status Count(job::JobContext& context, const Form& form, ReportRow& report);
  absl::Status Verify(job::JobContext& context, const Form& form, ReportRow& report);
  absl::Status Fail(job::JobContext& context, ReportRow& report, const char* reason);

  MembershipTree& tree_;
  const FormBook& forms_;
  const RuleBooks& books_;
  const ReportComputerOptions options_;
  metrics::Counter& organizations_;
  metrics::Counter& entries_;
};

// Adds the job to `jobs`. `computer` must outlive the runner's threads.
void AddReportJob(job::JobRunner& jobs, ReportComputer& computer);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_JOBS_REPORT_COMPUTER_H_

// Which committees must analyse their activists this year?
//
// Every branch with activists has a basic-level committee and a county over it; each of them gets
// the deadline AC-01 of the year, once. The job walks the branches by id; each batch is one
// transaction, and running it twice changes nothing.
#ifndef RONGHE_SERVICES_MEMBERSHIP_JOBS_ANALYSIS_PLANNER_H_
#define RONGHE_SERVICES_MEMBERSHIP_JOBS_ANALYSIS_PLANNER_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/ids.h"
#include "common/job/job_runner.h"
#include "common/org/org_tree.h"
#include "services/membership/domain/rule_book.h"

namespace ronghe::membership {

inline constexpr char kAnalysisJob[] = "activist.plan_analysis";

// The references must outlive it. One run at a time, which the jobs' lease sees to.
class AnalysisPlanner {
 public:
  AnalysisPlanner(base::IdGenerator& ids, const RuleBooks& books, const org::OrgTree& tree)
      : ids_(ids), rules_(books.Get("admission")), tree_(tree) {}

  // Works until all branches were seen or the run is cancelled.
  //
  // Errors: those of sql::Database; LEASE_LOST.
  absl::Status Run(job::JobContext& context);

 private:
  // Sets the deadlines of the committees over some branches.
  absl::Status Plan(job::JobContext& context, std::span<const int64_t> branches) const;
  absl::StatusOr<std::vector<int64_t>> Committees(sql::Session& session,
                                                  std::span<const int64_t> branches) const;

  base::IdGenerator& ids_;
  const RuleBook& rules_;
  const org::OrgTree& tree_;
};

// Adds the job to `jobs`. `planner` must outlive the runner's threads.
void AddAnalysisJob(job::JobRunner& jobs, AnalysisPlanner& planner);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_JOBS_ANALYSIS_PLANNER_H_

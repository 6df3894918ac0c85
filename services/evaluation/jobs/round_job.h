// How does a started round get from collecting to scored by itself?
#ifndef RONGHE_SERVICES_EVALUATION_JOBS_ROUND_JOB_H_
#define RONGHE_SERVICES_EVALUATION_JOBS_ROUND_JOB_H_

#include <array>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/job/job_runner.h"
#include "common/metrics/metrics.h"
#include "services/evaluation/jobs/collector.h"
#include "services/evaluation/jobs/scorer.h"

namespace ronghe::evaluation {

// The job that StartRound nudges.
inline constexpr char kRoundJob[] = "evaluation.round";

class RoundJob {
 public:
  RoundJob(const org::OrgTree& tree, FactSources sources,
           Identity identity = &rpc::Outgoing::Background, CatchUp catch_up = nullptr);

  // Takes every unfinished round as far as it goes: COLLECTING → FROZEN → SCORED, or FAILED when a
  // service refuses. A round that can't go on now doesn't stop the others. Errors: the first one
  // met; the job runs again.
  absl::Status Run(job::JobContext& context);

  // Adds the job. The runner must not outlive this object.
  void AddTo(job::JobRunner& jobs, absl::Duration interval);

 private:
  absl::Status Advance(job::JobContext& context, int64_t round_id, int64_t scheme_id,
                       RoundState state);
  absl::Status Fail(job::JobContext& context, int64_t round_id, const absl::Status& reason);
  void CountStates(job::JobContext& context);

  Collector collector_;
  Scorer scorer_;
  std::array<metrics::Gauge*, 7> states_ = {};
};

}  // namespace ronghe::evaluation

#endif  // RONGHE_SERVICES_EVALUATION_JOBS_ROUND_JOB_H_

// How do the members of a large unit get their history, once the unit was accepted?
//
// The acceptance moves the unit, lists its members and notes the first of them in one transaction;
// the job notes the others, some hundred in a transaction, by the list. Where it is stands in the
// transfer's row: killed anywhere, it goes on, and nobody is noted twice or left out. Who joins or
// leaves the unit meanwhile is not touched, because the list says who went.
#ifndef RONGHE_SERVICES_MEMBERSHIP_JOBS_UNIT_NOTER_H_
#define RONGHE_SERVICES_MEMBERSHIP_JOBS_UNIT_NOTER_H_

#include <cstdint>

#include "absl/status/status.h"
#include "common/base/ids.h"
#include "common/job/job_runner.h"

namespace ronghe::membership {

inline constexpr char kUnitNoteJob[] = "transfer.note_unit";

// Members of one transaction.
inline constexpr int32_t kNoteAtATime = 500;

// The references must outlive it. One run at a time, which the jobs' lease sees to.
class UnitNoter {
 public:
  explicit UnitNoter(base::IdGenerator& ids) : ids_(ids) {}

  // Works until nobody is left to note or the run is cancelled.
  //
  // Errors: those of sql::Database; LEASE_LOST.
  absl::Status Run(job::JobContext& context);

 private:
  base::IdGenerator& ids_;
};

// Adds the job to `jobs`. `noter` must outlive the runner's threads.
void AddUnitNoteJob(job::JobRunner& jobs, UnitNoter& noter);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_JOBS_UNIT_NOTER_H_

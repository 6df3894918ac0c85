// How are the six-month counters (D-04) kept, month by month, over all members?
//
// A leased job counts every month whose grace days are over, oldest first, in batches of members by
// id. A batch is one transaction: months, counters, deadlines, cases that reach the limit, and the
// position. Killed anywhere, it goes on behind the last batch; a batch that runs twice writes the
// same rows. With each month the months before it are counted again, so that what was recorded late
// still counts.
#ifndef RONGHE_SERVICES_MEMBERSHIP_JOBS_LAPSE_COUNTER_H_
#define RONGHE_SERVICES_MEMBERSHIP_JOBS_LAPSE_COUNTER_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/base/ids.h"
#include "common/job/job_runner.h"
#include "common/metrics/metrics.h"
#include "common/sql/database.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/jobs/lapse_sources.h"
#include "services/membership/store/lapse_store.h"

namespace ronghe::membership {

inline constexpr char kLapseCounterJob[] = "lapse.count";

// Members of a batch: with the months of three grounds, a transaction stays at a few thousand rows.
inline constexpr int32_t kLapseBatch = 200;

// The references must outlive it. One run at a time, which the job's lease sees to.
class LapseCounter {
 public:
  LapseCounter(sql::Database& database, base::IdGenerator& ids, const RuleBooks& books,
               AttendanceSource& attendance, DuesHistory& dues, TransitSource& transit,
               metrics::Registry& registry, int32_t batch = kLapseBatch);

  // Counts what may be counted at `now` until nothing is left or `cancelled`. `fence` is asked in
  // every transaction. Answers how many batches it counted.
  //
  // Errors: those of `fence`, the sources and sql::Database; ALREADY_EXISTS DISPOSITION_OPEN when
  // somebody opened a case in the same moment: the next run goes on with the batch.
  absl::StatusOr<int64_t> Run(absl::Time now, absl::FunctionRef<absl::Status(sql::Session&)> fence,
                              absl::FunctionRef<bool()> cancelled);

 private:
  struct Facts;
  struct Batch;

  absl::StatusOr<std::vector<absl::CivilMonth>> MonthsToCount(absl::CivilDay today);
  // Counts the next batch of a month; false when there was none left.
  absl::StatusOr<bool> CountBatch(absl::CivilMonth month, absl::Time now,
                                  absl::FunctionRef<absl::Status(sql::Session&)> fence);
  absl::StatusOr<Facts> ReadFacts(std::span<const CountedMember> members, absl::CivilMonth first,
                                  absl::CivilMonth last);
  absl::StatusOr<Batch> Count(sql::Session& session, const Facts& facts, absl::CivilMonth first,
                              absl::CivilMonth month, absl::Time now);
  // Opens the cases of counters that reached the limit (37g).
  absl::Status OpenCases(sql::Session& session, Batch& batch, absl::Time now);
  absl::Status SetDeadlines(sql::Session& session, const Batch& batch, absl::CivilMonth month,
                            absl::Time now);

  sql::Database& database_;
  base::IdGenerator& ids_;
  const RuleBook& rules_;
  AttendanceSource& attendance_;
  DuesHistory& dues_;
  TransitSource& transit_;
  const int32_t batch_;
  metrics::Counter& counted_;
  metrics::Counter& opened_;
};

// Adds the job to `jobs`. `counter` must outlive the runner's threads.
void AddLapseJob(job::JobRunner& jobs, LapseCounter& counter);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_JOBS_LAPSE_COUNTER_H_

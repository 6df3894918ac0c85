// How does a frozen round become scores?
//
// In two passes over the frozen facts: the first finds every total, then each peer class is ranked,
// then the second writes every result. Both give the same for the same facts and scheme, so a
// process that dies is followed by one that starts over and writes the same bytes.
#ifndef RONGHE_SERVICES_EVALUATION_JOBS_SCORER_H_
#define RONGHE_SERVICES_EVALUATION_JOBS_SCORER_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/job/job_runner.h"
#include "common/metrics/metrics.h"
#include "services/evaluation/domain/scheme.h"
#include "services/evaluation/store/round_store.h"

namespace ronghe::evaluation {

// SHA-256 over a sequence of records: each record's hash takes in the one before, so order counts.
class DigestChain {
 public:
  void Add(std::string_view record);
  // 32 bytes; of an empty sequence too.
  const std::string& value() const { return value_; }

 private:
  std::string value_ = std::string(32, '\0');
};

class Scorer {
 public:
  Scorer();

  // The digest over everything that the result depends on beside the scheme: organizations,
  // indicators with their rule versions, facts and marks, each in key order. Errors: those of the
  // database; CANCELLED.
  absl::StatusOr<std::string> FactsDigest(job::JobContext& context, int64_t round_id);

  // Writes the results of a FROZEN round and returns their digest. Errors: those of the database;
  // CANCELLED; ABORTED LEASE_LOST.
  absl::StatusOr<std::string> Score(job::JobContext& context, const Scheme& scheme,
                                    int64_t round_id);

 private:
  metrics::Counter& scores_;
};

}  // namespace ronghe::evaluation

#endif  // RONGHE_SERVICES_EVALUATION_JOBS_SCORER_H_

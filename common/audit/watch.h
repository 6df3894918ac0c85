// When was the chain last checked from end to end by the service itself, and what came of it?
//
// Once a day a leased job verifies the whole chain against the heads that are kept outside, and
// leaves an audit row of its own: who asks for the chain's status sees the newest of them.
#ifndef RONGHE_COMMON_AUDIT_WATCH_H_
#define RONGHE_COMMON_AUDIT_WATCH_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/head.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/crypto/bytes.h"
#include "common/job/job_runner.h"
#include "common/sql/database.h"

namespace ronghe::audit {

// The method of the rows that checks leave.
inline constexpr char kVerifyMethod[] = "audit.verify";
// The result of one that found something.
inline constexpr char kChainBroken[] = "DATA_LOSS CHAIN_BROKEN";

class ChainWatch {
 public:
  struct Parts {
    sql::Database& database;
    base::IdGenerator& ids;
    const base::Clock& clock;
    std::string source;  // "services/meeting"
    crypto::Suite suite;
    const HeadFile* heads;  // may be null
  };

  // Adds the job "audit.verify" to `jobs` unless that is null.
  ChainWatch(Parts parts, job::JobRunner* jobs);

  // Verifies the chain and leaves the row. Does nothing for an empty chain, or one that was checked
  // within the last 20 hours. `go_on` is asked now and then.
  //
  // Errors: those of VerifyChain, CheckHeads and sql::Database::Transact; CANCELLED.
  absl::Status Run(absl::Time deadline, absl::FunctionRef<bool()> go_on);

 private:
  // What stands outside the database.
  absl::StatusOr<HeadsReport> Heads() const;
  // Leaves the row of a check; logs one that found something.
  absl::Status Keep(const Verification& verification, size_t head_faults, absl::Time now,
                    absl::Time deadline);

  const Parts parts_;
};

}  // namespace ronghe::audit

#endif  // RONGHE_COMMON_AUDIT_WATCH_H_

// Has anyone changed, removed, inserted or reordered an audit row?
//
// After the commit, so that writers never wait for each other, a leased job appends one link per
// audit row: hash = H(previous hash || canonical bytes of the row). Verification recomputes it.
#ifndef RONGHE_COMMON_AUDIT_CHAIN_H_
#define RONGHE_COMMON_AUDIT_CHAIN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/crypto/crypto.h"
#include "common/sql/session.h"

namespace ronghe::sql {
class Database;
}
namespace ronghe::job {
class JobRunner;
}

namespace ronghe::audit {

// The end of a chain; kept outside the database it also proves that no tail was cut off.
struct Head {
  int64_t sequence = 0;
  std::string hash;  // 32 bytes; empty for an empty chain
};

class Chainer {
 public:
  // Adds the job "audit.chain" to `jobs` unless that is null. Stop the runner before destroying
  // the chainer.
  Chainer(sql::Database& database, job::JobRunner* jobs, const base::Clock& clock,
          crypto::Suite suite);

  Chainer(const Chainer&) = delete;
  Chainer& operator=(const Chainer&) = delete;

  // Appends a link for every committed audit row that has none, at most 500 a transaction, and
  // answers the new head. Two chainers at once are safe: one loses on the primary key.
  //
  // Logs the head at most once a minute: that copy, outside the database, is what VerifyChain takes
  // as the expected head.
  //
  // Errors: those of sql::Database::Transact; ALREADY_EXISTS when another chainer was faster.
  absl::StatusOr<Head> ChainPending(absl::Time deadline);

 private:
  sql::Database& database_;
  const base::Clock& clock_;
  const crypto::Suite suite_;
  absl::Mutex mutex_;
  int64_t logged_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Time log_after_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

enum class Fault {
  kChanged,    // the row's bytes do not give the stored hash
  kMissing,    // a link without its row, or a gap in the links
  kInserted,   // a row older than the grace without a link
  kReordered,  // the row's hash stands at another place
  kTruncated,  // the chain ends before the expected head, or its head differs
};

struct Finding {
  Fault fault;
  int64_t sequence;  // 0 for an inserted row
  int64_t audit_id;  // 0 for a gap
};

struct Verification {
  int64_t links = 0;
  Head head;
  std::vector<Finding> findings;  // at most `max_findings`, in chain order, then inserted rows
  bool ok() const { return findings.empty(); }
};

struct VerifyOptions {
  crypto::Suite suite = crypto::Suite::kAes;
  std::optional<Head> expected_head;  // known from outside the database
  // Rows whose id is younger than this may still wait for the chainer.
  absl::Time unchained_before = absl::InfinitePast();
  int max_findings = 100;
};

// Reads the whole chain and every audit row in bounded batches and names what is wrong.
//
// Errors: those of sql::Session.
absl::StatusOr<Verification> VerifyChain(sql::Session& session, const VerifyOptions& options);

}  // namespace ronghe::audit

#endif  // RONGHE_COMMON_AUDIT_CHAIN_H_

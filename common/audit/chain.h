// How do audit rows become a chain, and how is the chain read again?
//
// After the commit, so that writers never wait for each other, a leased job appends one link per
// audit row. See verify.h for what the links are, head.h for what is kept outside the database.
#ifndef RONGHE_COMMON_AUDIT_CHAIN_H_
#define RONGHE_COMMON_AUDIT_CHAIN_H_

#include <cstdint>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/audit/audit.h"
#include "common/audit/verify.h"
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

class HeadFile;

class Chainer {
 public:
  // Adds the job "audit.chain" to `jobs` unless that is null. Stop the runner before destroying
  // the chainer. `heads`, which may be null, is where heads are signed and kept.
  Chainer(sql::Database& database, job::JobRunner* jobs, const base::Clock& clock,
          crypto::Suite suite, HeadFile* heads = nullptr);

  Chainer(const Chainer&) = delete;
  Chainer& operator=(const Chainer&) = delete;

  // Appends a link for every committed audit row that has none, at most 500 a transaction, and
  // answers the new head. Two chainers at once are safe: one loses on the primary key.
  //
  // Errors: those of sql::Database::Transact; ALREADY_EXISTS when another chainer was faster.
  absl::StatusOr<Link> ChainPending(absl::Time deadline);

  // Signs, keeps and logs `head` unless it is the one published last or a minute has not passed
  // since. Errors: those of HeadFile::Append.
  absl::Status Publish(const Link& head);

 private:
  struct Batch {
    Link head;
    bool more = false;
  };
  absl::StatusOr<Batch> ChainBatch(sql::Session& session) const;

  sql::Database& database_;
  const base::Clock& clock_;
  const crypto::Suite suite_;
  HeadFile* const heads_;
  absl::Mutex mutex_;
  int64_t published_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Time publish_after_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

// The links after `sequence`, at most `limit`, in order, and their rows.
//
// Errors: those of sql::Session.
absl::StatusOr<std::vector<LinkedRow>> LinksAfter(sql::Session& session, int64_t sequence,
                                                  int32_t limit);

// The rows, in their order, and their links. Errors: those of sql::Session.
absl::StatusOr<std::vector<LinkedRow>> WithLinks(sql::Session& session, std::vector<Entry> entries);

// Rows without a link among some thousand rows with an id above `after`.
struct Unlinked {
  std::vector<int64_t> ids;
  int64_t after = 0;  // where to go on
  bool end = false;
};
// Errors: those of sql::Session.
absl::StatusOr<Unlinked> UnlinkedAfter(sql::Session& session, int64_t after);

// How many rows wait for a link, of those that the chainer looks at. Errors: those of sql::Session.
absl::StatusOr<int64_t> CountUnlinked(sql::Session& session);

// The last link; sequence 0 for an empty chain. Errors: those of sql::Session.
absl::StatusOr<Link> LastLink(sql::Session& session);

// Told how far a verification is: links read of links there are. False ends it.
using Progress = absl::FunctionRef<bool(int64_t done, int64_t all)>;

// Reads the whole chain and every audit row in bounded batches and names what is wrong. Rows
// without a link are findings if their id was made before `unchained_before`: younger ones may
// still wait for the chainer.
//
// Errors: those of sql::Session; CANCELLED when `progress` ended it.
absl::StatusOr<Verification> VerifyChain(
    sql::Session& session, VerifyOptions options,
    absl::Time unchained_before = absl::InfinitePast(),
    Progress progress = [](int64_t, int64_t) { return true; });

}  // namespace ronghe::audit

#endif  // RONGHE_COMMON_AUDIT_CHAIN_H_

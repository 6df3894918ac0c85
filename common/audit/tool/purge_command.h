// How are audit rows removed when their time is over, without a hole that a check would find?
//
// Only a beginning of the chain goes, as far as every row of it is past its retention: one row that
// must stay keeps all that follow. First a signed line goes into the file of heads, saying where
// the chain starts from then on; then rows and links are deleted, in order, a batch a transaction.
// Interrupted, it goes on where it stopped. The service's own user cannot do this: it takes the
// migrating user of the schema and the key that signs the heads.
#ifndef RONGHE_COMMON_AUDIT_TOOL_PURGE_COMMAND_H_
#define RONGHE_COMMON_AUDIT_TOOL_PURGE_COMMAND_H_

#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/retention.h"
#include "common/audit/verify.h"
#include "common/crypto/bytes.h"
#include "common/sql/database.h"

namespace ronghe::audit::tool {

struct PurgeRequest {
  sql::Options database;  // as the migrating user
  std::string service;    // "services/meeting"
  std::string heads_file;
  std::string signing_key_file;
  crypto::Suite suite = crypto::Suite::kSm;
  Retention retention;
  std::string operator_name;  // who does it, for the audit row
  bool dry_run = false;       // only say what would go
  absl::Time now = absl::Now();
};

struct PurgeResult {
  int64_t rows = 0;  // removed
  Head anchor;       // the last link that went
};

// Checks what is to go against the chain before anything is removed, and leaves an audit row.
//
// Errors: FAILED_PRECONDITION, reason AUDIT_CHAIN_BROKEN, when the rows that would go are not as
// the chain and the heads say: what is wrong must stay to be seen; those of HeadSigner::Load,
// CheckHeads, HeadFile::Append, sql::Database.
absl::StatusOr<PurgeResult> Purge(const PurgeRequest& request, std::ostream& progress);

}  // namespace ronghe::audit::tool

#endif  // RONGHE_COMMON_AUDIT_TOOL_PURGE_COMMAND_H_

// Is an audit trail whole? Checked offline, over the database or an export of the chain, against
// the signed heads that were kept outside.
#ifndef RONGHE_COMMON_AUDIT_TOOL_VERIFY_COMMAND_H_
#define RONGHE_COMMON_AUDIT_TOOL_VERIFY_COMMAND_H_

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/head.h"
#include "common/crypto/bytes.h"
#include "common/sql/database.h"

namespace ronghe::audit::tool {

// What the programs end with.
inline constexpr int kClean = 0;
inline constexpr int kFindings = 1;
inline constexpr int kCannotCheck = 2;

struct VerifyRequest {
  // One of the two.
  std::optional<sql::Options> database;
  std::string export_file;  // of AUDIT_EXPORT_FORMAT_CHAIN
  // Files of signed heads, one per replica, and the public key (PEM) of the signer. Without them an
  // end that was cut off, or a chain computed anew, cannot be seen.
  std::vector<std::string> heads_files;
  std::string key_file;
  // Empty: as the heads or the export say, else SM.
  std::optional<crypto::Suite> suite;
  // Rows without a link are findings when they are older.
  absl::Duration grace = absl::Minutes(10);
  size_t max_findings = 1000;
};

// What several files of heads say together.
struct Heads {
  std::vector<SignedHead> heads;
  std::optional<SignedHead> purge;  // the newest
  std::vector<std::string> faults;  // a line each, for `out`
};
// Errors: those of HeadVerifier::Load and CheckHeads; INVALID_ARGUMENT, reason HEADS_DIFFER, for
// files of different services.
absl::StatusOr<Heads> ReadHeads(const std::vector<std::string>& files, const std::string& key_file);

// An error for a person: message, code and reason, what is known besides.
std::string Explain(const absl::Status& status);

// Writes a line per finding and a summary to `out`, how far it is to `progress` once a second.
// Returns kClean, kFindings or, with the reason on `progress`, kCannotCheck.
int Verify(const VerifyRequest& request, std::ostream& out, std::ostream& progress);

}  // namespace ronghe::audit::tool

#endif  // RONGHE_COMMON_AUDIT_TOOL_VERIFY_COMMAND_H_

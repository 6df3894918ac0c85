// What does an error of the database mean to a caller?
//
// The server's text never leaves the service: it goes to the log; the caller gets a reason. The
// number and, for a unique key, its name stay readable inside the process.
#ifndef RONGHE_COMMON_SQL_ERROR_H_
#define RONGHE_COMMON_SQL_ERROR_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace ronghe::sql {

// The server's error number behind a status of this layer, or 0.
int ErrorCode(const absl::Status& status);

// The name of the unique key that refused a row ("PRIMARY", "member_by_identity"), or empty if the
// status is no such refusal.
std::string ViolatedKey(const absl::Status& status);

// ABORTED TRANSACTION_CONFLICT: what the function of a transaction answers when it finds that
// another one was quicker. Database::Transact runs it again, as it does after a deadlock.
absl::Status Conflict();

namespace internal {

// A conflict that the server or the function of the transaction reported.
bool IsConflict(const absl::Status& status);

// Reasons: ROW_EXISTS, ROW_REFERENCED, TRANSACTION_CONFLICT, VALUE_REJECTED, STATEMENT_TIMEOUT,
// DATABASE_UNAVAILABLE, DATABASE_REFUSED, INTERNAL.
absl::Status FromServer(int code, std::string_view message, std::string_view statement);

// The connection cannot be used any more.
bool IsLost(int code);
// The server has rolled back, or told us to: the whole transaction may run again.
bool IsConflict(int code);
// The cached statement is stale: prepare it again.
bool IsStaleStatement(int code);

}  // namespace internal
}  // namespace ronghe::sql

#endif  // RONGHE_COMMON_SQL_ERROR_H_

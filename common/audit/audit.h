// Who did what, on whose behalf, from where, to what, and how did it end?
//
// The answer is a row written in the transaction of the act itself. The service's database user
// may insert and read these rows, never change or delete them.
#ifndef RONGHE_COMMON_AUDIT_AUDIT_H_
#define RONGHE_COMMON_AUDIT_AUDIT_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/sql/session.h"

namespace ronghe::audit {

// A row of the table, in column order.
struct Entry {
  int64_t id = 0;  // from base::IdGenerator
  absl::Time time = absl::UnixEpoch();
  std::string subject;          // "accounts/1", "services/meeting"; who acted
  std::string on_behalf_of;     // the account for which a service acted; may be empty
  std::string peer;             // address or certificate name of the caller
  std::string method;           // "/ronghe.training.v1.SessionService/CreateSession"
  int64_t organization_id = 0;  // 0: none
  std::string resource;         // "sessions/1"; may be empty
  std::string result =
      "OK";  // status code name, then the reason: "OK", "PERMISSION_DENIED SCOPE_DENIED"
  std::string trace_id;       // 32 hexadecimal digits or empty
  sql::Bytes request_digest;  // SHA-256 or SM3 of the request, 32 bytes, or empty
  std::string detail;         // purpose, fields read, approval; never personal data; may be empty
};

// Inserts the row in the caller's transaction. Texts longer than their column are cut at a
// character boundary: an audit row is never the reason that an act fails.
//
// Errors: INTERNAL when the id is 0; the errors of sql::Session.
absl::Status Record(sql::Session& session, const Entry& entry);
// The same for several rows in few statements.
absl::Status Record(sql::Session& session, std::span<const Entry> entries);

// The text of `detail`: the purpose that the caller gave, where it gave one, then `what`.
std::string Detail(std::string_view purpose, std::string_view what);

// Which columns the hash chain covers: all but `detail` (1: rows chained before that column stood),
// or all (2). Every link says which.
inline constexpr int32_t kCanonicalVersion = 2;

// The bytes that the hash chain covers: every column of `version`, length-prefixed, in column
// order. Times count in microseconds. Equal rows give equal bytes; different rows, and different
// versions of one row, give different ones.
std::string CanonicalBytes(const Entry& entry, int32_t version = kCanonicalVersion);

}  // namespace ronghe::audit

#endif  // RONGHE_COMMON_AUDIT_AUDIT_H_

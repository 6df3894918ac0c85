// How does an audit row look on the wire, and in a file for checking it elsewhere?
#ifndef RONGHE_COMMON_AUDIT_RECORDS_H_
#define RONGHE_COMMON_AUDIT_RECORDS_H_

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/chain.h"
#include "common/audit/verify.h"
#include "common/sql/database.h"
#include "ronghe/audit/v1/audit.pb.h"

namespace ronghe::audit {

// `source`: "services/meeting". Without time where the row is gone.
v1::AuditRecord ToProto(std::string_view source, const LinkedRow& row);

// The other way. INVALID_ARGUMENT, reason AUDIT_EXPORT_UNREADABLE, for a record that ToProto has
// not made.
absl::StatusOr<LinkedRow> FromProto(const v1::AuditRecord& record);

// One line of JSON, with its line end.
std::string ToLine(const google::protobuf::Message& message);
// INVALID_ARGUMENT, reason AUDIT_EXPORT_UNREADABLE.
absl::Status FromLine(std::string_view line, google::protobuf::Message* message);

// Writes the whole chain and then the rows without a link, a line each, after the header, whose
// sequence is filled in. Rows are read in batches; no connection is held while `sink` waits.
//
// Errors: those of sql::Database::Read and `sink`.
absl::Status WriteChain(sql::Database& database, absl::Time deadline, v1::ChainExportHeader header,
                        absl::FunctionRef<absl::Status(std::string_view line)> sink);

}  // namespace ronghe::audit

#endif  // RONGHE_COMMON_AUDIT_RECORDS_H_

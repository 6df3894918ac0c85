// Which exports of audit rows have been prepared, by whom?
#ifndef RONGHE_COMMON_AUDIT_EXPORT_STORE_H_
#define RONGHE_COMMON_AUDIT_EXPORT_STORE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"

namespace ronghe::audit::export_store {

struct ExportRow {
  int64_t id;
  std::string subject;  // who prepared it
  absl::Time time;
  sql::Bytes request;  // serialized CreateAuditExportRequest
};

// Errors: those of sql::Session.
absl::Status Insert(sql::Session& session, const ExportRow& row);
absl::StatusOr<std::optional<ExportRow>> Load(sql::Session& session, int64_t id);

}  // namespace ronghe::audit::export_store

#endif  // RONGHE_COMMON_AUDIT_EXPORT_STORE_H_

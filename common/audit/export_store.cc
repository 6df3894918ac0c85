#include "common/audit/export_store.h"

#include <vector>

#include "common/sql/statement.h"

namespace ronghe::audit::export_store {
namespace {

const sql::Command kInsert("audit_export.insert",
                           "INSERT INTO audit_export (id, subject, time, request) "
                           "VALUES (?, ?, ?, ?)");
const sql::Query<ExportRow> kById("audit_export.by_id",
                                  "SELECT id, subject, time, request FROM audit_export "
                                  "WHERE id = ?");

}  // namespace

absl::Status Insert(sql::Session& session, const ExportRow& row) {
  return session.InsertMany(kInsert, std::vector<ExportRow>{row});
}

absl::StatusOr<std::optional<ExportRow>> Load(sql::Session& session, int64_t id) {
  return session.SelectOne(kById, id);
}

}  // namespace ronghe::audit::export_store

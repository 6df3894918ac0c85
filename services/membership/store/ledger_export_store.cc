#include "services/membership/store/ledger_export_store.h"

#include <span>

#include "common/sql/statement.h"

namespace ronghe::membership {
namespace {

#define RONGHE_LEDGER_EXPORT_COLUMNS                                                          \
  "id, organization_id, requested_by, ledger, subject_collection, subject_id, year, format, " \
  "purpose, unmasked, rule_set, create_time, expire_time"

const sql::Command kInsert("ledger_export.insert",
                           "INSERT INTO ledger_export (" RONGHE_LEDGER_EXPORT_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<LedgerExportRow> kLoad("ledger_export.load", "SELECT " RONGHE_LEDGER_EXPORT_COLUMNS
                                                              " FROM ledger_export WHERE id = ?");
const sql::Query<LedgerExportRow> kOf("ledger_export.of_organization",
                                      "SELECT " RONGHE_LEDGER_EXPORT_COLUMNS
                                      " FROM ledger_export WHERE organization_id = ? AND id < ? "
                                      "ORDER BY id DESC LIMIT ?");

}  // namespace

absl::Status InsertLedgerExport(sql::Session& session, const LedgerExportRow& row) {
  return session.InsertMany(kInsert, std::span(&row, 1));
}

absl::StatusOr<std::optional<LedgerExportRow>> LoadLedgerExport(sql::Session& session, int64_t id) {
  return session.SelectOne(kLoad, id);
}

absl::StatusOr<std::vector<LedgerExportRow>> LedgerExportsOf(sql::Session& session,
                                                             int64_t organization_id,
                                                             int64_t before_id, int32_t limit) {
  return session.Select(kOf, organization_id, before_id, limit);
}

}  // namespace ronghe::membership

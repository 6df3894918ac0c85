// Which SQL runs on ledger_export?
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_LEDGER_EXPORT_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_LEDGER_EXPORT_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"

namespace ronghe::membership {

struct LedgerExportRow {
  int64_t id = 0;
  int64_t organization_id = 0;
  std::string requested_by;
  int32_t ledger = 0;
  std::string subject_collection;  // of papers
  int64_t subject_id = 0;
  int32_t year = 0;  // of the dues ledger
  int32_t format = 0;
  std::string purpose;
  bool unmasked = false;
  std::string rule_set;  // the version of the rules by which it was opened
  absl::Time create_time;
  absl::Time expire_time;
};

// Functions answer the errors of sql::Session.
absl::Status InsertLedgerExport(sql::Session& session, const LedgerExportRow& row);
absl::StatusOr<std::optional<LedgerExportRow>> LoadLedgerExport(sql::Session& session, int64_t id);
// Up to `limit` exports of an organization with an id below `before_id`, the newest first.
absl::StatusOr<std::vector<LedgerExportRow>> LedgerExportsOf(sql::Session& session,
                                                             int64_t organization_id,
                                                             int64_t before_id, int32_t limit);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_LEDGER_EXPORT_STORE_H_

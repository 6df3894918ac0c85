// Which SQL runs on roster_import, its uploaded bytes and its row errors?
//
// The tables hold the imports of every kind; they bear the name of the first. Bytes are kept
// encrypted, errors carry no personal data. Functions answer the errors of sql::Session besides
// what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_ROSTER_IMPORT_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_ROSTER_IMPORT_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/import/sheet.h"
#include "services/membership/store/personal_fields.h"

namespace ronghe::membership {

enum class RosterState : int32_t {
  kUploading = 1,
  kChecking = 2,
  kChecked = 3,
  kRunning = 4,
  kSucceeded = 5,
  kPartial = 6,
  kFailed = 7,
};

struct RosterImportRow {
  int64_t id = 0;
  int64_t organization_id = 0;
  std::string file_name;
  int64_t size = 0;
  int64_t uploaded = 0;
  sql::Bytes expected_digest;  // empty: none was given
  sql::Bytes digest;           // SHA-256 of the file, once it is complete
  RosterState state = RosterState::kUploading;
  bool dry_run = false;
  bool file_deleted = false;
  absl::CivilDay effective_date;
  int32_t row_count = 0;
  int32_t processed_count = 0;
  int32_t created_count = 0;
  int32_t updated_count = 0;
  int32_t unchanged_count = 0;
  int32_t failed_count = 0;
  std::string failure_reason;
  std::string failure_message;
  std::string requested_by;
  std::string trace_id;
  absl::Time create_time;
  absl::Time update_time;
  ImportKind kind = ImportKind::kMembers;
  bool whole = false;  // checked from end to end before anything is written
};

struct RosterChunkRow {
  int64_t import_id = 0;
  int64_t start_byte = 0;
  int64_t size = 0;
  sql::Bytes digest;   // SHA-256 of the bytes
  sql::Bytes content;  // encrypted
};

struct RosterErrorRow {
  int64_t import_id = 0;
  int32_t row_no = 0;
  int32_t item = 0;
  std::string column_title;
  std::string message;
};

absl::Status InsertRosterImport(sql::Session& session, const RosterImportRow& row);
absl::StatusOr<std::optional<RosterImportRow>> LoadRosterImport(sql::Session& session, int64_t id);
// Errors: NOT_FOUND.
absl::StatusOr<RosterImportRow> LockRosterImport(sql::Session& session, int64_t id);
// Writes everything that changes during the life of an import.
absl::Status UpdateRosterImport(sql::Session& session, const RosterImportRow& row);
// Imports of an organization, of members or of anything else, with an id below `before_id`, the
// newest first.
absl::StatusOr<std::vector<RosterImportRow>> RosterImportsOf(sql::Session& session,
                                                             int64_t organization_id, bool members,
                                                             int64_t before_id, int32_t limit);
// The oldest imports that wait for work or are in work, up to `limit`, in order.
absl::StatusOr<std::vector<RosterImportRow>> NextRosterImports(sql::Session& session,
                                                               int32_t limit);
// An earlier finished import of the same kind and bytes into the same organization; 0: none.
absl::StatusOr<int64_t> SameFileAs(sql::Session& session, const RosterImportRow& row);

absl::Status InsertRosterChunk(sql::Session& session, const RosterChunkRow& row);
// The bytes that start at `start_byte`.
absl::StatusOr<std::optional<RosterChunkRow>> LoadRosterChunk(sql::Session& session,
                                                              int64_t import_id,
                                                              int64_t start_byte);
// Deletes the bytes of an import.
absl::Status DeleteRosterChunks(sql::Session& session, int64_t import_id);
// Ids of imports last changed before `before` whose bytes are still kept.
absl::StatusOr<std::vector<int64_t>> RosterImportsBefore(sql::Session& session, absl::Time before,
                                                         int32_t limit);

// All bytes of a completely uploaded import, decrypted.
//
// Errors: those of PersonalFields; ROSTER_FILE_EXPIRED when they are deleted.
absl::StatusOr<std::string> RosterBytes(sql::Session& session, const PersonalFields& fields,
                                        const RosterImportRow& import);

absl::Status InsertRosterErrors(sql::Session& session, std::span<const RosterErrorRow> rows);
// Up to `limit` errors after (`after_row`, `after_item`), by row.
absl::StatusOr<std::vector<RosterErrorRow>> RosterErrors(sql::Session& session, int64_t import_id,
                                                         int32_t after_row, int32_t after_item,
                                                         int32_t limit);
// Deletes up to `limit` errors of an import and answers how many.
absl::StatusOr<int64_t> DeleteRosterErrors(sql::Session& session, int64_t import_id, int32_t limit);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_ROSTER_IMPORT_STORE_H_

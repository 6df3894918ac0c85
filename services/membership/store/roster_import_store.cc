#include "services/membership/store/roster_import_store.h"

#include <utility>

#include "common/base/status_macros.h"
#include "services/membership/domain/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_IMPORT_COLUMNS                                                          \
  "id, organization_id, file_name, size, uploaded, expected_digest, digest, state, "   \
  "dry_run, file_deleted, effective_date, row_count, processed_count, created_count, " \
  "updated_count, unchanged_count, failed_count, failure_reason, failure_message, "    \
  "requested_by, trace_id, create_time, update_time, kind, whole"

struct IdRow {
  int64_t id;
};

const sql::Command kInsert(
    "roster_import.insert",
    "INSERT INTO roster_import (" RONGHE_IMPORT_COLUMNS
    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<RosterImportRow> kById("roster_import.by_id", "SELECT " RONGHE_IMPORT_COLUMNS
                                                               " FROM roster_import WHERE id = ?");
const sql::Query<RosterImportRow> kLock("roster_import.lock",
                                        "SELECT " RONGHE_IMPORT_COLUMNS
                                        " FROM roster_import WHERE id = ? FOR UPDATE");
const sql::Command kUpdate(
    "roster_import.update",
    "UPDATE roster_import SET uploaded = ?, digest = ?, state = ?, dry_run = ?, file_deleted = ?, "
    "row_count = ?, processed_count = ?, created_count = ?, updated_count = ?, "
    "unchanged_count = ?, failed_count = ?, failure_reason = ?, failure_message = ?, "
    "requested_by = ?, trace_id = ?, update_time = ?, whole = ? WHERE id = ?");
const sql::Query<RosterImportRow> kOfOrganization(
    "roster_import.of_organization",
    "SELECT " RONGHE_IMPORT_COLUMNS
    " FROM roster_import WHERE organization_id = ? AND id < ? AND kind = 1 ORDER BY id DESC "
    "LIMIT ?");
const sql::Query<RosterImportRow> kOthersOfOrganization(
    "roster_import.others_of_organization",
    "SELECT " RONGHE_IMPORT_COLUMNS
    " FROM roster_import WHERE organization_id = ? AND id < ? AND kind <> 1 ORDER BY id DESC "
    "LIMIT ?");
const sql::Query<RosterImportRow> kNext(
    "roster_import.next", "SELECT " RONGHE_IMPORT_COLUMNS
                          " FROM roster_import WHERE state IN (2, 4) ORDER BY id LIMIT ?");
const sql::Query<IdRow> kSameFile("roster_import.same_file",
                                  "SELECT id FROM roster_import WHERE digest = ? AND "
                                  "organization_id = ? AND kind = ? AND id < ? AND "
                                  "state IN (5, 6) ORDER BY id DESC LIMIT 1");
const sql::Command kInsertChunk(
    "roster_import_chunk.insert",
    "INSERT INTO roster_import_chunk (import_id, start_byte, size, digest, content) "
    "VALUES (?, ?, ?, ?, ?)");
const sql::Query<RosterChunkRow> kChunk(
    "roster_import_chunk.at",
    "SELECT import_id, start_byte, size, digest, content FROM roster_import_chunk "
    "WHERE import_id = ? AND start_byte = ?");
const sql::Command kDeleteChunks("roster_import_chunk.delete",
                                 "DELETE FROM roster_import_chunk WHERE import_id = ?");
const sql::Query<IdRow> kBefore(
    "roster_import.before",
    "SELECT id FROM roster_import WHERE file_deleted = 0 AND update_time < ? ORDER BY id LIMIT ?");
const sql::Command kInsertError(
    "roster_import_error.insert",
    "INSERT INTO roster_import_error (import_id, row_no, item, column_title, message) "
    "VALUES (?, ?, ?, ?, ?)");
const sql::Query<RosterErrorRow> kErrors(
    "roster_import_error.page",
    "SELECT import_id, row_no, item, column_title, message FROM roster_import_error "
    "WHERE import_id = ? AND row_no >= ? AND (row_no > ? OR item > ?) "
    "ORDER BY row_no, item LIMIT ?");
const sql::Command kDeleteErrors("roster_import_error.delete",
                                 "DELETE FROM roster_import_error WHERE import_id = ? LIMIT ?");

}  // namespace

absl::Status InsertRosterImport(sql::Session& session, const RosterImportRow& row) {
  return session.InsertMany(kInsert, std::span<const RosterImportRow>(&row, 1));
}

absl::StatusOr<std::optional<RosterImportRow>> LoadRosterImport(sql::Session& session, int64_t id) {
  return session.SelectOne(kById, id);
}

absl::StatusOr<RosterImportRow> LockRosterImport(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<RosterImportRow> row, session.SelectOne(kLock, id));
  if (!row) return RosterImportNotFound(id);
  return *std::move(row);
}

absl::Status UpdateRosterImport(sql::Session& session, const RosterImportRow& row) {
  return session
      .Execute(kUpdate, row.uploaded, row.digest, row.state, row.dry_run, row.file_deleted,
               row.row_count, row.processed_count, row.created_count, row.updated_count,
               row.unchanged_count, row.failed_count, row.failure_reason, row.failure_message,
               row.requested_by, row.trace_id, row.update_time, row.whole, row.id)
      .status();
}

absl::StatusOr<std::vector<RosterImportRow>> RosterImportsOf(sql::Session& session,
                                                             int64_t organization_id, bool members,
                                                             int64_t before_id, int32_t limit) {
  return session.Select(members ? kOfOrganization : kOthersOfOrganization, organization_id,
                        before_id, limit);
}

absl::StatusOr<std::vector<RosterImportRow>> NextRosterImports(sql::Session& session,
                                                               int32_t limit) {
  return session.Select(kNext, limit);
}

absl::StatusOr<int64_t> SameFileAs(sql::Session& session, const RosterImportRow& row) {
  if (row.digest.empty()) return 0;
  RONGHE_ASSIGN_OR_RETURN(
      const std::optional<IdRow> found,
      session.SelectOne(kSameFile, row.digest, row.organization_id, row.kind, row.id));
  return found ? found->id : 0;
}

absl::Status InsertRosterChunk(sql::Session& session, const RosterChunkRow& row) {
  return session
      .Execute(kInsertChunk, row.import_id, row.start_byte, row.size, row.digest, row.content)
      .status();
}

absl::StatusOr<std::optional<RosterChunkRow>> LoadRosterChunk(sql::Session& session,
                                                              int64_t import_id,
                                                              int64_t start_byte) {
  return session.SelectOne(kChunk, import_id, start_byte);
}

absl::Status DeleteRosterChunks(sql::Session& session, int64_t import_id) {
  return session.Execute(kDeleteChunks, import_id).status();
}

absl::StatusOr<std::vector<int64_t>> RosterImportsBefore(sql::Session& session, absl::Time before,
                                                         int32_t limit) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<IdRow> rows, session.Select(kBefore, before, limit));
  std::vector<int64_t> ids;
  for (const IdRow& row : rows) ids.push_back(row.id);
  return ids;
}

absl::StatusOr<std::string> RosterBytes(sql::Session& session, const PersonalFields& fields,
                                        const RosterImportRow& import) {
  std::string bytes;
  while (static_cast<int64_t>(bytes.size()) < import.size) {
    const int64_t start = static_cast<int64_t>(bytes.size());
    RONGHE_ASSIGN_OR_RETURN(const std::optional<RosterChunkRow> chunk,
                            LoadRosterChunk(session, import.id, start));
    if (!chunk || chunk->size <= 0) return RosterFileExpired();
    RONGHE_ASSIGN_OR_RETURN(const std::string part,
                            fields.OpenRosterBytes(chunk->content, import.id, start));
    bytes += part;
  }
  return bytes;
}

absl::Status InsertRosterErrors(sql::Session& session, std::span<const RosterErrorRow> rows) {
  return session.InsertMany(kInsertError, rows);
}

absl::StatusOr<std::vector<RosterErrorRow>> RosterErrors(sql::Session& session, int64_t import_id,
                                                         int32_t after_row, int32_t after_item,
                                                         int32_t limit) {
  return session.Select(kErrors, import_id, after_row, after_row, after_item, limit);
}

absl::StatusOr<int64_t> DeleteRosterErrors(sql::Session& session, int64_t import_id,
                                           int32_t limit) {
  return session.Execute(kDeleteErrors, import_id, limit);
}

}  // namespace ronghe::membership

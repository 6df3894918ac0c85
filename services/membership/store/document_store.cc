#include "services/membership/store/document_store.h"

#include <optional>

#include "common/base/status_macros.h"
#include "services/membership/domain/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_DOCUMENT_COLUMNS                                                          \
  "id, subject_collection, subject_id, organization_id, kind, title, media_type, size, " \
  "sha256, object_key, state, uploaded_by, create_time, update_time, uploaded, "         \
  "sealed_key, sweep_after"

struct IdRow {
  int64_t id;
};

const sql::Command kInsert("document.insert",
                           "INSERT INTO document (" RONGHE_DOCUMENT_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<DocumentRow> kById("document.by_id", "SELECT " RONGHE_DOCUMENT_COLUMNS
                                                      " FROM document WHERE id = ?");
const sql::Query<DocumentRow> kLock("document.lock", "SELECT " RONGHE_DOCUMENT_COLUMNS
                                                     " FROM document WHERE id = ? FOR UPDATE");
const sql::Command kUpdate("document.update",
                           "UPDATE document SET object_key = ?, state = ?, update_time = ?, "
                           "uploaded = ?, sealed_key = ?, sweep_after = ? WHERE id = ?");
const sql::Query<DocumentRow> kOfSubject(
    "document.of_subject", "SELECT " RONGHE_DOCUMENT_COLUMNS
                           " FROM document WHERE subject_collection = ? AND subject_id = ? AND "
                           "state <> 3 ORDER BY id LIMIT ?");
const sql::Query<IdRow> kToSweep(
    "document.to_sweep",
    "SELECT id FROM document WHERE sweep_after < ? ORDER BY sweep_after, id LIMIT ?");
const sql::Command kInsertChunk(
    "document_chunk.insert",
    "INSERT INTO document_chunk (document_id, start_byte, size, digest, content) "
    "VALUES (?, ?, ?, ?, ?)");
const sql::Query<DocumentChunkRow> kChunk(
    "document_chunk.at",
    "SELECT document_id, start_byte, size, digest, content FROM document_chunk "
    "WHERE document_id = ? AND start_byte = ?");
const sql::Command kDeleteChunks("document_chunk.delete",
                                 "DELETE FROM document_chunk WHERE document_id = ?");

}  // namespace

absl::Status InsertDocument(sql::Session& session, const DocumentRow& row) {
  return session.InsertMany(kInsert, std::span(&row, 1));
}

absl::StatusOr<std::optional<DocumentRow>> LoadDocument(sql::Session& session, int64_t id) {
  return session.SelectOne(kById, id);
}

absl::StatusOr<DocumentRow> LockDocument(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<DocumentRow> row, session.SelectOne(kLock, id));
  if (!row) return DocumentNotFound(id);
  return *std::move(row);
}

absl::Status UpdateDocument(sql::Session& session, const DocumentRow& row) {
  return session
      .Execute(kUpdate, row.object_key, row.state, row.update_time, row.uploaded, row.sealed_key,
               row.sweep_after, row.id)
      .status();
}

absl::StatusOr<std::vector<DocumentRow>> DocumentsOf(sql::Session& session,
                                                     const Subject& subject) {
  return session.Select(kOfSubject, subject.collection, subject.id, kMaxDocuments);
}

absl::StatusOr<std::vector<int64_t>> DocumentsToSweep(sql::Session& session, absl::Time now,
                                                      int32_t limit) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<IdRow> rows, session.Select(kToSweep, now, limit));
  std::vector<int64_t> ids;
  for (const IdRow& row : rows) ids.push_back(row.id);
  return ids;
}

absl::Status InsertDocumentChunk(sql::Session& session, const DocumentChunkRow& row) {
  return session
      .Execute(kInsertChunk, row.document_id, row.start_byte, row.size, row.digest, row.content)
      .status();
}

absl::StatusOr<std::optional<DocumentChunkRow>> LoadDocumentChunk(sql::Session& session,
                                                                  int64_t document_id,
                                                                  int64_t start_byte) {
  return session.SelectOne(kChunk, document_id, start_byte);
}

absl::Status DeleteDocumentChunks(sql::Session& session, int64_t document_id) {
  return session.Execute(kDeleteChunks, document_id).status();
}

}  // namespace ronghe::membership

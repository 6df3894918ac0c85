#include "services/membership/store/document_store.h"

#include <optional>

#include "common/base/status_macros.h"
#include "services/membership/domain/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_DOCUMENT_COLUMNS                                                          \
  "id, subject_collection, subject_id, organization_id, kind, title, media_type, size, " \
  "sha256, object_key, state, uploaded_by, create_time, update_time"

const sql::Command kInsert("document.insert",
                           "INSERT INTO document (" RONGHE_DOCUMENT_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<DocumentRow> kLock("document.lock", "SELECT " RONGHE_DOCUMENT_COLUMNS
                                                     " FROM document WHERE id = ? FOR UPDATE");
const sql::Command kUpdateState("document.update_state",
                                "UPDATE document SET state = ?, update_time = ? WHERE id = ?");
const sql::Query<DocumentRow> kOfSubject(
    "document.of_subject", "SELECT " RONGHE_DOCUMENT_COLUMNS
                           " FROM document WHERE subject_collection = ? AND subject_id = ? AND "
                           "state <> 3 ORDER BY id LIMIT 200");

}  // namespace

absl::Status InsertDocument(sql::Session& session, const DocumentRow& row) {
  return session.InsertMany(kInsert, std::span(&row, 1));
}

absl::StatusOr<DocumentRow> LockDocument(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<DocumentRow> row, session.SelectOne(kLock, id));
  if (!row) return DocumentNotFound(id);
  return *std::move(row);
}

absl::Status UpdateDocumentState(sql::Session& session, const DocumentRow& row) {
  return session.Execute(kUpdateState, row.state, row.update_time, row.id).status();
}

absl::StatusOr<std::vector<DocumentRow>> DocumentsOf(sql::Session& session,
                                                     const Subject& subject) {
  return session.Select(kOfSubject, subject.collection, subject.id);
}

}  // namespace ronghe::membership

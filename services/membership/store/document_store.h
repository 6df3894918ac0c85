// Which SQL runs on document and document_chunk: which files belong to a case, and where do their
// bytes lie?
//
// A row describes a file. While it is uploaded its bytes lie in document_chunk, then in an object
// of the object store; both are sealed under the file's own key, which the row holds sealed. A row
// whose sweep_after has come waits for its bytes to be deleted. Functions answer the errors of
// sql::Session besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_DOCUMENT_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_DOCUMENT_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/subject.h"

namespace ronghe::membership {

enum class DocumentState : int32_t {
  kPending = 1,  // described, bytes not there yet
  kStored = 2,
  kRemoved = 3,
};

struct DocumentRow {
  int64_t id = 0;
  std::string subject_collection;
  int64_t subject_id = 0;
  int64_t organization_id = 0;
  std::string kind;  // what it is in its case, "POLITICAL_REVIEW"
  std::string title;
  std::string media_type;
  int64_t size = 0;
  sql::Bytes sha256;
  std::string object_key;  // empty: there is no object yet, or no more
  DocumentState state = DocumentState::kPending;
  std::string uploaded_by;
  absl::Time create_time;
  absl::Time update_time;
  int64_t uploaded = 0;
  sql::Bytes sealed_key;                  // empty: destroyed
  std::optional<absl::Time> sweep_after;  // absent: the bytes stay
};

absl::Status InsertDocument(sql::Session& session, const DocumentRow& row);
absl::StatusOr<std::optional<DocumentRow>> LoadDocument(sql::Session& session, int64_t id);
// Errors: NOT_FOUND.
absl::StatusOr<DocumentRow> LockDocument(sql::Session& session, int64_t id);
// Writes everything that changes during the life of a document.
absl::Status UpdateDocument(sql::Session& session, const DocumentRow& row);

// The most documents that a subject may have.
inline constexpr int32_t kMaxDocuments = 200;

// The documents of a subject that are not removed, by id. At most kMaxDocuments.
absl::StatusOr<std::vector<DocumentRow>> DocumentsOf(sql::Session& session, const Subject& subject);

// Ids of documents whose bytes were to go before `now`, at most `limit`.
absl::StatusOr<std::vector<int64_t>> DocumentsToSweep(sql::Session& session, absl::Time now,
                                                      int32_t limit);

struct DocumentChunkRow {
  int64_t document_id = 0;
  int64_t start_byte = 0;
  int64_t size = 0;
  sql::Bytes digest;   // SHA-256 of the bytes
  sql::Bytes content;  // sealed
};

absl::Status InsertDocumentChunk(sql::Session& session, const DocumentChunkRow& row);
// The bytes that start at `start_byte`.
absl::StatusOr<std::optional<DocumentChunkRow>> LoadDocumentChunk(sql::Session& session,
                                                                  int64_t document_id,
                                                                  int64_t start_byte);
absl::Status DeleteDocumentChunks(sql::Session& session, int64_t document_id);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_DOCUMENT_STORE_H_

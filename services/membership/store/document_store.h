// Which SQL runs on document: which files belong to a case, and where do their bytes lie?
//
// A row describes a file; its bytes are an object in the object store. Functions answer the errors
// of sql::Session besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_DOCUMENT_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_DOCUMENT_STORE_H_

#include <cstdint>
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
  std::string object_key;
  DocumentState state = DocumentState::kPending;
  std::string uploaded_by;
  absl::Time create_time;
  absl::Time update_time;
};

absl::Status InsertDocument(sql::Session& session, const DocumentRow& row);
// Errors: NOT_FOUND.
absl::StatusOr<DocumentRow> LockDocument(sql::Session& session, int64_t id);
absl::Status UpdateDocumentState(sql::Session& session, const DocumentRow& row);

// The documents of a subject that are not removed, by id. At most 200.
absl::StatusOr<std::vector<DocumentRow>> DocumentsOf(sql::Session& session, const Subject& subject);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_DOCUMENT_STORE_H_

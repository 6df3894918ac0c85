#include "services/membership/api/document_api.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "common/audit/read.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "common/object/sealed_object.h"
#include "common/rpc/convert.h"
#include "services/membership/domain/document/errors.h"
#include "services/membership/domain/document/media_type.h"
#include "services/membership/domain/document/secrecy.h"
#include "services/membership/domain/errors.h"
#include "services/membership/store/events.h"
#include "services/membership/store/office/office_file.h"
#include "services/membership/store/personal_fields.h"

namespace ronghe::membership {
namespace {

constexpr int64_t kDownloadPart = 1 << 20;

absl::StatusOr<int64_t> ParseDocument(std::string_view name) {
  return base::ParseName(name, "documents");
}

v1::Document DocumentToProto(const DocumentRow& row) {
  v1::Document document;
  document.set_name(base::Name("documents", row.id));
  document.set_subject(base::Name(row.subject_collection, row.subject_id));
  document.set_organization(base::Name("organizations", row.organization_id));
  document.set_kind(row.kind);
  document.set_title(row.title);
  document.set_media_type(row.media_type);
  document.set_size(row.size);
  document.set_uploaded(row.uploaded);
  document.set_sha256(crypto::HexEncode(row.sha256));
  document.set_state(static_cast<v1::DocumentState>(row.state));
  document.set_uploader(row.uploaded_by);
  document.set_notice(std::string(kUploadNotice));
  *document.mutable_create_time() = rpc::ToProto(row.create_time);
  *document.mutable_update_time() = rpc::ToProto(row.update_time);
  return document;
}

absl::Status WrongState(const DocumentRow& row) {
  return DocumentStateInvalid(v1::DocumentState_Name(static_cast<v1::DocumentState>(row.state)));
}

// Whether the bytes are what was announced, and may be kept.
absl::Status CheckBytes(const DocumentRow& row, std::string_view bytes) {
  if (crypto::Sha256(bytes) != row.sha256) return DocumentDigestMismatch();
  const std::optional<MediaType> type = MediaTypeOf(row.media_type);
  if (!type) return DocumentTypeUnsupported();
  if (!BeginsAs(*type, bytes)) return DocumentTypeMismatch(row.media_type);
  if (!IsOffice(*type)) return absl::OkStatus();
  bool marked = false;
  RONGHE_RETURN_IF_ERROR(ReadOfficeFile(
      *type, bytes, [&marked](std::string_view text) { marked = marked || TextBearsMark(text); }));
  return marked ? DocumentClassified("text") : absl::OkStatus();
}

}  // namespace

absl::StatusOr<SubjectPlace> DocumentApi::AuthorizeFor(rpc::Call& call, sql::Session& session,
                                                       const DocumentRow& row) const {
  RONGHE_ASSIGN_OR_RETURN(const SubjectPlace place,
                          subjects_.Find(session, {row.subject_collection, row.subject_id}));
  RONGHE_RETURN_IF_ERROR(call.Authorize(place.organization_id));
  return place;
}

absl::StatusOr<DocumentRow> DocumentApi::LockPending(rpc::Call& call, sql::Session& session,
                                                     int64_t id) const {
  RONGHE_ASSIGN_OR_RETURN(DocumentRow row, LockDocument(session, id));
  RONGHE_ASSIGN_OR_RETURN(const SubjectPlace place, AuthorizeFor(call, session, row));
  if (row.state != DocumentState::kPending) return WrongState(row);
  if (!place.open) return DocumentSubjectClosed();
  return row;
}

absl::StatusOr<v1::Document> DocumentApi::CreateDocument(rpc::Call& call,
                                                         const v1::CreateDocumentRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const Subject subject, ParseSubject(request.subject()));
  const RuleSet& rules = rules_.On(base::ShanghaiDay(call.now()));
  const absl::Duration pending = absl::Hours(rules.Number("document.pending_hours"));
  return writer_.Write<v1::Document>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Document> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(const SubjectPlace place, subjects_.Find(session, subject));
        RONGHE_RETURN_IF_ERROR(call.Authorize(place.organization_id));
        if (!request.unclassified()) return DocumentUndeclared();
        if (!MediaTypeOf(request.media_type())) return DocumentTypeUnsupported();
        if (TitleBearsMark(request.title())) return DocumentClassified("title");
        const Rule& most = rules.Get("document.max_bytes");
        if (request.size() > most.number) return DocumentTooLarge(most, request.size());
        if (!place.open) return DocumentSubjectClosed();
        RONGHE_ASSIGN_OR_RETURN(const std::vector<DocumentRow> there,
                                DocumentsOf(session, subject));
        const auto count = static_cast<int64_t>(there.size());
        const Rule& many = rules.Get("document.max_count");
        if (count >= std::min<int64_t>(many.number, kMaxDocuments)) {
          return DocumentTooMany(many, count);
        }
        DocumentRow row{.id = tx.NextId(),
                        .subject_collection = subject.collection,
                        .subject_id = subject.id,
                        .organization_id = place.organization_id,
                        .kind = request.kind(),
                        .title = request.title(),
                        .media_type = request.media_type(),
                        .size = request.size(),
                        .sha256 = sql::Bytes(std::string(absl::HexStringToBytes(request.sha256()))),
                        .object_key = {},
                        .state = DocumentState::kPending,
                        .uploaded_by = call.principal().subject,
                        .create_time = tx.now(),
                        .update_time = tx.now(),
                        .uploaded = 0,
                        .sealed_key = {},
                        .sweep_after = tx.now() + pending};
        RONGHE_ASSIGN_OR_RETURN(const object::ObjectKey key,
                                object::ObjectKey::Make(keys_, DocumentKeyPlace(row.id)));
        row.sealed_key = sql::Bytes(key.envelope());
        RONGHE_RETURN_IF_ERROR(InsertDocument(session, row));
        tx.Audit(place.organization_id, base::Name("documents", row.id));
        return DocumentToProto(row);
      });
}

absl::StatusOr<v1::Document> DocumentApi::UploadDocumentChunk(
    rpc::Call& call, const v1::UploadDocumentChunkRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseDocument(request.name()));
  const std::string digest = crypto::Sha256(request.content());
  const auto size = static_cast<int64_t>(request.content().size());
  return writer_.Write<v1::Document>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Document> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(DocumentRow row, LockPending(call, session, id));
        tx.Audit(call.authorized_organization(), base::Name("documents", id));
        if (request.offset() < row.uploaded) {
          RONGHE_ASSIGN_OR_RETURN(const std::optional<DocumentChunkRow> chunk,
                                  LoadDocumentChunk(session, id, request.offset()));
          if (chunk && chunk->digest == digest) return DocumentToProto(row);
        }
        if (request.offset() != row.uploaded) {
          return DocumentOffsetMismatch(row.uploaded, request.offset());
        }
        if (row.uploaded + size > row.size) return DocumentTooLong(row.size, row.uploaded + size);
        RONGHE_ASSIGN_OR_RETURN(
            const object::ObjectKey key,
            object::ObjectKey::Open(keys_, row.sealed_key, DocumentKeyPlace(id)));
        RONGHE_ASSIGN_OR_RETURN(std::string sealed,
                                key.SealPart(request.content(), request.offset()));
        RONGHE_RETURN_IF_ERROR(InsertDocumentChunk(
            session,
            {id, request.offset(), size, sql::Bytes(digest), sql::Bytes(std::move(sealed))}));
        row.uploaded += size;
        row.update_time = tx.now();
        RONGHE_RETURN_IF_ERROR(UpdateDocument(session, row));
        return DocumentToProto(row);
      });
}

absl::StatusOr<std::string> DocumentApi::Uploaded(sql::Session& session,
                                                  const DocumentRow& row) const {
  if (row.uploaded != row.size) return DocumentIncomplete(row.size, row.uploaded);
  RONGHE_ASSIGN_OR_RETURN(const object::ObjectKey key,
                          object::ObjectKey::Open(keys_, row.sealed_key, DocumentKeyPlace(row.id)));
  std::string bytes;
  while (static_cast<int64_t>(bytes.size()) < row.size) {
    const auto start = static_cast<int64_t>(bytes.size());
    RONGHE_ASSIGN_OR_RETURN(const std::optional<DocumentChunkRow> chunk,
                            LoadDocumentChunk(session, row.id, start));
    if (!chunk || chunk->size <= 0) return WrongState(row);
    RONGHE_ASSIGN_OR_RETURN(const std::string part, key.OpenPart(chunk->content, start));
    bytes += part;
  }
  return bytes;
}

absl::Status DocumentApi::Store(rpc::Call& call, const DocumentRow& row,
                                const std::string& bytes) const {
  RONGHE_ASSIGN_OR_RETURN(const object::ObjectKey key,
                          object::ObjectKey::Open(keys_, row.sealed_key, DocumentKeyPlace(row.id)));
  RONGHE_ASSIGN_OR_RETURN(const object::Content content, key.Seal(bytes));
  const absl::Duration pending =
      absl::Hours(rules_.On(base::ShanghaiDay(call.now())).Number("document.pending_hours"));
  // Known before it is there, so that an object whose document is never finished is found.
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Transact(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(DocumentRow locked, LockDocument(session, row.id));
        if (locked.state != DocumentState::kPending) return WrongState(locked);
        locked.object_key = content.key;
        locked.sweep_after = call.now() + pending;
        return UpdateDocument(session, locked);
      }));
  return objects_.Put(content);
}

absl::StatusOr<v1::Document> DocumentApi::FinishDocument(rpc::Call& call,
                                                         const v1::FinishDocumentRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseDocument(request.name()));
  std::optional<DocumentRow> found;
  std::string bytes;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(found, LoadDocument(session, id));
        if (!found) return DocumentNotFound(id);
        RONGHE_ASSIGN_OR_RETURN(const SubjectPlace place, AuthorizeFor(call, session, *found));
        if (found->state != DocumentState::kPending) return absl::OkStatus();
        if (!place.open) return DocumentSubjectClosed();
        RONGHE_ASSIGN_OR_RETURN(bytes, Uploaded(session, *found));
        return absl::OkStatus();
      }));
  if (found->state == DocumentState::kPending) {
    RONGHE_RETURN_IF_ERROR(CheckBytes(*found, bytes));
    if (!call.validate_only()) RONGHE_RETURN_IF_ERROR(Store(call, *found, bytes));
  }
  return writer_.Write<v1::Document>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Document> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(DocumentRow row, LockPending(call, session, id));
        row.state = DocumentState::kStored;
        row.sweep_after.reset();
        row.update_time = tx.now();
        RONGHE_RETURN_IF_ERROR(UpdateDocument(session, row));
        RONGHE_RETURN_IF_ERROR(DeleteDocumentChunks(session, id));
        tx.Emit(DocumentEvent(row, call.authorized_organization()));
        tx.Audit(call.authorized_organization(), base::Name("documents", id));
        return DocumentToProto(row);
      });
}

absl::StatusOr<v1::Document> DocumentApi::GetDocument(rpc::Call& call,
                                                      const v1::GetDocumentRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseDocument(request.name()));
  return writer_.database().Read(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::Document> {
        RONGHE_ASSIGN_OR_RETURN(const std::optional<DocumentRow> row, LoadDocument(session, id));
        if (!row) return DocumentNotFound(id);
        RONGHE_RETURN_IF_ERROR(AuthorizeFor(call, session, *row).status());
        return DocumentToProto(*row);
      });
}

absl::StatusOr<v1::ListDocumentsResponse> DocumentApi::ListDocuments(
    rpc::Call& call, const v1::ListDocumentsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const Subject subject, ParseSubject(request.subject()));
  return writer_.database().Read(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::ListDocumentsResponse> {
        RONGHE_ASSIGN_OR_RETURN(const SubjectPlace place, subjects_.Find(session, subject));
        RONGHE_RETURN_IF_ERROR(call.Authorize(place.organization_id));
        RONGHE_ASSIGN_OR_RETURN(const std::vector<DocumentRow> rows, DocumentsOf(session, subject));
        v1::ListDocumentsResponse response;
        for (const DocumentRow& row : rows) *response.add_documents() = DocumentToProto(row);
        response.set_notice(std::string(kUploadNotice));
        return response;
      });
}

absl::Status DocumentApi::DownloadDocument(rpc::Call& call,
                                           const v1::DownloadDocumentRequest& request,
                                           rpc::StreamWriter<v1::DocumentPart>& out) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseDocument(request.name()));
  std::optional<DocumentRow> row;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Transact(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(row, LoadDocument(session, id));
        if (!row) return DocumentNotFound(id);
        RONGHE_ASSIGN_OR_RETURN(const SubjectPlace place, AuthorizeFor(call, session, *row));
        if (row->state != DocumentState::kStored) return WrongState(*row);
        return audit::AuditRead(session, writer_.ids(), call, place.organization_id,
                                base::Name("documents", id));
      }));
  RONGHE_ASSIGN_OR_RETURN(const object::ObjectKey key,
                          object::ObjectKey::Open(keys_, row->sealed_key, DocumentKeyPlace(id)));
  for (int64_t at = request.offset(); at < row->size;) {
    if (call.cancelled()) return absl::CancelledError("the caller has gone");
    v1::DocumentPart part;
    RONGHE_ASSIGN_OR_RETURN(*part.mutable_content(),
                            key.Read(objects_, row->object_key, row->size, at, kDownloadPart));
    part.set_offset(at);
    at += static_cast<int64_t>(part.content().size());
    RONGHE_RETURN_IF_ERROR(out.Write(part));
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Document> DocumentApi::RemoveDocument(rpc::Call& call,
                                                         const v1::RemoveDocumentRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseDocument(request.name()));
  return writer_.Write<v1::Document>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Document> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(DocumentRow row, LockDocument(session, id));
        RONGHE_ASSIGN_OR_RETURN(const SubjectPlace place, AuthorizeFor(call, session, row));
        if (row.state == DocumentState::kRemoved) return WrongState(row);
        if (!place.open) return DocumentSubjectClosed();
        const bool known = row.state == DocumentState::kStored;
        row.state = DocumentState::kRemoved;
        row.sealed_key.clear();
        row.sweep_after = tx.now();
        row.update_time = tx.now();
        RONGHE_RETURN_IF_ERROR(UpdateDocument(session, row));
        if (known) tx.Emit(DocumentEvent(row, place.organization_id));
        tx.Audit(place.organization_id, base::Name("documents", id));
        return DocumentToProto(row);
      });
}

}  // namespace ronghe::membership

// How are calls about documents answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_DOCUMENT_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_DOCUMENT_API_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "common/crypto/key_store.h"
#include "common/object/object_store.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/document.ronghe.h"
#include "services/membership/api/subject_registry.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/document_store.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in document.proto.
class DocumentApi : public v1::DocumentServiceHandler {
 public:
  // `rules` is the book "document".
  DocumentApi(service::Writer& writer, const SubjectRegistry& subjects, const RuleBook& rules,
              crypto::KeyStore& keys, object::ObjectStore& objects)
      : writer_(writer), subjects_(subjects), rules_(rules), keys_(keys), objects_(objects) {}

  absl::StatusOr<v1::Document> CreateDocument(rpc::Call& call,
                                              const v1::CreateDocumentRequest& request) override;
  absl::StatusOr<v1::Document> UploadDocumentChunk(
      rpc::Call& call, const v1::UploadDocumentChunkRequest& request) override;
  absl::StatusOr<v1::Document> FinishDocument(rpc::Call& call,
                                              const v1::FinishDocumentRequest& request) override;
  absl::StatusOr<v1::Document> GetDocument(rpc::Call& call,
                                           const v1::GetDocumentRequest& request) override;
  absl::StatusOr<v1::ListDocumentsResponse> ListDocuments(
      rpc::Call& call, const v1::ListDocumentsRequest& request) override;
  absl::Status DownloadDocument(rpc::Call& call, const v1::DownloadDocumentRequest& request,
                                rpc::StreamWriter<v1::DocumentPart>& out) override;
  absl::StatusOr<v1::Document> RemoveDocument(rpc::Call& call,
                                              const v1::RemoveDocumentRequest& request) override;

 private:
  // The place of a document's subject, on which the caller is authorized.
  absl::StatusOr<SubjectPlace> AuthorizeFor(rpc::Call& call, sql::Session& session,
                                            const DocumentRow& row) const;
  // Locks and authorizes; the document is pending and its subject open.
  absl::StatusOr<DocumentRow> LockPending(rpc::Call& call, sql::Session& session, int64_t id) const;
  // All bytes of a completely uploaded document.
  absl::StatusOr<std::string> Uploaded(sql::Session& session, const DocumentRow& row) const;
  // Puts the checked bytes into the store, after the row says where they will be.
  absl::Status Store(rpc::Call& call, const DocumentRow& row, const std::string& bytes) const;

  service::Writer& writer_;
  const SubjectRegistry& subjects_;
  const RuleBook& rules_;
  crypto::KeyStore& keys_;
  object::ObjectStore& objects_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_DOCUMENT_API_H_

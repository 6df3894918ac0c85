// How are calls about imports of organizations, posts and dues bases answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_IMPORT_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_IMPORT_API_H_

#include <functional>
#include <utility>

#include "absl/status/statusor.h"
#include "ronghe/membership/v1/import.ronghe.h"
#include "services/membership/api/import_calls.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/personal_fields.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in import.proto.
class ImportApi : public v1::ImportServiceHandler {
 public:
  // `start` is called after a commit that gives the job work.
  ImportApi(service::Writer& writer, MembershipTree& tree, const PersonalFields& fields,
            const rpc::PageTokens& tokens, std::function<void()> start)
      : calls_(ImportDesk(writer, tree, fields, false, "imports"), tokens, std::move(start)) {}

  absl::StatusOr<v1::ImportFile> DownloadImportTemplate(
      rpc::Call& call, const v1::DownloadImportTemplateRequest& request) override;
  absl::StatusOr<v1::Import> CreateImport(rpc::Call& call,
                                          const v1::CreateImportRequest& request) override;
  absl::StatusOr<v1::Import> UploadImportChunk(
      rpc::Call& call, const v1::UploadImportChunkRequest& request) override;
  absl::StatusOr<v1::Import> CommitImport(rpc::Call& call,
                                          const v1::CommitImportRequest& request) override;
  absl::StatusOr<v1::Import> GetImport(rpc::Call& call,
                                       const v1::GetImportRequest& request) override;
  absl::StatusOr<v1::ListImportsResponse> ListImports(
      rpc::Call& call, const v1::ListImportsRequest& request) override;
  absl::StatusOr<v1::ImportFile> DownloadImportErrors(
      rpc::Call& call, const v1::DownloadImportErrorsRequest& request) override;

 private:
  const ImportCalls<v1::Import> calls_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_IMPORT_API_H_

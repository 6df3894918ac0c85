// How are calls about roster imports answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_ROSTER_IMPORT_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_ROSTER_IMPORT_API_H_

#include <functional>
#include <utility>

#include "absl/status/statusor.h"
#include "ronghe/membership/v1/roster_import.ronghe.h"
#include "services/membership/api/import_calls.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/personal_fields.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in roster_import.proto.
class RosterImportApi : public v1::RosterImportServiceHandler {
 public:
  // `start` is called after a commit that gives the job work.
  RosterImportApi(service::Writer& writer, MembershipTree& tree, const PersonalFields& fields,
                  const rpc::PageTokens& tokens, std::function<void()> start)
      : calls_(ImportDesk(writer, tree, fields, true, "rosterImports"), tokens, std::move(start)) {}

  absl::StatusOr<v1::RosterFile> DownloadRosterTemplate(
      rpc::Call& call, const v1::DownloadRosterTemplateRequest& request) override;
  absl::StatusOr<v1::RosterImport> CreateRosterImport(
      rpc::Call& call, const v1::CreateRosterImportRequest& request) override;
  absl::StatusOr<v1::RosterImport> UploadRosterChunk(
      rpc::Call& call, const v1::UploadRosterChunkRequest& request) override;
  absl::StatusOr<v1::RosterImport> CommitRosterImport(
      rpc::Call& call, const v1::CommitRosterImportRequest& request) override;
  absl::StatusOr<v1::RosterImport> GetRosterImport(
      rpc::Call& call, const v1::GetRosterImportRequest& request) override;
  absl::StatusOr<v1::ListRosterImportsResponse> ListRosterImports(
      rpc::Call& call, const v1::ListRosterImportsRequest& request) override;
  absl::StatusOr<v1::RosterFile> DownloadRosterErrors(
      rpc::Call& call, const v1::DownloadRosterErrorsRequest& request) override;

 private:
  const ImportCalls<v1::RosterImport> calls_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_ROSTER_IMPORT_API_H_

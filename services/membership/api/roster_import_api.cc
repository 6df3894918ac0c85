#include "services/membership/api/roster_import_api.h"

#include <string>
#include <vector>

#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "services/membership/store/workbook/writer.h"

namespace ronghe::membership {

absl::StatusOr<v1::RosterFile> RosterImportApi::DownloadRosterTemplate(
    rpc::Call& call, const v1::DownloadRosterTemplateRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<BranchChoice> branches,
                          calls_.desk().Choices(call, id, true));
  RONGHE_ASSIGN_OR_RETURN(const std::string bytes,
                          WriteRosterTemplate(calls_.desk().tree().tree().Name(id), branches));
  return FilePart<v1::RosterFile>("党员名册模板.xlsx", bytes, 0);
}

absl::StatusOr<v1::RosterImport> RosterImportApi::CreateRosterImport(
    rpc::Call& call, const v1::CreateRosterImportRequest& request) {
  return calls_.Create(call, request, ImportKind::kMembers);
}

absl::StatusOr<v1::RosterImport> RosterImportApi::UploadRosterChunk(
    rpc::Call& call, const v1::UploadRosterChunkRequest& request) {
  return calls_.Upload(call, request);
}

absl::StatusOr<v1::RosterImport> RosterImportApi::CommitRosterImport(
    rpc::Call& call, const v1::CommitRosterImportRequest& request) {
  return calls_.Commit(call, request, request.whole(),
                       [](const RosterImportRow&) { return absl::OkStatus(); });
}

absl::StatusOr<v1::RosterImport> RosterImportApi::GetRosterImport(
    rpc::Call& call, const v1::GetRosterImportRequest& request) {
  return calls_.Get(call, request);
}

absl::StatusOr<v1::ListRosterImportsResponse> RosterImportApi::ListRosterImports(
    rpc::Call& call, const v1::ListRosterImportsRequest& request) {
  v1::ListRosterImportsResponse response;
  RONGHE_ASSIGN_OR_RETURN(*response.mutable_next_page_token(),
                          calls_.Page(call, request, *response.mutable_roster_imports()));
  return response;
}

absl::StatusOr<v1::RosterFile> RosterImportApi::DownloadRosterErrors(
    rpc::Call& call, const v1::DownloadRosterErrorsRequest& request) {
  return calls_.Errors<v1::RosterFile>(call, request);
}

}  // namespace ronghe::membership

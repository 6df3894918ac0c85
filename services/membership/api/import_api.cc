#include "services/membership/api/import_api.h"

#include <string>
#include <string_view>
#include <vector>

#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "services/membership/domain/errors.h"
#include "services/membership/store/workbook/writer.h"

namespace ronghe::membership {
namespace {

absl::StatusOr<ImportKind> KindOf(v1::ImportKind kind) {
  const auto known = static_cast<ImportKind>(kind);
  if (ColumnsOf(known).empty()) return ImportKindUnsupported();
  return known;
}

// What the single change would take, the import takes too.
absl::Status CheckRights(const rpc::Call& call, ImportKind kind, int64_t organization_id) {
  std::vector<std::string_view> permissions;
  switch (kind) {
    case ImportKind::kOrganizations:
      permissions = {"membership.organization.create", "membership.organization.update"};
      break;
    case ImportKind::kPosts:
      permissions = {"membership.post.appoint", "membership.post.end"};
      break;
    case ImportKind::kDuesBases:
      permissions = {"membership.dues_standard.set"};
      break;
    case ImportKind::kMembers:
      return ImportKindUnsupported();
  }
  for (const std::string_view permission : permissions) {
    if (!call.Holds(permission, organization_id)) return rpc::Call::ScopeDenied(permission);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::ImportFile> ImportApi::DownloadImportTemplate(
    rpc::Call& call, const v1::DownloadImportTemplateRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const ImportKind kind, KindOf(request.kind()));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<BranchChoice> choices,
                          calls_.desk().Choices(call, id, false));
  RONGHE_ASSIGN_OR_RETURN(const std::string bytes,
                          WriteSheetTemplate(kind, calls_.desk().tree().tree().Name(id), choices));
  return FilePart<v1::ImportFile>(base::Cat(SheetTitle(kind), "导入模板.xlsx"), bytes, 0);
}

absl::StatusOr<v1::Import> ImportApi::CreateImport(rpc::Call& call,
                                                   const v1::CreateImportRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const ImportKind kind, KindOf(request.kind()));
  RONGHE_RETURN_IF_ERROR(CheckRights(call, kind, id));
  return calls_.Create(call, request, kind);
}

absl::StatusOr<v1::Import> ImportApi::UploadImportChunk(
    rpc::Call& call, const v1::UploadImportChunkRequest& request) {
  return calls_.Upload(call, request);
}

absl::StatusOr<v1::Import> ImportApi::CommitImport(rpc::Call& call,
                                                   const v1::CommitImportRequest& request) {
  // Whole, whatever was asked for: half a tree of organizations is of use to nobody.
  return calls_.Commit(call, request, true, [&call](const RosterImportRow& row) {
    return CheckRights(call, row.kind, row.organization_id);
  });
}

absl::StatusOr<v1::Import> ImportApi::GetImport(rpc::Call& call,
                                                const v1::GetImportRequest& request) {
  return calls_.Get(call, request);
}

absl::StatusOr<v1::ListImportsResponse> ImportApi::ListImports(
    rpc::Call& call, const v1::ListImportsRequest& request) {
  v1::ListImportsResponse response;
  RONGHE_ASSIGN_OR_RETURN(*response.mutable_next_page_token(),
                          calls_.Page(call, request, *response.mutable_imports()));
  return response;
}

absl::StatusOr<v1::ImportFile> ImportApi::DownloadImportErrors(
    rpc::Call& call, const v1::DownloadImportErrorsRequest& request) {
  return calls_.Errors<v1::ImportFile>(call, request);
}

}  // namespace ronghe::membership

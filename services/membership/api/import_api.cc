#include "services/membership/api/import_api.h"

#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "services/membership/api/convert.h"
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

v1::Import ImportToProto(const RosterImportRow& row) {
  v1::Import import;
  import.set_name(base::Name("imports", row.id));
  import.set_organization(base::Name("organizations", row.organization_id));
  import.set_file_name(row.file_name);
  import.set_size(row.size);
  import.set_uploaded(row.uploaded);
  import.set_state(static_cast<v1::ImportState>(row.state));
  import.set_dry_run(row.dry_run);
  *import.mutable_effective_date() = rpc::ToProto(row.effective_date);
  import.set_row_count(row.row_count);
  import.set_processed_count(row.processed_count);
  import.set_created_count(row.created_count);
  import.set_updated_count(row.updated_count);
  import.set_unchanged_count(row.unchanged_count);
  import.set_failed_count(row.failed_count);
  import.set_failure_reason(row.failure_reason);
  import.set_failure_message(row.failure_message);
  *import.mutable_create_time() = rpc::ToProto(row.create_time);
  *import.mutable_update_time() = rpc::ToProto(row.update_time);
  import.set_kind(static_cast<v1::ImportKind>(row.kind));
  return import;
}

}  // namespace

absl::StatusOr<v1::ImportFile> ImportApi::DownloadImportTemplate(
    rpc::Call& call, const v1::DownloadImportTemplateRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const ImportKind kind, KindOf(request.kind()));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<BranchChoice> choices, desk_.Choices(call, id, false));
  RONGHE_ASSIGN_OR_RETURN(const std::string bytes,
                          WriteSheetTemplate(kind, desk_.tree().tree().Name(id), choices));
  return FilePart<v1::ImportFile>(base::Cat(SheetTitle(kind), "导入模板.xlsx"), bytes, 0);
}

absl::StatusOr<v1::Import> ImportApi::CreateImport(rpc::Call& call,
                                                   const v1::CreateImportRequest& request) {
  NewImport wanted{
      .file_name = request.file_name(), .size = request.size(), .sha256 = request.sha256()};
  RONGHE_ASSIGN_OR_RETURN(wanted.organization_id,
                          base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(wanted.kind, KindOf(request.kind()));
  RONGHE_RETURN_IF_ERROR(CheckRights(call, wanted.kind, wanted.organization_id));
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  std::vector<error::FieldViolation> violations;
  wanted.effective_date =
      ReadDay(request.has_effective_date(), request.effective_date(), "effective_date", violations)
          .value_or(today);
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  RONGHE_RETURN_IF_ERROR(desk_.Check(wanted, today));
  return desk_.writer().Write<v1::Import>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Import> {
        RONGHE_ASSIGN_OR_RETURN(const RosterImportRow row, desk_.Create(tx, wanted));
        return ImportToProto(row);
      });
}

absl::StatusOr<v1::Import> ImportApi::UploadImportChunk(
    rpc::Call& call, const v1::UploadImportChunkRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, desk_.Parse(request.name()));
  return desk_.writer().Write<v1::Import>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Import> {
        RONGHE_ASSIGN_OR_RETURN(const RosterImportRow row,
                                desk_.Upload(tx, id, request.offset(), request.content()));
        return ImportToProto(row);
      });
}

absl::StatusOr<v1::Import> ImportApi::CommitImport(rpc::Call& call,
                                                   const v1::CommitImportRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, desk_.Parse(request.name()));
  auto result = desk_.writer().Write<v1::Import>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::Import> {
        // Whole, whatever was asked for: half a tree of organizations is of use to nobody.
        RONGHE_ASSIGN_OR_RETURN(const RosterImportRow row,
                                desk_.Commit(tx, id, request.dry_run(), true));
        RONGHE_RETURN_IF_ERROR(CheckRights(call, row.kind, row.organization_id));
        v1::Import response = ImportToProto(row);
        RONGHE_ASSIGN_OR_RETURN(*response.mutable_same_file_as(),
                                desk_.SameFile(tx.session(), row));
        return response;
      });
  if (result.ok()) start_();
  return result;
}

absl::StatusOr<v1::Import> ImportApi::GetImport(rpc::Call& call,
                                                const v1::GetImportRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, desk_.Parse(request.name()));
  return desk_.writer().database().Read(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::Import> {
        RONGHE_ASSIGN_OR_RETURN(const RosterImportRow row, desk_.LoadFor(call, session, id));
        v1::Import response = ImportToProto(row);
        RONGHE_ASSIGN_OR_RETURN(*response.mutable_same_file_as(), desk_.SameFile(session, row));
        if (row.failed_count > 0) {
          RONGHE_ASSIGN_OR_RETURN(const std::vector<RosterErrorRow> errors,
                                  RosterErrors(session, id, 0, 0, kImportErrorsShown));
          for (const RosterErrorRow& error : errors) {
            v1::ImportRowError* shown = response.add_row_errors();
            shown->set_row(error.row_no);
            shown->set_column(error.column_title);
            shown->set_message(error.message);
          }
        }
        return response;
      });
}

absl::StatusOr<v1::ListImportsResponse> ImportApi::ListImports(
    rpc::Call& call, const v1::ListImportsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(int64_t before,
                          tokens_.OpenNumber(call.method(), request.parent(), request.page_token(),
                                             std::numeric_limits<int64_t>::max()));
  const int32_t size = rpc::PageSize(request.page_size());
  RONGHE_ASSIGN_OR_RETURN(
      const std::vector<RosterImportRow> rows,
      desk_.writer().database().Read(call.deadline(), [&](sql::Session& session) {
        return RosterImportsOf(session, id, false, before, size + 1);
      }));
  v1::ListImportsResponse response;
  for (const RosterImportRow& row : rows) {
    if (response.imports_size() == size) {
      response.set_next_page_token(
          tokens_.Seal(call.method(), request.parent(), base::Cat(before)));
      break;
    }
    *response.add_imports() = ImportToProto(row);
    before = row.id;
  }
  return response;
}

absl::StatusOr<v1::ImportFile> ImportApi::DownloadImportErrors(
    rpc::Call& call, const v1::DownloadImportErrorsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, desk_.Parse(request.name()));
  RONGHE_ASSIGN_OR_RETURN(const ImportDesk::File file, desk_.Errors(call, id));
  return FilePart<v1::ImportFile>(file.name, file.bytes, request.offset());
}

}  // namespace ronghe::membership

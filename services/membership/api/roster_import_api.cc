#include "services/membership/api/roster_import_api.h"

#include <limits>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "services/membership/api/convert.h"
#include "services/membership/store/workbook/writer.h"

namespace ronghe::membership {

absl::StatusOr<v1::RosterFile> RosterImportApi::DownloadRosterTemplate(
    rpc::Call& call, const v1::DownloadRosterTemplateRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<BranchChoice> branches, desk_.Choices(call, id, true));
  RONGHE_ASSIGN_OR_RETURN(const std::string bytes,
                          WriteRosterTemplate(desk_.tree().tree().Name(id), branches));
  return FilePart<v1::RosterFile>("党员名册模板.xlsx", bytes, 0);
}

absl::StatusOr<v1::RosterImport> RosterImportApi::CreateRosterImport(
    rpc::Call& call, const v1::CreateRosterImportRequest& request) {
  NewImport wanted{.kind = ImportKind::kMembers,
                   .file_name = request.file_name(),
                   .size = request.size(),
                   .sha256 = request.sha256()};
  RONGHE_ASSIGN_OR_RETURN(wanted.organization_id,
                          base::ParseName(request.parent(), "organizations"));
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  std::vector<error::FieldViolation> violations;
  wanted.effective_date =
      ReadDay(request.has_effective_date(), request.effective_date(), "effective_date", violations)
          .value_or(today);
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  RONGHE_RETURN_IF_ERROR(desk_.Check(wanted, today));
  return desk_.writer().Write<v1::RosterImport>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::RosterImport> {
        RONGHE_ASSIGN_OR_RETURN(const RosterImportRow row, desk_.Create(tx, wanted));
        return ToProto(row);
      });
}

absl::StatusOr<v1::RosterImport> RosterImportApi::UploadRosterChunk(
    rpc::Call& call, const v1::UploadRosterChunkRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, desk_.Parse(request.name()));
  return desk_.writer().Write<v1::RosterImport>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::RosterImport> {
        RONGHE_ASSIGN_OR_RETURN(const RosterImportRow row,
                                desk_.Upload(tx, id, request.offset(), request.content()));
        return ToProto(row);
      });
}

absl::StatusOr<v1::RosterImport> RosterImportApi::CommitRosterImport(
    rpc::Call& call, const v1::CommitRosterImportRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, desk_.Parse(request.name()));
  auto result = desk_.writer().Write<v1::RosterImport>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::RosterImport> {
        RONGHE_ASSIGN_OR_RETURN(const RosterImportRow row,
                                desk_.Commit(tx, id, request.dry_run(), request.whole()));
        v1::RosterImport response = ToProto(row);
        RONGHE_ASSIGN_OR_RETURN(*response.mutable_same_file_as(),
                                desk_.SameFile(tx.session(), row));
        return response;
      });
  if (result.ok()) start_();
  return result;
}

absl::StatusOr<v1::RosterImport> RosterImportApi::GetRosterImport(
    rpc::Call& call, const v1::GetRosterImportRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, desk_.Parse(request.name()));
  return desk_.writer().database().Read(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::RosterImport> {
        RONGHE_ASSIGN_OR_RETURN(const RosterImportRow row, desk_.LoadFor(call, session, id));
        v1::RosterImport response = ToProto(row);
        RONGHE_ASSIGN_OR_RETURN(*response.mutable_same_file_as(), desk_.SameFile(session, row));
        if (row.failed_count > 0) {
          RONGHE_ASSIGN_OR_RETURN(const std::vector<RosterErrorRow> errors,
                                  RosterErrors(session, id, 0, 0, kImportErrorsShown));
          for (const RosterErrorRow& error : errors) {
            v1::RosterRowError* shown = response.add_row_errors();
            shown->set_row(error.row_no);
            shown->set_column(error.column_title);
            shown->set_message(error.message);
          }
        }
        return response;
      });
}

absl::StatusOr<v1::ListRosterImportsResponse> RosterImportApi::ListRosterImports(
    rpc::Call& call, const v1::ListRosterImportsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(int64_t before,
                          tokens_.OpenNumber(call.method(), request.parent(), request.page_token(),
                                             std::numeric_limits<int64_t>::max()));
  const int32_t size = rpc::PageSize(request.page_size());
  RONGHE_ASSIGN_OR_RETURN(
      const std::vector<RosterImportRow> rows,
      desk_.writer().database().Read(call.deadline(), [&](sql::Session& session) {
        return RosterImportsOf(session, id, true, before, size + 1);
      }));
  v1::ListRosterImportsResponse response;
  for (const RosterImportRow& row : rows) {
    if (response.roster_imports_size() == size) {
      response.set_next_page_token(
          tokens_.Seal(call.method(), request.parent(), base::Cat(before)));
      break;
    }
    *response.add_roster_imports() = ToProto(row);
    before = row.id;
  }
  return response;
}

absl::StatusOr<v1::RosterFile> RosterImportApi::DownloadRosterErrors(
    rpc::Call& call, const v1::DownloadRosterErrorsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, desk_.Parse(request.name()));
  RONGHE_ASSIGN_OR_RETURN(const ImportDesk::File file, desk_.Errors(call, id));
  return FilePart<v1::RosterFile>(file.name, file.bytes, request.offset());
}

}  // namespace ronghe::membership

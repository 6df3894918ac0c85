#include "services/membership/api/roster_import_api.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "common/audit/read.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "common/error/error.h"
#include "services/membership/api/convert.h"
#include "services/membership/domain/errors.h"
#include "services/membership/domain/member.h"
#include "services/membership/store/workbook/table.h"
#include "services/membership/store/workbook/writer.h"

namespace ronghe::membership {
namespace {

constexpr int32_t kErrorsShown = 100;
constexpr int32_t kErrorPage = 5000;
constexpr size_t kBranchesOffered = 200;
constexpr int64_t kDownloadPart = 2 << 20;

absl::StatusOr<int64_t> ParseImport(std::string_view name) {
  return base::ParseName(name, "rosterImports");
}

// Loads and authorizes.
absl::StatusOr<RosterImportRow> LoadFor(rpc::Call& call, sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<RosterImportRow> row, LoadRosterImport(session, id));
  if (!row) return RosterImportNotFound(id);
  RONGHE_RETURN_IF_ERROR(call.Authorize(row->organization_id));
  return *std::move(row);
}

std::string StateName(RosterState state) {
  return v1::RosterImportState_Name(static_cast<v1::RosterImportState>(state));
}

v1::RosterFile Part(std::string name, std::string_view bytes, int64_t offset) {
  v1::RosterFile file;
  file.set_file_name(std::move(name));
  file.set_content_type(std::string(kXlsxType));
  file.set_size(static_cast<int64_t>(bytes.size()));
  if (offset < file.size()) {
    file.set_content(std::string(bytes.substr(offset, kDownloadPart)));
    const int64_t next = offset + static_cast<int64_t>(file.content().size());
    if (next < file.size()) file.set_next_offset(next);
  }
  return file;
}

}  // namespace

RosterImportApi::RosterImportApi(service::Writer& writer, MembershipTree& tree,
                                 const PersonalFields& fields, const rpc::PageTokens& tokens,
                                 std::function<void()> start)
    : writer_(writer), tree_(tree), fields_(fields), tokens_(tokens), start_(std::move(start)) {}

absl::StatusOr<v1::RosterFile> RosterImportApi::DownloadRosterTemplate(
    rpc::Call& call, const v1::DownloadRosterTemplateRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  tree_.AfterOwnWrites(call.deadline());
  if (!tree_.Contains(id)) return OrganizationNotFound(id);
  std::vector<BranchChoice> branches;
  for (const org::OrgNode& node :
       tree_.tree().SubtreeWalk(id, 0, kBranchesOffered, [](const org::OrgBrief& brief) {
         return brief.active && (brief.kind == "631" || brief.kind == "632");
       })) {
    branches.push_back({node.code, node.name});
  }
  RONGHE_ASSIGN_OR_RETURN(const std::string bytes,
                          WriteRosterTemplate(tree_.tree().Name(id), branches));
  return Part("党员名册模板.xlsx", bytes, 0);
}

absl::StatusOr<v1::RosterImport> RosterImportApi::CreateRosterImport(
    rpc::Call& call, const v1::CreateRosterImportRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization_id,
                          base::ParseName(request.parent(), "organizations"));
  RONGHE_RETURN_IF_ERROR(FormatOf(request.file_name()).status());
  if (request.size() > kMaxRosterBytes) return RosterFileTooLarge(kMaxRosterBytes, request.size());
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  std::vector<error::FieldViolation> violations;
  const absl::CivilDay day =
      ReadDay(request.has_effective_date(), request.effective_date(), "effective_date", violations)
          .value_or(today);
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  if (day > today) return EffectiveDateInFuture(day, today);

  return writer_.Write<v1::RosterImport>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::RosterImport> {
        const std::vector<int64_t> ids = {organization_id};
        RONGHE_ASSIGN_OR_RETURN(const std::vector<OrganizationRow> organizations,
                                LoadOrganizations(tx.session(), ids));
        if (organizations.empty()) return OrganizationNotFound(organization_id);
        if (organizations.front().revoked_on) return OrganizationRevoked(organization_id);
        RosterImportRow row{
            .id = tx.NextId(),
            .organization_id = organization_id,
            .file_name = request.file_name(),
            .size = request.size(),
            .expected_digest = sql::Bytes(std::string(absl::HexStringToBytes(request.sha256()))),
            .effective_date = day,
            .requested_by = call.principal().subject,
            .trace_id = call.trace().trace_id,
            .create_time = tx.now(),
            .update_time = tx.now()};
        RONGHE_RETURN_IF_ERROR(InsertRosterImport(tx.session(), row));
        tx.Audit(organization_id, base::Name("rosterImports", row.id));
        return ToProto(row);
      });
}

absl::StatusOr<v1::RosterImport> RosterImportApi::UploadRosterChunk(
    rpc::Call& call, const v1::UploadRosterChunkRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseImport(request.name()));
  const std::string digest = crypto::Sha256(request.content());
  RONGHE_ASSIGN_OR_RETURN(sql::Bytes sealed,
                          fields_.SealRosterBytes(request.content(), id, request.offset()));
  const int64_t size = static_cast<int64_t>(request.content().size());
  return writer_.Write<v1::RosterImport>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::RosterImport> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(RosterImportRow row, LockRosterImport(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
        tx.Audit(row.organization_id, base::Name("rosterImports", id));
        if (request.offset() < row.uploaded) {
          RONGHE_ASSIGN_OR_RETURN(const std::optional<RosterChunkRow> chunk,
                                  LoadRosterChunk(session, id, request.offset()));
          if (chunk && chunk->digest == digest) return ToProto(row);
        }
        if (row.state != RosterState::kUploading) return RosterStateInvalid(StateName(row.state));
        if (request.offset() != row.uploaded) {
          return RosterOffsetMismatch(row.uploaded, request.offset());
        }
        if (row.uploaded + size > row.size) {
          return RosterFileTooLarge(row.size, row.uploaded + size);
        }
        RONGHE_RETURN_IF_ERROR(InsertRosterChunk(
            session, {id, request.offset(), size, sql::Bytes(digest), std::move(sealed)}));
        row.uploaded += size;
        row.update_time = tx.now();
        RONGHE_RETURN_IF_ERROR(UpdateRosterImport(session, row));
        return ToProto(row);
      });
}

absl::StatusOr<v1::RosterImport> RosterImportApi::CommitRosterImport(
    rpc::Call& call, const v1::CommitRosterImportRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseImport(request.name()));
  auto result = writer_.Write<v1::RosterImport>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::RosterImport> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(RosterImportRow row, LockRosterImport(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
        if (row.state != RosterState::kUploading && row.state != RosterState::kChecked) {
          return RosterStateInvalid(StateName(row.state));
        }
        if (row.uploaded != row.size) return RosterIncomplete(row.size, row.uploaded);
        if (row.digest.empty()) {
          RONGHE_ASSIGN_OR_RETURN(const std::string bytes, RosterBytes(session, fields_, row));
          row.digest = sql::Bytes(crypto::Sha256(bytes));
          if (!row.expected_digest.empty() && row.expected_digest != row.digest) {
            return RosterDigestMismatch();
          }
        }
        row.state = request.dry_run() ? RosterState::kChecking : RosterState::kRunning;
        row.dry_run = request.dry_run();
        row.row_count = 0;
        row.processed_count = 0;
        row.created_count = 0;
        row.updated_count = 0;
        row.unchanged_count = 0;
        row.failed_count = 0;
        row.requested_by = call.principal().subject;
        row.trace_id = call.trace().trace_id;
        row.update_time = tx.now();
        RONGHE_RETURN_IF_ERROR(UpdateRosterImport(session, row));
        tx.Audit(row.organization_id, base::Name("rosterImports", id));
        v1::RosterImport response = ToProto(row);
        RONGHE_ASSIGN_OR_RETURN(const int64_t same, SameFileAs(session, row));
        if (same != 0) response.set_same_file_as(base::Name("rosterImports", same));
        return response;
      });
  if (result.ok()) start_();
  return result;
}

absl::StatusOr<v1::RosterImport> RosterImportApi::GetRosterImport(
    rpc::Call& call, const v1::GetRosterImportRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseImport(request.name()));
  return writer_.database().Read(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::RosterImport> {
        RONGHE_ASSIGN_OR_RETURN(const RosterImportRow row, LoadFor(call, session, id));
        v1::RosterImport response = ToProto(row);
        RONGHE_ASSIGN_OR_RETURN(const int64_t same, SameFileAs(session, row));
        if (same != 0) response.set_same_file_as(base::Name("rosterImports", same));
        if (row.failed_count > 0) {
          RONGHE_ASSIGN_OR_RETURN(const std::vector<RosterErrorRow> errors,
                                  RosterErrors(session, id, 0, 0, kErrorsShown));
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
  RONGHE_ASSIGN_OR_RETURN(const std::vector<RosterImportRow> rows,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
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
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, ParseImport(request.name()));
  RosterImportRow row;
  std::string bytes;
  std::vector<RosterErrorRow> errors;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Transact(call.deadline(), [&](sql::Session& session) -> absl::Status {
        errors.clear();
        RONGHE_ASSIGN_OR_RETURN(row, LoadFor(call, session, id));
        if (row.state == RosterState::kUploading || row.state == RosterState::kChecking ||
            row.state == RosterState::kRunning) {
          return RosterStateInvalid(StateName(row.state));
        }
        if (row.file_deleted) return RosterFileExpired();
        RONGHE_RETURN_IF_ERROR(
            audit::AuditRead(session, writer_.ids(), call, row.organization_id, request.name()));
        RONGHE_ASSIGN_OR_RETURN(bytes, RosterBytes(session, fields_, row));
        for (size_t page = kErrorPage; page == kErrorPage;) {
          const int32_t after_row = errors.empty() ? 0 : errors.back().row_no;
          const int32_t after_item = errors.empty() ? 0 : errors.back().item;
          RONGHE_ASSIGN_OR_RETURN(std::vector<RosterErrorRow> more,
                                  RosterErrors(session, id, after_row, after_item, kErrorPage));
          page = more.size();
          std::move(more.begin(), more.end(), std::back_inserter(errors));
        }
        return absl::OkStatus();
      }));
  RONGHE_ASSIGN_OR_RETURN(const Roster roster, ReadRoster(row.file_name, bytes));
  std::vector<FailedRow> failed;
  size_t at = 0;
  for (const TableRow& line : roster.rows) {
    std::string reason;
    while (at < errors.size() && errors[at].row_no < line.number) ++at;
    for (; at < errors.size() && errors[at].row_no == line.number; ++at) {
      if (!reason.empty()) reason += "；";
      if (!errors[at].column_title.empty()) reason += base::Cat(errors[at].column_title, "：");
      std::string message = errors[at].message;
      if (message.ends_with("。")) message.resize(message.size() - std::string("。").size());
      reason += message;
    }
    if (!reason.empty()) failed.push_back({line.cells, std::move(reason)});
  }
  RONGHE_ASSIGN_OR_RETURN(const std::string workbook, WriteRosterErrors(roster.header, failed));
  const std::string stem = row.file_name.substr(0, row.file_name.rfind('.'));
  return Part(base::Cat(stem, "-错误行.xlsx"), workbook, request.offset());
}

}  // namespace ronghe::membership

#include "services/membership/api/import_desk.h"

#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "common/audit/read.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/crypto/bytes.h"
#include "ronghe/membership/v1/roster_import.pb.h"
#include "services/membership/domain/errors.h"
#include "services/membership/store/organization_store.h"
#include "services/membership/store/workbook/table.h"

namespace ronghe::membership {
namespace {

constexpr int32_t kErrorPage = 5000;
constexpr size_t kChoices = 200;

absl::Status WrongState(RosterState state) {
  return RosterStateInvalid(v1::RosterImportState_Name(static_cast<v1::RosterImportState>(state)));
}

absl::StatusOr<std::vector<RosterErrorRow>> AllErrors(sql::Session& session, int64_t id) {
  std::vector<RosterErrorRow> errors;
  for (size_t page = kErrorPage; page == kErrorPage;) {
    const int32_t after_row = errors.empty() ? 0 : errors.back().row_no;
    const int32_t after_item = errors.empty() ? 0 : errors.back().item;
    RONGHE_ASSIGN_OR_RETURN(std::vector<RosterErrorRow> more,
                            RosterErrors(session, id, after_row, after_item, kErrorPage));
    page = more.size();
    std::move(more.begin(), more.end(), std::back_inserter(errors));
  }
  return errors;
}

// Each failed row with all that is wrong with it. Both lists are by row.
std::vector<FailedRow> FailedRows(const std::vector<TableRow>& rows,
                                  const std::vector<RosterErrorRow>& errors) {
  std::vector<FailedRow> failed;
  size_t at = 0;
  for (const TableRow& line : rows) {
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
  return failed;
}

}  // namespace

std::string ImportDesk::Name(int64_t id) const { return base::Name(collection_, id); }

absl::StatusOr<int64_t> ImportDesk::Parse(std::string_view name) const {
  return base::ParseName(name, collection_);
}

absl::StatusOr<std::vector<BranchChoice>> ImportDesk::Choices(const rpc::Call& call,
                                                              int64_t organization_id,
                                                              bool branches) const {
  tree_.AfterOwnWrites(call.deadline());
  if (!tree_.Contains(organization_id)) return OrganizationNotFound(organization_id);
  std::vector<BranchChoice> choices;
  for (const org::OrgNode& node : tree_.tree().SubtreeWalk(
           organization_id, 0, kChoices, [branches](const org::OrgBrief& brief) {
             return brief.active && (!branches || brief.kind == "631" || brief.kind == "632");
           })) {
    choices.push_back({node.code, node.name});
  }
  return choices;
}

absl::Status ImportDesk::Check(const NewImport& wanted, absl::CivilDay today) const {
  RONGHE_RETURN_IF_ERROR(FormatOf(wanted.file_name).status());
  if (wanted.size > kMaxRosterBytes) return RosterFileTooLarge(kMaxRosterBytes, wanted.size);
  if (wanted.effective_date > today) return EffectiveDateInFuture(wanted.effective_date, today);
  return absl::OkStatus();
}

absl::StatusOr<RosterImportRow> ImportDesk::Create(service::WriteTx& tx,
                                                   const NewImport& wanted) const {
  const std::vector<int64_t> ids = {wanted.organization_id};
  RONGHE_ASSIGN_OR_RETURN(const std::vector<OrganizationRow> organizations,
                          LoadOrganizations(tx.session(), ids));
  if (organizations.empty()) return OrganizationNotFound(wanted.organization_id);
  if (organizations.front().revoked_on) return OrganizationRevoked(wanted.organization_id);
  RosterImportRow row{
      .id = tx.NextId(),
      .organization_id = wanted.organization_id,
      .file_name = wanted.file_name,
      .size = wanted.size,
      .expected_digest = sql::Bytes(std::string(absl::HexStringToBytes(wanted.sha256))),
      .effective_date = wanted.effective_date,
      .requested_by = tx.call().principal().subject,
      .trace_id = tx.call().trace().trace_id,
      .create_time = tx.now(),
      .update_time = tx.now(),
      .kind = wanted.kind};
  RONGHE_RETURN_IF_ERROR(InsertRosterImport(tx.session(), row));
  tx.Audit(row.organization_id, Name(row.id));
  return row;
}

absl::StatusOr<RosterImportRow> ImportDesk::LockFor(service::WriteTx& tx, int64_t id) const {
  RONGHE_ASSIGN_OR_RETURN(RosterImportRow row, LockRosterImport(tx.session(), id));
  if ((row.kind == ImportKind::kMembers) != members_) return RosterImportNotFound(id);
  RONGHE_RETURN_IF_ERROR(tx.call().Authorize(row.organization_id));
  tx.Audit(row.organization_id, Name(id));
  return row;
}

absl::StatusOr<RosterImportRow> ImportDesk::Upload(service::WriteTx& tx, int64_t id, int64_t offset,
                                                   const std::string& content) const {
  sql::Session& session = tx.session();
  RONGHE_ASSIGN_OR_RETURN(RosterImportRow row, LockFor(tx, id));
  const std::string digest = crypto::Sha256(content);
  if (offset < row.uploaded) {
    RONGHE_ASSIGN_OR_RETURN(const std::optional<RosterChunkRow> chunk,
                            LoadRosterChunk(session, id, offset));
    if (chunk && chunk->digest == digest) return row;
  }
  if (row.state != RosterState::kUploading) return WrongState(row.state);
  if (offset != row.uploaded) return RosterOffsetMismatch(row.uploaded, offset);
  const auto size = static_cast<int64_t>(content.size());
  if (row.uploaded + size > row.size) return RosterFileTooLarge(row.size, row.uploaded + size);
  RONGHE_ASSIGN_OR_RETURN(sql::Bytes sealed, fields_.SealRosterBytes(content, id, offset));
  RONGHE_RETURN_IF_ERROR(
      InsertRosterChunk(session, {id, offset, size, sql::Bytes(digest), std::move(sealed)}));
  row.uploaded += size;
  row.update_time = tx.now();
  RONGHE_RETURN_IF_ERROR(UpdateRosterImport(session, row));
  return row;
}

absl::StatusOr<RosterImportRow> ImportDesk::Commit(service::WriteTx& tx, int64_t id, bool dry_run,
                                                   bool whole) const {
  sql::Session& session = tx.session();
  RONGHE_ASSIGN_OR_RETURN(RosterImportRow row, LockFor(tx, id));
  if (row.state != RosterState::kUploading && row.state != RosterState::kChecked) {
    return WrongState(row.state);
  }
  if (row.uploaded != row.size) return RosterIncomplete(row.size, row.uploaded);
  if (row.digest.empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string bytes, RosterBytes(session, fields_, row));
    row.digest = sql::Bytes(crypto::Sha256(bytes));
    if (!row.expected_digest.empty() && row.expected_digest != row.digest) {
      return RosterDigestMismatch();
    }
  }
  row.state = dry_run || whole ? RosterState::kChecking : RosterState::kRunning;
  row.dry_run = dry_run;
  row.whole = whole;
  row.row_count = 0;
  row.processed_count = 0;
  row.created_count = 0;
  row.updated_count = 0;
  row.unchanged_count = 0;
  row.failed_count = 0;
  row.requested_by = tx.call().principal().subject;
  row.trace_id = tx.call().trace().trace_id;
  row.update_time = tx.now();
  RONGHE_RETURN_IF_ERROR(UpdateRosterImport(session, row));
  return row;
}

absl::StatusOr<RosterImportRow> ImportDesk::LoadFor(rpc::Call& call, sql::Session& session,
                                                    int64_t id) const {
  RONGHE_ASSIGN_OR_RETURN(std::optional<RosterImportRow> row, LoadRosterImport(session, id));
  if (!row || (row->kind == ImportKind::kMembers) != members_) return RosterImportNotFound(id);
  RONGHE_RETURN_IF_ERROR(call.Authorize(row->organization_id));
  return *std::move(row);
}

absl::StatusOr<std::string> ImportDesk::SameFile(sql::Session& session,
                                                 const RosterImportRow& row) const {
  RONGHE_ASSIGN_OR_RETURN(const int64_t same, SameFileAs(session, row));
  return same == 0 ? std::string() : Name(same);
}

absl::StatusOr<ImportDesk::File> ImportDesk::Errors(rpc::Call& call, int64_t id) const {
  RosterImportRow row;
  std::string bytes;
  std::vector<RosterErrorRow> errors;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Transact(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(row, LoadFor(call, session, id));
        if (row.state == RosterState::kUploading || row.state == RosterState::kChecking ||
            row.state == RosterState::kRunning) {
          return WrongState(row.state);
        }
        if (row.file_deleted) return RosterFileExpired();
        RONGHE_RETURN_IF_ERROR(
            audit::AuditRead(session, writer_.ids(), call, row.organization_id, Name(id)));
        RONGHE_ASSIGN_OR_RETURN(bytes, RosterBytes(session, fields_, row));
        RONGHE_ASSIGN_OR_RETURN(errors, AllErrors(session, id));
        return absl::OkStatus();
      }));
  RONGHE_ASSIGN_OR_RETURN(const PlainSheet sheet, ReadPlainSheet(row.kind, row.file_name, bytes));
  RONGHE_ASSIGN_OR_RETURN(std::string workbook, WriteErrors(SheetTitle(row.kind), sheet.header,
                                                            FailedRows(sheet.rows, errors)));
  const std::string stem = row.file_name.substr(0, row.file_name.rfind('.'));
  return File{base::Cat(stem, "-错误行.xlsx"), std::move(workbook)};
}

}  // namespace ronghe::membership

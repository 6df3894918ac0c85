#include "services/membership/api/member_export_api.h"

#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "common/workbook/xlsx_stream.h"
#include "services/membership/api/convert.h"
#include "services/membership/api/export_walk.h"
#include "services/membership/api/member_cells.h"
#include "services/membership/api/request.h"
#include "services/membership/domain/errors.h"

namespace ronghe::membership {
namespace {

constexpr char kCollection[] = "memberExports";
constexpr char kSheet[] = "党员名册";

v1::MemberExport ToProto(const MemberExportRow& row) {
  v1::MemberExport exported;
  exported.set_name(base::Name(kCollection, row.id));
  exported.set_organization(base::Name("organizations", row.organization_id));
  exported.set_requester(row.requested_by);
  exported.set_purpose(row.purpose);
  exported.set_category(static_cast<v1::MemberCategory>(row.category));
  exported.set_standing(static_cast<v1::MemberStanding>(row.standing));
  exported.set_unmasked(row.unmasked);
  *exported.mutable_create_time() = rpc::ToProto(row.create_time);
  *exported.mutable_expire_time() = rpc::ToProto(row.expire_time);
  return exported;
}

ExportedFile FileOf(const MemberExportRow& row) {
  return {row.organization_id, base::Name(kCollection, row.id), row.purpose, row.unmasked};
}

ExportMark MarkOf(const rpc::Call& call, const MemberExportRow& row,
                  std::string_view purpose_title) {
  return {.subject = call.principal().subject,
          .export_name = base::Name(kCollection, row.id),
          .purpose = row.purpose,
          .purpose_title = std::string(purpose_title),
          .unmasked = row.unmasked,
          .time = call.now()};
}

}  // namespace

absl::StatusOr<v1::MemberExport> MemberExportApi::CreateMemberExport(
    rpc::Call& call, const v1::CreateMemberExportRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization_id,
                          base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(
      const UnmaskRules* const rules,
      CheckExport(call, tree_, rules_, organization_id, request.unmasked(), request.purpose()));
  MemberExportRow row{.organization_id = organization_id,
                      .requested_by = call.principal().subject,
                      .purpose = request.purpose(),
                      .category = request.category(),
                      .standing = request.standing(),
                      .unmasked = request.unmasked(),
                      .rule_set = rules->name,
                      .create_time = call.now(),
                      .expire_time = call.now() + rules->download_window};
  if (row.category != 0 && !CategoryOf(row.category)) {
    return error::InvalidFields({{"category", "人员类别不在代码表中。"}});
  }
  if (row.standing == 0) row.standing = static_cast<int32_t>(Standing::kNormal);
  if (!StandingOf(row.standing)) {
    return error::InvalidFields({{"standing", "党籍状态不在代码表中。"}});
  }
  return writer_.Write<v1::MemberExport>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::MemberExport> {
        row.id = tx.NextId();
        RONGHE_RETURN_IF_ERROR(InsertMemberExport(tx.session(), row));
        tx.Audit(organization_id, base::Name(kCollection, row.id));
        return ToProto(row);
      });
}

absl::StatusOr<MemberExportRow> MemberExportApi::LoadFor(rpc::Call& call,
                                                         const std::string& name) const {
  return LoadExport<MemberExportRow>(call, writer_.database(), name, kCollection, &LoadMemberExport,
                                     &MemberExportNotFound);
}

absl::StatusOr<v1::MemberExport> MemberExportApi::GetMemberExport(
    rpc::Call& call, const v1::GetMemberExportRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const MemberExportRow row, LoadFor(call, request.name()));
  return ToProto(row);
}

absl::StatusOr<v1::ListMemberExportsResponse> MemberExportApi::ListMemberExports(
    rpc::Call& call, const v1::ListMemberExportsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(
      RowPage<MemberExportRow> page,
      ReadIdPage<MemberExportRow>(call, writer_.database(), tokens_, request.parent(),
                                  request.page_size(), request.page_token(),
                                  std::numeric_limits<int64_t>::max(),
                                  [id](sql::Session& session, int64_t before, int32_t limit) {
                                    return MemberExportsOf(session, id, before, limit);
                                  }));
  v1::ListMemberExportsResponse response;
  for (const MemberExportRow& row : page.rows) *response.add_member_exports() = ToProto(row);
  response.set_next_page_token(std::move(page.next_page_token));
  return response;
}

absl::Status MemberExportApi::Send(rpc::Call& call, const MemberExportRow& row,
                                   rpc::StreamWriter<v1::MemberExportPart>& out,
                                   int64_t& rows) const {
  const UnmaskRules& rules = rules_.On(base::ShanghaiDay(row.create_time));
  const Purpose* const purpose = rules.Find(row.purpose);
  MemberCells cells(tree_.tree(), fields_, row.unmasked);
  workbook::XlsxOptions options =
      MarkedWorkbook(kSheet, MarkOf(call, row, purpose == nullptr ? "" : purpose->title));
  options.columns = cells.Header();
  workbook::XlsxStream workbook(std::move(options), [&out](std::string bytes) {
    v1::MemberExportPart part;
    part.set_content(std::move(bytes));
    return out.Write(part);
  });
  const MemberFilter filter{.category = row.category, .standing = row.standing};
  RONGHE_RETURN_IF_ERROR(ForEachMember(
      writer_.database(), tree_.tree(), call, row.organization_id, filter,
      [&](std::span<const MemberRow> members) -> absl::Status {
        // What is recorded as read in full is committed before it is sent.
        if (row.unmasked) {
          RONGHE_RETURN_IF_ERROR(RecordFullReads(writer_, call, MemberIds(members), row.purpose));
        }
        for (const MemberRow& member : members) {
          RONGHE_ASSIGN_OR_RETURN(const std::vector<std::string> line, cells.Of(member));
          RONGHE_RETURN_IF_ERROR(workbook.Row(line));
          rows = workbook.rows();
        }
        return absl::OkStatus();
      }));
  return workbook.Finish();
}

absl::Status MemberExportApi::DownloadMemberExport(rpc::Call& call,
                                                   const v1::DownloadMemberExportRequest& request,
                                                   rpc::StreamWriter<v1::MemberExportPart>& out) {
  RONGHE_ASSIGN_OR_RETURN(const MemberExportRow row, LoadFor(call, request.name()));
  RONGHE_RETURN_IF_ERROR(CheckDownload(call, rules_, row));
  tree_.AfterOwnWrites(call.deadline());
  RONGHE_RETURN_IF_ERROR(
      RecordDownload(writer_, call, FileOf(row), "download begins", absl::OkStatus()));
  int64_t rows = 0;
  const absl::Status sent = Send(call, row, out, rows);
  RONGHE_RETURN_IF_ERROR(
      RecordDownload(writer_, call, FileOf(row), base::Cat("rows=", rows), sent));
  RONGHE_RETURN_IF_ERROR(sent);
  v1::MemberExportPart last;
  last.set_row_count(rows);
  return out.Write(last);
}

}  // namespace ronghe::membership

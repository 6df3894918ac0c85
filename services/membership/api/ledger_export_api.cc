#include "services/membership/api/ledger_export_api.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/str_format.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "common/workbook/xlsx_stream.h"
#include "services/membership/api/convert.h"
#include "services/membership/api/ledger_paper.h"
#include "services/membership/api/member_cells.h"
#include "services/membership/api/request.h"
#include "services/membership/api/subject_registry.h"
#include "services/membership/domain/errors.h"

namespace ronghe::membership {
namespace {

constexpr char kCollection[] = "ledgerExports";
constexpr char kTransfersCollection[] = "transfers";
constexpr char kCasesCollection[] = "admissionCases";
constexpr size_t kPartBytes = 256 << 10;
constexpr size_t kMonths = 12;

constexpr std::string_view kXlsxMedia =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
constexpr std::string_view kDocxMedia =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
constexpr std::string_view kPdfMedia = "application/pdf";

absl::Status LedgerUnavailable() {
  return error::Make(absl::StatusCode::kInvalidArgument, "LEDGER_UNAVAILABLE",
                     "没有这种台账或文书，或缺少它所属的事项、年度。");
}

absl::Status FormatUnsupported() {
  return error::Make(absl::StatusCode::kInvalidArgument, "LEDGER_FORMAT_UNSUPPORTED",
                     "台账只能导出为XLSX，文书只能导出为DOCX或PDF。");
}

v1::LedgerExport ToProto(const LedgerExportRow& row) {
  v1::LedgerExport exported;
  exported.set_name(base::Name(kCollection, row.id));
  exported.set_organization(base::Name("organizations", row.organization_id));
  exported.set_requester(row.requested_by);
  exported.set_ledger(static_cast<v1::Ledger>(row.ledger));
  if (row.subject_id != 0) {
    exported.set_subject(base::Name(row.subject_collection, row.subject_id));
  }
  exported.set_year(row.year);
  exported.set_format(static_cast<v1::LedgerFormat>(row.format));
  exported.set_purpose(row.purpose);
  exported.set_unmasked(row.unmasked);
  *exported.mutable_create_time() = rpc::ToProto(row.create_time);
  *exported.mutable_expire_time() = rpc::ToProto(row.expire_time);
  return exported;
}

bool IsPaper(int32_t ledger) {
  return ledger == v1::LEDGER_TRANSFER_LETTER || ledger == v1::LEDGER_ADMISSION_SHEET;
}

ExportedFile FileOf(const LedgerExportRow& row) {
  return {row.organization_id, base::Name(kCollection, row.id), row.purpose, row.unmasked};
}

ExportMark MarkOf(const rpc::Call& call, const LedgerExportRow& row, const UnmaskRules& rules) {
  const Purpose* const purpose = rules.Find(row.purpose);
  return {.subject = call.principal().subject,
          .export_name = base::Name(kCollection, row.id),
          .purpose = row.purpose,
          .purpose_title = purpose == nullptr ? "" : purpose->title,
          .unmasked = row.unmasked,
          .time = call.now()};
}

// "1234.50".
std::string Yuan(int64_t fen) { return absl::StrFormat("%d.%02d", fen / 100, fen % 100); }

// Sends what the file is called first, then its bytes.
absl::Status SendHead(rpc::StreamWriter<v1::LedgerExportPart>& out, std::string name,
                      std::string_view media_type) {
  v1::LedgerExportPart part;
  part.set_file_name(std::move(name));
  part.set_content_type(std::string(media_type));
  return out.Write(part);
}

absl::Status SendBytes(rpc::StreamWriter<v1::LedgerExportPart>& out, std::string bytes) {
  v1::LedgerExportPart part;
  part.set_content(std::move(bytes));
  return out.Write(part);
}

// The bills of one member.
struct DuesYear {
  std::array<int64_t, kMonths> paid = {};
  int64_t due = 0;

  void Add(const DuesLedgerBill& bill) {
    due += bill.due_fen;
    if (bill.month >= 1 && bill.month <= static_cast<int32_t>(kMonths)) {
      paid[static_cast<size_t>(bill.month) - 1] += bill.paid_fen;
    }
  }
};

}  // namespace

absl::Status LedgerExportApi::Check(rpc::Call& call, const LedgerExportRow& row) const {
  const bool word = row.format == v1::LEDGER_FORMAT_DOCX || row.format == v1::LEDGER_FORMAT_PDF;
  switch (row.ledger) {
    case v1::LEDGER_MEMBERS:
      break;
    case v1::LEDGER_DUES:
      if (!sources_.dues_bills || row.year == 0) return LedgerUnavailable();
      break;
    case v1::LEDGER_TRANSFER_LETTER:
    case v1::LEDGER_ADMISSION_SHEET: {
      if (!word) return FormatUnsupported();
      RONGHE_ASSIGN_OR_RETURN(const Printed printed, Print(call, row));
      // What a case's organization is, its own committee or one above says.
      if (!tree_.Within(printed.organization_id, row.organization_id)) {
        return rpc::Call::ScopeDenied(call.permission());
      }
      return absl::OkStatus();
    }
    default:
      return LedgerUnavailable();
  }
  return row.format == v1::LEDGER_FORMAT_XLSX ? absl::OkStatus() : FormatUnsupported();
}

absl::StatusOr<LedgerExportApi::Printed> LedgerExportApi::Print(rpc::Call& call,
                                                                const LedgerExportRow& row) const {
  return writer_.database().Read(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<Printed> {
        if (row.ledger == v1::LEDGER_TRANSFER_LETTER) {
          if (!sources_.transfer_letter || row.subject_collection != kTransfersCollection) {
            return LedgerUnavailable();
          }
          RONGHE_ASSIGN_OR_RETURN(const TransferLetter letter,
                                  sources_.transfer_letter(session, row.subject_id));
          Printed printed{.organization_id = letter.organization_id,
                          .member_ids = {},
                          .paper = TransferLetterPaper(letter, row.unmasked),
                          .persons = static_cast<int64_t>(letter.persons.size())};
          for (const LetterPerson& person : letter.persons) {
            if (person.member_id != 0) printed.member_ids.push_back(person.member_id);
          }
          return printed;
        }
        if (!sources_.admission_sheet || row.subject_collection != kCasesCollection) {
          return LedgerUnavailable();
        }
        RONGHE_ASSIGN_OR_RETURN(const AdmissionSheet sheet,
                                sources_.admission_sheet(session, row.subject_id));
        return Printed{.organization_id = sheet.organization_id,
                       .member_ids = sheet.member_ids,
                       .paper = AdmissionSheetPaper(sheet, row.unmasked),
                       .persons = 1};
      });
}

absl::StatusOr<v1::LedgerExport> LedgerExportApi::CreateLedgerExport(
    rpc::Call& call, const v1::CreateLedgerExportRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization_id,
                          base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(
      const UnmaskRules* const rules,
      CheckExport(call, tree_, rules_, organization_id, request.unmasked(), request.purpose()));
  LedgerExportRow row{.organization_id = organization_id,
                      .requested_by = call.principal().subject,
                      .ledger = request.ledger(),
                      .subject_collection = {},
                      .year = request.ledger() == v1::LEDGER_DUES ? request.year() : 0,
                      .format = request.format(),
                      .purpose = request.purpose(),
                      .unmasked = request.unmasked(),
                      .rule_set = rules->name,
                      .create_time = call.now(),
                      .expire_time = call.now() + rules->download_window};
  if (IsPaper(row.ledger)) {
    RONGHE_ASSIGN_OR_RETURN(const Subject subject, ParseSubject(request.subject()));
    row.subject_collection = subject.collection;
    row.subject_id = subject.id;
  }
  if (row.format == v1::LEDGER_FORMAT_UNSPECIFIED) {
    row.format = IsPaper(row.ledger) ? v1::LEDGER_FORMAT_DOCX : v1::LEDGER_FORMAT_XLSX;
  }
  RONGHE_RETURN_IF_ERROR(Check(call, row));
  return writer_.Write<v1::LedgerExport>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::LedgerExport> {
        row.id = tx.NextId();
        RONGHE_RETURN_IF_ERROR(InsertLedgerExport(tx.session(), row));
        tx.Audit(organization_id, base::Name(kCollection, row.id));
        return ToProto(row);
      });
}

absl::StatusOr<LedgerExportRow> LedgerExportApi::LoadFor(rpc::Call& call,
                                                         const std::string& name) const {
  return LoadExport<LedgerExportRow>(call, writer_.database(), name, kCollection, &LoadLedgerExport,
                                     &LedgerExportNotFound);
}

absl::StatusOr<v1::LedgerExport> LedgerExportApi::GetLedgerExport(
    rpc::Call& call, const v1::GetLedgerExportRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const LedgerExportRow row, LoadFor(call, request.name()));
  return ToProto(row);
}

absl::StatusOr<v1::ListLedgerExportsResponse> LedgerExportApi::ListLedgerExports(
    rpc::Call& call, const v1::ListLedgerExportsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(
      RowPage<LedgerExportRow> page,
      ReadIdPage<LedgerExportRow>(call, writer_.database(), tokens_, request.parent(),
                                  request.page_size(), request.page_token(),
                                  std::numeric_limits<int64_t>::max(),
                                  [id](sql::Session& session, int64_t before, int32_t limit) {
                                    return LedgerExportsOf(session, id, before, limit);
                                  }));
  v1::ListLedgerExportsResponse response;
  for (const LedgerExportRow& row : page.rows) *response.add_ledger_exports() = ToProto(row);
  response.set_next_page_token(std::move(page.next_page_token));
  return response;
}

absl::Status LedgerExportApi::SendMembers(rpc::Call& call, const LedgerExportRow& row, Out& out,
                                          int64_t& rows) const {
  MemberCells cells(tree_.tree(), fields_, row.unmasked);
  workbook::XlsxOptions options =
      MarkedWorkbook("党员台账", MarkOf(call, row, rules_.On(base::ShanghaiDay(row.create_time))));
  options.columns = cells.Header();
  options.columns.insert(options.columns.begin(), workbook::Column{"序号", 8});
  RONGHE_RETURN_IF_ERROR(SendHead(out, "党员台账.xlsx", kXlsxMedia));
  workbook::XlsxStream workbook(
      std::move(options), [&out](std::string bytes) { return SendBytes(out, std::move(bytes)); });
  int64_t branch = 0;
  int64_t number = 0;
  RONGHE_RETURN_IF_ERROR(ForEachMember(
      writer_.database(), tree_.tree(), call, row.organization_id,
      {.standing = static_cast<int32_t>(Standing::kNormal)},
      [&](std::span<const MemberRow> members) -> absl::Status {
        if (row.unmasked) {
          RONGHE_RETURN_IF_ERROR(RecordFullReads(writer_, call, MemberIds(members), row.purpose));
        }
        for (const MemberRow& member : members) {
          number = member.organization_id == branch ? number + 1 : 1;
          branch = member.organization_id;
          RONGHE_ASSIGN_OR_RETURN(std::vector<std::string> line, cells.Of(member));
          line.insert(line.begin(), base::Cat(number));
          RONGHE_RETURN_IF_ERROR(workbook.Row(line));
          rows = workbook.rows();
        }
        return absl::OkStatus();
      }));
  return workbook.Finish();
}

absl::Status LedgerExportApi::SendDues(rpc::Call& call, const LedgerExportRow& row, Out& out,
                                       int64_t& rows) const {
  MemberCells places(tree_.tree(), fields_, row.unmasked);
  workbook::XlsxOptions options =
      MarkedWorkbook("党费台账", MarkOf(call, row, rules_.On(base::ShanghaiDay(row.create_time))));
  options.columns = {{"所在党支部编码", 16}, {"所在党支部", 24}, {"姓名", 12}, {"年度", 8}};
  for (size_t month = 1; month <= kMonths; ++month) {
    options.columns.push_back({base::Cat(month, "月实缴(元)"), 12});
  }
  options.columns.push_back({"全年应缴(元)", 14});
  options.columns.push_back({"全年实缴(元)", 14});
  options.columns.push_back({"欠缴(元)", 12});
  RONGHE_RETURN_IF_ERROR(SendHead(out, base::Cat("党费台账", row.year, ".xlsx"), kXlsxMedia));
  workbook::XlsxStream workbook(
      std::move(options), [&out](std::string bytes) { return SendBytes(out, std::move(bytes)); });
  RONGHE_RETURN_IF_ERROR(ForEachMember(
      writer_.database(), tree_.tree(), call, row.organization_id,
      {.standing = static_cast<int32_t>(Standing::kNormal)},
      [&](std::span<const MemberRow> members) -> absl::Status {
        const std::vector<int64_t> ids = MemberIds(members);
        std::map<int64_t, DuesYear> years;
        RONGHE_RETURN_IF_ERROR(
            writer_.database().Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
              years.clear();
              for (size_t from = 0; from < ids.size(); from += sql::kMaxList) {
                const auto part =
                    std::span(ids).subspan(from, std::min(sql::kMaxList, ids.size() - from));
                RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesLedgerBill> bills,
                                        sources_.dues_bills(session, part, row.year));
                for (const DuesLedgerBill& bill : bills) years[bill.member_id].Add(bill);
              }
              return absl::OkStatus();
            }));
        for (const MemberRow& member : members) {
          const DuesYear& year = years[member.id];
          const org::OrgNode& branch = places.Branch(member.organization_id);
          std::vector<std::string> line = {branch.code, branch.name, member.full_name,
                                           base::Cat(row.year)};
          int64_t paid = 0;
          for (const int64_t fen : year.paid) {
            line.push_back(Yuan(fen));
            paid += fen;
          }
          line.push_back(Yuan(year.due));
          line.push_back(Yuan(paid));
          line.push_back(Yuan(std::max<int64_t>(0, year.due - paid)));
          RONGHE_RETURN_IF_ERROR(workbook.Row(line));
          rows = workbook.rows();
        }
        return absl::OkStatus();
      }));
  return workbook.Finish();
}

absl::Status LedgerExportApi::SendPaper(rpc::Call& call, const LedgerExportRow& row, Out& out,
                                        int64_t& rows) const {
  RONGHE_ASSIGN_OR_RETURN(Printed printed, Print(call, row));
  const ExportMark mark = MarkOf(call, row, rules_.On(base::ShanghaiDay(row.create_time)));
  printed.paper.watermark = mark.Line();
  printed.paper.author = mark.subject;
  printed.paper.created = mark.time;
  const bool pdf = row.format == v1::LEDGER_FORMAT_PDF;
  RONGHE_ASSIGN_OR_RETURN(const std::string bytes,
                          pdf ? paper::RenderPdf(printed.paper) : paper::RenderDocx(printed.paper));
  if (row.unmasked) {
    RONGHE_RETURN_IF_ERROR(RecordFullReads(writer_, call, printed.member_ids, row.purpose));
  }
  const std::string_view title =
      row.ledger == v1::LEDGER_TRANSFER_LETTER ? "党员组织关系介绍信" : "入党志愿书信息表";
  RONGHE_RETURN_IF_ERROR(
      SendHead(out, base::Cat(title, pdf ? ".pdf" : ".docx"), pdf ? kPdfMedia : kDocxMedia));
  for (size_t from = 0; from < bytes.size(); from += kPartBytes) {
    RONGHE_RETURN_IF_ERROR(SendBytes(out, bytes.substr(from, kPartBytes)));
  }
  rows = printed.persons;
  return absl::OkStatus();
}

absl::Status LedgerExportApi::DownloadLedgerExport(rpc::Call& call,
                                                   const v1::DownloadLedgerExportRequest& request,
                                                   Out& out) {
  RONGHE_ASSIGN_OR_RETURN(const LedgerExportRow row, LoadFor(call, request.name()));
  RONGHE_RETURN_IF_ERROR(CheckDownload(call, rules_, row));
  tree_.AfterOwnWrites(call.deadline());
  // A case may have gone elsewhere since the export was opened.
  RONGHE_RETURN_IF_ERROR(Check(call, row));
  RONGHE_RETURN_IF_ERROR(
      RecordDownload(writer_, call, FileOf(row), "download begins", absl::OkStatus()));
  int64_t rows = 0;
  const absl::Status sent = row.ledger == v1::LEDGER_MEMBERS ? SendMembers(call, row, out, rows)
                            : row.ledger == v1::LEDGER_DUES  ? SendDues(call, row, out, rows)
                                                             : SendPaper(call, row, out, rows);
  RONGHE_RETURN_IF_ERROR(
      RecordDownload(writer_, call, FileOf(row), base::Cat("rows=", rows), sent));
  RONGHE_RETURN_IF_ERROR(sent);
  v1::LedgerExportPart last;
  last.set_row_count(rows);
  return out.Write(last);
}

}  // namespace ronghe::membership

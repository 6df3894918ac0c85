#include "services/membership/api/statistics_api.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/audit/read.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "common/rpc/etag.h"
#include "common/workbook/xlsx_stream.h"
#include "services/membership/api/cell_entries.h"
#include "services/membership/api/convert.h"
#include "services/membership/api/report_workbook.h"
#include "services/membership/domain/errors.h"
#include "services/membership/domain/statistics/errors.h"
#include "services/membership/store/statistics_source.h"

namespace ronghe::membership {
namespace {

constexpr char kReports[] = "statisticsReports";
constexpr char kForms[] = "reportForms";

bool HasFigures(ReportState state) {
  return state == ReportState::kComputed || state == ReportState::kSubmitted ||
         state == ReportState::kUnlocked;
}

v1::ReportLine ToProto(const Line& line) {
  v1::ReportLine shown;
  shown.set_number(line.number);
  shown.set_title(line.title);
  shown.set_group(line.group);
  shown.set_part_of(line.part_of);
  shown.set_computed(!line.sum.empty());
  shown.set_provided_by(line.provided_by);
  return shown;
}

v1::ReportFormTable ToProto(const FormTable& table) {
  v1::ReportFormTable shown;
  shown.set_number(table.number);
  shown.set_title(table.title);
  shown.set_unit(table.unit);
  shown.set_note(table.note);
  shown.set_provided_by(table.provided_by);
  for (const Line& line : table.rows) *shown.add_rows() = ToProto(line);
  for (const Line& line : table.columns) *shown.add_columns() = ToProto(line);
  for (const Identity& identity : table.identities) shown.add_identities(identity.text);
  return shown;
}

v1::ReportForm ToProto(const Form& form, bool tables) {
  v1::ReportForm shown;
  shown.set_name(base::Cat(kForms, "/", form.name()));
  shown.set_title(form.title());
  shown.set_year(form.year());
  if (!tables) return shown;
  for (const FormTable& table : form.tables()) *shown.add_tables() = ToProto(table);
  return shown;
}

v1::StatisticsReport ToProto(const ReportRow& row) {
  v1::StatisticsReport report;
  report.set_name(base::Name(kReports, row.id));
  report.set_organization(base::Name("organizations", row.organization_id));
  report.set_form(base::Cat(kForms, "/", row.form));
  report.set_kind(static_cast<v1::ReportKind>(row.kind));
  *report.mutable_period_from() = rpc::ToProto(row.period_from);
  *report.mutable_snapshot_day() = rpc::ToProto(row.snapshot_day);
  report.set_state(static_cast<v1::ReportState>(row.state));
  report.set_organization_count(row.organization_count);
  report.set_computed_count(row.computed_count);
  report.set_difference_count(row.difference_count);
  report.set_requester(row.requested_by);
  report.set_failure_reason(row.failure_reason);
  *report.mutable_create_time() = rpc::ToProto(row.create_time);
  if (row.compute_time) *report.mutable_compute_time() = rpc::ToProto(*row.compute_time);
  if (row.submit_time) *report.mutable_submit_time() = rpc::ToProto(*row.submit_time);
  report.set_etag(rpc::EtagOf(row.etag));
  return report;
}

// What those below the report's top see of it: which it is and whether it has figures for them.
v1::StatisticsReport Signpost(const ReportRow& row) {
  v1::StatisticsReport report = ToProto(row);
  report.clear_organization_count();
  report.clear_computed_count();
  report.clear_difference_count();
  report.clear_requester();
  report.clear_failure_reason();
  return report;
}

v1::ReportDifference ToProto(const ReportDifferenceRow& row) {
  v1::ReportDifference difference;
  difference.set_organization(base::Name("organizations", row.organization_id));
  difference.set_table(row.table_no);
  difference.set_row(row.row_no);
  difference.set_column(row.column_no);
  difference.set_check(row.check_text);
  difference.set_expected(row.expected);
  difference.set_actual(row.actual);
  return difference;
}

// "statisticsReports/7/tables/39b".
struct TableName {
  int64_t report_id = 0;
  std::string number;
};

absl::StatusOr<TableName> ParseTableName(std::string_view name) {
  const std::vector<std::string> parts = absl::StrSplit(base::Sv(name), '/');
  const bool named = parts.size() == 4 && parts[2] == "tables" && !parts[3].empty();
  if (!named) return base::ParseName("", kReports).status();
  RONGHE_ASSIGN_OR_RETURN(const int64_t id,
                          base::ParseName(base::Cat(parts[0], "/", parts[1]), kReports));
  return TableName{id, parts[3]};
}

// The period of a report of a kind that ends on a day; nothing where they do not fit.
std::optional<ReportPeriod> PeriodOf(v1::ReportKind kind, absl::CivilDay snapshot,
                                     std::optional<absl::CivilDay> from) {
  const absl::CivilDay first(snapshot.year(), 1, 1);
  switch (kind) {
    case v1::REPORT_KIND_YEAR:
      if (snapshot != absl::CivilDay(snapshot.year(), 12, 31)) return std::nullopt;
      break;
    case v1::REPORT_KIND_HALF_YEAR:
      if (snapshot != absl::CivilDay(snapshot.year(), 6, 30)) return std::nullopt;
      break;
    case v1::REPORT_KIND_PERIOD:
      if (!from || *from > snapshot) return std::nullopt;
      return ReportPeriod{*from, snapshot};
    default:
      return std::nullopt;
  }
  if (from && *from != first) return std::nullopt;
  return ReportPeriod{first, snapshot};
}

std::string DayText(absl::CivilDay day) {
  return base::Cat(day.year(), "年", day.month(), "月", day.day(), "日");
}

}  // namespace

StatisticsApi::StatisticsApi(service::Writer& writer, MembershipTree& tree, const FormBook& forms,
                             const RuleBooks& books, const rpc::PageTokens& tokens,
                             std::function<void()> nudge)
    : writer_(writer),
      tree_(tree),
      forms_(forms),
      books_(books),
      tokens_(tokens),
      nudge_(std::move(nudge)) {}

absl::StatusOr<v1::ListReportFormsResponse> StatisticsApi::ListReportForms(
    rpc::Call&, const v1::ListReportFormsRequest&) {
  v1::ListReportFormsResponse response;
  const std::vector<Form>& forms = forms_.forms();
  std::for_each(forms.rbegin(), forms.rend(),
                [&](const Form& form) { *response.add_report_forms() = ToProto(form, false); });
  return response;
}

absl::StatusOr<v1::ReportForm> StatisticsApi::GetReportForm(
    rpc::Call&, const v1::GetReportFormRequest& request) {
  const std::string_view name = base::Sv(absl::StripPrefix(request.name(), base::Cat(kForms, "/")));
  const Form* const form = forms_.Find(name);
  if (form == nullptr) return FormNotFound(name);
  return ToProto(*form, true);
}

absl::StatusOr<v1::StatisticsReport> StatisticsApi::CreateStatisticsReport(
    rpc::Call& call, const v1::CreateStatisticsReportRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t organization_id,
                          base::ParseName(request.parent(), "organizations"));
  tree_.AfterOwnWrites(call.deadline());
  if (!tree_.Contains(organization_id)) return OrganizationNotFound(organization_id);
  const v1::StatisticsReport& wanted = request.statistics_report();
  std::vector<error::FieldViolation> violations;
  const std::optional<absl::CivilDay> from = ReadDay(wanted.has_period_from(), wanted.period_from(),
                                                     "statistics_report.period_from", violations);
  const std::optional<absl::CivilDay> snapshot =
      ReadDay(wanted.has_snapshot_day(), wanted.snapshot_day(), "statistics_report.snapshot_day",
              violations);
  if (violations.empty() && !snapshot) {
    violations.push_back({"statistics_report.snapshot_day", "请填写统计截止日。"});
  }
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  const std::optional<ReportPeriod> period = PeriodOf(wanted.kind(), *snapshot, from);
  if (!period) {
    return error::InvalidFields({{"statistics_report.period_from", "起止日期与报表种类不符。"}});
  }
  const absl::CivilDay today = base::ShanghaiDay(call.now());
  if (period->snapshot >= today) return PeriodNotOver(period->snapshot, today);
  const std::string_view form_name =
      base::Sv(absl::StripPrefix(wanted.form(), base::Cat(kForms, "/")));
  const Form* form = &forms_.Of(static_cast<int32_t>(period->snapshot.year()));
  if (!form_name.empty()) form = forms_.Find(form_name);
  if (form == nullptr) return FormUnknown(form_name);
  return writer_.Write<v1::StatisticsReport>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::StatisticsReport> {
        const ReportRow row{.id = tx.NextId(),
                            .organization_id = organization_id,
                            .form = form->name(),
                            .kind = wanted.kind(),
                            .period_from = period->from,
                            .snapshot_day = period->snapshot,
                            .requested_by = call.principal().subject,
                            .create_time = tx.now(),
                            .update_time = tx.now()};
        RONGHE_RETURN_IF_ERROR(InsertReport(tx.session(), row));
        tx.Audit(organization_id, base::Name(kReports, row.id));
        return ToProto(row);
      });
}

absl::StatusOr<v1::StatisticsReport> StatisticsApi::GetStatisticsReport(
    rpc::Call& call, const v1::GetStatisticsReportRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), kReports));
  RONGHE_ASSIGN_OR_RETURN(const std::optional<ReportRow> row,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return LoadReport(session, id);
                          }));
  if (!row) return ReportNotFound(id);
  RONGHE_RETURN_IF_ERROR(call.Authorize(row->organization_id));
  return ToProto(*row);
}

absl::StatusOr<v1::ListStatisticsReportsResponse> StatisticsApi::ListStatisticsReports(
    rpc::Call& call, const v1::ListStatisticsReportsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(int64_t before,
                          tokens_.OpenNumber(call.method(), request.parent(), request.page_token(),
                                             std::numeric_limits<int64_t>::max()));
  std::vector<int64_t> tops = tree_.tree().Ancestors(id);
  tops.push_back(id);
  const int32_t size = rpc::PageSize(request.page_size());
  RONGHE_ASSIGN_OR_RETURN(const std::vector<ReportRow> rows,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return ReportsOf(session, tops, before, size + 1);
                          }));
  v1::ListStatisticsReportsResponse response;
  for (const ReportRow& row : rows) {
    if (response.statistics_reports_size() == size) {
      response.set_next_page_token(
          tokens_.Seal(call.method(), request.parent(), base::Cat(before)));
      break;
    }
    *response.add_statistics_reports() =
        call.Holds(call.permission(), row.organization_id) ? ToProto(row) : Signpost(row);
    before = row.id;
  }
  return response;
}

absl::StatusOr<v1::StatisticsReport> StatisticsApi::ChangeReport(rpc::Call& call,
                                                                 const std::string& name,
                                                                 const std::string& etag,
                                                                 Change change) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(name, kReports));
  return writer_.Write<v1::StatisticsReport>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::StatisticsReport> {
        RONGHE_ASSIGN_OR_RETURN(ReportRow row, LockReport(tx.session(), id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
        RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(etag, row.etag));
        RONGHE_RETURN_IF_ERROR(change(tx.session(), row));
        ++row.etag;
        row.update_time = tx.now();
        RONGHE_RETURN_IF_ERROR(UpdateReport(tx.session(), row));
        tx.Audit(row.organization_id, base::Name(kReports, id));
        return ToProto(row);
      });
}

absl::StatusOr<v1::StatisticsReport> StatisticsApi::ComputeStatisticsReport(
    rpc::Call& call, const v1::ComputeStatisticsReportRequest& request) {
  auto result = ChangeReport(call, request.name(), request.etag(),
                             [](sql::Session&, ReportRow& row) -> absl::Status {
                               if (row.state == ReportState::kSubmitted) return ReportLocked();
                               if (row.state == ReportState::kComputing) return ReportComputing();
                               row.state = ReportState::kComputing;
                               row.phase = ReportPhase::kFrame;
                               row.organization_count = 0;
                               row.computed_count = 0;
                               row.difference_count = 0;
                               row.failure_reason.clear();
                               row.compute_time.reset();
                               return absl::OkStatus();
                             });
  if (result.ok()) nudge_();
  return result;
}

absl::StatusOr<v1::StatisticsReport> StatisticsApi::SubmitStatisticsReport(
    rpc::Call& call, const v1::SubmitStatisticsReportRequest& request) {
  return ChangeReport(
      call, request.name(), request.etag(),
      [&](sql::Session& session, ReportRow& row) -> absl::Status {
        if (row.state == ReportState::kSubmitted) return ReportLocked();
        if (!HasFigures(row.state)) return ReportNotComputed();
        if (row.difference_count > 0) {
          RONGHE_ASSIGN_OR_RETURN(
              const std::vector<ReportDifferenceRow> first,
              ReportDifferences(session, row.id, 0, -1, row.organization_count - 1, 1));
          if (first.empty()) return ReportNotComputed();
          const ReportDifferenceRow& cell = first.front();
          return ReportHasDifferences(row.difference_count, cell.table_no, cell.row_no,
                                      cell.column_no, cell.check_text, cell.expected, cell.actual);
        }
        row.state = ReportState::kSubmitted;
        row.submit_time = call.now();
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::StatisticsReport> StatisticsApi::UnlockStatisticsReport(
    rpc::Call& call, const v1::UnlockStatisticsReportRequest& request) {
  return ChangeReport(call, request.name(), request.etag(),
                      [](sql::Session&, ReportRow& row) -> absl::Status {
                        if (row.state != ReportState::kSubmitted) return ReportNotSubmitted();
                        row.state = ReportState::kUnlocked;
                        row.submit_time.reset();
                        return absl::OkStatus();
                      });
}

absl::StatusOr<StatisticsApi::Part> StatisticsApi::LoadPart(rpc::Call& call, int64_t report_id,
                                                            const std::string& organization) const {
  int64_t organization_id = 0;
  if (!organization.empty()) {
    RONGHE_ASSIGN_OR_RETURN(organization_id, base::ParseName(organization, "organizations"));
  }
  std::optional<ReportRow> report;
  std::optional<ReportOrganizationRow> row;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Read(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(report, LoadReport(session, report_id));
        if (!report) return ReportNotFound(report_id);
        if (organization_id == 0) organization_id = report->organization_id;
        if (!HasFigures(report->state)) return absl::OkStatus();
        RONGHE_ASSIGN_OR_RETURN(row, LoadReportOrganization(session, report_id, organization_id));
        return absl::OkStatus();
      }));
  const bool figures = HasFigures(report->state);
  const bool part =
      figures ? row.has_value() : tree_.tree().Within(organization_id, report->organization_id);
  if (!part) return ReportNotFound(report_id);
  RONGHE_RETURN_IF_ERROR(call.Authorize(organization_id));
  if (!figures) return ReportNotComputed();
  const Form* const form = forms_.Find(report->form);
  if (form == nullptr) return FormUnknown(report->form);
  return Part{*std::move(report), form, *std::move(row)};
}

absl::StatusOr<Figures> StatisticsApi::WholeFigures(const Part& part) const {
  RONGHE_ASSIGN_OR_RETURN(Figures figures, DecodeFigures(*part.form, part.organization.cells));
  FillSums(*part.form, figures);
  return figures;
}

absl::StatusOr<v1::ReportTable> StatisticsApi::GetReportTable(
    rpc::Call& call, const v1::GetReportTableRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const TableName name, ParseTableName(request.name()));
  RONGHE_ASSIGN_OR_RETURN(const Part part, LoadPart(call, name.report_id, request.organization()));
  const FormTable* const table = part.form->Find(name.number);
  if (table == nullptr) return ReportTableNotFound(name.number);
  RONGHE_ASSIGN_OR_RETURN(const Figures figures, WholeFigures(part));
  v1::ReportTable answer;
  answer.set_name(request.name());
  answer.set_organization(base::Name("organizations", part.organization.organization_id));
  *answer.mutable_table() = ToProto(*table);
  for (size_t row = 0; row < table->rows.size(); ++row) {
    for (size_t column = 0; column < table->columns.size(); ++column) {
      const int64_t value = figures[table->cell(row, column)];
      if (value == 0) continue;
      v1::ReportCell& cell = *answer.add_cells();
      cell.set_row(table->rows[row].number);
      cell.set_column(table->columns[column].number);
      cell.set_value(value);
    }
  }
  return answer;
}

template <class Request>
absl::StatusOr<StatisticsApi::CellOfPart> StatisticsApi::LoadCell(rpc::Call& call,
                                                                  const Request& request) const {
  RONGHE_ASSIGN_OR_RETURN(const TableName name, ParseTableName(request.parent()));
  CellOfPart cell;
  RONGHE_ASSIGN_OR_RETURN(cell.part, LoadPart(call, name.report_id, request.organization()));
  cell.table = cell.part.form->Find(name.number);
  if (cell.table == nullptr) return ReportTableNotFound(name.number);
  const std::optional<size_t> row = cell.table->FindRow(request.row());
  const std::optional<size_t> column = cell.table->FindColumn(request.column());
  if (!row || !column) return CellUnknown(*cell.table, request.row(), request.column());
  cell.row = *row;
  cell.column = *column;
  return cell;
}

absl::StatusOr<v1::ListCellOrganizationsResponse> StatisticsApi::ListCellOrganizations(
    rpc::Call& call, const v1::ListCellOrganizationsRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const CellOfPart cell, LoadCell(call, request));
  const ReportOrganizationRow& parent = cell.part.organization;
  const std::string filter = base::Cat(request.parent(), "|", parent.organization_id, "|",
                                       request.row(), "|", request.column());
  RONGHE_ASSIGN_OR_RETURN(int64_t after, tokens_.OpenNumber(call.method(), filter,
                                                            request.page_token(), parent.position));
  const int32_t size = rpc::PageSize(request.page_size());
  RONGHE_ASSIGN_OR_RETURN(const std::vector<ReportOrganizationRow> rows,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return ReportChildren(session, cell.part.report.id,
                                                  parent.organization_id,
                                                  static_cast<int32_t>(after), size + 1);
                          }));
  v1::ListCellOrganizationsResponse response;
  for (const ReportOrganizationRow& row : rows) {
    if (response.organizations_size() == size) {
      response.set_next_page_token(tokens_.Seal(call.method(), filter, base::Cat(after)));
      break;
    }
    RONGHE_ASSIGN_OR_RETURN(const Figures figures,
                            WholeFigures({cell.part.report, cell.part.form, row}));
    v1::CellOrganization& child = *response.add_organizations();
    child.set_organization(base::Name("organizations", row.organization_id));
    child.set_title(row.title);
    child.set_value(figures[cell.cell()]);
    child.set_organization_count(row.last_position - row.position);
    after = row.position;
  }
  return response;
}

namespace {

// Which collection the resource of an entry belongs to.
std::string_view CollectionOf(Source source) {
  switch (source) {
    case Source::kApplicantAtEnd:
    case Source::kAdmission:
      return "admissionCases";
    case Source::kOrganization:
      return "organizations";
    default:
      return "members";
  }
}

// The names of a page's persons and organizations, by resource name.
absl::StatusOr<absl::flat_hash_map<std::string, std::string>> NamesOf(
    sql::Session& session, std::span<const Entry> entries) {
  absl::flat_hash_map<std::string_view, std::vector<int64_t>> ids;
  for (const Entry& entry : entries) {
    ids[CollectionOf(entry.item.source())].push_back(entry.resource_id);
  }
  absl::flat_hash_map<std::string, std::string> names;
  const auto add = [&](std::string_view collection, int64_t id, const std::string& name) {
    names[base::Name(collection, id)] = name;
  };
  RONGHE_ASSIGN_OR_RETURN(const auto members, LoadMembers(session, ids["members"]));
  for (const MemberRow& row : members) add("members", row.id, row.full_name);
  RONGHE_ASSIGN_OR_RETURN(const auto applicants, ApplicantNames(session, ids["admissionCases"]));
  for (const ApplicantName& row : applicants) add("admissionCases", row.case_id, row.full_name);
  RONGHE_ASSIGN_OR_RETURN(const auto organizations,
                          LoadOrganizations(session, ids["organizations"]));
  for (const OrganizationRow& row : organizations) add("organizations", row.id, row.title);
  return names;
}

// Without a name for whoever stands in an organization that the caller may not read any more.
v1::CellEntry ToProto(const rpc::Call& call, const Entry& entry,
                      const absl::flat_hash_map<std::string, std::string>& names) {
  v1::CellEntry shown;
  shown.set_organization(base::Name("organizations", entry.organization_id));
  shown.set_change_code(entry.change_code);
  if (entry.day != absl::CivilDay()) *shown.mutable_day() = rpc::ToProto(entry.day);
  if (!call.Holds(call.permission(), entry.organization_id)) return shown;
  shown.set_resource(base::Name(CollectionOf(entry.item.source()), entry.resource_id));
  const auto name = names.find(shown.resource());
  if (name != names.end()) shown.set_display_name(name->second);
  return shown;
}

}  // namespace

absl::StatusOr<v1::ListCellEntriesResponse> StatisticsApi::ListCellEntries(
    rpc::Call& call, const v1::ListCellEntriesRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const CellOfPart cell, LoadCell(call, request));
  const FormTable& table = *cell.table;
  if (!table.Counts(cell.row, cell.column)) {
    const Line& row = table.rows[cell.row];
    return CellIsComputed(table, row.counts() ? table.columns[cell.column] : row);
  }
  const ReportRow& report = cell.part.report;
  const ReportOrganizationRow& organization = cell.part.organization;
  const std::string filter = base::Cat(request.parent(), "|", organization.organization_id, "|",
                                       request.row(), "|", request.column());
  EntryCursor cursor;
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string text,
                            tokens_.Open(call.method(), filter, request.page_token()));
    RONGHE_ASSIGN_OR_RETURN(cursor, EntryCursor::Parse(text));
  }
  RONGHE_ASSIGN_OR_RETURN(const Figures figures, WholeFigures(cell.part));
  const int64_t months =
      books_.Get("admission").On(report.snapshot_day).Get("probation.months").number;
  const StatisticsSource source(*cell.part.form, {report.period_from, report.snapshot_day},
                                static_cast<int32_t>(months));
  const CellEntries reader(*cell.part.form, table, cell.row, cell.column, source, report.id,
                           organization);
  const auto size = static_cast<size_t>(rpc::PageSize(request.page_size()));
  EntryPage page;
  absl::flat_hash_map<std::string, std::string> names;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Transact(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(audit::AuditRead(
            session, writer_.ids(), call, organization.organization_id, request.parent(),
            base::Cat("cell=", request.row(), ".", request.column())));
        RONGHE_ASSIGN_OR_RETURN(page, reader.Read(session, cursor, size));
        RONGHE_ASSIGN_OR_RETURN(names, NamesOf(session, page.entries));
        return absl::OkStatus();
      }));
  v1::ListCellEntriesResponse response;
  response.set_value(figures[cell.cell()]);
  for (const Entry& entry : page.entries) *response.add_entries() = ToProto(call, entry, names);
  if (page.next) {
    response.set_next_page_token(tokens_.Seal(call.method(), filter, page.next->Format()));
  }
  return response;
}

absl::StatusOr<v1::ListReportDifferencesResponse> StatisticsApi::ListReportDifferences(
    rpc::Call& call, const v1::ListReportDifferencesRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), kReports));
  RONGHE_ASSIGN_OR_RETURN(const Part part, LoadPart(call, id, request.organization()));
  const std::string filter = base::Cat(id, "|", part.organization.organization_id);
  int32_t position = part.organization.position;
  int32_t ordinal = -1;
  if (!request.page_token().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string cursor,
                            tokens_.Open(call.method(), filter, request.page_token()));
    const std::pair<std::string, std::string> parts = absl::StrSplit(cursor, '|');
    static_cast<void>(absl::SimpleAtoi(parts.first, &position));
    static_cast<void>(absl::SimpleAtoi(parts.second, &ordinal));
  }
  const int32_t size = rpc::PageSize(request.page_size());
  RONGHE_ASSIGN_OR_RETURN(const std::vector<ReportDifferenceRow> rows,
                          writer_.database().Read(call.deadline(), [&](sql::Session& session) {
                            return ReportDifferences(session, id, position, ordinal,
                                                     part.organization.last_position, size + 1);
                          }));
  v1::ListReportDifferencesResponse response;
  for (const ReportDifferenceRow& row : rows) {
    if (response.differences_size() == size) {
      response.set_next_page_token(
          tokens_.Seal(call.method(), filter, base::Cat(position, "|", ordinal)));
      break;
    }
    *response.add_differences() = ToProto(row);
    position = row.position;
    ordinal = row.ordinal;
  }
  return response;
}

absl::Status StatisticsApi::DownloadReport(rpc::Call& call,
                                           const v1::DownloadReportRequest& request,
                                           rpc::StreamWriter<v1::DownloadReportResponse>& out) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), kReports));
  RONGHE_ASSIGN_OR_RETURN(const Part part, LoadPart(call, id, request.organization()));
  RONGHE_ASSIGN_OR_RETURN(const Figures figures, WholeFigures(part));
  RONGHE_RETURN_IF_ERROR(writer_.database().Transact(call.deadline(), [&](sql::Session& session) {
    return audit::AuditRead(session, writer_.ids(), call, part.organization.organization_id,
                            request.name(), "download");
  }));
  const std::string& subject = call.principal().subject;
  const std::string time = absl::FormatTime("%Y-%m-%d %H:%M:%S", call.now(), base::Shanghai());
  workbook::XlsxOptions options;
  options.watermark = base::Cat("导出人 ", subject, "  时间 ", time, "  编号 ", request.name());
  options.author = subject;
  options.created = call.now();
  workbook::XlsxStream workbook(std::move(options), [&out](std::string bytes) {
    v1::DownloadReportResponse message;
    message.set_content(std::move(bytes));
    return out.Write(message);
  });
  const std::string heading =
      base::Cat("填报单位：", part.organization.title, "  统计期间：",
                DayText(part.report.period_from), "至", DayText(part.report.snapshot_day));
  const std::vector<Difference> differences = CheckFigures(*part.form, figures);
  for (const FormTable& table : part.form->tables()) {
    std::vector<Difference> own;
    std::copy_if(differences.begin(), differences.end(), std::back_inserter(own),
                 [&](const Difference& difference) { return difference.table == &table; });
    const ReportSheet sheet = LayOut(table, figures, heading, own);
    RONGHE_RETURN_IF_ERROR(workbook.NextSheet(sheet.sheet));
    for (const auto& row : sheet.rows) RONGHE_RETURN_IF_ERROR(workbook.Cells(row));
  }
  return workbook.Finish();
}

}  // namespace ronghe::membership

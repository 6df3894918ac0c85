#include "services/membership/store/workbook/writer.h"

#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "absl/cleanup/cleanup.h"
#include "absl/functional/function_ref.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/workbook/xlsx_stream.h"

namespace ronghe::membership {
namespace {

constexpr lxw_row_t kLastListRow = 20000;
constexpr const char* kHelpSheet = "填写说明";
constexpr const char* kListSheet = "代码表";
constexpr const char* kReasonTitle = "错误原因";

absl::Status WorkbookFailed(std::string_view step) {
  return error::Make(absl::StatusCode::kInternal, "WORKBOOK_FAILED", "生成工作簿失败，请稍后重试。",
                     {{"step", std::string(step)}});
}

// Writes a workbook into memory: the library knows files only, and personal data is to touch no
// disk, so the file is an anonymous one.
absl::StatusOr<std::string> InMemory(absl::FunctionRef<lxw_error(lxw_workbook*)> fill) {
  const int fd = memfd_create("template.xlsx", MFD_CLOEXEC);
  if (fd < 0) return WorkbookFailed("memfd");
  const absl::Cleanup close_fd = [fd] { close(fd); };
  const std::string path = base::Cat("/proc/self/fd/", fd);
  lxw_workbook_options options = {};
  lxw_workbook* workbook = workbook_new_opt(path.c_str(), &options);
  if (workbook == nullptr) return WorkbookFailed("new");
  const lxw_error filled = fill(workbook);
  const lxw_error closed = workbook_close(workbook);
  if (filled != LXW_NO_ERROR) return WorkbookFailed(lxw_strerror(filled));
  if (closed != LXW_NO_ERROR) return WorkbookFailed(lxw_strerror(closed));
  const off_t size = lseek(fd, 0, SEEK_END);
  std::string bytes(static_cast<size_t>(size < 0 ? 0 : size), '\0');
  if (size <= 0 || pread(fd, bytes.data(), bytes.size(), 0) != size) return WorkbookFailed("read");
  return bytes;
}

std::span<const CodeName> ListOf(Field field) {
  switch (field) {
    case Field::kGender:
      return Genders().subspan(1, 2);
    case Field::kEthnicity:
      return EthnicGroups();
    case Field::kEducation:
      return Educations();
    case Field::kDegree:
      return Degrees();
    case Field::kCategory:
      return Categories();
    default:
      return {};
  }
}

bool IsFlag(Field field) {
  return field == Field::kMigrantWorker || field == Field::kFloating ||
         field == Field::kOutOfContact;
}

bool IsDate(Field field) {
  return field == Field::kBirthDate || field == Field::kJoinedOn || field == Field::kConvertedOn;
}

std::string ColumnLetters(size_t column) {
  std::string letters;
  for (size_t n = column + 1; n > 0; n = (n - 1) / 26) {
    letters.insert(letters.begin(), static_cast<char>('A' + (n - 1) % 26));
  }
  return letters;
}

// Writes a list below its title into the list sheet and answers its range.
std::string WriteList(lxw_worksheet* sheet, lxw_col_t column, std::string_view title,
                      const std::vector<std::string>& items, lxw_format* bold) {
  worksheet_write_string(sheet, 0, column, std::string(title).c_str(), bold);
  for (size_t i = 0; i < items.size(); ++i) {
    worksheet_write_string(sheet, static_cast<lxw_row_t>(i) + 1, column, items[i].c_str(), nullptr);
  }
  const std::string letters = ColumnLetters(column);
  return base::Cat("='", kListSheet, "'!$", letters, "$2:$", letters, "$", items.size() + 1);
}

// A column to fill in.
struct TemplateColumn {
  std::string_view title;
  bool required = false;
  bool text = false;
  bool date = false;
  bool wide = false;
  std::string_view note;
  std::vector<std::string> items;  // of its list; empty: there is none
  bool strict = false;             // nothing but what is on the list
};

absl::StatusOr<std::string> WriteTemplate(const std::string& sheet_title,
                                          std::string_view organization_title,
                                          std::span<const TemplateColumn> columns) {
  return InMemory([&](lxw_workbook* workbook) {
    lxw_worksheet* sheet = workbook_add_worksheet(workbook, sheet_title.c_str());
    lxw_worksheet* help = workbook_add_worksheet(workbook, kHelpSheet);
    lxw_worksheet* lists = workbook_add_worksheet(workbook, kListSheet);
    lxw_format* bold = workbook_add_format(workbook);
    format_set_bold(bold);
    lxw_format* required = workbook_add_format(workbook);
    format_set_bold(required);
    format_set_bg_color(required, 0xFDE9D9);
    format_set_border(required, LXW_BORDER_THIN);
    lxw_format* optional = workbook_add_format(workbook);
    format_set_bold(optional);
    format_set_border(optional, LXW_BORDER_THIN);
    lxw_format* text = workbook_add_format(workbook);
    format_set_num_format(text, "@");
    lxw_format* date = workbook_add_format(workbook);
    format_set_num_format(date, "yyyy-mm-dd");

    lxw_error error = LXW_NO_ERROR;
    const auto keep = [&error](lxw_error next) {
      if (error == LXW_NO_ERROR) error = next;
    };
    worksheet_write_string(
        help, 0, 0, base::Cat(organization_title, " ", sheet_title, "填写说明").c_str(), bold);
    lxw_row_t help_row = 2;
    lxw_col_t list_column = 0;
    lxw_col_t column = 0;
    for (const TemplateColumn& spec : columns) {
      const std::string title = base::Cat(spec.title, spec.required ? "*" : "");
      keep(worksheet_write_string(sheet, 0, column, title.c_str(),
                                  spec.required ? required : optional));
      keep(worksheet_write_comment(sheet, 0, column, std::string(spec.note).c_str()));
      worksheet_set_column(sheet, column, column, spec.wide ? 22 : 16,
                           spec.text   ? text
                           : spec.date ? date
                                       : nullptr);
      worksheet_write_string(help, help_row, 0, title.c_str(), bold);
      worksheet_write_string(help, help_row++, 1, std::string(spec.note).c_str(), nullptr);
      if (!spec.items.empty()) {
        std::string range = WriteList(lists, list_column++, spec.title, spec.items, bold);
        std::string title_text(spec.title);
        std::string note(spec.note);
        lxw_data_validation validation = {};
        validation.validate = LXW_VALIDATION_TYPE_LIST_FORMULA;
        validation.value_formula = range.data();
        validation.error_type =
            spec.strict ? LXW_VALIDATION_ERROR_TYPE_STOP : LXW_VALIDATION_ERROR_TYPE_WARNING;
        validation.input_title = title_text.data();
        validation.input_message = note.data();
        keep(worksheet_data_validation_range(sheet, 1, column, kLastListRow, column, &validation));
      }
      ++column;
    }
    worksheet_set_column(help, 0, 0, 20, nullptr);
    worksheet_set_column(help, 1, 1, 80, nullptr);
    worksheet_freeze_panes(sheet, 1, 1);
    worksheet_activate(sheet);
    return error;
  });
}

// The names of a list of codes, or the codes or names of organizations.
std::vector<std::string> Names(std::span<const CodeName> list) {
  std::vector<std::string> names;
  for (const CodeName& entry : list) names.emplace_back(entry.name);
  return names;
}
std::vector<std::string> CodesOf(std::span<const BranchChoice> choices) {
  std::vector<std::string> codes;
  for (const BranchChoice& choice : choices) codes.push_back(choice.code);
  return codes;
}
std::vector<std::string> TitlesOf(std::span<const BranchChoice> choices) {
  std::vector<std::string> titles;
  for (const BranchChoice& choice : choices) titles.push_back(choice.title);
  return titles;
}

}  // namespace

absl::StatusOr<std::string> WriteRosterTemplate(std::string_view organization_title,
                                                std::span<const BranchChoice> branches) {
  std::vector<TemplateColumn> columns;
  for (const RosterColumn& spec : RosterColumns()) {
    TemplateColumn column{.title = spec.title,
                          .required = spec.required,
                          .text = spec.text,
                          .date = IsDate(spec.field),
                          .wide = spec.field == Field::kIdentityNumber,
                          .note = spec.note,
                          .items = Names(ListOf(spec.field)),
                          .strict = spec.field == Field::kGender ||
                                    spec.field == Field::kCategory || IsFlag(spec.field)};
    if (IsFlag(spec.field)) column.items = {"是", "否"};
    if (spec.field == Field::kOrganizationCode) column.items = CodesOf(branches);
    if (spec.field == Field::kOrganization) column.items = TitlesOf(branches);
    columns.push_back(std::move(column));
  }
  return WriteTemplate(std::string(SheetTitle(ImportKind::kMembers)), organization_title, columns);
}

absl::StatusOr<std::string> WriteSheetTemplate(ImportKind kind, std::string_view organization_title,
                                               std::span<const BranchChoice> organizations) {
  std::vector<TemplateColumn> columns;
  for (const SheetColumn& spec : ColumnsOf(kind)) {
    TemplateColumn column{.title = spec.title,
                          .required = spec.required,
                          .text = spec.text,
                          .date = spec.date,
                          .wide = spec.text,
                          .note = spec.note,
                          .items = {}};
    if (spec.title == "党组织类别") column.items = Names(OrganizationKinds());
    if (spec.title == "党内职务") column.items = Names(Posts());
    if (spec.title == "类别") column.items = Names(DuesCategories());
    if (spec.title.ends_with("党组织编码")) column.items = CodesOf(organizations);
    if (spec.title.ends_with("级党组织") || spec.title.ends_with("职党组织")) {
      column.items = TitlesOf(organizations);
    }
    columns.push_back(std::move(column));
  }
  return WriteTemplate(std::string(SheetTitle(kind)), organization_title, columns);
}

absl::StatusOr<std::string> WriteErrors(std::string_view sheet, std::span<const Cell> header,
                                        std::span<const FailedRow> rows) {
  // A file that was corrected once has the column already.
  std::vector<size_t> kept;
  workbook::XlsxOptions options;
  options.sheet = std::string(sheet);
  for (size_t i = 0; i < header.size(); ++i) {
    if (header[i].text == kReasonTitle) continue;
    kept.push_back(i);
    options.columns.push_back({header[i].text, 16});
  }
  options.columns.push_back({kReasonTitle, 60, true});
  std::string bytes;
  workbook::XlsxStream stream(std::move(options), [&bytes](std::string part) {
    bytes += part;
    return absl::OkStatus();
  });
  for (const FailedRow& row : rows) {
    std::vector<std::string> cells;
    for (const size_t i : kept) cells.push_back(i < row.cells.size() ? row.cells[i].text : "");
    cells.push_back(row.reason);
    RONGHE_RETURN_IF_ERROR(stream.Row(cells));
  }
  RONGHE_RETURN_IF_ERROR(stream.Finish());
  return bytes;
}

}  // namespace ronghe::membership

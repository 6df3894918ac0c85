#include "services/membership/store/workbook/writer.h"

#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "absl/cleanup/cleanup.h"
#include "absl/functional/function_ref.h"
#include "common/base/strings.h"
#include "common/error/error.h"

namespace ronghe::membership {
namespace {

constexpr lxw_row_t kLastListRow = 20000;
constexpr const char* kRosterSheet = "党员名册";
constexpr const char* kHelpSheet = "填写说明";
constexpr const char* kListSheet = "代码表";
constexpr const char* kReasonTitle = "错误原因";

absl::Status WorkbookFailed(std::string_view step) {
  return error::Make(absl::StatusCode::kInternal, "WORKBOOK_FAILED", "生成工作簿失败，请稍后重试。",
                     {{"step", std::string(step)}});
}

// Writes a workbook into memory: the library knows files only, and personal data is to touch no
// disk, so the file is an anonymous one.
absl::StatusOr<std::string> InMemory(bool constant_memory,
                                     absl::FunctionRef<lxw_error(lxw_workbook*)> fill) {
  const int fd = memfd_create("roster.xlsx", MFD_CLOEXEC);
  if (fd < 0) return WorkbookFailed("memfd");
  const absl::Cleanup close_fd = [fd] { close(fd); };
  const std::string path = base::Cat("/proc/self/fd/", fd);
  lxw_workbook_options options = {};
  options.constant_memory = constant_memory ? LXW_TRUE : LXW_FALSE;
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

}  // namespace

absl::StatusOr<std::string> WriteRosterTemplate(std::string_view organization_title,
                                                std::span<const BranchChoice> branches) {
  return InMemory(false, [&](lxw_workbook* workbook) {
    lxw_worksheet* roster = workbook_add_worksheet(workbook, kRosterSheet);
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
    worksheet_write_string(help, 0, 0, base::Cat(organization_title, " 党员名册填写说明").c_str(),
                           bold);
    lxw_row_t help_row = 2;
    lxw_col_t list_column = 0;
    lxw_col_t column = 0;
    for (const RosterColumn& spec : RosterColumns()) {
      const std::string title = base::Cat(spec.title, spec.required ? "*" : "");
      keep(worksheet_write_string(roster, 0, column, title.c_str(),
                                  spec.required ? required : optional));
      keep(worksheet_write_comment(roster, 0, column, std::string(spec.note).c_str()));
      worksheet_set_column(roster, column, column, spec.field == Field::kIdentityNumber ? 22 : 16,
                           spec.text            ? text
                           : IsDate(spec.field) ? date
                                                : nullptr);
      worksheet_write_string(help, help_row, 0, title.c_str(), bold);
      worksheet_write_string(help, help_row++, 1, std::string(spec.note).c_str(), nullptr);

      std::vector<std::string> items;
      for (const CodeName& entry : ListOf(spec.field)) items.emplace_back(entry.name);
      if (IsFlag(spec.field)) items = {"是", "否"};
      if (spec.field == Field::kOrganizationCode) {
        for (const BranchChoice& branch : branches) items.push_back(branch.code);
      }
      if (spec.field == Field::kOrganization) {
        for (const BranchChoice& branch : branches) items.push_back(branch.title);
      }
      const bool branch_list =
          spec.field == Field::kOrganization || spec.field == Field::kOrganizationCode;
      if (!items.empty()) {
        const std::string range = WriteList(lists, list_column++, spec.title, items, bold);
        std::string range_text = range;
        std::string title_text(spec.title);
        std::string note(spec.note);
        lxw_data_validation validation = {};
        validation.validate = LXW_VALIDATION_TYPE_LIST_FORMULA;
        validation.value_formula = range_text.data();
        validation.error_type = branch_list || spec.field == Field::kEthnicity ||
                                        spec.field == Field::kEducation ||
                                        spec.field == Field::kDegree
                                    ? LXW_VALIDATION_ERROR_TYPE_WARNING
                                    : LXW_VALIDATION_ERROR_TYPE_STOP;
        validation.input_title = title_text.data();
        validation.input_message = note.data();
        keep(worksheet_data_validation_range(roster, 1, column, kLastListRow, column, &validation));
      }
      ++column;
    }
    worksheet_set_column(help, 0, 0, 20, nullptr);
    worksheet_set_column(help, 1, 1, 80, nullptr);
    worksheet_freeze_panes(roster, 1, 1);
    worksheet_activate(roster);
    return error;
  });
}

absl::StatusOr<std::string> WriteRosterErrors(std::span<const Cell> header,
                                              std::span<const FailedRow> rows) {
  return InMemory(true, [&](lxw_workbook* workbook) {
    lxw_worksheet* sheet = workbook_add_worksheet(workbook, kRosterSheet);
    lxw_format* bold = workbook_add_format(workbook);
    format_set_bold(bold);
    lxw_format* text = workbook_add_format(workbook);
    format_set_num_format(text, "@");
    lxw_format* red = workbook_add_format(workbook);
    format_set_font_color(red, LXW_COLOR_RED);
    const lxw_col_t reason_column = static_cast<lxw_col_t>(header.size());
    worksheet_set_column(sheet, 0, reason_column, 16, text);
    worksheet_set_column(sheet, reason_column, reason_column, 60, red);
    lxw_error error = LXW_NO_ERROR;
    const auto put = [&](lxw_row_t row, lxw_col_t column, const std::string& value,
                         lxw_format* format) {
      const lxw_error next = worksheet_write_string(sheet, row, column, value.c_str(), format);
      if (error == LXW_NO_ERROR) error = next;
    };
    for (lxw_col_t i = 0; i < reason_column; ++i) {
      if (header[i].text != kReasonTitle) put(0, i, header[i].text, bold);
    }
    put(0, reason_column, kReasonTitle, bold);
    for (size_t r = 0; r < rows.size(); ++r) {
      const lxw_row_t row = static_cast<lxw_row_t>(r) + 1;
      for (lxw_col_t i = 0; i < reason_column; ++i) {
        if (i < rows[r].cells.size() && header[i].text != kReasonTitle) {
          put(row, i, rows[r].cells[i].text, text);
        }
      }
      put(row, reason_column, rows[r].reason, red);
    }
    return error;
  });
}

}  // namespace ronghe::membership

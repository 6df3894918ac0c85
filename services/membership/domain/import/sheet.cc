#include "services/membership/domain/import/sheet.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "services/membership/domain/codes.h"
#include "services/membership/domain/errors.h"
#include "services/membership/domain/identity_number.h"
#include "services/membership/domain/member.h"

namespace ronghe::membership {
namespace {

using base::Cat;

constexpr size_t kMostTitle = 100;

// As the limits of dues_standard.proto.
constexpr int32_t kFirstDuesYear = 2008;
constexpr int64_t kMostBaseFen = 100'000'000'000;

constexpr SheetColumn kOrganizationColumns[] = {
    {"上级党组织编码", false, true, false, "编码和名称至少填一项；名称有重复时必须填编码。"},
    {"上级党组织", false, true, false, "上级党组织全称，可以是本表中写在前面的党组织。"},
    {"党组织全称", true, true, false, "必填。同一上级之下不能重名。"},
    {"党组织简称", false, true, false, "留空则保留原有记录。"},
    {"党组织类别", true, false, false, "必填。如：党支部，也可填代码。"},
    {"成立日期", false, false, true, "如：1998-07-01。新建时留空为导入生效日期。"},
    {"行政区划代码", false, true, false, "GB/T 2260六位代码。留空则保留原有记录。"},
};

constexpr SheetColumn kPostColumns[] = {
    {"姓名", true, true, false, "必填。应与党员记录一致。"},
    {"公民身份号码", true, true, false, "必填。18位，单元格请用文本格式。"},
    {"任职党组织编码", false, true, false, "编码和名称都留空为本人所在党支部。"},
    {"任职党组织", false, true, false, "党组织全称；名称有重复时请填编码。"},
    {"党内职务", true, false, false, "必填。每行一个职务，如：书记。"},
    {"任职日期", false, false, true, "留空为导入生效日期。"},
    {"离任日期", false, false, true, "已离任的填写；在任的留空。"},
};

constexpr SheetColumn kDuesBaseColumns[] = {
    {"姓名", true, true, false, "必填。应与党员记录一致。"},
    {"公民身份号码", true, true, false, "必填。18位，单元格请用文本格式。"},
    {"年度", true, false, false, "必填。如：2026。每名党员每个年度一行。"},
    {"类别", true, false, false, "必填。如：按月领取工资，也可填代码。"},
    {"基数(元)", false, false, false,
     "每月的计算基数，最多两位小数，不写千位逗号。按固定数额交纳的类别留空。"},
    {"固定数额(元)", false, false, false,
     "农民党员每月交纳的数额，按省里规定填写；留空为默认数额。按基数计算的类别留空。"},
};

constexpr CodeName kDuesCategories[] = {
    {"1", "按月领取工资"}, {"2", "年薪制"},   {"3", "收入不固定"}, {"4", "离退休"}, {"5", "农民"},
    {"6", "学生"},         {"7", "下岗失业"}, {"8", "抚恤救济"},   {"9", "低保"}};

bool AllDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); });
}

// The identity number of a row in its normal form.
std::string IdentityAt(const SheetLayout& layout, std::span<const Cell> row, size_t column,
                       absl::CivilDay today, std::vector<CellProblem>& problems) {
  const Cell cell = layout.At(row, column);
  std::string identity = absl::AsciiStrToUpper(cell.text);
  if (cell.number && cell.text.size() >= 15) {
    problems.push_back({column, "单元格是数字格式，末尾几位已经丢失，请改为文本格式后重新填写。"});
  } else if (!identity.empty()) {
    const auto number = ParseIdentityNumber(identity, today);
    if (!number.ok()) problems.push_back({column, error::MessageZh(number.status())});
  }
  return identity;
}

// An amount as it was typed: a workbook holds 3000.1 as the number next to it, 3000.0999999999999,
// and shows 15 digits of that.
std::string TypedAmount(const Cell& cell) {
  double number = 0;
  if (!cell.number || !absl::SimpleAtod(base::Sv(cell.text), &number)) return cell.text;
  return absl::StrFormat("%.15g", number);
}

size_t Characters(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace

std::string NormalTitle(std::string_view title) {
  std::string normal;
  for (size_t i = 0; i < title.size();) {
    const std::string_view rest = title.substr(i);
    if (rest.starts_with("\u3000") || rest.starts_with("\uFEFF") || rest.starts_with("\uFF0A")) {
      i += 3;
      continue;
    }
    if (rest.starts_with("\uFF08") || rest.starts_with("\uFF09")) {
      normal.push_back(rest.starts_with("\uFF08") ? '(' : ')');
      i += 3;
      continue;
    }
    const char c = title[i++];
    if (c != ' ' && c != '*' && c != '\t' && c != '\r' && c != '\n') normal.push_back(c);
  }
  return normal;
}

absl::StatusOr<SheetLayout> SheetLayout::FromHeader(std::span<const SheetColumn> columns,
                                                    std::span<const Cell> header) {
  SheetLayout layout(columns);
  layout.width_ = header.size();
  for (size_t i = 0; i < header.size(); ++i) {
    const std::string title = NormalTitle(header[i].text);
    for (size_t column = 0; column < columns.size(); ++column) {
      if (columns[column].title != title) continue;
      int& position = layout.position_[column];
      if (position >= 0) {
        return RosterFileRefused("ROSTER_HEADER_MISSING", Cat("表头中“", title, "”出现了两次。"),
                                 title);
      }
      position = static_cast<int>(i);
    }
  }
  std::string missing;
  for (size_t column = 0; column < columns.size(); ++column) {
    if (!columns[column].required || layout.position_[column] >= 0) continue;
    missing = Cat(missing, missing.empty() ? "" : "、", columns[column].title);
  }
  if (missing.empty()) return layout;
  return RosterFileRefused("ROSTER_HEADER_MISSING",
                           Cat("表头缺少：", missing, "。请使用导入模板。"), missing);
}

Cell SheetLayout::At(std::span<const Cell> row, size_t column) const {
  const int position = position_[column];
  if (position < 0 || static_cast<size_t>(position) >= row.size()) return {};
  const Cell& cell = row[static_cast<size_t>(position)];
  return {std::string(Trim(cell.text)), cell.number};
}

std::optional<absl::CivilDay> SheetLayout::DayAt(std::span<const Cell> row, size_t column,
                                                 bool date1904,
                                                 std::vector<CellProblem>& problems) const {
  const Cell cell = At(row, column);
  if (cell.text.empty()) return std::nullopt;
  const std::optional<absl::CivilDay> day = ParseRosterDate(cell.text, date1904);
  if (!day) problems.push_back({column, "日期应写成年-月-日，如1998-07-01。"});
  return day;
}

void SheetLayout::CheckRequired(std::span<const Cell> row,
                                std::vector<CellProblem>& problems) const {
  for (size_t column = 0; column < columns_.size(); ++column) {
    if (columns_[column].required && At(row, column).text.empty()) {
      problems.push_back({column, Cat("请填写", columns_[column].title, "。")});
    }
  }
}

bool SheetLayout::Spills(std::span<const Cell> row) const {
  return std::any_of(row.begin() + static_cast<std::ptrdiff_t>(std::min(width_, row.size())),
                     row.end(), [](const Cell& cell) { return !Trim(cell.text).empty(); });
}

bool IsSheetHeader(std::span<const SheetColumn> columns, std::span<const Cell> row) {
  int found = 0;
  for (const SheetColumn& column : columns) {
    const bool there = std::any_of(row.begin(), row.end(), [&](const Cell& cell) {
      return NormalTitle(cell.text) == column.title;
    });
    if (column.required && there) ++found;
  }
  return found >= 2;
}

std::span<const SheetColumn> organization_sheet::Columns() { return kOrganizationColumns; }
std::span<const SheetColumn> post_sheet::Columns() { return kPostColumns; }
std::span<const SheetColumn> dues_base_sheet::Columns() { return kDuesBaseColumns; }

std::span<const SheetColumn> ColumnsOf(ImportKind kind) {
  switch (kind) {
    case ImportKind::kOrganizations:
      return organization_sheet::Columns();
    case ImportKind::kPosts:
      return post_sheet::Columns();
    case ImportKind::kDuesBases:
      return dues_base_sheet::Columns();
    case ImportKind::kMembers:
      break;
  }
  return {};
}

std::string_view SheetTitle(ImportKind kind) {
  switch (kind) {
    case ImportKind::kMembers:
      return "党员名册";
    case ImportKind::kOrganizations:
      return "党组织";
    case ImportKind::kPosts:
      return "党内职务";
    case ImportKind::kDuesBases:
      return "党费基数";
  }
  return "";
}

std::vector<CellProblem> ReadOrganizationRow(const SheetLayout& layout, std::span<const Cell> row,
                                             bool date1904, absl::CivilDay today,
                                             OrganizationRecord& record) {
  namespace sheet = organization_sheet;
  std::vector<CellProblem> problems;
  layout.CheckRequired(row, problems);
  record.parent_code = layout.At(row, sheet::kParentCode).text;
  record.parent_title = layout.At(row, sheet::kParent).text;
  if (record.parent_code.empty() && record.parent_title.empty()) {
    problems.push_back({sheet::kParent, "请填写上级党组织的编码或名称。"});
  }
  record.title = layout.At(row, sheet::kTitle).text;
  record.short_title = layout.At(row, sheet::kShortTitle).text;
  for (const size_t column : {sheet::kTitle, sheet::kShortTitle}) {
    if (Characters(layout.At(row, column).text) > kMostTitle) {
      problems.push_back({column, Cat("最多", kMostTitle, "个字。")});
    }
  }
  const std::string kind = layout.At(row, sheet::kKind).text;
  const std::optional<std::string_view> code = CodeOf(OrganizationKinds(), kind);
  if (code) {
    static_cast<void>(absl::SimpleAtoi(base::Sv(*code), &record.kind));
  } else if (!kind.empty()) {
    problems.push_back({sheet::kKind, "党组织类别不在代码表中。"});
  }
  record.founded_on = layout.DayAt(row, sheet::kFoundedOn, date1904, problems);
  if (record.founded_on && *record.founded_on > today) {
    problems.push_back({sheet::kFoundedOn, "成立日期不能晚于今天。"});
  }
  record.region_code = layout.At(row, sheet::kRegionCode).text;
  if (!record.region_code.empty() &&
      (record.region_code.size() != 6 || !AllDigits(record.region_code))) {
    problems.push_back({sheet::kRegionCode, "行政区划代码应为6位数字。"});
  }
  return problems;
}

std::vector<CellProblem> ReadPostRow(const SheetLayout& layout, std::span<const Cell> row,
                                     bool date1904, absl::CivilDay today, PostRecord& record) {
  namespace sheet = post_sheet;
  std::vector<CellProblem> problems;
  layout.CheckRequired(row, problems);
  record.full_name = layout.At(row, sheet::kFullName).text;
  record.identity_number = IdentityAt(layout, row, sheet::kIdentityNumber, today, problems);
  record.organization_code = layout.At(row, sheet::kOrganizationCode).text;
  record.organization_title = layout.At(row, sheet::kOrganization).text;
  const std::string post = layout.At(row, sheet::kPost).text;
  if (!post.empty()) {
    const std::optional<std::string_view> code = CodeOf(Posts(), post);
    int32_t number = 0;
    if (code && absl::SimpleAtoi(base::Sv(*code), &number) && PostOf(number)) {
      record.post = *PostOf(number);
    } else {
      problems.push_back({sheet::kPost, "党内职务不在代码表中。"});
    }
  }
  record.valid_from = layout.DayAt(row, sheet::kValidFrom, date1904, problems);
  record.valid_to = layout.DayAt(row, sheet::kValidTo, date1904, problems);
  if (record.valid_from && *record.valid_from > today) {
    problems.push_back({sheet::kValidFrom, "任职日期不能晚于今天。"});
  }
  if (record.valid_to && *record.valid_to > today) {
    problems.push_back({sheet::kValidTo, "离任日期不能晚于今天。"});
  }
  if (record.valid_from && record.valid_to && *record.valid_to < *record.valid_from) {
    problems.push_back({sheet::kValidTo, "离任日期不能早于任职日期。"});
  }
  return problems;
}

std::span<const CodeName> DuesCategories() { return kDuesCategories; }

std::optional<int64_t> ParseYuan(std::string_view text) {
  const size_t point = text.find('.');
  const std::string_view yuan = text.substr(0, point);
  std::string fen(point == std::string_view::npos ? "00" : text.substr(point + 1));
  if (yuan.empty() || fen.empty() || fen.size() > 2) return std::nullopt;
  fen.resize(2, '0');
  const std::string digits = Cat(yuan, fen);
  int64_t amount = 0;
  if (!AllDigits(digits) || !absl::SimpleAtoi(base::Sv(digits), &amount)) return std::nullopt;
  if (amount > kMostBaseFen) return std::nullopt;
  return amount;
}

std::vector<CellProblem> ReadDuesBaseRow(const SheetLayout& layout, std::span<const Cell> row,
                                         absl::CivilDay today, DuesBaseRecord& record) {
  namespace sheet = dues_base_sheet;
  std::vector<CellProblem> problems;
  layout.CheckRequired(row, problems);
  record.full_name = layout.At(row, sheet::kFullName).text;
  record.identity_number = IdentityAt(layout, row, sheet::kIdentityNumber, today, problems);
  const std::string year = layout.At(row, sheet::kYear).text;
  const auto next_year = static_cast<int32_t>(today.year() + 1);
  const bool is_year =
      year.size() == 4 && AllDigits(year) && absl::SimpleAtoi(base::Sv(year), &record.year);
  if (!year.empty() && (!is_year || record.year < kFirstDuesYear || record.year > next_year)) {
    problems.push_back({sheet::kYear, Cat("年度应为", kFirstDuesYear, "至", next_year, "。")});
  }
  const std::string category = layout.At(row, sheet::kCategory).text;
  const std::optional<std::string_view> code = CodeOf(DuesCategories(), category);
  if (code) {
    static_cast<void>(absl::SimpleAtoi(base::Sv(*code), &record.category));
  } else if (!category.empty()) {
    problems.push_back({sheet::kCategory, "类别不在代码表中。"});
  }
  const Cell base = layout.At(row, sheet::kBase);
  const std::optional<int64_t> fen = ParseYuan(base.text.empty() ? "0" : TypedAmount(base));
  record.base_fen = fen.value_or(0);
  if (layout.Spills(row)) {
    problems.push_back({sheet::kBase, "这一行比表头多出单元格，金额中的千位逗号请去掉。"});
  } else if (!fen) {
    problems.push_back({sheet::kBase, "应为金额，单位元，最多两位小数，不写千位逗号。"});
  }
  const Cell fixed = layout.At(row, sheet::kFixed);
  record.fixed_fen.reset();
  if (!fixed.text.empty()) {
    record.fixed_fen = ParseYuan(TypedAmount(fixed));
    if (record.fixed_fen.value_or(0) == 0) {
      problems.push_back({sheet::kFixed, "应为大于0的金额，单位元，最多两位小数。"});
    }
  }
  return problems;
}

}  // namespace ronghe::membership

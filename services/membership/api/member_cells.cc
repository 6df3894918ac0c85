#include "services/membership/api/member_cells.h"

#include <span>

#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "services/membership/domain/codes.h"
#include "services/membership/domain/identity_number.h"

namespace ronghe::membership {
namespace {

// The columns of a roster that stand in a member's own row, and the standing.
std::vector<const RosterColumn*> ExportedColumns() {
  std::vector<const RosterColumn*> columns;
  for (const RosterColumn& column : RosterColumns()) {
    if (column.field != Field::kPosts) columns.push_back(&column);
  }
  return columns;
}

std::string CodeText(std::span<const CodeName> list, std::string_view code) {
  const std::string_view name = NameOf(list, code);
  return std::string(name.empty() ? code : name);
}

std::string NumberText(std::span<const CodeName> list, int32_t code) {
  return CodeText(list, base::Cat(code));
}

std::string YesNo(bool value) { return value ? "是" : "否"; }

}  // namespace

MemberCells::MemberCells(const org::OrgTree& tree, const PersonalFields& fields, bool unmasked)
    : tree_(tree), fields_(fields), unmasked_(unmasked), columns_(ExportedColumns()) {}

std::vector<workbook::Column> MemberCells::Header() const {
  std::vector<workbook::Column> header;
  for (const RosterColumn* column : columns_) {
    const bool wide =
        column->field == Field::kIdentityNumber || column->field == Field::kOrganization;
    header.push_back({std::string(column->title), wide ? 24 : 14});
  }
  header.push_back({"党籍状态", 12});
  return header;
}

absl::StatusOr<std::vector<std::string>> MemberCells::Of(const MemberRow& row) {
  RONGHE_ASSIGN_OR_RETURN(const std::string identity, fields_.OpenIdentity(row));
  RONGHE_ASSIGN_OR_RETURN(const std::string phone, fields_.OpenPhone(row));
  std::vector<std::string> cells;
  for (const RosterColumn* column : columns_) {
    cells.push_back(Text(column->field, row, identity, phone));
  }
  cells.push_back(NumberText(Standings(), static_cast<int32_t>(row.standing)));
  return cells;
}

std::string MemberCells::Text(Field field, const MemberRow& row, const std::string& identity,
                              const std::string& phone) {
  switch (field) {
    case Field::kFullName:
      return row.full_name;
    case Field::kGender:
      return NumberText(Genders(), static_cast<int32_t>(row.gender));
    case Field::kIdentityNumber:
      return unmasked_ ? identity : MaskIdentityNumber(identity);
    case Field::kEthnicity:
      return CodeText(EthnicGroups(), row.ethnicity);
    case Field::kBirthDate:
      return unmasked_ ? base::FormatDay(row.birth_date) : base::Cat(row.birth_date.year());
    case Field::kEducation:
      return CodeText(Educations(), row.education);
    case Field::kDegree:
      return CodeText(Degrees(), row.degree);
    case Field::kCategory:
      return NumberText(Categories(), static_cast<int32_t>(row.category));
    case Field::kOrganizationCode:
      return Branch(row.organization_id).code;
    case Field::kOrganization:
      return Branch(row.organization_id).name;
    case Field::kPhone:
      return unmasked_ || phone.empty() ? phone : MaskMobileNumber(phone);
    case Field::kJoinedOn:
      return base::FormatDay(row.joined_on);
    case Field::kConvertedOn:
      return row.converted_on ? base::FormatDay(*row.converted_on) : "";
    case Field::kOccupation:
      return row.occupation;
    case Field::kTechnicalPost:
      return row.technical_post;
    case Field::kMigrantWorker:
      return YesNo(row.migrant_worker);
    case Field::kFloating:
      return YesNo(row.floating);
    case Field::kOutOfContact:
      return YesNo(row.out_of_contact);
    case Field::kPosts:
      break;
  }
  return {};
}

const org::OrgNode& MemberCells::Branch(int64_t id) {
  if (branch_.id != id) branch_ = tree_.Node(id).value_or(org::OrgNode{.id = id});
  return branch_;
}

std::string ExportMark::Line() const {
  return base::Cat("导出人 ", subject, "  时间 ",
                   absl::FormatTime("%Y-%m-%d %H:%M:%S", time, base::Shanghai()), "  用途 ",
                   purpose_title, "(", purpose, ")  编号 ", export_name, "  ",
                   unmasked ? "未脱敏" : "已脱敏");
}

std::vector<std::pair<std::string, std::string>> ExportMark::Properties() const {
  return {{"导出人", subject},
          {"导出时间", absl::FormatTime("%Y-%m-%d %H:%M:%S", time, base::Shanghai())},
          {"用途", purpose},
          {"导出编号", export_name},
          {"脱敏", unmasked ? "未脱敏" : "已脱敏"}};
}

workbook::XlsxOptions MarkedWorkbook(std::string sheet, const ExportMark& mark) {
  workbook::XlsxOptions options;
  options.sheet = std::move(sheet);
  options.watermark = mark.Line();
  options.author = mark.subject;
  options.created = mark.time;
  options.properties = mark.Properties();
  return options;
}

}  // namespace ronghe::membership

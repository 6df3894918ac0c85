#include "services/membership/domain/roster.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_replace.h"
#include "common/base/strings.h"
#include "services/membership/domain/errors.h"
#include "services/membership/domain/import/sheet.h"

namespace ronghe::membership {
namespace {

using base::Cat;

constexpr RosterColumn kColumns[] = {
    {Field::kFullName, "姓名", true, true, "必填。与身份证一致。"},
    {Field::kGender, "性别", true, false, "必填。男或女，应与公民身份号码一致。"},
    {Field::kIdentityNumber, "公民身份号码", true, true, "必填。18位，单元格请用文本格式。"},
    {Field::kEthnicity, "民族", true, false, "必填。如：汉族，也可填GB/T 3304代码。"},
    {Field::kBirthDate, "出生日期", false, false, "可不填，以公民身份号码为准。如:1980-01-31。"},
    {Field::kEducation, "学历", true, false, "必填。如：大学本科毕业，也可填GB/T 4658代码。"},
    {Field::kDegree, "学位", false, false, "没有可不填。"},
    {Field::kCategory, "人员类别", true, false, "必填。正式党员或预备党员。"},
    {Field::kOrganizationCode, "所在党支部编码", false, true,
     "编码和名称至少填一项；名称有重复时必须填编码。"},
    {Field::kOrganization, "所在党支部", false, true, "党支部全称。"},
    {Field::kPhone, "手机号码", false, true, "11位，单元格请用文本格式。留空则保留原有记录。"},
    {Field::kJoinedOn, "入党日期", true, false, "必填。支部大会通过接收为预备党员的日期。"},
    {Field::kConvertedOn, "转正日期", false, false, "正式党员必填，预备党员不填。"},
    {Field::kPosts, "党内职务", false, false, "多个职务用顿号隔开。留空则保留原有记录。"},
    {Field::kOccupation, "工作岗位", false, false, "留空则保留原有记录。"},
    {Field::kTechnicalPost, "从事专业技术职务", false, false, "留空则保留原有记录。"},
    {Field::kMigrantWorker, "是否农民工", false, false, "是或否。留空则保留原有记录。"},
    {Field::kFloating, "是否流动党员", false, false, "是或否。留空则保留原有记录。"},
    {Field::kOutOfContact, "是否失联党员", false, false, "是或否。留空则保留原有记录。"},
};

const RosterColumn* ColumnOf(std::string_view title) {
  const std::string normal = NormalTitle(title);
  for (const RosterColumn& column : kColumns) {
    if (column.title == normal) return &column;
  }
  if (normal == "身份证号" || normal == "身份证号码") return ColumnOf("公民身份号码");
  if (normal == "手机号") return ColumnOf("手机号码");
  return nullptr;
}

std::optional<int> ReadNumber(std::string_view& text, size_t min_digits, size_t max_digits) {
  size_t count = 0;
  int number = 0;
  while (count < text.size() && count < max_digits && text[count] >= '0' && text[count] <= '9') {
    number = number * 10 + (text[count++] - '0');
  }
  if (count < min_digits) return std::nullopt;
  text.remove_prefix(count);
  return number;
}

std::optional<absl::CivilDay> Day(int year, int month, int day) {
  const absl::CivilDay civil(year, month, day);
  if (year < 1800 || civil.month() != month || civil.day() != day) return std::nullopt;
  return civil;
}

// 是 / 否 and what people write instead; nothing for anything else.
std::optional<bool> YesOrNo(std::string_view text) {
  if (text == "是" || text == "1" || text == "Y" || text == "y" || text == "√") return true;
  if (text == "否" || text == "0" || text == "N" || text == "n") return false;
  return std::nullopt;
}

void ReadFlag(const RosterLayout& layout, std::span<const Cell> row, Field field, bool& value,
              bool& present, std::vector<Problem>& problems) {
  const Cell cell = layout.At(row, field);
  if (cell.text.empty()) return;
  const std::optional<bool> flag = YesOrNo(cell.text);
  if (!flag) {
    problems.push_back({field, "只能填是或否。"});
    return;
  }
  value = *flag;
  present = true;
}

void ReadDate(const RosterLayout& layout, std::span<const Cell> row, Field field, bool date1904,
              std::optional<absl::CivilDay>& value, std::vector<Problem>& problems) {
  const Cell cell = layout.At(row, field);
  if (cell.text.empty()) return;
  value = ParseRosterDate(cell.text, date1904);
  if (!value) problems.push_back({field, "日期应写成年-月-日，如1998-07-01。"});
}

void ReadPosts(std::string_view text, RosterRecord& record, std::vector<Problem>& problems) {
  if (text.empty()) return;
  record.has_posts = true;
  if (text == "无") return;
  const std::string rest = absl::StrReplaceAll(
      base::Sv(text), {{"、", ","}, {"\uFF0C", ","}, {"\uFF1B", ","}, {";", ","}, {"/", ","}});
  size_t from = 0;
  while (from <= rest.size()) {
    const size_t to = std::min(rest.find(',', from), rest.size());
    const std::string_view name = Trim(std::string_view(rest).substr(from, to - from));
    from = to + 1;
    if (name.empty()) continue;
    const std::optional<std::string_view> code = CodeOf(Posts(), name);
    if (!code) {
      problems.push_back({Field::kPosts, "党内职务不在代码表中。"});
      return;
    }
    const Post post = *PostOf((*code)[0] * 10 + (*code)[1] - '0' * 11);
    if (std::find(record.posts.begin(), record.posts.end(), post) == record.posts.end()) {
      record.posts.push_back(post);
    }
  }
  std::sort(record.posts.begin(), record.posts.end());
}

// Replaces a name by its code where the list has it; leaves the rest for CheckParticulars to
// refuse.
std::string CodeOrText(std::span<const CodeName> list, const std::string& text) {
  const std::optional<std::string_view> code = CodeOf(list, text);
  return code ? std::string(*code) : text;
}

}  // namespace

std::span<const RosterColumn> RosterColumns() { return kColumns; }

std::string_view ColumnTitle(Field field) {
  for (const RosterColumn& column : kColumns) {
    if (column.field == field) return column.title;
  }
  return {};
}

absl::StatusOr<RosterLayout> RosterLayout::FromHeader(std::span<const Cell> header) {
  RosterLayout layout;
  for (size_t i = 0; i < header.size(); ++i) {
    const RosterColumn* column = ColumnOf(header[i].text);
    if (column == nullptr) continue;
    int& position = layout.position_[static_cast<size_t>(column->field)];
    if (position >= 0) {
      return RosterFileRefused("ROSTER_HEADER_MISSING",
                               Cat("表头中“", column->title, "”出现了两次。"), column->title);
    }
    position = static_cast<int>(i);
  }
  std::string missing;
  for (const RosterColumn& column : kColumns) {
    if (column.required && !layout.Has(column.field)) {
      missing = Cat(missing, missing.empty() ? "" : "、", column.title);
    }
  }
  if (!layout.Has(Field::kOrganization) && !layout.Has(Field::kOrganizationCode)) {
    missing = Cat(missing, missing.empty() ? "" : "、", "所在党支部");
  }
  if (!missing.empty()) {
    return RosterFileRefused("ROSTER_HEADER_MISSING",
                             Cat("表头缺少：", missing, "。请使用名册模板。"), missing);
  }
  return layout;
}

Cell RosterLayout::At(std::span<const Cell> row, Field field) const {
  const int position = position_[static_cast<size_t>(field)];
  if (position < 0 || static_cast<size_t>(position) >= row.size()) return {};
  return {std::string(Trim(row[position].text)), row[position].number};
}

bool IsRosterHeader(std::span<const Cell> row) {
  bool name = false;
  bool identity = false;
  for (const Cell& cell : row) {
    const RosterColumn* column = ColumnOf(cell.text);
    if (column == nullptr) continue;
    name = name || column->field == Field::kFullName;
    identity = identity || column->field == Field::kIdentityNumber;
  }
  return name && identity;
}

std::vector<Problem> ReadRosterRow(const RosterLayout& layout, std::span<const Cell> row,
                                   bool date1904, absl::CivilDay today, RosterRecord& record) {
  std::vector<Problem> problems;
  Particulars& particulars = record.particulars;
  const auto text = [&](Field field) { return layout.At(row, field).text; };

  particulars.full_name = text(Field::kFullName);
  const std::string gender = text(Field::kGender);
  const std::optional<std::string_view> gender_code = CodeOf(Genders(), gender);
  if (gender_code != "1" && gender_code != "2") {
    problems.push_back({Field::kGender, gender.empty() ? "请填写性别。" : "性别只能填男或女。"});
  } else {
    particulars.gender = *gender_code == "1" ? Gender::kMale : Gender::kFemale;
  }
  const Cell identity = layout.At(row, Field::kIdentityNumber);
  particulars.identity_number = identity.text;
  bool identity_known = false;
  if (identity.number && identity.text.size() >= 15) {
    problems.push_back(
        {Field::kIdentityNumber, "单元格是数字格式，末尾几位已经丢失，请改为文本格式后重新填写。"});
    identity_known = true;
  }
  particulars.ethnicity = CodeOrText(EthnicGroups(), text(Field::kEthnicity));
  ReadDate(layout, row, Field::kBirthDate, date1904, particulars.birth_date, problems);
  particulars.education = CodeOrText(Educations(), text(Field::kEducation));
  particulars.degree = CodeOrText(Degrees(), text(Field::kDegree));
  record.has_degree = !particulars.degree.empty();
  particulars.phone = text(Field::kPhone);
  record.has_phone = !particulars.phone.empty();

  const std::string category = text(Field::kCategory);
  const std::optional<std::string_view> category_code = CodeOf(Categories(), category);
  if (!category_code) {
    problems.push_back({Field::kCategory, category.empty() ? "请填写人员类别。"
                                                           : "人员类别只能填正式党员或预备党员。"});
  } else {
    particulars.category = *category_code == "1" ? Category::kFull : Category::kProbationary;
  }
  const size_t before_dates = problems.size();
  ReadDate(layout, row, Field::kJoinedOn, date1904, particulars.joined_on, problems);
  ReadDate(layout, row, Field::kConvertedOn, date1904, particulars.converted_on, problems);
  const bool dates_read = problems.size() == before_dates && category_code.has_value();

  record.branch_code = text(Field::kOrganizationCode);
  record.branch_title = text(Field::kOrganization);
  if (record.branch_code.empty() && record.branch_title.empty()) {
    problems.push_back({Field::kOrganization, "请填写所在党支部的编码或名称。"});
  }
  ReadPosts(text(Field::kPosts), record, problems);
  particulars.occupation = text(Field::kOccupation);
  record.has_occupation = !particulars.occupation.empty();
  particulars.technical_post = text(Field::kTechnicalPost);
  record.has_technical_post = !particulars.technical_post.empty();
  ReadFlag(layout, row, Field::kMigrantWorker, particulars.migrant_worker,
           record.has_migrant_worker, problems);
  ReadFlag(layout, row, Field::kFloating, particulars.floating, record.has_floating, problems);
  ReadFlag(layout, row, Field::kOutOfContact, particulars.out_of_contact, record.has_out_of_contact,
           problems);

  for (Problem& problem : CheckParticulars(particulars, today, identity_known)) {
    const bool about_dates =
        problem.field == Field::kJoinedOn || problem.field == Field::kConvertedOn;
    const bool said = std::any_of(problems.begin(), problems.end(), [&](const Problem& other) {
      return other.field == problem.field;
    });
    if (said || (about_dates && !dates_read)) continue;
    problems.push_back(std::move(problem));
  }
  return problems;
}

std::optional<absl::CivilDay> ParseRosterDate(std::string_view text, bool date1904) {
  text = Trim(text);
  const bool digits = !text.empty() && std::all_of(text.begin(), text.end(),
                                                   [](char c) { return c >= '0' && c <= '9'; });
  if (digits && text.size() == 8) {
    const std::optional<int> year = ReadNumber(text, 4, 4);
    const std::optional<int> month = ReadNumber(text, 2, 2);
    return Day(*year, *month, *ReadNumber(text, 2, 2));
  }
  if (digits && text.size() == 5) return DayOfSerial(*ReadNumber(text, 5, 5), date1904);
  const std::optional<int> year = ReadNumber(text, 4, 4);
  if (!year || text.empty()) return std::nullopt;
  std::string_view separator = text.substr(0, 1);
  std::string_view second = separator;
  if (text.starts_with("年")) {
    separator = "年";
    second = "月";
  } else if (separator != "-" && separator != "/" && separator != ".") {
    return std::nullopt;
  }
  text.remove_prefix(separator.size());
  const std::optional<int> month = ReadNumber(text, 1, 2);
  if (!month || !text.starts_with(second)) return std::nullopt;
  text.remove_prefix(second.size());
  const std::optional<int> day = ReadNumber(text, 1, 2);
  if (!day) return std::nullopt;
  if (separator == "年" && text.starts_with("日"))
    text.remove_prefix(std::string_view("日").size());
  if (text == " 00:00:00" || text == " 0:00:00") text = {};
  if (!text.empty()) return std::nullopt;
  return Day(*year, *month, *day);
}

std::optional<absl::CivilDay> DayOfSerial(int64_t serial, bool date1904) {
  if (serial < 0 || serial > 2958465) return std::nullopt;
  if (date1904) return absl::CivilDay(1904, 1, 1) + serial;
  if (serial == 0 || serial == 60) return std::nullopt;
  return absl::CivilDay(1899, 12, serial < 60 ? 31 : 30) + serial;
}

}  // namespace ronghe::membership

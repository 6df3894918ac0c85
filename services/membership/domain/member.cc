#include "services/membership/domain/member.h"

#include <algorithm>
#include <utility>

#include "common/base/strings.h"
#include "common/error/error.h"
#include "services/membership/domain/identity_number.h"

namespace ronghe::membership {
namespace {

constexpr std::string_view kIdeographicSpace = "\u3000";
constexpr std::string_view kByteOrderMark = "\uFEFF";
constexpr size_t kMaxNameCharacters = 50;
constexpr size_t kMaxTextCharacters = 50;

bool HasControlCharacter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f;
  });
}

void CheckText(Field field, std::string& text, std::vector<Problem>& problems) {
  text = std::string(Trim(text));
  if (HasControlCharacter(text)) {
    problems.push_back({field, "含有不可见字符。"});
  } else if (base::Utf8Length(text) > kMaxTextCharacters) {
    problems.push_back({field, base::Cat("不能超过", kMaxTextCharacters, "个字。")});
  }
}

void CheckIdentity(Particulars& particulars, absl::CivilDay today, std::vector<Problem>& problems) {
  if (Trim(particulars.identity_number).empty()) {
    problems.push_back({Field::kIdentityNumber, "请填写公民身份号码。"});
    return;
  }
  absl::StatusOr<IdentityNumber> number =
      ParseIdentityNumber(Trim(particulars.identity_number), today);
  if (!number.ok()) {
    problems.push_back({Field::kIdentityNumber, error::MessageZh(number.status())});
    return;
  }
  particulars.identity_number = number->text;
  if (particulars.gender == Gender::kUnknown) particulars.gender = number->gender;
  if (particulars.gender != number->gender) {
    problems.push_back({Field::kGender, "性别与公民身份号码不一致。"});
  }
  if (particulars.birth_date && *particulars.birth_date != number->birth_date) {
    problems.push_back({Field::kBirthDate, "出生日期与公民身份号码不一致。"});
  }
  particulars.birth_date = number->birth_date;
}

void CheckDates(const Particulars& particulars, absl::CivilDay today,
                std::vector<Problem>& problems) {
  if (!particulars.joined_on) {
    problems.push_back({Field::kJoinedOn, "请填写入党日期。"});
  } else if (*particulars.joined_on > today) {
    problems.push_back({Field::kJoinedOn, "入党日期不能晚于今天。"});
  } else if (particulars.birth_date && *particulars.joined_on <= *particulars.birth_date) {
    problems.push_back({Field::kJoinedOn, "入党日期不能早于出生日期。"});
  }
  if (particulars.category == Category::kProbationary) {
    if (particulars.converted_on) {
      problems.push_back({Field::kConvertedOn, "预备党员不应有转正日期。"});
    }
  } else if (!particulars.converted_on) {
    problems.push_back({Field::kConvertedOn, "正式党员请填写转正日期。"});
  } else if (*particulars.converted_on > today) {
    problems.push_back({Field::kConvertedOn, "转正日期不能晚于今天。"});
  } else if (particulars.joined_on && *particulars.converted_on < *particulars.joined_on) {
    problems.push_back({Field::kConvertedOn, "转正日期不能早于入党日期。"});
  }
}

}  // namespace

std::string_view FieldPath(Field field) {
  switch (field) {
    case Field::kFullName:
      return "full_name";
    case Field::kGender:
      return "gender";
    case Field::kIdentityNumber:
      return "identity_number";
    case Field::kEthnicity:
      return "ethnicity";
    case Field::kBirthDate:
      return "birth_date";
    case Field::kEducation:
      return "education";
    case Field::kDegree:
      return "degree";
    case Field::kCategory:
      return "category";
    case Field::kOrganizationCode:
    case Field::kOrganization:
      return "organization";
    case Field::kPhone:
      return "phone";
    case Field::kJoinedOn:
      return "joined_on";
    case Field::kConvertedOn:
      return "converted_on";
    case Field::kPosts:
      return "posts";
    case Field::kOccupation:
      return "occupation";
    case Field::kTechnicalPost:
      return "technical_post";
    case Field::kMigrantWorker:
      return "migrant_worker";
    case Field::kFloating:
      return "floating";
    case Field::kOutOfContact:
      return "out_of_contact";
  }
  return "";
}

int32_t AgeOn(absl::CivilDay birth, absl::CivilDay day) {
  const bool before = std::pair(day.month(), day.day()) < std::pair(birth.month(), birth.day());
  return static_cast<int32_t>(std::max<int64_t>(day.year() - birth.year() - (before ? 1 : 0), 0));
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  bool again = true;
  while (again && !text.empty()) {
    again = false;
    if (kBlank.find(text.front()) != std::string_view::npos) {
      text.remove_prefix(1);
      again = true;
    } else if (text.starts_with(kIdeographicSpace) || text.starts_with(kByteOrderMark)) {
      text.remove_prefix(kIdeographicSpace.size());
      again = true;
    } else if (kBlank.find(text.back()) != std::string_view::npos) {
      text.remove_suffix(1);
      again = true;
    } else if (text.ends_with(kIdeographicSpace)) {
      text.remove_suffix(kIdeographicSpace.size());
      again = true;
    }
  }
  return text;
}

std::vector<Problem> CheckParticulars(Particulars& particulars, absl::CivilDay today,
                                      bool identity_known) {
  std::vector<Problem> problems;
  particulars.full_name = std::string(Trim(particulars.full_name));
  if (particulars.full_name.empty()) {
    problems.push_back({Field::kFullName, "请填写姓名。"});
  } else if (HasControlCharacter(particulars.full_name) ||
             base::Utf8Length(particulars.full_name) > kMaxNameCharacters) {
    problems.push_back({Field::kFullName, "姓名过长或含有不可见字符。"});
  }
  if (!identity_known) CheckIdentity(particulars, today, problems);
  if (particulars.ethnicity.empty()) {
    problems.push_back({Field::kEthnicity, "请填写民族。"});
  } else if (NameOf(EthnicGroups(), particulars.ethnicity).empty()) {
    problems.push_back({Field::kEthnicity, "民族不在GB/T 3304代码表中。"});
  }
  if (particulars.education.empty()) {
    problems.push_back({Field::kEducation, "请填写学历。"});
  } else if (NameOf(Educations(), particulars.education).empty()) {
    problems.push_back({Field::kEducation, "学历不在GB/T 4658代码表中。"});
  }
  if (!particulars.degree.empty() && !IsDegreeCode(particulars.degree)) {
    problems.push_back({Field::kDegree, "学位不在GB/T 6864代码表中。"});
  }
  particulars.phone = std::string(Trim(particulars.phone));
  if (!particulars.phone.empty() && !IsMobileNumber(particulars.phone)) {
    problems.push_back({Field::kPhone, "手机号码应为11位数字。"});
  }
  CheckDates(particulars, today, problems);
  CheckText(Field::kOccupation, particulars.occupation, problems);
  CheckText(Field::kTechnicalPost, particulars.technical_post, problems);
  return problems;
}

}  // namespace ronghe::membership

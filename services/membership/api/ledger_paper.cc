#include "services/membership/api/ledger_paper.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/strings.h"
#include "services/membership/domain/codes.h"
#include "services/membership/domain/identity_number.h"
#include "services/membership/domain/member.h"

namespace ronghe::membership {
namespace {

using base::Cat;

// So that the three parts stand on one page.
constexpr double kLetterPoints = 13;

std::string DayText(absl::CivilDay day) {
  return Cat(day.year(), "年", day.month(), "月", day.day(), "日");
}

std::string MonthText(absl::CivilDay day) { return Cat(day.year(), "年", day.month(), "月"); }

std::string Masked(const std::string& value, Sensitivity sensitivity, bool unmasked) {
  if (unmasked || value.empty()) return value;
  switch (sensitivity) {
    case Sensitivity::kIdentityNumber:
      return MaskIdentityNumber(value);
    case Sensitivity::kPhone:
      return MaskMobileNumber(value);
    case Sensitivity::kBirthDate:
      return value.substr(0, 4);  // the year
    case Sensitivity::kPlain:
      break;
  }
  return value;
}

std::string_view CategoryText(Category category) {
  return category == Category::kFull ? "正式" : "预备";
}

// Writes the three parts for one person.
class LetterWriter {
 public:
  LetterWriter(const TransferLetter& letter, bool unmasked, paper::Paper& paper)
      : letter_(letter), unmasked_(unmasked), paper_(paper) {}

  void Write(const LetterPerson& person) {
    Stub(person);
    paper_.blocks.emplace_back(paper::CutLine{Cat(letter_.number, "（骑缝盖章）")});
    Letter(person);
    paper_.blocks.emplace_back(paper::CutLine{Cat(letter_.number, "（骑缝盖章）")});
    Receipt(person);
  }

 private:
  void Heading(std::string_view part) {
    paper_.blocks.emplace_back(paper::Paragraph{.text = Cat("党员组织关系介绍信", part),
                                                .face = paper::Face::kHeading,
                                                .align = paper::Align::kCenter});
    paper_.blocks.emplace_back(
        paper::Paragraph{.text = letter_.number, .align = paper::Align::kRight, .points = 12});
  }

  void Text(std::string text, bool indent = true) {
    paper_.blocks.emplace_back(
        paper::Paragraph{.text = std::move(text), .indent = indent, .points = kLetterPoints});
  }

  void Sign(const std::string& signer, const std::string& day) {
    paper_.blocks.emplace_back(paper::Signature{signer, day, kLetterPoints});
  }

  void Stub(const LetterPerson& person) {
    Heading("存根");
    Text(Cat(person.full_name, "同志系中共", CategoryText(person.category), "党员，组织关系由",
             letter_.from, "转到", letter_.to, "。"));
    Sign("", DayText(letter_.issued_on));
  }

  void Letter(const LetterPerson& person) {
    Heading("");
    Text(Cat(letter_.receiver, "："), false);
    std::string text = Cat(person.full_name, "同志");
    std::string particulars;
    const auto add = [&particulars](std::string_view part) {
      if (!part.empty()) absl::StrAppend(&particulars, particulars.empty() ? "" : "，", Cat(part));
    };
    if (person.gender != Gender::kUnknown) {
      add(NameOf(Genders(), Cat(static_cast<int32_t>(person.gender))));
    }
    if (person.birth_date) add(Cat(AgeOn(*person.birth_date, letter_.issued_on), "岁"));
    add(NameOf(EthnicGroups(), person.ethnicity));
    if (!particulars.empty()) text += Cat("（", particulars, "）");
    text += Cat("，系中共", CategoryText(person.category), "党员");
    if (!person.identity_number.empty()) {
      text += Cat("，身份证号码",
                  Masked(person.identity_number, Sensitivity::kIdentityNumber, unmasked_));
    }
    text += Cat("，由", letter_.from, "去", letter_.to, "，请转接组织关系。");
    if (person.dues_paid_through) {
      text += Cat("该同志党费已交到", MonthText(*person.dues_paid_through), "。");
    }
    Text(std::move(text));
    if (letter_.valid_days > 0) Text(Cat("（有效期", letter_.valid_days, "天）"));
    if (!person.phone.empty()) {
      Text(Cat("党员联系电话：", Masked(person.phone, Sensitivity::kPhone, unmasked_)));
    }
    Sign(Cat(letter_.issuer, "（盖章）"), DayText(letter_.issued_on));
  }

  void Receipt(const LetterPerson& person) {
    Heading("回执联");
    Text(Cat(letter_.issuer, "："), false);
    Text(Cat(person.full_name, "同志的党员组织关系已转达我处，特此回复。"));
    Text("经办人：\u3000\u3000\u3000\u3000\u3000\u3000联系电话：");
    Sign("（盖章）", "\u3000\u3000年\u3000\u3000月\u3000\u3000日");
  }

  const TransferLetter& letter_;
  const bool unmasked_;
  paper::Paper& paper_;
};

}  // namespace

paper::Paper TransferLetterPaper(const TransferLetter& letter, bool unmasked) {
  paper::Paper paper;
  LetterWriter writer(letter, unmasked, paper);
  for (size_t i = 0; i < letter.persons.size(); ++i) {
    if (i > 0) paper.blocks.emplace_back(paper::PageBreak{});
    writer.Write(letter.persons[i]);
  }
  return paper;
}

paper::Paper AdmissionSheetPaper(const AdmissionSheet& sheet, bool unmasked) {
  paper::Paper paper{.red_head = {}, .title = "中国共产党入党志愿书信息表", .blocks = {}};
  paper.blocks.emplace_back(
      paper::Paragraph{.text = Cat("姓名：", sheet.full_name, "\u3000\u3000志愿书编号：",
                                   sheet.form_number.empty() ? "（未发放）" : sheet.form_number),
                       .indent = false,
                       .points = 14});
  for (const SheetSection& section : sheet.sections) {
    paper.blocks.emplace_back(
        paper::Paragraph{.text = section.title, .face = paper::Face::kHeading, .indent = false});
    paper::Table table{.widths = {2, 3, 2, 3}, .rows = {}};
    for (size_t i = 0; i < section.fields.size(); ++i) {
      const SheetField& field = section.fields[i];
      if (i % 2 == 0) table.rows.emplace_back();
      table.rows.back().push_back(field.label);
      table.rows.back().push_back(Masked(field.value, field.sensitivity, unmasked));
    }
    paper.blocks.emplace_back(std::move(table));
  }
  return paper;
}

}  // namespace ronghe::membership

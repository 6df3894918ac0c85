#include "services/meeting/domain/types.h"

#include <array>
#include <utility>

namespace ronghe::meeting {
namespace {

struct KindText {
  Kind kind;
  std::string_view code;
  std::string_view name_zh;
};

constexpr std::array<KindText, kKindCount> kKindTexts = {{
    {Kind::kGeneral, "GENERAL", "支部党员大会"},
    {Kind::kCommittee, "COMMITTEE", "支部委员会会议"},
    {Kind::kGroup, "GROUP", "党小组会"},
    {Kind::kLecture, "LECTURE", "党课"},
    {Kind::kThemeDay, "THEME_DAY", "主题党日"},
    {Kind::kOrgLife, "ORG_LIFE", "组织生活会"},
    {Kind::kAppraisal, "APPRAISAL", "民主评议党员"},
    {Kind::kTalk, "TALK", "谈心谈话"},
    {Kind::kDemocraticLife, "DEMOCRATIC_LIFE", "民主生活会"},
    {Kind::kCentralGroup, "CENTRAL_GROUP", "中心组学习"},
    {Kind::kReading, "READING", "传达学习"},
    {Kind::kDelegates, "DELEGATES", "党员代表大会"},
}};

constexpr std::array<std::string_view, kMotionKindCount> kMotionKindCodes = {
    "GENERAL", "COMMITTEE", "ADMISSION", "CONVERSION", "DISPOSITION", "APPROVAL"};

}  // namespace

std::string_view MotionKindCode(MotionKind kind) {
  return kind == MotionKind::kNone ? "NONE" : kMotionKindCodes[static_cast<size_t>(kind) - 1];
}

std::optional<MotionKind> ParseMotionKindCode(std::string_view code) {
  for (size_t i = 0; i < kMotionKindCodes.size(); ++i) {
    if (kMotionKindCodes[i] == code) return static_cast<MotionKind>(i + 1);
  }
  return std::nullopt;
}

std::string_view KindCode(Kind kind) { return kKindTexts[static_cast<size_t>(kind) - 1].code; }

std::string_view KindNameZh(Kind kind) { return kKindTexts[static_cast<size_t>(kind) - 1].name_zh; }

std::optional<Kind> ParseKindCode(std::string_view code) {
  for (const KindText& text : kKindTexts) {
    if (text.code == code) return text.kind;
  }
  return std::nullopt;
}

std::vector<Kind> Kinds::List() const {
  std::vector<Kind> kinds;
  for (const KindText& text : kKindTexts) {
    if (Has(text.kind)) kinds.push_back(text.kind);
  }
  return kinds;
}

std::string Kinds::Codes() const {
  std::string codes;
  for (Kind kind : List()) {
    if (!codes.empty()) codes += ',';
    codes += KindCode(kind);
  }
  return codes;
}

std::vector<RecordItem> RecordItems(int32_t bits) {
  std::vector<RecordItem> items;
  for (RecordItem item : {RecordItem::kAgenda, RecordItem::kSpeakers, RecordItem::kSignedByChair,
                          RecordItem::kSignedByRecorder, RecordItem::kAbsenceApproval}) {
    if (bits & Bit(item)) items.push_back(item);
  }
  return items;
}

}  // namespace ronghe::meeting

#include "services/membership/domain/change_code.h"

#include "absl/strings/str_cat.h"

namespace ronghe::membership {
namespace {

constexpr CodeName kChangeCodes[] = {
    {"1", "期初录入"},          {"2", "转为正式党员"},    {"3", "延长预备期"},
    {"4", "调整所在党组织"},    {"5", "表决权变动"},      {"6", "更正人员类别"},
    {"10", "新发展"},           {"11", "重新入党"},       {"12", "追认"},
    {"21", "停止党籍后恢复"},   {"22", "改正后恢复党籍"}, {"31", "县内转入"},
    {"32", "市内跨县转入"},     {"33", "省内跨市转入"},   {"34", "跨省转入"},
    {"35", "部队转入"},         {"36", "系统转入"},       {"38", "整建制转入"},
    {"50", "开除党籍"},         {"51", "退党除名"},       {"52", "劝退"},
    {"53", "劝而不退除名"},     {"54", "自行脱党除名"},   {"55", "自行脱党除名(无法取得联系)"},
    {"56", "取消预备党员资格"}, {"57", "不予承认"},       {"58", "除名"},
    {"60", "停止党籍"},         {"70", "死亡"},           {"80", "转出"},
    {"81", "整建制转出"},
};

}  // namespace

std::span<const CodeName> ChangeCodes() { return kChangeCodes; }

std::optional<ChangeCode> ChangeCodeOf(int32_t code) {
  if (NameOf(kChangeCodes, absl::StrCat(code)).empty()) return std::nullopt;
  return static_cast<ChangeCode>(code);
}

ChangeCode StandingChange(Standing from, Standing to) {
  switch (to) {
    case Standing::kNormal:
      return from == Standing::kNormal ? ChangeCode::kRightsChanged : ChangeCode::kRestored;
    case Standing::kSuspended:
      return ChangeCode::kSuspended;
    case Standing::kLeft:
      return ChangeCode::kRemoved;
    case Standing::kDeceased:
      return ChangeCode::kDeceased;
  }
  return ChangeCode::kRightsChanged;
}

}  // namespace ronghe::membership

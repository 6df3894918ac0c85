// Why did a membership begin, change or end? Codes of increase (增加) and decrease (减少), 8.1.
//
// Increases are numbered as the national system numbers them; decreases, and changes that are
// neither, are the project's own, because the central list is not public.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_CHANGE_CODE_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_CHANGE_CODE_H_

#include <cstdint>
#include <optional>
#include <span>

#include "services/membership/domain/codes.h"

namespace ronghe::membership {

enum class ChangeCode : int32_t {
  // Neither increase nor decrease.
  kOpening = 1,        // 期初录入: was a member before the system knew
  kConverted = 2,      // 转为正式党员
  kExtended = 3,       // 延长预备期
  kMoved = 4,          // 调整所在党组织: not a transfer
  kRightsChanged = 5,  // 表决权停止或恢复
  kCategoryFixed = 6,  // 更正人员类别
  // Increases.
  kAdmitted = 10,            // 新发展
  kAdmittedAgain = 11,       // 重新入党
  kAdmittedPosthumous = 12,  // 追认
  kRestored = 21,            // 停止党籍后恢复
  kReinstated = 22,          // 改正后恢复
  kInCounty = 31,            // 转入: 县内
  kInCity = 32,              // 市内跨县
  kInProvince = 33,          // 省内跨市
  kInNation = 34,            // 跨省
  kInArmy = 35,              // 部队
  kInSystem = 36,            // 系统
  kInWholeUnit = 38,         // 整建制转入
  // Decreases.
  kExpelled = 50,            // 开除党籍
  kWithdrew = 51,            // 退党除名
  kAdvisedOut = 52,          // 劝退
  kRemovedAfterAdvice = 53,  // 劝而不退除名
  kLapsed = 54,              // 自行脱党除名
  kLapsedUntraced = 55,      // 自行脱党除名, 经多方查找确实无法取得联系
  kDisqualified = 56,        // 取消预备党员资格
  kNotRecognised = 57,       // 不予承认
  kRemoved = 58,             // 除名
  kSuspended = 60,           // 停止党籍
  kDeceased = 70,            // 死亡
  kOut = 80,                 // 转出
  kOutWholeUnit = 81,        // 整建制转出
};

// "10" 新发展, ... with every enumerator.
std::span<const CodeName> ChangeCodes();
std::optional<ChangeCode> ChangeCodeOf(int32_t code);

// By what the change counts in table 1: 入党, 恢复, 转入; 出党, 停止, 死亡, 转出.
inline bool IsTransferIn(ChangeCode code) {
  return code >= ChangeCode::kInCounty && code <= ChangeCode::kInWholeUnit;
}
inline bool IsTransferOut(ChangeCode code) { return code >= ChangeCode::kOut; }
inline bool IsExit(ChangeCode code) {
  return code >= ChangeCode::kExpelled && code <= ChangeCode::kRemoved;
}

// What a change of standing is called when nothing more is said of it.
ChangeCode StandingChange(Standing from, Standing to);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_CHANGE_CODE_H_

#include "services/evaluation/domain/round.h"

#include "services/evaluation/domain/errors.h"

namespace ronghe::evaluation {
namespace {
constexpr int64_t kLongestPeriod = 731;  // days
}  // namespace

std::string_view StateName(RoundState state) {
  switch (state) {
    case RoundState::kDraft:
      return "DRAFT";
    case RoundState::kCollecting:
      return "COLLECTING";
    case RoundState::kFrozen:
      return "FROZEN";
    case RoundState::kScored:
      return "SCORED";
    case RoundState::kPublished:
      return "PUBLISHED";
    case RoundState::kFailed:
      return "FAILED";
  }
  return "UNKNOWN";
}

absl::Status CheckStart(RoundState state) {
  if (state == RoundState::kDraft || state == RoundState::kFailed) return absl::OkStatus();
  return RoundStateError("只有未启动或采集失败的考评轮次可以启动", state, "DRAFT|FAILED");
}

absl::Status CheckPublish(RoundState state) {
  if (state == RoundState::kScored) return absl::OkStatus();
  return RoundStateError("只有已评分的考评轮次可以发布", state, "SCORED");
}

absl::Status CheckMark(RoundState state) {
  if (state == RoundState::kDraft || state == RoundState::kCollecting ||
      state == RoundState::kFailed) {
    return absl::OkStatus();
  }
  return RoundStateError("数据已冻结,不能再登记评定", state, "DRAFT|COLLECTING|FAILED");
}

absl::Status CheckScores(RoundState state) {
  if (state == RoundState::kScored || state == RoundState::kPublished) return absl::OkStatus();
  return RoundStateError("考评轮次尚未评分", state, "SCORED|PUBLISHED");
}

absl::Status CheckPeriod(const Scheme& scheme, absl::CivilDay start, absl::CivilDay end) {
  if (start >= end) return PeriodInvalid("结束日期应晚于开始日期", start, end);
  if (end - start > kLongestPeriod) return PeriodInvalid("考评期最长两年", start, end);
  if (start < scheme.effective) {
    return PeriodInvalid("考评期早于方案生效日期", start, end);
  }
  return absl::OkStatus();
}

absl::Status CheckMarkItem(const Scheme& scheme, std::string_view item, int64_t points) {
  const std::optional<MarkItem> found = FindMarkItem(scheme, item);
  if (!found.has_value()) return MarkItemUnknown(item);
  if (points < 0 || points > found->max_points) {
    return MarkPointsInvalid(item, found->max_points, points);
  }
  return absl::OkStatus();
}

}  // namespace ronghe::evaluation

#include "services/membership/domain/motion.h"

#include <algorithm>

#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"

namespace ronghe::membership {
namespace {

absl::Status Mismatch(std::string_view part, std::string_view message, std::string_view required,
                      std::string_view actual) {
  return error::Make(absl::StatusCode::kFailedPrecondition, "MOTION_MISMATCH", message,
                     {{"part", std::string(part)},
                      {"required", std::string(required)},
                      {"actual", std::string(actual)}});
}

// The row of the vote matrix (11.1).
std::string_view RuleOf(MotionKind kind) {
  switch (kind) {
    case MotionKind::kGeneral:
      return "Q-GEN";
    case MotionKind::kCommittee:
      return "Q-COMM";
    case MotionKind::kAdmission:
      return "Q-ADMIT";
    case MotionKind::kConversion:
      return "Q-CONV";
    case MotionKind::kDisposition:
      return "Q-DISP";
    case MotionKind::kApproval:
      return "Q-APPR";
  }
  return "";
}

std::string Numbers(std::initializer_list<MotionKind> kinds) {
  std::string joined;
  for (const MotionKind kind : kinds) {
    joined = base::Cat(joined, joined.empty() ? "" : ",", static_cast<int32_t>(kind));
  }
  return joined;
}

}  // namespace

absl::Status CheckMotion(const MotionVerdict& verdict, std::initializer_list<MotionKind> kinds,
                         std::string_view subject, int64_t organization_id) {
  if (std::find(kinds.begin(), kinds.end(), verdict.kind) == kinds.end()) {
    return Mismatch("kind", "会议表决的事项类别不符。", Numbers(kinds),
                    base::Cat(static_cast<int32_t>(verdict.kind)));
  }
  if (verdict.subject != subject) {
    return Mismatch("subject", "会议表决的不是这件事。", subject, verdict.subject);
  }
  if (verdict.organization_id != organization_id) {
    return Mismatch("organization", "会议不是应当作出决定的党组织召开的。",
                    base::Cat("organizations/", organization_id),
                    base::Cat("organizations/", verdict.organization_id));
  }
  if (!verdict.settled) {
    return Mismatch("state", "会议记录尚未提交，或者已被更正。", "SUBMITTED,ACCEPTED", "");
  }
  return absl::OkStatus();
}

absl::Status CheckVote(const MotionVerdict& verdict, std::initializer_list<MotionKind> kinds,
                       std::string_view subject, int64_t organization_id) {
  RONGHE_RETURN_IF_ERROR(CheckMotion(verdict, kinds, subject, organization_id));
  if (verdict.carried) return absl::OkStatus();
  return error::Make(absl::StatusCode::kFailedPrecondition, "MOTION_NOT_CARRIED",
                     "所引表决事项未获通过。", {{"rule_id", std::string(RuleOf(verdict.kind))}});
}

}  // namespace ronghe::membership

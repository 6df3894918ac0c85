#include "services/membership/domain/standing/errors.h"

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/strings.h"
#include "common/error/error.h"

namespace ronghe::membership {
namespace {

using absl::StatusCode;

absl::Status NotFound(std::string_view message, std::string_view collection, int64_t id) {
  return error::Make(StatusCode::kNotFound, "NOT_FOUND", message,
                     {{"name", base::Cat(collection, "/", id)}});
}

absl::Status Refused(std::string_view reason, std::string_view message) {
  return error::Make(StatusCode::kFailedPrecondition, reason, message);
}

absl::Status Exists(std::string_view reason, std::string_view message) {
  return error::Make(StatusCode::kAlreadyExists, reason, message);
}

absl::Status StateInvalid(std::string_view reason, std::string_view state, std::string_view event) {
  return error::Make(StatusCode::kFailedPrecondition, reason, "案件当前所处环节不能办理此步骤。",
                     {{"state", std::string(state)}, {"event", std::string(event)}});
}

}  // namespace

absl::Status DispositionNotFound(int64_t id) {
  return NotFound("没有这件处置案件。", "dispositionCases", id);
}

absl::Status DisciplineNotFound(int64_t id) {
  return NotFound("没有这项党纪处分。", "disciplines", id);
}

absl::Status SuspensionNotFound(int64_t id) {
  return NotFound("没有这件停止党籍案件。", "suspensionCases", id);
}

absl::Status OverlayNotFound(int64_t id) { return NotFound("没有这项登记。", "overlays", id); }

absl::Status ReminderTalkNotFound(int64_t id) {
  return NotFound("没有这次提醒谈话。", "reminderTalks", id);
}

absl::Status MemberTaskNotFound(int64_t id) { return NotFound("没有这项工作。", "tasks", id); }

absl::Status LapseCounterNotFound(int64_t member_id) {
  return NotFound("没有这项连续计数。", "members", member_id);
}

absl::Status DispositionOpen() {
  return Exists("DISPOSITION_OPEN", "该党员已有未办结的处置案件。");
}

absl::Status SuspensionOpen() {
  return Exists("SUSPENSION_OPEN", "该党员已有未办结的停止党籍案件。");
}

absl::Status OverlayOpen() { return Exists("OVERLAY_OPEN", "该党员已有同类登记且尚未结束。"); }

absl::Status PastDisciplineExists() {
  return Exists("D_PAST_EXISTS", "同一天作出的同一种处分已经登记。");
}

absl::Status StandingTransitionNotAllowed(std::string_view from, int32_t code) {
  return error::Make(
      StatusCode::kFailedPrecondition, "STANDING_TRANSITION_NOT_ALLOWED",
      "该党员目前的党籍状态不能作此变动。",
      {{"rule_id", "3.2"}, {"state", std::string(from)}, {"code", absl::StrCat(code)}});
}

absl::Status DispositionStateInvalid(std::string_view state, std::string_view event) {
  return StateInvalid("DISPOSITION_STATE_INVALID", state, event);
}

absl::Status SuspensionStateInvalid(std::string_view state, std::string_view event) {
  return StateInvalid("SUSPENSION_STATE_INVALID", state, event);
}

absl::Status StepDayInvalid(absl::CivilDay day, absl::CivilDay earliest, absl::CivilDay today) {
  return error::Make(StatusCode::kFailedPrecondition, "STEP_DAY_INVALID",
                     "日期不能晚于今天，也不能早于前一环节。",
                     {{"actual", base::FormatDay(day)},
                      {"earliest", base::FormatDay(earliest)},
                      {"latest", base::FormatDay(today)}});
}

absl::Status GroundNotOfKind(int32_t kind, int32_t ground) {
  return error::Make(
      StatusCode::kFailedPrecondition, "GROUND_NOT_OF_KIND", "此情形不属于这类案件。",
      {{"rule_id", "D-03"}, {"kind", absl::StrCat(kind)}, {"ground", absl::StrCat(ground)}});
}

absl::Status CorrectionNotRunning() {
  return Refused("CORRECTION_NOT_RUNNING", "没有正在进行的限期改正。");
}

absl::Status RightsNotSuspended() {
  return Refused("RIGHTS_NOT_SUSPENDED", "该处分没有需要恢复的党员权利。");
}

absl::Status PastDisciplineDays(absl::CivilDay earlier, absl::CivilDay later) {
  return error::Make(StatusCode::kFailedPrecondition, "D_PAST_DAYS",
                     "处分的日期先后不符：应当在入党之后作出、作出之后生效、期满之后恢复权利。",
                     {{"rule_id", "D-07"},
                      {"earlier", base::FormatDay(earlier)},
                      {"later", base::FormatDay(later)}});
}

absl::Status CloseReasonNotAllowed() {
  return Refused("CLOSE_REASON_NOT_ALLOWED", "此办结原因不适用于该案件目前的环节。");
}

absl::Status NotAbroad() { return Refused("NOT_ABROAD", "该党员没有出国出境登记。"); }

absl::Status OverlayEnded() { return Refused("OVERLAY_ENDED", "该登记已经结束。"); }

absl::Status OverlayKindInvalid() {
  return Refused("OVERLAY_KIND_INVALID", "这类登记不能办理此操作。");
}

absl::Status OverlayHasNoDestination() {
  return Refused("OVERLAY_HAS_NO_DESTINATION", "该流动登记没有写明流入地党组织。");
}

absl::Status ContactPersonInvalid() {
  return Refused("CONTACT_PERSON_INVALID", "联系人应是同一党支部的其他党员。");
}

absl::Status TalkerInvalid() {
  return Refused("TALKER_INVALID", "谈话人应是本支部或同一基层党委的其他党员。");
}

absl::Status SuspensionDeciderInvalid() {
  return error::Make(StatusCode::kFailedPrecondition, "SUSPENSION_DECIDER_INVALID",
                     "应由党员所在党支部或其上级党组织决定。", {{"rule_id", "M-03"}});
}

absl::Status TaskEnded() { return Refused("TASK_ENDED", "该项工作已经完成或取消。"); }

absl::Status StandingNeedsCase(std::string_view service) {
  return error::Make(StatusCode::kFailedPrecondition, "STANDING_NEEDS_CASE",
                     "党籍变动须按规定程序立案办理，不能直接修改。",
                     {{"rule_id", "3.2"}, {"service", std::string(service)}});
}

}  // namespace ronghe::membership

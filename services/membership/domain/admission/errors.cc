#include "services/membership/domain/admission/errors.h"

#include <string>

#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/error/error.h"

namespace ronghe::membership::admission {

using absl::StatusCode;
using base::FormatDay;

absl::Status CaseNotFound(int64_t id) {
  return error::Make(StatusCode::kNotFound, "NOT_FOUND", "没有这件发展党员工作。",
                     {{"name", base::Name("admissionCases", id)}});
}

absl::Status AnalysisNotFound(int64_t id) {
  return error::Make(StatusCode::kNotFound, "NOT_FOUND", "没有这次入党积极分子队伍分析。",
                     {{"name", base::Name("activistAnalyses", id)}});
}

absl::Status AlreadyAnalysed(int32_t year) {
  return error::Make(StatusCode::kFailedPrecondition, "A_ANALYSED",
                     "本年度的入党积极分子队伍分析已经登记。",
                     {{"rule_id", "A-07"}, {"actual", std::to_string(year)}});
}

absl::Status CaseOpen() {
  return error::Make(StatusCode::kAlreadyExists, "CASE_OPEN",
                     "该公民身份号码已有正在办理的入党申请。", {{"field", "identity_number"}});
}

absl::Status StateRefused(EventKind event, State state) {
  return error::Make(
      StatusCode::kFailedPrecondition, "A_STATE", "现阶段不能办理这一步。",
      {{"event", std::string(NameOf(event))}, {"state", std::string(NameOf(state))}});
}

absl::Status DayOutOfOrder(absl::CivilDay day, absl::CivilDay earliest) {
  return error::Make(StatusCode::kFailedPrecondition, "A_DAY_ORDER",
                     "日期早于前一步，请核对后再填写。",
                     {{"required", FormatDay(earliest)}, {"actual", FormatDay(day)}});
}

absl::Status CaseChanged() {
  return error::Make(StatusCode::kAborted, "CASE_CHANGED", "该申请刚刚有变动，请重试。");
}

}  // namespace ronghe::membership::admission

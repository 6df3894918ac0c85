#include "services/training/domain/errors.h"

#include <utility>

#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/error/error.h"

namespace ronghe::training::errors {
namespace {

using absl::StatusCode;
using base::FormatDay;
using base::Name;
using error::Make;
using error::Metadata;

Metadata Of(const Rule& rule, Metadata more) {
  Metadata metadata = {{"rule_id", rule.id}, {"rule_set", rule.set}, {"source", rule.source}};
  for (auto& item : more) metadata.push_back(std::move(item));
  return metadata;
}

}  // namespace

absl::Status NotFound(std::string_view name) {
  return Make(StatusCode::kNotFound, "NOT_FOUND", "没有找到所请求的记录。",
              {{"name", std::string(name)}});
}

absl::Status MemberUnknown(int64_t member_id) {
  return Make(StatusCode::kNotFound, "MEMBER_UNKNOWN", "没有找到该党员。",
              {{"member", Name("members", member_id)}});
}

absl::Status FormUnknown(std::string_view form, const Rule& rule) {
  return Make(StatusCode::kInvalidArgument, "TRAINING_FORM_UNKNOWN",
              "培训形式代码不在代码表内,请从代码表中选择。",
              Of(rule, {{"required", "LF"}, {"actual", std::string(form)}}));
}

absl::Status DaysInvalid(std::string_view message_zh, const Rule& rule, std::string_view required,
                         std::string_view actual) {
  return Make(StatusCode::kInvalidArgument, "TRAINING_DAYS_INVALID", message_zh,
              Of(rule, {{"required", std::string(required)}, {"actual", std::string(actual)}}));
}

absl::Status NoRule(absl::CivilDay day) {
  return Make(StatusCode::kFailedPrecondition, "TRAINING_NO_RULE", "该日期没有生效的学时规则。",
              {{"date", FormatDay(day)}});
}

absl::Status YearInvalid(int year, int current) {
  return Make(StatusCode::kInvalidArgument, "TRAINING_YEAR_INVALID",
              "学时年度无效:应不早于2019年且不晚于本年度。",
              {{"required", "2019.." + std::to_string(current)}, {"actual", std::to_string(year)}});
}

absl::Status AsOfInvalid(absl::CivilDay day, int year) {
  return Make(StatusCode::kInvalidArgument, "TRAINING_AS_OF_INVALID",
              "截止日期应在所查年度之内且不晚于今天。",
              {{"required", std::to_string(year)}, {"actual", FormatDay(day)}});
}

absl::Status ExemptionUnknown(std::string_view code, const Rule& rule) {
  return Make(StatusCode::kInvalidArgument, "TRAINING_EXEMPTION_UNKNOWN",
              "免除学时的原因代码无效。",
              Of(rule, {{"required", "CARE"}, {"actual", std::string(code)}}));
}

absl::Status SessionClosed(std::string_view name) {
  return Make(StatusCode::kFailedPrecondition, "TRAINING_SESSION_CLOSED",
              "培训场次已确认或已取消,不能再修改。", {{"name", std::string(name)}});
}

absl::Status SessionCancelled(std::string_view name) {
  return Make(StatusCode::kFailedPrecondition, "TRAINING_SESSION_CANCELLED", "培训场次已取消。",
              {{"name", std::string(name)}});
}

absl::Status SessionNotHeld(std::string_view name, absl::CivilDay day, absl::CivilDay today) {
  return Make(
      StatusCode::kFailedPrecondition, "TRAINING_SESSION_NOT_HELD",
      "培训尚未举行,不能登记或确认到课情况。",
      {{"name", std::string(name)}, {"required", FormatDay(day)}, {"actual", FormatDay(today)}});
}

absl::Status NobodyPresent(std::string_view name) {
  return Make(StatusCode::kFailedPrecondition, "TRAINING_NOBODY_PRESENT",
              "尚未登记到课人员,不能确认。", {{"name", std::string(name)}});
}

absl::Status SessionFull(std::string_view name, int64_t required, int64_t actual) {
  return Make(StatusCode::kFailedPrecondition, "TRAINING_SESSION_FULL",
              "单个场次登记人数超过上限,请分场次登记。",
              {{"name", std::string(name)},
               {"required", std::to_string(required)},
               {"actual", std::to_string(actual)}});
}

absl::Status MemberForeign(int64_t member_id, int64_t organization_id, absl::CivilDay day) {
  return Make(StatusCode::kFailedPrecondition, "TRAINING_MEMBER_FOREIGN",
              "该党员当日不属于主办党组织及其下级,不能登记。",
              {{"member", Name("members", member_id)},
               {"organization", Name("organizations", organization_id)},
               {"date", FormatDay(day)}});
}

absl::Status AttendanceConfirmed(std::string_view name, int64_t member_id) {
  return Make(StatusCode::kFailedPrecondition, "TRAINING_ATTENDANCE_CONFIRMED",
              "该党员的到课情况已确认并计入学时,不能更改。",
              {{"name", std::string(name)}, {"member", Name("members", member_id)}});
}

absl::Status CertificateKnown(std::string_view number) {
  return Make(StatusCode::kAlreadyExists, "TRAINING_CERTIFICATE_KNOWN",
              "该证书已经登记,不能重复登记。", {{"number", std::string(number)}});
}

absl::Status SelfVerification(std::string_view name) {
  return Make(StatusCode::kFailedPrecondition, "TRAINING_SELF_VERIFICATION",
              "登记人不能核验自己登记的证书。", {{"name", std::string(name)}});
}

absl::Status CertificateVerified(std::string_view name) {
  return Make(StatusCode::kFailedPrecondition, "TRAINING_CERTIFICATE_VERIFIED",
              "该证书已经核验并计入学时。", {{"name", std::string(name)}});
}

absl::Status SubtreeTooLarge(int64_t required, int64_t actual) {
  return Make(StatusCode::kFailedPrecondition, "TRAINING_SUBTREE_TOO_LARGE",
              "按过去日期统计的范围过大,请缩小到下级党组织。",
              {{"required", std::to_string(required)}, {"actual", std::to_string(actual)}});
}

}  // namespace ronghe::training::errors

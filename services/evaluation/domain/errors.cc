#include "services/evaluation/domain/errors.h"

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "services/evaluation/domain/round.h"

namespace ronghe::evaluation {
namespace {

using Code = absl::StatusCode;

absl::Status NotFound(const char* message_zh, std::string_view name) {
  return error::Make(Code::kNotFound, "NOT_FOUND", message_zh, {{"name", std::string(name)}});
}

}  // namespace

absl::Status SchemeNotFound(std::string_view name) { return NotFound("考评方案不存在", name); }
absl::Status RoundNotFound(std::string_view name) { return NotFound("考评轮次不存在", name); }
absl::Status ScoreNotFound(std::string_view name) { return NotFound("考评得分不存在", name); }
absl::Status OrganizationNotFound(std::string_view name) {
  return NotFound("本轮考评中没有这个党组织", name);
}

absl::Status SchemeTextInvalid(int line, int column, std::string_view problem) {
  return error::Make(Code::kInvalidArgument, "SCHEME_TEXT_INVALID",
                     absl::StrCat("方案文本第 ", line, " 行第 ", column, " 列有误"),
                     {{"line", absl::StrCat(line)},
                      {"column", absl::StrCat(column)},
                      {"problem", std::string(problem)}});
}

absl::Status SchemeInvalid(std::vector<error::FieldViolation> problems) {
  const size_t count = problems.size();
  const absl::Status fields = error::InvalidFields(std::move(problems));
  absl::Status status = error::Make(Code::kInvalidArgument, "SCHEME_INVALID",
                                    absl::StrCat("考评方案有 ", count, " 处错误"),
                                    {{"problems", absl::StrCat(count)}});
  const absl::string_view url(error::kBadRequestUrl.data(), error::kBadRequestUrl.size());
  if (const auto details = fields.GetPayload(url); details.has_value()) {
    status.SetPayload(url, *details);
  }
  return status;
}

absl::Status SchemeFormRequired() {
  return error::Make(Code::kInvalidArgument, "SCHEME_FORM_REQUIRED", "请提供方案内容");
}

absl::Status SchemePublished(std::string_view name) {
  return error::Make(Code::kFailedPrecondition, "SCHEME_PUBLISHED", "方案已发布,不能再修改",
                     {{"name", std::string(name)}});
}

absl::Status SchemeNotPublished(std::string_view name) {
  return error::Make(Code::kFailedPrecondition, "SCHEME_NOT_PUBLISHED", "方案尚未发布",
                     {{"name", std::string(name)}});
}

absl::Status SchemeNotApplicable(std::string_view name, std::string_view organization) {
  return error::Make(Code::kFailedPrecondition, "SCHEME_NOT_APPLICABLE",
                     "方案的发布单位不是该党组织或其上级",
                     {{"name", std::string(name)}, {"organization", std::string(organization)}});
}

absl::Status RoundStateError(std::string_view message_zh, RoundState actual,
                             std::string_view required) {
  return error::Make(
      Code::kFailedPrecondition, "ROUND_STATE", message_zh,
      {{"actual", std::string(StateName(actual))}, {"required", std::string(required)}});
}

absl::Status PeriodInvalid(std::string_view message_zh, absl::CivilDay start, absl::CivilDay end) {
  return error::Make(Code::kInvalidArgument, "PERIOD_INVALID", message_zh,
                     {{"start_date", base::FormatDay(start)}, {"end_date", base::FormatDay(end)}});
}

absl::Status MarkItemUnknown(std::string_view item) {
  return error::Make(Code::kInvalidArgument, "MARK_ITEM_UNKNOWN", "方案中没有可人工评定的该项目",
                     {{"item", std::string(item)}});
}

absl::Status MarkPointsInvalid(std::string_view item, int64_t required_at_most, int64_t actual) {
  return error::Make(Code::kInvalidArgument, "MARK_POINTS_INVALID", "评定分值超出范围",
                     {{"item", std::string(item)},
                      {"required", absl::StrCat("0..", required_at_most)},
                      {"actual", absl::StrCat(actual)}});
}

absl::Status MarkOutsideRound(std::string_view organization, std::string_view round) {
  return error::Make(Code::kFailedPrecondition, "MARK_OUTSIDE_ROUND", "该党组织不在本轮考评范围内",
                     {{"organization", std::string(organization)}, {"round", std::string(round)}});
}

absl::Status IndicatorWithoutRecords(std::string_view item) {
  return error::Make(Code::kInvalidArgument, "INDICATOR_WITHOUT_RECORDS",
                     "该项目没有可查阅的系统记录", {{"item", std::string(item)}});
}

absl::Status SourceNotConfigured(std::string_view source) {
  return error::Make(Code::kUnavailable, "SOURCE_NOT_CONFIGURED", "数据来源服务未配置",
                     {{"source", std::string(source)}});
}

absl::Status StoredUnreadable(std::string_view what, int64_t id) {
  return error::Make(Code::kInternal, "STORED_UNREADABLE", "存储的内容无法读取",
                     {{"what", std::string(what)}, {"id", absl::StrCat(id)}});
}

}  // namespace ronghe::evaluation

#include "services/membership/domain/organization/errors.h"

#include <string>

#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "services/membership/domain/decision.h"

namespace ronghe::membership {
namespace {

absl::Status NotFound(std::string_view message, std::string_view collection, int64_t id) {
  return error::Make(absl::StatusCode::kNotFound, "NOT_FOUND", message,
                     {{"name", base::Name(collection, id)}});
}

absl::Status Exists(std::string_view reason, std::string_view message) {
  return error::Make(absl::StatusCode::kAlreadyExists, reason, message);
}

absl::Status Precondition(std::string_view reason, std::string_view message) {
  return error::Make(absl::StatusCode::kFailedPrecondition, reason, message);
}

}  // namespace

absl::Status UnitNotFound(int64_t id) { return NotFound("没有这个单位。", "units", id); }

absl::Status SiteNotFound(int64_t id) { return NotFound("没有这个项目(工地)。", "sites", id); }

absl::Status TermNotFound(int64_t id) { return NotFound("没有这一届任期。", "terms", id); }

absl::Status ElectionNotFound(int64_t id) {
  return NotFound("没有这次换届选举。", "committeeElections", id);
}

absl::Status DelegationNotFound(int64_t election_id) {
  return error::Make(
      absl::StatusCode::kNotFound, "NOT_FOUND", "这次换届选举没有代表团。",
      {{"name", base::Cat(base::Name("committeeElections", election_id), "/delegation")}});
}

absl::Status DelegateUnitNotFound(int64_t id) {
  return NotFound("这个党组织没有代表名额。", "organizations", id);
}

absl::Status FoundingCaseNotFound(int64_t id) {
  return NotFound("没有这项设立申请。", "foundingCases", id);
}

absl::Status OrganizationChangeNotFound(int64_t id) {
  return NotFound("没有这次党组织调整。", "organizationChanges", id);
}

absl::Status PartyWorkerNotFound(int64_t id) {
  return NotFound("没有这条党务干部记录。", "partyWorkers", id);
}

absl::Status CreditCodeInvalid() {
  return error::Make(absl::StatusCode::kInvalidArgument, "CREDIT_CODE_INVALID",
                     "统一社会信用代码的校验码不正确，请核对。", {{"source", "GB 32100-2015"}});
}

absl::Status UnitExists() { return Exists("UNIT_EXISTS", "这个统一社会信用代码已有单位登记。"); }

absl::Status UnitAttached() { return Exists("UNIT_ATTACHED", "党组织已登记在这个单位。"); }

absl::Status TermRunning() { return Exists("TERM_RUNNING", "党组织已有在任的一届任期。"); }

absl::Status ElectionOpen() { return Exists("ELECTION_OPEN", "党组织的换届选举正在进行。"); }

absl::Status WorkerRegistered() {
  return Exists("WORKER_REGISTERED", "该党员在这个党组织的同一岗位已登记为党务干部。");
}

absl::Status UnitClosed() { return Precondition("UNIT_CLOSED", "单位已经注销。"); }

absl::Status UnitNotAttached() {
  return Precondition("UNIT_NOT_ATTACHED", "党组织没有登记在这个单位。");
}

absl::Status SiteDaysReversed() {
  return Precondition("SITE_DAYS_REVERSED", "结束日期不能早于开始日期。");
}

absl::Status TermNotDue(const Rule& rule, int32_t kind) {
  return RuleRefused(rule, "TERM_NOT_DUE", "这类党组织没有任期，不进行换届。", "611,621,631,632",
                     base::Cat(kind));
}

absl::Status TermEnded() { return Precondition("TERM_ENDED", "这一届任期已经结束。"); }

absl::Status ElectionStateInvalid(std::string_view state) {
  return error::Make(absl::StatusCode::kFailedPrecondition, "ELECTION_STATE",
                     "换届选举现在的环节不允许该操作。", {{"actual", std::string(state)}});
}

absl::Status ElectionResultInvalid(std::string_view cause, std::string_view message_zh) {
  return error::Make(absl::StatusCode::kFailedPrecondition, "ELECTION_RESULT_INVALID", message_zh,
                     {{"cause", std::string(cause)}});
}

absl::Status CredentialsMissing() {
  return ElectionResultInvalid("CREDENTIALS", "代表资格还没有审查通过。");
}

absl::Status FoundingStateInvalid(std::string_view state) {
  return error::Make(absl::StatusCode::kFailedPrecondition, "FOUNDING_STATE",
                     "设立申请现在的环节不允许该操作。", {{"actual", std::string(state)}});
}

absl::Status FoundingNotElected() {
  return Precondition("FOUNDING_NOT_ELECTED", "党组织还没有选举产生班子，不能备案。");
}

absl::Status OrganizationChanging(int64_t id) {
  return error::Make(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_CHANGING",
                     "党组织正在合并或撤销，请等它完成。",
                     {{"name", base::Name("organizations", id)}});
}

absl::Status ChangeSameOrganization() {
  return Precondition("CHANGE_SAME_ORGANIZATION", "同一个党组织不能既是来源又是去向，也不能重复。");
}

absl::Status ChangeTargetMissing() {
  return Precondition("CHANGE_TARGET_MISSING", "党组织还有党员，请指定他们转入的党组织。");
}

absl::Status MemberElsewhere() {
  return Precondition("MEMBER_ELSEWHERE", "名单中有党员不在被拆分的党组织。");
}

absl::Status GroupElsewhere() {
  return Precondition("GROUP_ELSEWHERE", "名单中有党小组不在被拆分的党组织。");
}

absl::Status WorkerEnded() { return Precondition("WORKER_ENDED", "这项党务工作已经结束。"); }

absl::Status WorkerNotRegistered() {
  return Precondition("WORKER_NOT_REGISTERED", "该党员没有登记为党务干部。");
}

absl::Status ExchangeOverlaps() {
  return Precondition("EXCHANGE_OVERLAPS", "与已登记的交流任职时间重叠。");
}

absl::Status ExchangeDaysReversed() {
  return Precondition("EXCHANGE_DAYS_REVERSED", "交流任职的结束日期不能早于开始日期。");
}

absl::Status ExchangeSameOrganization() {
  return Precondition("EXCHANGE_SAME_ORGANIZATION", "交流任职的来源和去向不能是同一个党组织。");
}

absl::Status AsOfInFuture(absl::CivilDay day, absl::CivilDay today) {
  return error::Make(absl::StatusCode::kFailedPrecondition, "AS_OF_IN_FUTURE",
                     "只能统计今天或者以前的日期。",
                     {{"required", base::FormatDay(today)}, {"actual", base::FormatDay(day)}});
}

absl::Status SubtreeTooLarge(size_t limit) {
  return error::Make(absl::StatusCode::kFailedPrecondition, "SUBTREE_TOO_LARGE",
                     base::Cat("所辖党组织超过", limit, "个，请用统计报表统计以前的日期。"),
                     {{"limit", base::Cat(limit)}});
}

}  // namespace ronghe::membership

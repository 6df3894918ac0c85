#include "services/membership/domain/errors.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/civil.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "services/membership/domain/organization.h"
#include "services/membership/domain/unmask.h"

namespace ronghe::membership {
namespace {

using absl::StatusCode;
using base::Cat;
using base::FormatDay;

std::string KindName(int32_t kind) {
  return std::string(NameOf(OrganizationKinds(), absl::StrCat(kind)));
}

std::string PostName(Post post) { return std::string(NameOf(Posts(), PostCode(post))); }

error::Metadata RuleMetadata(const OrganizationRules& rules, const KindRule& rule,
                             std::string required, std::string actual) {
  return {{"rule_id", rule.rule_id},
          {"rule_set", rules.name},
          {"source", rule.source},
          {"required", std::move(required)},
          {"actual", std::move(actual)}};
}

std::string Join(const std::set<int32_t>& codes) {
  std::string joined;
  for (int32_t code : codes) absl::StrAppend(&joined, joined.empty() ? "" : ",", code);
  return joined;
}

absl::Status NotFound(std::string_view message, std::string_view collection, int64_t id) {
  return error::Make(StatusCode::kNotFound, "NOT_FOUND", message,
                     {{"name", Cat(collection, "/", id)}});
}

}  // namespace

absl::Status OrganizationNotFound(int64_t id) {
  return NotFound("没有这个党组织。", "organizations", id);
}

absl::Status MemberNotFound(int64_t id) { return NotFound("没有这名党员。", "members", id); }

absl::Status PostNotFound(int64_t id) { return NotFound("没有这项党内职务。", "posts", id); }

absl::Status RosterImportNotFound(int64_t id) {
  return NotFound("没有这次名册导入。", "rosterImports", id);
}

absl::Status MemberExportNotFound(int64_t id) {
  return NotFound("没有这次名册导出。", "memberExports", id);
}

absl::Status LedgerExportNotFound(int64_t id) {
  return NotFound("没有这次导出。", "ledgerExports", id);
}

absl::Status DocumentNotFound(int64_t id) { return NotFound("没有这份材料。", "documents", id); }

absl::Status ExportOfAnother() {
  return error::Make(StatusCode::kPermissionDenied, "EXPORT_OF_ANOTHER",
                     "只有申请导出的人本人可以下载，请自行申请导出。");
}

absl::Status IdentityNumberInvalid(std::string_view cause) {
  std::string_view message = "公民身份号码的校验码不正确。";
  if (cause == "LENGTH") message = "公民身份号码应为18位。";
  if (cause == "CHARACTER") message = "公民身份号码只能由数字组成，最后一位可以是X。";
  if (cause == "REGION") message = "公民身份号码的行政区划代码不存在。";
  if (cause == "BIRTH_DATE") message = "公民身份号码中的出生日期不正确。";
  return error::Make(StatusCode::kInvalidArgument, "IDENTITY_NUMBER_INVALID", message,
                     {{"cause", std::string(cause)}, {"source", "GB 11643-1999"}});
}

absl::Status RulesInvalid(std::string_view what) {
  return error::Make(StatusCode::kInvalidArgument, "RULES_INVALID", "规则数据有误。",
                     {{"what", std::string(what)}});
}

absl::Status PurposeUnknown(const UnmaskRules& rules) {
  std::string codes;
  for (const Purpose& purpose : rules.purposes) {
    codes = Cat(codes, codes.empty() ? "" : ",", purpose.code);
  }
  const Purpose& first = rules.purposes.front();
  return error::Make(StatusCode::kInvalidArgument, "PURPOSE_UNKNOWN",
                     "请写明查阅用途，用途应在用途目录之内。",
                     {{"rule_id", first.rule_id},
                      {"rule_set", rules.name},
                      {"source", first.source},
                      {"required", codes}});
}

absl::Status ImportKindUnsupported() {
  return error::Make(StatusCode::kInvalidArgument, "IMPORT_KIND_UNSUPPORTED", "不能导入这类数据。");
}

absl::Status RosterFormatUnsupported() {
  return error::Make(StatusCode::kInvalidArgument, "ROSTER_FORMAT_UNSUPPORTED",
                     "只接受 .xlsx 工作簿和 .csv 文件。");
}

absl::Status RosterFileTooLarge(int64_t limit, int64_t actual) {
  return error::Make(StatusCode::kInvalidArgument, "ROSTER_FILE_TOO_LARGE",
                     Cat("文件超过", limit / (1024 * 1024), " MiB，请拆分后再上传。"),
                     {{"required", Cat(limit)}, {"actual", Cat(actual)}});
}

absl::Status RosterFileRefused(std::string_view reason, std::string_view message_zh,
                               std::string_view where) {
  error::Metadata metadata;
  if (!where.empty()) metadata.emplace_back("where", std::string(where));
  return error::Make(StatusCode::kInvalidArgument, reason, message_zh, std::move(metadata));
}

absl::Status MemberExists() {
  return error::Make(StatusCode::kAlreadyExists, "MEMBER_EXISTS",
                     "该公民身份号码已有党员记录。如需调入，请办理组织关系转接。",
                     {{"field", "identity_number"}});
}

absl::Status PostHeld(Post post) {
  return error::Make(StatusCode::kAlreadyExists, "POST_HELD",
                     Cat("该党员已经担任", PostName(post), "。"), {{"post_code", PostCode(post)}});
}

absl::Status OrganizationRevoked(int64_t id) {
  return error::Make(StatusCode::kFailedPrecondition, "ORGANIZATION_REVOKED", "该党组织已经撤销。",
                     {{"name", Cat("organizations/", id)}});
}

absl::Status OrganizationKindNotAllowed(const OrganizationRules& rules, const KindRule& rule,
                                        int32_t kind, int32_t parent_kind) {
  const std::string message =
      parent_kind == 0 ? Cat(KindName(kind), "不能没有上级党组织。")
                       : Cat(KindName(parent_kind), "下面不能设立", KindName(kind), "。");
  return error::Make(
      StatusCode::kFailedPrecondition, "ORGANIZATION_KIND_NOT_ALLOWED", message,
      RuleMetadata(rules, rule, parent_kind == 0 ? "root" : Join(rule.children), Cat(kind)));
}

absl::Status OrganizationHoldsNoMembers(const OrganizationRules& rules, const KindRule& rule,
                                        int32_t kind) {
  const std::string message =
      rule.temporary ? Cat(KindName(kind), "不转接组织关系，党员的组织关系应留在原支部。")
                     : Cat("党员应编入党支部或联合党支部，不能直接编入", KindName(kind), "。");
  return error::Make(StatusCode::kFailedPrecondition, "ORGANIZATION_HOLDS_NO_MEMBERS", message,
                     RuleMetadata(rules, rule, "631,632", Cat(kind)));
}

absl::Status OrganizationTooDeep(int32_t levels) {
  return error::Make(StatusCode::kFailedPrecondition, "ORGANIZATION_TOO_DEEP",
                     Cat("党组织层级不能超过", levels, "级。"), {{"required", Cat(levels)}});
}

absl::Status OrganizationCodesExhausted(int32_t limit) {
  return error::Make(StatusCode::kFailedPrecondition, "ORGANIZATION_CODES_EXHAUSTED",
                     Cat("同一上级下的党组织编码已用完（", limit, "个)，编码不重复使用。"),
                     {{"required", Cat(limit)}});
}

absl::Status OrganizationMoveCycle() {
  return error::Make(StatusCode::kFailedPrecondition, "ORGANIZATION_MOVE_CYCLE",
                     "不能把党组织移到它自己或它的下级之下。");
}

absl::Status OrganizationHasChildren() {
  return error::Make(StatusCode::kFailedPrecondition, "ORGANIZATION_HAS_CHILDREN",
                     "该党组织还有未撤销的下级，不能撤销。");
}

absl::Status OrganizationHasMembers() {
  return error::Make(StatusCode::kFailedPrecondition, "ORGANIZATION_HAS_MEMBERS",
                     "该党组织还有党员，请先转走党员再撤销。");
}

absl::Status PostNotAllowed(const OrganizationRules& rules, const KindRule& rule, int32_t kind,
                            Post post) {
  return error::Make(StatusCode::kFailedPrecondition, "POST_NOT_ALLOWED",
                     Cat(KindName(kind), "没有", PostName(post), "这一职务。"),
                     RuleMetadata(rules, rule, Join(rule.posts), Cat(static_cast<int32_t>(post))));
}

absl::Status PostOutsideBranch() {
  return error::Make(StatusCode::kFailedPrecondition, "POST_OUTSIDE_BRANCH",
                     "该党员不在这个党组织及其所辖范围内，不能在此任职。");
}

absl::Status PostEnded() {
  return error::Make(StatusCode::kFailedPrecondition, "POST_ENDED", "该职务已经免去。");
}

absl::Status MemberLeft() {
  return error::Make(StatusCode::kFailedPrecondition, "MEMBER_LEFT",
                     "该同志已经出党或已经去世，不能再变更。");
}

absl::Status MemberUnchanged() {
  return error::Make(StatusCode::kFailedPrecondition, "MEMBER_UNCHANGED",
                     "与现有记录相同，没有变更。");
}

absl::Status EffectiveDateInFuture(absl::CivilDay day, absl::CivilDay today) {
  return error::Make(StatusCode::kFailedPrecondition, "EFFECTIVE_DATE_IN_FUTURE",
                     "生效日期不能晚于今天。",
                     {{"required", FormatDay(today)}, {"actual", FormatDay(day)}});
}

absl::Status EffectiveDateBeforeInterval(absl::CivilDay day, absl::CivilDay earliest) {
  return error::Make(StatusCode::kFailedPrecondition, "EFFECTIVE_DATE_BEFORE_INTERVAL",
                     Cat("生效日期不能早于", FormatDay(earliest), "，那之前已有记录。"),
                     {{"required", FormatDay(earliest)}, {"actual", FormatDay(day)}});
}

absl::Status RosterStateInvalid(std::string_view state) {
  return error::Make(StatusCode::kFailedPrecondition, "ROSTER_STATE_INVALID",
                     "这次导入现在的状态不允许该操作。", {{"actual", std::string(state)}});
}

absl::Status RosterOffsetMismatch(int64_t expected, int64_t actual) {
  return error::Make(StatusCode::kFailedPrecondition, "ROSTER_OFFSET_MISMATCH",
                     Cat("上传位置不连续，请从第", expected, "字节继续。"),
                     {{"required", Cat(expected)}, {"actual", Cat(actual)}});
}

absl::Status RosterIncomplete(int64_t size, int64_t uploaded) {
  return error::Make(StatusCode::kFailedPrecondition, "ROSTER_INCOMPLETE", "文件还没有上传完。",
                     {{"required", Cat(size)}, {"actual", Cat(uploaded)}});
}

absl::Status RosterDigestMismatch() {
  return error::Make(StatusCode::kFailedPrecondition, "ROSTER_DIGEST_MISMATCH",
                     "文件内容与声明的摘要不一致，请重新上传。");
}

absl::Status RosterFileExpired() {
  return error::Make(StatusCode::kFailedPrecondition, "ROSTER_FILE_EXPIRED",
                     "名册原文件已按保存期限删除。");
}

absl::Status ExportExpired(const UnmaskRules& rules) {
  return error::Make(StatusCode::kFailedPrecondition, "EXPORT_EXPIRED",
                     "导出已超过可下载的期限，请重新申请。",
                     {{"rule_id", rules.download_rule_id},
                      {"rule_set", rules.name},
                      {"source", rules.download_source},
                      {"required", Cat(absl::ToInt64Hours(rules.download_window), "h")}});
}

absl::Status MemberLinkMissing() {
  return error::Make(StatusCode::kFailedPrecondition, "MEMBER_LINK_MISSING",
                     "您的账号尚未关联本人的党员信息，请联系安全管理员办理关联。",
                     {{"remedy", "access.v1.AccountService/LinkMember"}});
}

absl::Status UnmaskLimitReached(const UnmaskRules& rules, int64_t members, absl::Duration rest) {
  const int64_t minutes = absl::ToInt64Minutes(rules.limit_window);
  return error::WithRetryAfter(error::Make(StatusCode::kResourceExhausted, "UNMASK_LIMIT",
                                           Cat("每", minutes, "分钟最多查阅", rules.limit_members,
                                               "名党员的完整信息，请稍后再查。"),
                                           {{"rule_id", rules.limit_rule_id},
                                            {"rule_set", rules.name},
                                            {"source", rules.limit_source},
                                            {"required", Cat(rules.limit_members)},
                                            {"actual", Cat(members)}}),
                               rest);
}

}  // namespace ronghe::membership

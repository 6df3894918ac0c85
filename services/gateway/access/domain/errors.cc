#include "services/gateway/access/domain/errors.h"

#include "common/base/strings.h"
#include "common/error/error.h"

namespace ronghe::gateway::access::errors {

using absl::StatusCode;

absl::Status SignInFailed() {
  return error::Make(StatusCode::kUnauthenticated, "SIGN_IN_FAILED", "登录名或口令不正确");
}
absl::Status SignInNotPreviewed() {
  return error::Make(StatusCode::kInvalidArgument, "VALIDATE_ONLY_INVALID", "登录不能只作校验");
}
absl::Status SignInRequired() {
  return error::Make(StatusCode::kUnauthenticated, "UNAUTHENTICATED_NO_TOKEN", "请先登录");
}
absl::Status SessionInvalid() {
  return error::Make(StatusCode::kUnauthenticated, "SESSION_INVALID", "登录已失效,请重新登录");
}
absl::Status ClientUnknown(std::string_view client) {
  return error::Make(StatusCode::kUnauthenticated, "CLIENT_UNKNOWN", "该部门系统没有登记或已停用",
                     {{"client", std::string(client)}});
}
absl::Status PasswordChangeRequired() {
  return error::Make(StatusCode::kPermissionDenied, "PASSWORD_CHANGE_REQUIRED",
                     "请先修改口令再进行其他操作");
}
absl::Status CsrfInvalid() {
  return error::Make(StatusCode::kPermissionDenied, "CSRF_INVALID",
                     "请求缺少防伪标识 X-Ronghe-CSRF 或标识不正确");
}
absl::Status PasswordReused(std::string_view rule_id, std::string_view source, int64_t history) {
  return error::Make(StatusCode::kInvalidArgument, "PASSWORD_REUSED",
                     absl::StrCat("新口令不能与最近 ", history, " 次用过的口令相同"),
                     {{"rule_id", std::string(rule_id)},
                      {"source", std::string(source)},
                      {"required", absl::StrCat(history)}});
}
absl::Status PasswordWrong() {
  return error::Make(StatusCode::kPermissionDenied, "PASSWORD_WRONG", "当前口令不正确");
}
absl::Status SessionMoved() {
  return error::Make(StatusCode::kUnauthenticated, "SESSION_MOVED",
                     "登录地址已变化,会话已结束,请重新登录");
}
absl::Status RightsChanged() {
  return error::Make(StatusCode::kAborted, "RIGHTS_CHANGED", "您的权限已变化,请从断点重新开始");
}
absl::Status SecondFactorRequired() {
  return error::Make(StatusCode::kPermissionDenied, "SECOND_FACTOR_REQUIRED",
                     "请先输入动态验证码完成登录");
}
absl::Status SecondFactorEnrolmentRequired() {
  return error::Make(StatusCode::kPermissionDenied, "SECOND_FACTOR_ENROLMENT_REQUIRED",
                     "您的角色要求双因素登录,请先绑定动态验证码");
}
absl::Status SecondFactorWrong() {
  return error::Make(StatusCode::kPermissionDenied, "SECOND_FACTOR_WRONG", "验证码不正确");
}
absl::Status TotpReplayed() {
  return error::Make(StatusCode::kPermissionDenied, "TOTP_REPLAYED",
                     "该验证码已经用过,请等待下一个验证码");
}
absl::Status SecondFactorNotPending() {
  return error::Make(StatusCode::kFailedPrecondition, "SECOND_FACTOR_NOT_PENDING",
                     "没有待完成的双因素验证");
}
absl::Status ReauthenticationRequired(std::string_view rule_id, std::string_view source,
                                      int64_t minutes) {
  return error::Make(StatusCode::kFailedPrecondition, "REAUTHENTICATION_REQUIRED",
                     absl::StrCat("请重新登录,并在 ", minutes, " 分钟内完成该操作"),
                     {{"rule_id", std::string(rule_id)},
                      {"source", std::string(source)},
                      {"required", absl::StrCat(minutes)}});
}
absl::Status MemberUnknown(std::string_view member) {
  return error::Make(StatusCode::kInvalidArgument, "MEMBER_UNKNOWN",
                     base::Cat("您管理的范围内没有党员 ", member),
                     {{"member", std::string(member)}});
}
absl::Status MemberLinked(std::string_view member) {
  return error::Make(StatusCode::kAlreadyExists, "MEMBER_LINKED", "该党员已关联其他账号",
                     {{"member", std::string(member)}});
}
absl::Status LoginNameTaken(std::string_view login_name) {
  return error::Make(StatusCode::kAlreadyExists, "LOGIN_NAME_TAKEN", "该登录名已被使用",
                     {{"login_name", std::string(login_name)}});
}
absl::Status MethodNotShared(std::string_view method) {
  return error::Make(StatusCode::kPermissionDenied, "METHOD_NOT_SHARED",
                     "该接口没有共享给本部门系统", {{"method", std::string(method)}});
}
absl::Status PurposeRequired() {
  return error::Make(StatusCode::kInvalidArgument, "PURPOSE_REQUIRED",
                     "请用 X-Ronghe-Purpose 说明数据用途");
}
absl::Status PurposeNotAllowed(std::string_view purpose) {
  return error::Make(StatusCode::kPermissionDenied, "PURPOSE_NOT_ALLOWED",
                     "该接口没有为此用途共享给本部门系统", {{"purpose", std::string(purpose)}});
}
absl::Status RateLimited(absl::Duration wait) {
  return error::WithRetryAfter(
      error::Make(StatusCode::kResourceExhausted, "RATE_LIMITED", "调用过于频繁,请稍后再试"), wait);
}
absl::Status QuotaExceeded(int64_t quota, absl::Duration wait) {
  return error::WithRetryAfter(
      error::Make(StatusCode::kResourceExhausted, "QUOTA_EXCEEDED", "今日调用次数已用完",
                  {{"required", absl::StrCat(quota)}}),
      wait);
}
absl::Status ClientNotSuspended(std::string_view client) {
  return error::Make(StatusCode::kFailedPrecondition, "CLIENT_NOT_SUSPENDED",
                     "该部门系统没有处于暂停状态", {{"name", std::string(client)}});
}
absl::Status ClientStruckOff(std::string_view client) {
  return error::Make(StatusCode::kFailedPrecondition, "CLIENT_STRUCK_OFF", "该部门系统已注销",
                     {{"name", std::string(client)}});
}
absl::Status ClientKeyExists(std::string_view key_id) {
  return error::Make(StatusCode::kAlreadyExists, "CLIENT_KEY_EXISTS",
                     "该部门系统已有过此编号的密钥", {{"key_id", std::string(key_id)}});
}
absl::Status TooManyClientKeys(int64_t most) {
  return error::Make(StatusCode::kFailedPrecondition, "TOO_MANY_CLIENT_KEYS", "密钥数量已达上限",
                     {{"required", absl::StrCat(most)}});
}
absl::Status ClientTokenInvalid() {
  return error::Make(StatusCode::kUnauthenticated, "CLIENT_TOKEN_INVALID",
                     "访问令牌无效,或与所出示的证书不符");
}
absl::Status ClientTokenExpired() {
  return error::Make(StatusCode::kUnauthenticated, "CLIENT_TOKEN_EXPIRED",
                     "访问令牌已过期,请重新获取");
}
absl::Status ClientExists(std::string_view certificate_name) {
  return error::Make(StatusCode::kAlreadyExists, "CLIENT_EXISTS", "该证书名已登记",
                     {{"certificate_name", std::string(certificate_name)}});
}
absl::Status NotFound(std::string_view name) {
  return error::Make(StatusCode::kNotFound, "NOT_FOUND", base::Cat("没有找到 ", name),
                     {{"name", std::string(name)}});
}
absl::Status RoleInvalid(std::string_view role) {
  return error::Make(StatusCode::kInvalidArgument, "ROLE_INVALID",
                     base::Cat("没有可授予的角色 ", role), {{"role", std::string(role)}});
}
absl::Status OrganizationUnknown(std::string_view organization) {
  return error::Make(StatusCode::kInvalidArgument, "ORGANIZATION_UNKNOWN",
                     base::Cat("没有党组织 ", organization),
                     {{"organization", std::string(organization)}});
}
absl::Status RoleNotGrantable(std::string_view role, std::string_view organization) {
  return error::Make(StatusCode::kPermissionDenied, "ROLE_NOT_GRANTABLE",
                     "您在该党组织持有的角色不能授予此角色",
                     {{"role", std::string(role)}, {"organization", std::string(organization)}});
}
absl::Status SelfGrant() {
  return error::Make(StatusCode::kPermissionDenied, "SELF_GRANT", "不能给自己授权");
}
absl::Status RoleExclusion(std::string_view held, std::string_view asked) {
  return error::Make(StatusCode::kFailedPrecondition, "ROLE_EXCLUSION",
                     "系统、安全、审计管理员互斥,且不得兼任业务角色",
                     {{"rule_id", "S-9.2-g1"},
                      {"source", "GB/T 22239-2019 8.1.5"},
                      {"held", std::string(held)},
                      {"asked", std::string(asked)}});
}
absl::Status TooManyGrants(int64_t most) {
  return error::Make(StatusCode::kFailedPrecondition, "TOO_MANY_GRANTS", "授权数量已达上限",
                     {{"required", absl::StrCat(most)}});
}
absl::Status AccountDisabled(std::string_view account) {
  return error::Make(StatusCode::kFailedPrecondition, "ACCOUNT_DISABLED", "该账号已停用,不能授权",
                     {{"account", std::string(account)}});
}
absl::Status RoleNotDelegable(std::string_view role) {
  return error::Make(StatusCode::kFailedPrecondition, "ROLE_NOT_DELEGABLE", "该角色不能委托",
                     {{"role", std::string(role)}});
}
absl::Status GrantDelegated(std::string_view grant) {
  return error::Make(StatusCode::kFailedPrecondition, "GRANT_DELEGATED", "受托的角色不能再次委托",
                     {{"grant", std::string(grant)}});
}
absl::Status DelegateUnsuitable(std::string_view account) {
  return error::Make(StatusCode::kFailedPrecondition, "DELEGATE_UNSUITABLE",
                     "不能委托给该账号,请核对账号或由安全管理员办理",
                     {{"account", std::string(account)}});
}
absl::Status GrantNotInForce(std::string_view grant) {
  return error::Make(StatusCode::kFailedPrecondition, "GRANT_NOT_IN_FORCE", "该授权不在有效期内",
                     {{"grant", std::string(grant)}});
}
absl::Status DelegationTooLong(std::string_view rule_id, std::string_view source, int64_t required,
                               int64_t actual) {
  return error::Make(StatusCode::kInvalidArgument, "DELEGATION_TOO_LONG",
                     absl::StrCat("委托期限不能超过 ", required, " 天"),
                     {{"rule_id", std::string(rule_id)},
                      {"source", std::string(source)},
                      {"required", absl::StrCat(required)},
                      {"actual", absl::StrCat(actual)}});
}
absl::Status GrantPeriodInvalid() {
  return error::Make(StatusCode::kInvalidArgument, "GRANT_PERIOD_INVALID",
                     "授权的截止时间应晚于起始时间和当前时间");
}
absl::Status SelfLink() {
  return error::Make(StatusCode::kPermissionDenied, "SELF_LINK",
                     "不能为自己的账号绑定统一身份或党员,请由其他安全管理员办理");
}
absl::Status IdentityProviderUnknown(std::string_view issuer) {
  return error::Make(StatusCode::kFailedPrecondition, "IDENTITY_PROVIDER_UNKNOWN",
                     "系统没有接入该统一身份认证,请联系系统管理员",
                     {{"issuer", std::string(issuer)}});
}
absl::Status IdentityTaken() {
  return error::Make(StatusCode::kAlreadyExists, "IDENTITY_TAKEN", "该统一身份已绑定账号");
}
absl::Status TooManyIdentities(int64_t most) {
  return error::Make(StatusCode::kFailedPrecondition, "TOO_MANY_IDENTITIES",
                     absl::StrCat("一个账号最多绑定 ", most, " 个统一身份"));
}
absl::Status IdentityNotLinked() {
  return error::Make(StatusCode::kUnauthenticated, "IDENTITY_NOT_LINKED",
                     "您的统一身份没有绑定可用的账号,请联系本单位管理员");
}
absl::Status SelfDisable() {
  return error::Make(StatusCode::kFailedPrecondition, "SELF_DISABLE", "不能停用自己的账号");
}
absl::Status TooManySignIns() {
  return error::WithRetryAfter(
      error::Make(StatusCode::kResourceExhausted, "OVERLOADED", "登录人数过多,请稍后再试"),
      absl::Seconds(1));
}

}  // namespace ronghe::gateway::access::errors

#include "services/gateway/access/domain/errors.h"

#include "common/base/strings.h"
#include "common/error/error.h"

namespace ronghe::gateway::access::errors {

using absl::StatusCode;

absl::Status SignInFailed() {
  return error::Make(StatusCode::kUnauthenticated, "SIGN_IN_FAILED", "登录名或口令不正确");
}
absl::Status SignInRequired() {
  return error::Make(StatusCode::kUnauthenticated, "UNAUTHENTICATED_NO_TOKEN", "请先登录");
}
absl::Status SessionInvalid() {
  return error::Make(StatusCode::kUnauthenticated, "SESSION_INVALID", "登录已失效,请重新登录");
}
absl::Status ClientUnknown(std::string_view certificate_name) {
  return error::Make(StatusCode::kUnauthenticated, "CLIENT_UNKNOWN", "该证书没有登记为部门系统",
                     {{"certificate_name", std::string(certificate_name)}});
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
absl::Status LoginNameTaken(std::string_view login_name) {
  return error::Make(StatusCode::kAlreadyExists, "LOGIN_NAME_TAKEN", "该登录名已被使用",
                     {{"login_name", std::string(login_name)}});
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
absl::Status GrantAboveScope(std::string_view role, std::string_view organization) {
  return error::Make(StatusCode::kPermissionDenied, "GRANT_ABOVE_SCOPE",
                     "不能授予超出自己范围或权限的角色",
                     {{"role", std::string(role)}, {"organization", std::string(organization)}});
}
absl::Status GrantPeriodInvalid() {
  return error::Make(StatusCode::kInvalidArgument, "GRANT_PERIOD_INVALID",
                     "授权的截止时间应晚于起始时间和当前时间");
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

#include "services/gateway/http/refusals.h"

#include "common/error/error.h"

namespace ronghe::gateway::http::refusals {

using absl::StatusCode;
using error::Make;

absl::Status Malformed(int http_status) {
  switch (http_status) {
    case 413:
      return Make(StatusCode::kInvalidArgument, "BODY_TOO_LARGE", "请求正文过大");
    case 414:
      return Make(StatusCode::kInvalidArgument, "PATH_TOO_LONG", "请求地址过长");
    case 431:
      return Make(StatusCode::kInvalidArgument, "HEADER_TOO_LARGE", "请求头过大");
    default:
      return Make(StatusCode::kInvalidArgument, "HTTP_INVALID", "不是合法的 HTTP 请求");
  }
}

absl::Status HostUnknown() {
  return Make(StatusCode::kInvalidArgument, "HOST_UNKNOWN", "请求的主机名不是本系统的名称");
}

absl::Status MethodNotAllowed() {
  return Make(StatusCode::kUnimplemented, "METHOD_NOT_ALLOWED", "该路径不支持此 HTTP 方法");
}

absl::Status PathInvalid() {
  return error::InvalidFields({{"(path)", "路径的百分号编码不正确,或含有不允许的字符"}});
}

absl::Status RouteNotFound() {
  return Make(StatusCode::kNotFound, "ROUTE_NOT_FOUND", "没有这个接口或页面");
}

absl::Status ContentTypeInvalid() {
  return Make(StatusCode::kInvalidArgument, "CONTENT_TYPE_INVALID",
              "请求正文的类型应为 application/json");
}

absl::Status PurposeInvalid() {
  return error::InvalidFields({{"(header X-Ronghe-Purpose)",
                                "用途应为 1 至 64 个字母、数字、下划线、点或连字符组成的代码"}});
}

absl::Status ValidateOnlyInvalid() {
  return error::InvalidFields({{"(header X-Ronghe-Validate-Only)", "应为 true 或 false"}});
}

absl::Status OriginNotAllowed() {
  return Make(StatusCode::kPermissionDenied, "ORIGIN_NOT_ALLOWED",
              "请求不是由本系统的页面发出,已被拒绝");
}

absl::Status RateLimited(absl::Duration wait) {
  return error::WithRetryAfter(
      Make(StatusCode::kResourceExhausted, "RATE_LIMITED", "来自该地址的请求过于频繁,请稍后再试"),
      wait);
}

absl::Status Overloaded() {
  return error::WithRetryAfter(
      Make(StatusCode::kResourceExhausted, "OVERLOADED", "系统繁忙,请稍后再试"), absl::Seconds(1));
}

}  // namespace ronghe::gateway::http::refusals

#include "services/gateway/transcode/error_json.h"

#include <charconv>

#include "common/rpc/status.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "services/gateway/transcode/json_printer.h"
#include "services/gateway/transcode/wire.h"

namespace ronghe::gateway::transcode {
namespace {

struct Code {
  std::string_view name;
  int http;
  std::string_view message_zh;
};

constexpr Code kCodes[] = {
    {"OK", 200, ""},
    {"CANCELLED", 499, "请求已取消"},
    {"UNKNOWN", 500, "服务内部错误"},
    {"INVALID_ARGUMENT", 400, "请求内容有误"},
    {"DEADLINE_EXCEEDED", 504, "处理超时,请稍后再试"},
    {"NOT_FOUND", 404, "没有找到所请求的内容"},
    {"ALREADY_EXISTS", 409, "内容已存在"},
    {"PERMISSION_DENIED", 403, "没有权限"},
    {"RESOURCE_EXHAUSTED", 429, "请求过多,请稍后再试"},
    {"FAILED_PRECONDITION", 400, "当前状态不允许此操作"},
    {"ABORTED", 409, "内容已被他人修改,请刷新后再试"},
    {"OUT_OF_RANGE", 400, "请求内容超出范围"},
    {"UNIMPLEMENTED", 501, "不支持此操作"},
    {"INTERNAL", 500, "服务内部错误"},
    {"UNAVAILABLE", 503, "服务暂时不可用,请稍后再试"},
    {"DATA_LOSS", 500, "服务内部错误"},
    {"UNAUTHENTICATED", 401, "请先登录"},
};

const Code& Of(int code) { return kCodes[code >= 0 && code < 17 ? code : 2]; }

// Calls `visit` with the type URL and the value of each detail until it returns true.
template <class F>
void EachDetail(std::string_view details, F visit) {
  WireReader reader(details);
  int number;
  uint8_t wire_type;
  while (!reader.done() && reader.ReadTag(&number, &wire_type)) {
    std::string_view any;
    if (number == 3 && wire_type == kDelimited) {
      if (!reader.ReadDelimited(&any)) return;
      if (visit(any, PeekDelimited(any, 1), PeekDelimited(any, 2))) return;
    } else if (!reader.Skip(number, wire_type)) {
      return;
    }
  }
}

bool EndsWith(std::string_view url, std::string_view type) {
  return url.size() > type.size() && url.substr(url.size() - type.size()) == type &&
         url[url.size() - type.size() - 1] == '/';
}

}  // namespace

std::string_view CodeName(int code) { return Of(code).name; }

std::string ReasonOf(const WireError& error) {
  std::string reason;
  EachDetail(error.details, [&](std::string_view, std::string_view url, std::string_view value) {
    if (!EndsWith(url, "google.rpc.ErrorInfo")) return false;
    reason = PeekDelimited(value, 1);
    return true;
  });
  return reason;
}

int HttpStatus(const WireError& error) {
  if (error.http != 0) return error.http;
  if (error.code == 10 && ReasonOf(error) == "ETAG_MISMATCH") return 412;
  return Of(error.code).http;
}

int RetryAfterSeconds(const WireError& error) {
  int seconds = 0;
  EachDetail(error.details, [&](std::string_view, std::string_view url, std::string_view value) {
    if (!EndsWith(url, "google.rpc.RetryInfo")) return false;
    google::rpc::RetryInfo info;
    if (info.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
      const int64_t whole = info.retry_delay().seconds() + (info.retry_delay().nanos() > 0 ? 1 : 0);
      seconds = static_cast<int>(std::clamp<int64_t>(whole, 1, 86400));
    }
    return true;
  });
  return seconds;
}

void PrintError(const Schema& schema, const WireError& error, OutBuffer* out) {
  const Code& code = Of(error.code);
  std::string_view message = code.message_zh;
  EachDetail(error.details, [&](std::string_view, std::string_view url, std::string_view value) {
    if (!EndsWith(url, "google.rpc.LocalizedMessage")) return false;
    message = PeekDelimited(value, 2);
    return true;
  });
  out->Append("{\"error\":{\"code\":");
  char digits[8];
  const auto end = std::to_chars(digits, digits + sizeof digits, HttpStatus(error)).ptr;
  out->Append(digits, static_cast<size_t>(end - digits));
  out->Append(",\"status\":\"");
  out->Append(code.name);
  out->Append("\",\"message\":");
  PrintJsonString(message, out);
  bool first = true;
  if (const MessageTable* any_type = schema.Message("google.protobuf.Any")) {
    EachDetail(error.details, [&](std::string_view any, std::string_view, std::string_view) {
      const size_t before = out->size();
      out->Append(first ? ",\"details\":[" : ",");
      if (PrintJson(schema, *any_type, any, out).ok()) {
        first = false;
      } else {
        out->Truncate(before);
      }
      return false;
    });
  }
  if (!first) out->Push(']');
  out->Append("}}");
}

OwnedError::OwnedError(const absl::Status& status, int http) {
  const grpc::Status converted = rpc::ToGrpc(status);
  message_ = converted.error_message();
  details_ = converted.error_details();
  wire_ = {static_cast<int>(converted.error_code()), message_, details_, http};
}

}  // namespace ronghe::gateway::transcode

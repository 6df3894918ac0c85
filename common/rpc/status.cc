#include "common/rpc/status.h"

#include <string>
#include <utility>
#include <vector>

#include "common/base/strings.h"
#include "common/error/error.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace ronghe::rpc {
namespace {

constexpr size_t kCutText = 200;

struct General {
  absl::StatusCode code;
  const char* reason;
  const char* message_zh;
};

constexpr General kGeneral[] = {
    {absl::StatusCode::kCancelled, "CANCELLED", "请求已取消"},
    {absl::StatusCode::kInvalidArgument, "INVALID_ARGUMENT", "请求内容有误"},
    {absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED", "处理超时,请稍后重试"},
    {absl::StatusCode::kNotFound, "NOT_FOUND", "未找到所请求的内容"},
    {absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS", "该内容已存在"},
    {absl::StatusCode::kPermissionDenied, "PERMISSION_DENIED", "您没有此项操作的权限"},
    {absl::StatusCode::kResourceExhausted, "OVERLOADED", "系统繁忙,请稍后重试"},
    {absl::StatusCode::kFailedPrecondition, "FAILED_PRECONDITION", "当前状态不允许此项操作"},
    {absl::StatusCode::kAborted, "ABORTED", "操作发生冲突,请重试"},
    {absl::StatusCode::kOutOfRange, "OUT_OF_RANGE", "请求超出范围"},
    {absl::StatusCode::kUnimplemented, "UNIMPLEMENTED", "不支持此项操作"},
    {absl::StatusCode::kUnavailable, "UNAVAILABLE", "服务暂时不可用,请稍后重试"},
    {absl::StatusCode::kUnauthenticated, "UNAUTHENTICATED", "请先登录"},
};

size_t EncodedSize(char c) { return c >= ' ' && c <= '~' && c != '%' ? 1 : 3; }

// The longest prefix whose percent-encoding fits.
std::string CutMessage(std::string_view message) {
  size_t encoded = 0;
  for (size_t i = 0; i < message.size(); ++i) {
    encoded += EncodedSize(message[i]);
    if (encoded > kMaxMessageBytes) return std::string(base::Utf8Prefix(message, i));
  }
  return std::string(message);
}

void CutText(std::string* text) { *text = std::string(base::Utf8Prefix(*text, kCutText)); }

template <class T>
bool Unpack(const google::protobuf::Any& any, T* message) {
  return any.type_url() == "type.googleapis.com/" + T::descriptor()->full_name() &&
         message->ParseFromString(any.value());
}

// The same status within the limit: every text cut, metadata and violations dropped from the end.
google::rpc::Status Shorten(const google::rpc::Status& full) {
  google::rpc::Status cut;
  cut.set_code(full.code());
  cut.set_message(full.message());
  CutText(cut.mutable_message());
  google::rpc::BadRequest bad_request;
  for (const google::protobuf::Any& any : full.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::LocalizedMessage localized;
    if (Unpack(any, &info)) {
      google::rpc::ErrorInfo short_info;
      short_info.set_reason(info.reason());
      short_info.set_domain(info.domain());
      CutText(short_info.mutable_reason());
      CutText(short_info.mutable_domain());
      for (auto& [key, value] : *info.mutable_metadata()) {
        std::string kept = value;
        CutText(&kept);
        if (short_info.ByteSizeLong() + key.size() + kept.size() > kMaxDetailBytes / 4) continue;
        (*short_info.mutable_metadata())[key] = std::move(kept);
      }
      cut.add_details()->PackFrom(short_info);
    } else if (Unpack(any, &localized)) {
      CutText(localized.mutable_locale());
      *localized.mutable_message() =
          std::string(base::Utf8Prefix(localized.message(), 3 * kCutText));
      cut.add_details()->PackFrom(localized);
    } else if (!Unpack(any, &bad_request) && any.ByteSizeLong() <= 100) {
      *cut.add_details() = any;
    }
  }
  google::rpc::BadRequest kept;
  const size_t used = cut.ByteSizeLong() + 100;
  for (auto& violation : *bad_request.mutable_field_violations()) {
    CutText(violation.mutable_field());
    CutText(violation.mutable_description());
    *kept.add_field_violations() = violation;
    if (used + kept.ByteSizeLong() > kMaxDetailBytes) {
      kept.mutable_field_violations()->RemoveLast();
      break;
    }
  }
  if (kept.field_violations_size() > 0) cut.add_details()->PackFrom(kept);
  return cut;
}

}  // namespace

absl::Status Presentable(const absl::Status& status, const trace::Context& trace) {
  if (status.ok()) return status;
  const absl::StatusCode code = status.code();
  if (code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown ||
      code == absl::StatusCode::kDataLoss) {
    return error::Make(absl::StatusCode::kInternal, "INTERNAL",
                       base::Cat("系统内部错误,请联系管理员并提供编号 ", trace.trace_id),
                       {{"trace_id", trace.trace_id}});
  }
  if (!error::Reason(status).empty()) return status;
  for (const General& general : kGeneral) {
    if (general.code == code) return error::Make(code, general.reason, general.message_zh);
  }
  return error::Make(code, "UNKNOWN", "操作失败");
}

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const std::string message = CutMessage(base::Sv(status.message()));
  google::rpc::Status details;
  details.set_code(static_cast<int>(status.code()));
  details.set_message(message);
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    google::protobuf::Any* any = details.add_details();
    any->set_type_url(std::string(url));
    any->set_value(std::string(payload));
  });
  std::string bytes = details.SerializeAsString();
  if (bytes.size() > kMaxDetailBytes) bytes = Shorten(details).SerializeAsString();
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), message, bytes);
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  google::rpc::Status details;
  if (!status.error_details().empty() && details.ParseFromString(status.error_details())) {
    for (const google::protobuf::Any& any : details.details()) {
      result.SetPayload(any.type_url(), absl::Cord(any.value()));
    }
  }
  return result;
}

}  // namespace ronghe::rpc

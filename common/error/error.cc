#include "common/error/error.h"

#include <map>
#include <optional>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/rpc/error_details.pb.h"

namespace ronghe::error {
namespace {

absl::string_view Abseil(std::string_view s) { return {s.data(), s.size()}; }

template <class Payload>
std::optional<Payload> PayloadOf(const absl::Status& status, std::string_view url) {
  auto cord = status.GetPayload(Abseil(url));
  if (!cord.has_value()) return std::nullopt;
  Payload payload;
  if (!payload.ParseFromString(std::string(*cord))) return std::nullopt;
  return payload;
}

template <class Payload>
void SetPayload(absl::Status& status, std::string_view url, const Payload& payload) {
  status.SetPayload(Abseil(url), absl::Cord(payload.SerializeAsString()));
}

}  // namespace

absl::Status Make(absl::StatusCode code, std::string_view reason, std::string_view message_zh,
                  Metadata metadata) {
  if (code == absl::StatusCode::kOk) code = absl::StatusCode::kInternal;
  google::rpc::ErrorInfo info;
  info.set_reason(reason.data(), reason.size());
  info.set_domain(kDomain.data(), kDomain.size());
  std::string message(reason);
  for (auto& [key, value] : metadata) {
    absl::StrAppend(&message, " ", key, "=", value);
    (*info.mutable_metadata())[std::move(key)] = std::move(value);
  }
  google::rpc::LocalizedMessage localized;
  localized.set_locale("zh-CN");
  localized.set_message(message_zh.data(), message_zh.size());

  absl::Status status(code, message);
  SetPayload(status, kErrorInfoUrl, info);
  SetPayload(status, kLocalizedMessageUrl, localized);
  return status;
}

absl::Status InvalidFields(std::vector<FieldViolation> violations, std::string_view reason,
                           Metadata metadata) {
  google::rpc::BadRequest bad_request;
  std::string fields;
  std::string message_zh = "请求内容有误:";
  for (size_t i = 0; i < violations.size(); ++i) {
    auto* violation = bad_request.add_field_violations();
    absl::StrAppend(&fields, i == 0 ? "" : ",", violations[i].field);
    if (i == 0) {
      absl::StrAppend(&message_zh, violations[i].field, " ", violations[i].description_zh);
    }
    violation->set_field(std::move(violations[i].field));
    violation->set_description(std::move(violations[i].description_zh));
  }
  if (violations.size() > 1) absl::StrAppend(&message_zh, " 等 ", violations.size(), " 处");
  metadata.emplace_back("fields", std::move(fields));
  absl::Status status =
      Make(absl::StatusCode::kInvalidArgument, reason, message_zh, std::move(metadata));
  SetPayload(status, kBadRequestUrl, bad_request);
  return status;
}

absl::Status WithRetryAfter(absl::Status status, absl::Duration delay) {
  if (status.ok()) return status;
  google::rpc::RetryInfo retry;
  absl::Duration rest;
  retry.mutable_retry_delay()->set_seconds(absl::IDivDuration(delay, absl::Seconds(1), &rest));
  retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  SetPayload(status, kRetryInfoUrl, retry);
  return status;
}

std::string Reason(const absl::Status& status) {
  auto info = PayloadOf<google::rpc::ErrorInfo>(status, kErrorInfoUrl);
  return info.has_value() ? info->reason() : std::string();
}

std::string ReasonOrCode(const absl::Status& status) {
  std::string reason = Reason(status);
  return reason.empty() ? absl::StatusCodeToString(status.code()) : reason;
}

std::string MessageZh(const absl::Status& status) {
  auto localized = PayloadOf<google::rpc::LocalizedMessage>(status, kLocalizedMessageUrl);
  return localized.has_value() ? localized->message() : std::string();
}

std::string MetadataValue(const absl::Status& status, std::string_view key) {
  auto info = PayloadOf<google::rpc::ErrorInfo>(status, kErrorInfoUrl);
  if (!info.has_value()) return {};
  auto it = info->metadata().find(std::string(key));
  return it == info->metadata().end() ? std::string() : it->second;
}

Metadata AllMetadata(const absl::Status& status) {
  auto info = PayloadOf<google::rpc::ErrorInfo>(status, kErrorInfoUrl);
  if (!info.has_value()) return {};
  std::map<std::string, std::string> sorted(info->metadata().begin(), info->metadata().end());
  return {sorted.begin(), sorted.end()};
}

std::vector<FieldViolation> FieldViolations(const absl::Status& status) {
  std::vector<FieldViolation> violations;
  auto bad_request = PayloadOf<google::rpc::BadRequest>(status, kBadRequestUrl);
  if (!bad_request.has_value()) return violations;
  for (const auto& violation : bad_request->field_violations()) {
    violations.push_back({violation.field(), violation.description()});
  }
  return violations;
}

absl::Duration RetryAfter(const absl::Status& status) {
  auto retry = PayloadOf<google::rpc::RetryInfo>(status, kRetryInfoUrl);
  if (!retry.has_value()) return absl::ZeroDuration();
  return absl::Seconds(retry->retry_delay().seconds()) +
         absl::Nanoseconds(retry->retry_delay().nanos());
}

}  // namespace ronghe::error

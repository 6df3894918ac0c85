#include "common/approval/errors.h"

#include "common/approval/policy.h"
#include "common/base/strings.h"
#include "common/error/error.h"

namespace ronghe::approval {
namespace {

absl::Status Refuse(std::string_view reason, std::string_view message_zh,
                    error::Metadata metadata) {
  const Policy& policy = BuiltinPolicy();
  metadata.emplace_back("rule_id", policy.rule_id);
  metadata.emplace_back("rule_set", policy.version);
  metadata.emplace_back("source", policy.source);
  return error::Make(absl::StatusCode::kFailedPrecondition, reason, message_zh,
                     std::move(metadata));
}

std::string Text(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

}  // namespace

std::string Name(std::string_view source, int64_t id) {
  return base::Cat(source, "/approvals/", id);
}

absl::Status Required(std::string_view source, const Row& row) {
  return Refuse("APPROVAL_REQUIRED",
                "此操作须由另一人审批，审批申请已提交；批准后请在有效期内重新提交同样的请求。",
                {{"approval", Name(source, row.id)}, {"expire_time", Text(row.expire_time)}});
}

absl::Status Renewed(std::string_view source, const Row& row, int64_t expired) {
  return Refuse("APPROVAL_EXPIRED",
                "原审批申请已过期，已重新提交审批；批准后请在有效期内重新提交同样的请求。",
                {{"approval", Name(source, row.id)},
                 {"expire_time", Text(row.expire_time)},
                 {"expired", Name(source, expired)}});
}

absl::Status Rejected(std::string_view source, const Row& row) {
  return Refuse("APPROVAL_REJECTED",
                "审批未获同意。请查看审批意见，修改请求后重新提交，或与审批人联系。",
                {{"approval", Name(source, row.id)},
                 {"decider", row.decided_by},
                 {"retry_after", Text(row.expire_time)}});
}

absl::Status NotFound(std::string_view name) {
  return error::Make(absl::StatusCode::kNotFound, "APPROVAL_NOT_FOUND", "没有这项审批",
                     {{"name", std::string(name)}});
}

absl::Status OwnRequest() {
  return Refuse("APPROVAL_OWN_REQUEST", "不能审批自己提出或代自己提出的请求，请由另一人审批。", {});
}

absl::Status Decided(const Row& row) {
  return Refuse("APPROVAL_DECIDED", "这项审批已有决定。", {{"decider", row.decided_by}});
}

absl::Status Expired(const Row& row) {
  return Refuse("APPROVAL_EXPIRED", "这项审批已过期，请由申请人重新提交请求。",
                {{"expire_time", Text(row.expire_time)}});
}

}  // namespace ronghe::approval

#include "services/membership/domain/care/errors.h"

#include <string_view>
#include <utility>

#include "common/base/strings.h"
#include "common/error/error.h"

namespace ronghe::membership {
namespace {

using absl::StatusCode;
using base::Cat;

absl::Status NotFound(std::string_view message, std::string_view collection, int64_t id) {
  return error::Make(StatusCode::kNotFound, "NOT_FOUND", message,
                     {{"name", Cat(collection, "/", id)}});
}

absl::Status Refused(std::string_view reason, std::string_view message,
                     error::Metadata metadata = {}) {
  return error::Make(StatusCode::kFailedPrecondition, reason, message, std::move(metadata));
}

}  // namespace

absl::Status CareRecordNotFound(int64_t id) {
  return NotFound("没有这条关怀帮扶记录。", "careRecords", id);
}

absl::Status HonourNotFound(int64_t id) { return NotFound("没有这项荣誉。", "honours", id); }

absl::Status RolePostNotFound(int64_t id) { return NotFound("没有这个岗位。", "rolePosts", id); }

absl::Status HonourRecorded() {
  return error::Make(StatusCode::kAlreadyExists, "HONOUR_RECORDED",
                     "同一天授予的这项荣誉已经记录，不用重复填写。");
}

absl::Status CareFundMissing() {
  return Refused("CARE_FUND_MISSING", "有慰问金或帮扶资金时，请写明资金来源。");
}

absl::Status CareVoided() { return Refused("CARE_VOIDED", "这条记录已经作废。"); }

absl::Status HonourRevoked() { return Refused("HONOUR_REVOKED", "这项荣誉已经撤销。"); }

absl::Status RolePostEnded() { return Refused("RP_ENDED", "这个岗位已经结束。"); }

absl::Status RolePostReviewed(int32_t year) {
  return Refused("RP_REVIEWED", Cat(year, "年度已经评议过。"), {{"actual", Cat(year)}});
}

absl::Status RolePostHolderOutside() {
  return Refused("RP_HOLDER_OUTSIDE", "该党员不在这个党组织及其所辖范围内，不能承担这里的岗位。");
}

absl::Status RolePostMeetingWrong(std::string_view part) {
  return Refused("RP_MEETING",
                 "年度评议要由本组织在岗位设立以后召开、已经提交记录的会议进行，请核对会议。",
                 {{"part", Cat(part)}});
}

absl::Status NotAProject() { return Refused("RP_NOT_A_PROJECT", "只有党员品牌工程才有阶段。"); }

absl::Status ProjectStageWrong(int32_t from, int32_t to) {
  return Refused("RP_STAGE", "品牌工程要按计划、实施、完成的顺序推进。",
                 {{"required", Cat(from + 1)}, {"actual", Cat(to)}});
}

}  // namespace ronghe::membership

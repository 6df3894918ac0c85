#include "services/membership/domain/transfer/errors.h"

#include <string>
#include <string_view>

#include "common/base/strings.h"
#include "common/error/error.h"
#include "services/membership/domain/decision.h"

namespace ronghe::membership {
namespace {

absl::Status Precondition(std::string_view reason, std::string_view message_zh,
                          error::Metadata metadata = {}) {
  return error::Make(absl::StatusCode::kFailedPrecondition, reason, message_zh,
                     std::move(metadata));
}

}  // namespace

absl::Status TransferNotFound(int64_t id) {
  return error::Make(absl::StatusCode::kNotFound, "NOT_FOUND", "没有这次组织关系转接。",
                     {{"name", base::Cat("transfers/", id)}});
}

absl::Status TransferStateInvalid(TransferState state) {
  return Precondition("TRANSFER_STATE_INVALID", "这次组织关系转接现在的状态不允许该操作。",
                      {{"actual", std::string(NameOf(state))}});
}

absl::Status TransferOpen() {
  return Precondition("TRANSFER_OPEN", "已有尚未办结的组织关系转接，不能再次发起。");
}

absl::Status TransferNotNeeded(int64_t committee_id) {
  return Precondition("TRANSFER_NOT_NEEDED", "转出和转入同属一个基层党委，请直接调整所在党组织。",
                      {{"committee", base::Cat("organizations/", committee_id)}});
}

absl::Status TransferRequired(const Rule& rule) {
  return RuleRefused(rule, "TRANSFER_REQUIRED",
                     "转出和转入不属于同一个基层党委，请办理组织关系转接。", "same committee",
                     "different committees");
}

absl::Status TransferNoCommittee(const Rule& rule, TransferSide side) {
  return RuleRefused(rule, "TRANSFER_NO_COMMITTEE",
                     side == TransferSide::kSender ? "转出方没有可以直接转接组织关系的基层党委。"
                                                   : "转入方没有可以直接转接组织关系的基层党委。",
                     "committee", "none");
}

absl::Status TransferReceiverRevoked(int64_t organization_id) {
  return Precondition("TRANSFER_RECEIVER_REVOKED",
                      "接收的党组织已经撤销，请转出方改转其他党组织或者撤回。",
                      {{"organization", base::Cat("organizations/", organization_id)}});
}

absl::Status TransferMemberNotNormal(int64_t member_id) {
  return Precondition("TRANSFER_MEMBER_NOT_NORMAL", "只有党籍状态正常的党员可以转接组织关系。",
                      {{"member", base::Cat("members/", member_id)}});
}

absl::Status TransferMemberMoved(int64_t member_id) {
  return Precondition("TRANSFER_MEMBER_MOVED", "党员已不在转出的基层党委，请撤回后重新发起。",
                      {{"member", base::Cat("members/", member_id)}});
}

absl::Status TransferUnitPending(int64_t members) {
  return Precondition("TRANSFER_UNIT_PENDING",
                      base::Cat("整建制转接还有", members, "名党员的记录正在生成，请稍后再办理。"),
                      {{"required", "0"}, {"actual", base::Cat(members)}});
}

absl::Status TransferUnitMoved(int64_t unit_id) {
  return Precondition("TRANSFER_UNIT_MOVED", "该党组织的上级已经变更，请撤回后重新发起。",
                      {{"unit", base::Cat("organizations/", unit_id)}});
}

absl::Status TransferPersonGone() {
  return Precondition("TRANSFER_PERSON_GONE",
                      "介绍信超期后已不保留该党员的个人信息，请重新登记转入。");
}

absl::Status LetterNotIssued() { return Precondition("LETTER_NOT_ISSUED", "尚未开具介绍信。"); }

}  // namespace ronghe::membership

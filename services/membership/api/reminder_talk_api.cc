#include "services/membership/api/reminder_talk_api.h"

#include <limits>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/audit/read.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "services/membership/api/standing_support.h"
#include "services/membership/domain/errors.h"
#include "services/membership/domain/standing/errors.h"
#include "services/membership/store/reminder_talk_store.h"

namespace ronghe::membership {
namespace {

v1::ReminderTalk ToProto(const ReminderTalkRow& row) {
  v1::ReminderTalk proto;
  proto.set_name(base::ChildName("members", row.member_id, "reminderTalks", row.id));
  proto.set_organization(OrganizationName(row.organization_id));
  *proto.mutable_held_on() = rpc::ToProto(row.held_on);
  proto.set_reason(static_cast<v1::ReminderReason>(row.reason));
  for (const absl::string_view part : absl::StrSplit(row.actions, ',', absl::SkipEmpty())) {
    int32_t action = 0;
    if (absl::SimpleAtoi(part, &action)) {
      proto.add_actions(static_cast<v1::ReminderAction>(action));
    }
  }
  proto.set_talker(base::Name("members", row.talker_id));
  return proto;
}

}  // namespace

ReminderTalkApi::ReminderTalkApi(service::Writer& writer, MembershipTree& tree,
                                 const rpc::PageTokens& tokens)
    : writer_(writer), tree_(tree), tokens_(tokens) {}

absl::StatusOr<v1::ReminderTalk> ReminderTalkApi::RecordReminderTalk(
    rpc::Call& call, const v1::RecordReminderTalkRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t member_id, base::ParseName(request.parent(), "members"));
  RONGHE_ASSIGN_OR_RETURN(const int64_t talker_id, base::ParseName(request.talker(), "members"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day,
                          StepDay(call, request.has_held_on(), request.held_on(), "held_on"));
  std::vector<error::FieldViolation> violations;
  if (!v1::ReminderReason_IsValid(request.reason()) ||
      request.reason() == v1::REMINDER_REASON_UNSPECIFIED) {
    violations.push_back({"reason", "取值不在代码表中。"});
  }
  std::set<int> actions;
  for (const int action : request.actions()) {
    actions.insert(action);
    if (!v1::ReminderAction_IsValid(action) || action == v1::REMINDER_ACTION_UNSPECIFIED) {
      violations.push_back({"actions", "取值不在代码表中。"});
    }
  }
  if (!violations.empty()) return error::InvalidFields(std::move(violations));
  return writer_.Write<v1::ReminderTalk>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::ReminderTalk> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(const MemberRow member, LockMember(session, member_id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(member.organization_id));
        if (!IsMember(member.standing)) return MemberLeft();
        RONGHE_RETURN_IF_ERROR(CheckStepDay(day, member.joined_on, base::ShanghaiDay(call.now())));
        const std::vector<int64_t> talkers = {talker_id};
        RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> found, LoadMembers(session, talkers));
        if (found.empty() || talker_id == member_id || !IsMember(found.front().standing) ||
            !SharesCommittee(tree_, member.organization_id, found.front().organization_id)) {
          return TalkerInvalid();
        }
        const ReminderTalkRow row{.id = tx.NextId(),
                                  .member_id = member_id,
                                  .organization_id = member.organization_id,
                                  .held_on = day,
                                  .reason = static_cast<int32_t>(request.reason()),
                                  .actions = absl::StrJoin(actions, ","),
                                  .talker_id = talker_id,
                                  .create_time = tx.now()};
        RONGHE_RETURN_IF_ERROR(InsertReminderTalk(session, row));
        v1::ReminderTalk proto = ToProto(row);
        tx.Audit(row.organization_id, proto.name());
        return proto;
      });
}

absl::StatusOr<v1::ReminderTalk> ReminderTalkApi::GetReminderTalk(
    rpc::Call& call, const v1::GetReminderTalkRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const auto name,
                          base::ParseChildName(request.name(), "members", "reminderTalks"));
  return writer_.database().Transact(
      call.deadline(), [&](sql::Session& session) -> absl::StatusOr<v1::ReminderTalk> {
        RONGHE_ASSIGN_OR_RETURN(const ReminderTalkRow row, LoadReminderTalk(session, name.second));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
        if (row.member_id != name.first) return ReminderTalkNotFound(name.second);
        RONGHE_RETURN_IF_ERROR(
            audit::AuditRead(session, writer_.ids(), call, row.organization_id, request.name()));
        return ToProto(row);
      });
}

absl::StatusOr<v1::ListReminderTalksResponse> ReminderTalkApi::ListReminderTalks(
    rpc::Call& call, const v1::ListReminderTalksRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.parent(), "members"));
  RONGHE_ASSIGN_OR_RETURN(int64_t before,
                          tokens_.OpenNumber(call.method(), request.parent(), request.page_token(),
                                             std::numeric_limits<int64_t>::max()));
  const int32_t size = rpc::PageSize(request.page_size());
  std::vector<ReminderTalkRow> rows;
  RONGHE_RETURN_IF_ERROR(
      writer_.database().Transact(call.deadline(), [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(const MemberRow member, LoadMember(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(member.organization_id));
        RONGHE_RETURN_IF_ERROR(audit::AuditRead(session, writer_.ids(), call,
                                                member.organization_id, request.parent()));
        RONGHE_ASSIGN_OR_RETURN(rows, ReminderTalksOf(session, id, before, size + 1));
        return absl::OkStatus();
      }));
  v1::ListReminderTalksResponse response;
  for (const ReminderTalkRow& row : rows) {
    if (response.talks_size() == size) {
      response.set_next_page_token(
          tokens_.Seal(call.method(), request.parent(), base::Cat(before)));
      break;
    }
    *response.add_talks() = ToProto(row);
    before = row.id;
  }
  return response;
}

}  // namespace ronghe::membership

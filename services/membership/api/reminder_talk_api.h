// How are calls about reminder talks answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_REMINDER_TALK_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_REMINDER_TALK_API_H_

#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/reminder_talk.ronghe.h"
#include "services/membership/store/membership_tree.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in reminder_talk.proto.
class ReminderTalkApi : public v1::ReminderTalkServiceHandler {
 public:
  ReminderTalkApi(service::Writer& writer, MembershipTree& tree, const rpc::PageTokens& tokens);

  absl::StatusOr<v1::ReminderTalk> RecordReminderTalk(
      rpc::Call& call, const v1::RecordReminderTalkRequest& request) override;
  absl::StatusOr<v1::ReminderTalk> GetReminderTalk(
      rpc::Call& call, const v1::GetReminderTalkRequest& request) override;
  absl::StatusOr<v1::ListReminderTalksResponse> ListReminderTalks(
      rpc::Call& call, const v1::ListReminderTalksRequest& request) override;

 private:
  service::Writer& writer_;
  MembershipTree& tree_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_REMINDER_TALK_API_H_

// How are calls about reminders and deadlines answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_REMINDER_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_REMINDER_API_H_

#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/sql/database.h"
#include "ronghe/membership/v1/reminder.ronghe.h"
#include "services/membership/domain/reminder.h"
#include "services/membership/store/membership_tree.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in reminder.proto.
class ReminderApi : public v1::ReminderServiceHandler {
 public:
  ReminderApi(sql::Database& database, const MembershipTree& tree,
              const DeadlineCatalogue& catalogue, const rpc::PageTokens& tokens);

  absl::StatusOr<v1::ListRemindersResponse> ListReminders(
      rpc::Call& call, const v1::ListRemindersRequest& request) override;
  absl::StatusOr<v1::ReminderCounts> CountReminders(
      rpc::Call& call, const v1::CountRemindersRequest& request) override;
  absl::StatusOr<v1::ListDeadlinesResponse> ListDeadlines(
      rpc::Call& call, const v1::ListDeadlinesRequest& request) override;

 private:
  sql::Database& database_;
  const MembershipTree& tree_;
  const DeadlineCatalogue& catalogue_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_REMINDER_API_H_

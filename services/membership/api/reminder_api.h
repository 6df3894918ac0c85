// How are calls about reminders and deadlines answered?
//
// An inbox is drawn from two places: reminders, which the job raised for the organizations and
// roles of the caller, and the requests of this service that wait for a second person, which are
// judged by the caller's own rights when they are read.
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_REMINDER_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_REMINDER_API_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/auth/authorizer.h"
#include "common/rpc/page_token.h"
#include "common/sql/database.h"
#include "ronghe/membership/v1/reminder.ronghe.h"
#include "services/membership/domain/reminder.h"
#include "services/membership/store/membership_tree.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in reminder.proto.
class ReminderApi : public v1::ReminderServiceHandler {
 public:
  // `source` is the service's own, "services/membership".
  ReminderApi(sql::Database& database, MembershipTree& tree, const auth::RoleTable& roles,
              const DeadlineCatalogue& catalogue, const rpc::PageTokens& tokens,
              std::string source);

  absl::StatusOr<v1::ListRemindersResponse> ListReminders(
      rpc::Call& call, const v1::ListRemindersRequest& request) override;
  absl::StatusOr<v1::ReminderCounts> CountReminders(
      rpc::Call& call, const v1::CountRemindersRequest& request) override;
  absl::StatusOr<v1::ListDeadlinesResponse> ListDeadlines(
      rpc::Call& call, const v1::ListDeadlinesRequest& request) override;

 private:
  struct Position;

  bool MayDecideSomewhere(const rpc::Call& call) const;
  // Adds what waits for the caller as a second person, from `position` on, up to `size` reminders.
  absl::Status AddPending(const rpc::Call& call, sql::Session& session, int32_t size,
                          Position& position, v1::ListRemindersResponse& response) const;
  // The same with what was raised, of one kind when `request` names one.
  absl::Status AddRaised(const rpc::Call& call, sql::Session& session,
                         const v1::ListRemindersRequest& request, int32_t size, Position& position,
                         v1::ListRemindersResponse& response) const;
  absl::StatusOr<int64_t> CountPending(const rpc::Call& call, sql::Session& session) const;

  sql::Database& database_;
  const MembershipTree& tree_;
  const auth::Authorizer authorizer_;
  const DeadlineCatalogue& catalogue_;
  const rpc::PageTokens& tokens_;
  const std::string source_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_REMINDER_API_H_

// How are calls about six-month counters and assigned work answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_LAPSE_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_LAPSE_API_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/lapse.ronghe.h"
#include "services/membership/store/lapse_store.h"
#include "services/membership/store/membership_tree.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in lapse.proto.
class LapseApi : public v1::LapseServiceHandler {
 public:
  LapseApi(service::Writer& writer, MembershipTree& tree, const rpc::PageTokens& tokens);

  absl::StatusOr<v1::MemberTask> AssignMemberTask(
      rpc::Call& call, const v1::AssignMemberTaskRequest& request) override;
  absl::StatusOr<v1::MemberTask> CompleteMemberTask(
      rpc::Call& call, const v1::CompleteMemberTaskRequest& request) override;
  absl::StatusOr<v1::MemberTask> CancelMemberTask(
      rpc::Call& call, const v1::CancelMemberTaskRequest& request) override;
  absl::StatusOr<v1::ListMemberTasksResponse> ListMemberTasks(
      rpc::Call& call, const v1::ListMemberTasksRequest& request) override;
  absl::StatusOr<v1::LapseCounter> GetLapseCounter(
      rpc::Call& call, const v1::GetLapseCounterRequest& request) override;
  absl::StatusOr<v1::ListLapseCountersResponse> ListLapseCounters(
      rpc::Call& call, const v1::ListLapseCountersRequest& request) override;

 private:
  // Ends a task that is open.
  absl::StatusOr<v1::MemberTask> EndTask(rpc::Call& call, const std::string& name,
                                         absl::CivilDay day,
                                         std::optional<absl::CivilDay> MemberTaskRow::*end);

  service::Writer& writer_;
  MembershipTree& tree_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_LAPSE_API_H_

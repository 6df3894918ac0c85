// Who has met which duty, who has not?
#ifndef RONGHE_SERVICES_MEETING_API_DUTIES_API_H_
#define RONGHE_SERVICES_MEETING_API_DUTIES_API_H_

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/org/org_tree.h"
#include "common/rpc/call.h"
#include "common/rpc/page_token.h"
#include "common/sql/database.h"
#include "ronghe/meeting/v1/duty.pb.h"
#include "ronghe/meeting/v1/duty.ronghe.h"
#include "services/meeting/domain/duty.h"
#include "services/meeting/domain/rule_set.h"
#include "services/meeting/store/duty_board.h"
#include "services/meeting/store/duty_store.h"

namespace ronghe::meeting {

// Thread-safe. All references must outlive it.
class DutiesApi : public v1::DutyServiceHandler {
 public:
  DutiesApi(sql::Database& database, const org::OrgTree& tree, const RuleSets& rules,
            DutyBoard& board, const rpc::PageTokens& tokens, absl::CivilDay calendar_start)
      : database_(database),
        tree_(tree),
        rules_(rules),
        board_(board),
        tokens_(tokens),
        calendar_start_(calendar_start) {}

  absl::StatusOr<v1::DutyBoard> GetDutyBoard(rpc::Call& call,
                                             const v1::GetDutyBoardRequest& request) override;
  absl::StatusOr<v1::ListSubtreeDutiesResponse> ListSubtreeDuties(
      rpc::Call& call, const v1::ListSubtreeDutiesRequest& request) override;
  absl::StatusOr<v1::ListOverdueDutiesResponse> ListOverdueDuties(
      rpc::Call& call, const v1::ListOverdueDutiesRequest& request) override;
  absl::StatusOr<v1::ListDutiesResponse> ListDuties(rpc::Call& call,
                                                    const v1::ListDutiesRequest& request) override;
  absl::StatusOr<v1::Duty> GetDuty(rpc::Call& call, const v1::GetDutyRequest& request) override;

 private:
  sql::Database& database_;
  const org::OrgTree& tree_;
  const RuleSets& rules_;
  DutyBoard& board_;
  const rpc::PageTokens& tokens_;
  const absl::CivilDay calendar_start_;
  const DutyStore store_{};
};

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_API_DUTIES_API_H_

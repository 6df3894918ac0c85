// How are calls about standards and reductions of dues answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_DUES_STANDARD_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_DUES_STANDARD_API_H_

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/dues_standard.ronghe.h"
#include "services/membership/api/motion_reader.h"
#include "services/membership/domain/dues/rates.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/dues_standard_store.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/membership_tree.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in dues_standard.proto.
class DuesStandardApi : public v1::DuesStandardServiceHandler {
 public:
  DuesStandardApi(service::Writer& writer, MembershipTree& tree, const DuesRateBook& rates,
                  const RuleBooks& books, MotionReader& motions, const rpc::PageTokens& tokens);

  absl::StatusOr<v1::DuesStandard> SetDuesStandard(
      rpc::Call& call, const v1::SetDuesStandardRequest& request) override;
  absl::StatusOr<v1::BatchSetDuesStandardsResponse> BatchSetDuesStandards(
      rpc::Call& call, const v1::BatchSetDuesStandardsRequest& request) override;
  absl::StatusOr<v1::DuesStandard> ChangeDuesStandard(
      rpc::Call& call, const v1::ChangeDuesStandardRequest& request) override;
  absl::StatusOr<v1::ListDuesStandardsResponse> ListDuesStandards(
      rpc::Call& call, const v1::ListDuesStandardsRequest& request) override;
  absl::StatusOr<v1::DuesReduction> ProposeDuesReduction(
      rpc::Call& call, const v1::ProposeDuesReductionRequest& request) override;
  absl::StatusOr<v1::DuesReduction> ApproveDuesReduction(
      rpc::Call& call, const v1::ApproveDuesReductionRequest& request) override;
  absl::StatusOr<v1::DuesReduction> RefuseDuesReduction(
      rpc::Call& call, const v1::RefuseDuesReductionRequest& request) override;
  absl::StatusOr<v1::DuesReduction> WithdrawDuesReduction(
      rpc::Call& call, const v1::WithdrawDuesReductionRequest& request) override;
  absl::StatusOr<v1::DuesReduction> GetDuesReduction(
      rpc::Call& call, const v1::GetDuesReductionRequest& request) override;
  absl::StatusOr<v1::ListDuesReductionsResponse> ListDuesReductions(
      rpc::Call& call, const v1::ListDuesReductionsRequest& request) override;

 private:
  using Asked = std::pair<int64_t, DuesBase>;

  // Fixes the standards of members of one branch for a year. What a member has already stays where
  // it is the same and `pass_over` allows it.
  absl::StatusOr<std::vector<DuesStandardRow>> Fix(service::WriteTx& tx, int64_t branch,
                                                   int32_t year, std::span<const Asked> asked,
                                                   bool pass_over);
  // Lets a plan take effect on the revisions of a member's year.
  absl::Status Carry(service::WriteTx& tx, int64_t member_id, const StandardPlan& plan) const;
  // Ends a reduction that is proposed otherwise than by approval.
  absl::StatusOr<v1::DuesReduction> End(rpc::Call& call, const std::string& name,
                                        const std::string& etag, ReductionState state);
  absl::Status ReduceBills(service::WriteTx& tx, const DuesReductionRow& row) const;

  service::Writer& writer_;
  MembershipTree& tree_;
  const DuesRateBook& rates_;
  const RuleBooks& books_;
  MotionReader& motions_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_DUES_STANDARD_API_H_

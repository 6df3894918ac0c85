// How are requests for dues of the organization above answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_FUND_REQUEST_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_FUND_REQUEST_API_H_

#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/fund_request.ronghe.h"
#include "services/membership/api/motion_reader.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/ledger_store.h"
#include "services/membership/store/membership_tree.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in fund_request.proto.
class FundRequestApi : public v1::FundRequestServiceHandler {
 public:
  FundRequestApi(service::Writer& writer, MembershipTree& tree, const RuleBooks& books,
                 MotionReader& motions, const rpc::PageTokens& tokens);

  absl::StatusOr<v1::FundRequest> CreateFundRequest(
      rpc::Call& call, const v1::CreateFundRequestRequest& request) override;
  absl::StatusOr<v1::FundRequest> ApproveFundRequest(
      rpc::Call& call, const v1::ApproveFundRequestRequest& request) override;
  absl::StatusOr<v1::FundRequest> RefuseFundRequest(
      rpc::Call& call, const v1::RefuseFundRequestRequest& request) override;
  absl::StatusOr<v1::FundRequest> GetFundRequest(rpc::Call& call,
                                                 const v1::GetFundRequestRequest& request) override;
  absl::StatusOr<v1::ListFundRequestsResponse> ListFundRequests(
      rpc::Call& call, const v1::ListFundRequestsRequest& request) override;

 private:
  // Saves a request that was decided, which nobody waits for any more.
  absl::Status Decide(service::WriteTx& tx, FundRequestRow& row) const;

  service::Writer& writer_;
  MembershipTree& tree_;
  const RuleBooks& books_;
  MotionReader& motions_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_FUND_REQUEST_API_H_

// How do dues go up the tree, and when is a period closed?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_REMITTANCE_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_REMITTANCE_API_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/remittance.ronghe.h"
#include "services/membership/domain/month.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/remittance_store.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in remittance.proto.
class RemittanceApi : public v1::RemittanceServiceHandler {
 public:
  RemittanceApi(service::Writer& writer, MembershipTree& tree, const RuleBooks& books,
                const rpc::PageTokens& tokens);

  absl::StatusOr<v1::RemittanceRatio> SetRemittanceRatio(
      rpc::Call& call, const v1::SetRemittanceRatioRequest& request) override;
  absl::StatusOr<v1::Remittance> SendRemittance(rpc::Call& call,
                                                const v1::SendRemittanceRequest& request) override;
  absl::StatusOr<v1::Remittance> ReceiveRemittance(
      rpc::Call& call, const v1::ReceiveRemittanceRequest& request) override;
  absl::StatusOr<v1::Remittance> ReverseRemittance(
      rpc::Call& call, const v1::ReverseRemittanceRequest& request) override;
  absl::StatusOr<v1::Remittance> GetRemittance(rpc::Call& call,
                                               const v1::GetRemittanceRequest& request) override;
  absl::StatusOr<v1::ListRemittancesResponse> ListRemittances(
      rpc::Call& call, const v1::ListRemittancesRequest& request) override;
  absl::StatusOr<v1::RemittancePeriod> CloseRemittancePeriod(
      rpc::Call& call, const v1::CloseRemittancePeriodRequest& request) override;

 private:
  // A ratio and the rule that it comes from.
  struct Ratio {
    RatioBasis basis = RatioBasis::kLevel;
    int32_t part_bp = 0;
    std::string rule_id;
  };

  absl::StatusOr<Ratio> RatioOf(sql::Session& session, int64_t organization_id,
                                const DuesPeriod& period) const;
  // Nobody waits for the receiver any more.
  absl::Status EndWait(service::WriteTx& tx, const RemittanceRow& row) const;
  // What the ratio is taken of: what the organization collected and received in closed periods;
  // for the Centre and for a local committee what its whole subtree collected.
  absl::StatusOr<int64_t> BaseOf(sql::Session& session, int64_t organization_id,
                                 const DuesPeriod& period, RatioBasis basis) const;

  service::Writer& writer_;
  MembershipTree& tree_;
  const RuleBooks& books_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_REMITTANCE_API_H_

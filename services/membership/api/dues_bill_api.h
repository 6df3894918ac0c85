// How are calls about bill runs, bills, accounts and collection answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_DUES_BILL_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_DUES_BILL_API_H_

#include <functional>

#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/dues_bill.ronghe.h"
#include "services/membership/store/membership_tree.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in dues_bill.proto.
class DuesBillApi : public v1::DuesBillServiceHandler {
 public:
  // `nudge` is called when a run waits.
  DuesBillApi(service::Writer& writer, MembershipTree& tree, const rpc::PageTokens& tokens,
              std::function<void()> nudge);

  absl::StatusOr<v1::BillRun> CreateBillRun(rpc::Call& call,
                                            const v1::CreateBillRunRequest& request) override;
  absl::StatusOr<v1::BillRun> GetBillRun(rpc::Call& call,
                                         const v1::GetBillRunRequest& request) override;
  absl::StatusOr<v1::ListBillRunsResponse> ListBillRuns(
      rpc::Call& call, const v1::ListBillRunsRequest& request) override;
  absl::StatusOr<v1::ListDuesBillsResponse> ListDuesBills(
      rpc::Call& call, const v1::ListDuesBillsRequest& request) override;
  absl::StatusOr<v1::ListDuesOfMemberResponse> ListDuesOfMember(
      rpc::Call& call, const v1::ListDuesOfMemberRequest& request) override;
  absl::StatusOr<v1::ListMyDuesResponse> ListMyDues(rpc::Call& call,
                                                    const v1::ListMyDuesRequest& request) override;
  absl::StatusOr<v1::DuesAccount> GetDuesAccount(rpc::Call& call,
                                                 const v1::GetDuesAccountRequest& request) override;
  absl::StatusOr<v1::ListArrearsResponse> ListArrears(
      rpc::Call& call, const v1::ListArrearsRequest& request) override;
  absl::StatusOr<v1::DuesCollection> GetDuesCollection(
      rpc::Call& call, const v1::GetDuesCollectionRequest& request) override;

 private:
  service::Writer& writer_;
  MembershipTree& tree_;
  const rpc::PageTokens& tokens_;
  const std::function<void()> nudge_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_DUES_BILL_API_H_

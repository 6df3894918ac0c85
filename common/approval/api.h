// How are the approvals of a service listed and decided?
#ifndef RONGHE_COMMON_APPROVAL_API_H_
#define RONGHE_COMMON_APPROVAL_API_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "common/approval/store.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/approval/v1/approval.ronghe.h"

namespace ronghe::approval {

// Serves ApprovalService over the schema's own approval table; the source is the writer's. All
// references must outlive it. Errors are those that approval.proto names.
class ApprovalApi : public v1::ApprovalServiceHandler {
 public:
  ApprovalApi(service::Writer& writer, const rpc::PageTokens& tokens)
      : writer_(writer), tokens_(tokens) {}

  absl::StatusOr<v1::ListApprovalsResponse> ListApprovals(
      rpc::Call& call, const v1::ListApprovalsRequest& request) override;
  absl::StatusOr<v1::Approval> GetApproval(rpc::Call& call,
                                           const v1::GetApprovalRequest& request) override;
  absl::StatusOr<v1::Approval> ApproveRequest(rpc::Call& call,
                                              const v1::ApproveRequestRequest& request) override;
  absl::StatusOr<v1::Approval> RejectRequest(rpc::Call& call,
                                             const v1::RejectRequestRequest& request) override;

 private:
  // The id of "services/{this service}/approvals/{id}".
  absl::StatusOr<int64_t> ParseName(const std::string& name) const;
  absl::StatusOr<v1::Approval> Decide(rpc::Call& call, const std::string& name, State decision,
                                      const std::string& reason);

  service::Writer& writer_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::approval

#endif  // RONGHE_COMMON_APPROVAL_API_H_

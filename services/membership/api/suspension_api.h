// How are calls about cases of suspended standing answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_SUSPENSION_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_SUSPENSION_API_H_

#include <cstdint>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/suspension.ronghe.h"
#include "services/membership/api/motion_reader.h"
#include "services/membership/domain/decision.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/suspension_store.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in suspension.proto.
class SuspensionApi : public v1::SuspensionServiceHandler {
 public:
  SuspensionApi(service::Writer& writer, MembershipTree& tree, const RuleBooks& books,
                MotionReader& motions, const rpc::PageTokens& tokens);

  absl::StatusOr<v1::SuspensionCase> OpenSuspensionCase(
      rpc::Call& call, const v1::OpenSuspensionCaseRequest& request) override;
  absl::StatusOr<v1::SuspensionCase> RecordContactAttempt(
      rpc::Call& call, const v1::RecordContactAttemptRequest& request) override;
  absl::StatusOr<v1::SuspensionCase> ProposeSuspension(
      rpc::Call& call, const v1::ProposeSuspensionRequest& request) override;
  absl::StatusOr<v1::SuspensionCase> SuspendStanding(
      rpc::Call& call, const v1::SuspendStandingRequest& request) override;
  absl::StatusOr<v1::SuspensionCase> FindMember(rpc::Call& call,
                                                const v1::FindMemberRequest& request) override;
  absl::StatusOr<v1::SuspensionCase> RestoreStanding(
      rpc::Call& call, const v1::RestoreStandingRequest& request) override;
  absl::StatusOr<v1::SuspensionCase> ProposeRemoval(
      rpc::Call& call, const v1::ProposeRemovalRequest& request) override;
  absl::StatusOr<v1::SuspensionCase> RemoveUntraced(
      rpc::Call& call, const v1::RemoveUntracedRequest& request) override;
  absl::StatusOr<v1::SuspensionCase> GetSuspensionCase(
      rpc::Call& call, const v1::GetSuspensionCaseRequest& request) override;
  absl::StatusOr<v1::ListSuspensionCasesResponse> ListSuspensionCases(
      rpc::Call& call, const v1::ListSuspensionCasesRequest& request) override;

 private:
  // What a step of a case has in common.
  struct Step {
    std::string_view name;  // of the case
    std::string_view etag;
    SuspensionEvent event;
    absl::CivilDay day;
  };
  // The step's own part: checks and writes beside the case, into which it puts what it decided.
  using Part = absl::FunctionRef<absl::Status(service::WriteTx&, SuspensionRow&, Guard&)>;

  absl::StatusOr<v1::SuspensionCase> Take(rpc::Call& call, const Step& step, Part part);
  // That the organization is the branch or above it, and that the caller acts for it.
  absl::Status CheckDecider(const rpc::Call& call, const SuspensionRow& row, int64_t decider) const;
  v1::SuspensionCase Brief(const SuspensionRow& row) const;
  absl::StatusOr<v1::SuspensionCase> Present(sql::Session& session, const SuspensionRow& row) const;

  service::Writer& writer_;
  MembershipTree& tree_;
  const RuleBook& rules_;
  MotionReader& motions_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_SUSPENSION_API_H_

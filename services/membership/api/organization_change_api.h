// How are calls about merging, splitting and dissolving organizations answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_ORGANIZATION_CHANGE_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_ORGANIZATION_CHANGE_API_H_

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/organization_change.ronghe.h"
#include "services/membership/api/organization_mover.h"
#include "services/membership/domain/organization.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/organization_change_store.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in
// organization_change.proto.
class OrganizationChangeApi : public v1::OrganizationChangeServiceHandler {
 public:
  // `nudge` wakes the job. `at_once` is how many members one call moves at most.
  OrganizationChangeApi(service::Writer& writer, MembershipTree& tree,
                        const OrganizationRuleBook& kinds, OrganizationMover& mover,
                        const rpc::PageTokens& tokens, std::function<void()> nudge,
                        int32_t at_once = kMaxMembersAtOnce)
      : writer_(writer),
        tree_(tree),
        kinds_(kinds),
        mover_(mover),
        tokens_(tokens),
        nudge_(std::move(nudge)),
        at_once_(at_once) {}

  absl::StatusOr<v1::OrganizationChange> MergeOrganizations(
      rpc::Call& call, const v1::MergeOrganizationsRequest& request) override;
  absl::StatusOr<v1::OrganizationChange> SplitOrganization(
      rpc::Call& call, const v1::SplitOrganizationRequest& request) override;
  absl::StatusOr<v1::OrganizationChange> DissolveOrganization(
      rpc::Call& call, const v1::DissolveOrganizationRequest& request) override;
  absl::StatusOr<v1::OrganizationChange> GetOrganizationChange(
      rpc::Call& call, const v1::GetOrganizationChangeRequest& request) override;
  absl::StatusOr<v1::ListOrganizationChangesResponse> ListOrganizationChanges(
      rpc::Call& call, const v1::ListOrganizationChangesRequest& request) override;

 private:
  absl::StatusOr<v1::OrganizationChange> MoveAll(rpc::Call& call, OrganizationChangeKind kind,
                                                 std::vector<int64_t> sources, int64_t target,
                                                 absl::CivilDay day);

  service::Writer& writer_;
  MembershipTree& tree_;
  const OrganizationRuleBook& kinds_;
  OrganizationMover& mover_;
  const rpc::PageTokens& tokens_;
  const std::function<void()> nudge_;
  const int32_t at_once_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_ORGANIZATION_CHANGE_API_H_

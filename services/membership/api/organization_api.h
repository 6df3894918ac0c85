// How are calls about organizations answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_ORGANIZATION_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_ORGANIZATION_API_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/organization.ronghe.h"
#include "services/membership/domain/organization.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/organization_store.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in organization.proto.
class OrganizationApi : public v1::OrganizationServiceHandler {
 public:
  // Organizations that one call counts on a past day, those of a city of half a million members:
  // some hundred statements of a few milliseconds each.
  static constexpr size_t kMostOnPastDay = 32'768;

  OrganizationApi(service::Writer& writer, MembershipTree& tree, const OrganizationRuleBook& rules,
                  const rpc::PageTokens& tokens, size_t most_on_past_day = kMostOnPastDay);

  absl::StatusOr<v1::Organization> CreateOrganization(
      rpc::Call& call, const v1::CreateOrganizationRequest& request) override;
  absl::StatusOr<v1::Organization> GetOrganization(
      rpc::Call& call, const v1::GetOrganizationRequest& request) override;
  absl::StatusOr<v1::ListRootOrganizationsResponse> ListRootOrganizations(
      rpc::Call& call, const v1::ListRootOrganizationsRequest& request) override;
  absl::StatusOr<v1::ListChildOrganizationsResponse> ListChildOrganizations(
      rpc::Call& call, const v1::ListChildOrganizationsRequest& request) override;
  absl::StatusOr<v1::ListSubtreeOrganizationsResponse> ListSubtreeOrganizations(
      rpc::Call& call, const v1::ListSubtreeOrganizationsRequest& request) override;
  absl::StatusOr<v1::ListAncestorOrganizationsResponse> ListAncestorOrganizations(
      rpc::Call& call, const v1::ListAncestorOrganizationsRequest& request) override;
  absl::StatusOr<v1::Organization> UpdateOrganization(
      rpc::Call& call, const v1::UpdateOrganizationRequest& request) override;
  absl::StatusOr<v1::Organization> MoveOrganization(
      rpc::Call& call, const v1::MoveOrganizationRequest& request) override;
  absl::StatusOr<v1::Organization> RevokeOrganization(
      rpc::Call& call, const v1::RevokeOrganizationRequest& request) override;
  absl::StatusOr<v1::OrganizationCounts> GetOrganizationCounts(
      rpc::Call& call, const v1::GetOrganizationCountsRequest& request) override;

 private:
  // Organizations in the order of `ids`.
  absl::StatusOr<std::vector<OrganizationRow>> Load(rpc::Call& call,
                                                    const std::vector<int64_t>& ids);
  const OrganizationRules& RulesToday(const rpc::Call& call) const;
  // What GetOrganizationCounts says of the end of a past day.
  absl::StatusOr<v1::OrganizationCounts> CountsOn(rpc::Call& call, int64_t id, absl::CivilDay day);

  service::Writer& writer_;
  MembershipTree& tree_;
  const OrganizationRuleBook& rules_;
  const rpc::PageTokens& tokens_;
  const size_t most_on_past_day_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_ORGANIZATION_API_H_

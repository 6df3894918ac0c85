// How are calls about units, sites and profiles of organizations answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_UNIT_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_UNIT_API_H_

#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/unit.ronghe.h"
#include "services/membership/domain/organization.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/unit_store.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in unit.proto.
class UnitApi : public v1::UnitServiceHandler {
 public:
  UnitApi(service::Writer& writer, MembershipTree& tree, const OrganizationRuleBook& kinds,
          const rpc::PageTokens& tokens)
      : writer_(writer), tree_(tree), kinds_(kinds), tokens_(tokens) {}

  absl::StatusOr<v1::Unit> CreateUnit(rpc::Call& call,
                                      const v1::CreateUnitRequest& request) override;
  absl::StatusOr<v1::Unit> GetUnit(rpc::Call& call, const v1::GetUnitRequest& request) override;
  absl::StatusOr<v1::ListUnitsResponse> ListUnits(rpc::Call& call,
                                                  const v1::ListUnitsRequest& request) override;
  absl::StatusOr<v1::Unit> UpdateUnit(rpc::Call& call,
                                      const v1::UpdateUnitRequest& request) override;
  absl::StatusOr<v1::OrganizationUnit> AttachUnit(rpc::Call& call,
                                                  const v1::AttachUnitRequest& request) override;
  absl::StatusOr<v1::OrganizationUnit> DetachUnit(rpc::Call& call,
                                                  const v1::DetachUnitRequest& request) override;
  absl::StatusOr<v1::ListOrganizationUnitsResponse> ListOrganizationUnits(
      rpc::Call& call, const v1::ListOrganizationUnitsRequest& request) override;
  absl::StatusOr<v1::Site> CreateSite(rpc::Call& call,
                                      const v1::CreateSiteRequest& request) override;
  absl::StatusOr<v1::Site> UpdateSite(rpc::Call& call,
                                      const v1::UpdateSiteRequest& request) override;
  absl::StatusOr<v1::ListSitesResponse> ListSites(rpc::Call& call,
                                                  const v1::ListSitesRequest& request) override;
  absl::StatusOr<v1::OrganizationProfile> GetOrganizationProfile(
      rpc::Call& call, const v1::GetOrganizationProfileRequest& request) override;
  absl::StatusOr<v1::OrganizationProfile> UpdateOrganizationProfile(
      rpc::Call& call, const v1::UpdateOrganizationProfileRequest& request) override;

 private:
  // Reads a site's fields from a message into a row and checks them. A branch out of the caller's
  // sight is answered like one that is not there.
  absl::Status ReadSite(service::WriteTx& tx, const v1::Site& wanted,
                        const google::protobuf::FieldMask& mask, SiteRow& row);

  service::Writer& writer_;
  MembershipTree& tree_;
  const OrganizationRuleBook& kinds_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_UNIT_API_H_

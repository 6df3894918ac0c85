// PlaceService: on which organization do administrators mean to give a role, and what stands there?
#pragma once

#include <cstdint>

#include "common/org/org_tree.h"
#include "common/rpc/page_token.h"
#include "ronghe/access/v1/place.ronghe.h"

namespace ronghe::gateway::access {

class PlacesApi : public ::ronghe::access::v1::PlaceServiceHandler {
 public:
  // The references must outlive it.
  PlacesApi(const org::OrgTree& tree, const rpc::PageTokens& page_tokens)
      : tree_(tree), page_tokens_(page_tokens) {}

  absl::StatusOr<::ronghe::access::v1::Place> GetPlace(
      rpc::Call& call, const ::ronghe::access::v1::GetPlaceRequest& request) override;
  absl::StatusOr<::ronghe::access::v1::ListPlacesResponse> ListPlaces(
      rpc::Call& call, const ::ronghe::access::v1::ListPlacesRequest& request) override;

 private:
  // The place of one organization, or of all together.
  ::ronghe::access::v1::Place Of(const org::OrgNode& node) const;
  ::ronghe::access::v1::Place OfAll() const;

  const org::OrgTree& tree_;
  const rpc::PageTokens& page_tokens_;
};

}  // namespace ronghe::gateway::access

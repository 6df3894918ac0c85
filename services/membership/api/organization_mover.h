// How does an organization with everything below it come under another parent?
//
// One row changes; the subtree, its members and all counts follow in the trees of every process.
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_ORGANIZATION_MOVER_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_ORGANIZATION_MOVER_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/org/org_tree.h"
#include "common/service/write.h"
#include "services/membership/domain/organization.h"
#include "services/membership/store/organization_store.h"

namespace ronghe::membership {

// Locks the tree and both organizations, and puts `id` under `parent_id`. Under its own parent it
// stays as it is. An empty etag is not checked. The caller has authorized both, and writes the
// audit row.
//
// Errors: NOT_FOUND; ETAG_MISMATCH; ORGANIZATION_REVOKED; ORGANIZATION_MOVE_CYCLE;
// ORGANIZATION_TOO_DEEP; ORGANIZATION_KIND_NOT_ALLOWED.
absl::StatusOr<OrganizationRow> Reparent(service::WriteTx& tx, const org::OrgTree& tree,
                                         const OrganizationRules& rules, int64_t id,
                                         int64_t parent_id, std::string_view etag = {});

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_ORGANIZATION_MOVER_H_

#include "services/membership/api/organization_mover.h"

#include <algorithm>
#include <vector>

#include "common/base/status_macros.h"
#include "common/rpc/etag.h"
#include "services/membership/domain/errors.h"
#include "services/membership/store/events.h"

namespace ronghe::membership {
namespace {

// The levels of the tree at and below an organization, itself counted; stops past `limit`.
int LevelsBelow(const org::OrgTree& tree, int64_t id, int limit) {
  int levels = 0;
  std::vector<int64_t> level = {id};
  while (!level.empty() && levels <= limit) {
    ++levels;
    std::vector<int64_t> next;
    for (int64_t organization : level) {
      for (const org::OrgNode& child : tree.Children(organization)) next.push_back(child.id);
    }
    level = std::move(next);
  }
  return levels;
}

// Errors: ORGANIZATION_MOVE_CYCLE, ORGANIZATION_TOO_DEEP.
absl::Status CheckDepth(sql::Session& session, const org::OrgTree& tree, int64_t id,
                        int64_t parent_id) {
  int levels = 0;
  for (int64_t above = parent_id; above != 0 && levels <= kMaxLevels; ++levels) {
    if (above == id) return OrganizationMoveCycle();
    RONGHE_ASSIGN_OR_RETURN(above, ParentOf(session, above));
  }
  if (levels + LevelsBelow(tree, id, kMaxLevels) > kMaxLevels) {
    return OrganizationTooDeep(kMaxLevels);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<OrganizationRow> Reparent(service::WriteTx& tx, const org::OrgTree& tree,
                                         const OrganizationRules& rules, int64_t id,
                                         int64_t parent_id, std::string_view etag) {
  sql::Session& session = tx.session();
  RONGHE_RETURN_IF_ERROR(LockTree(session).status());
  RONGHE_ASSIGN_OR_RETURN(const std::vector<OrganizationRow> rows,
                          LockOrganizations(session, {id, parent_id}));
  const auto find = [&](int64_t wanted) {
    return std::find_if(rows.begin(), rows.end(),
                        [&](const OrganizationRow& row) { return row.id == wanted; });
  };
  if (find(id) == rows.end()) return OrganizationNotFound(id);
  if (find(parent_id) == rows.end()) return OrganizationNotFound(parent_id);
  OrganizationRow row = *find(id);
  const OrganizationRow& parent = *find(parent_id);
  RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(etag, row.etag));
  if (row.revoked_on) return OrganizationRevoked(id);
  if (parent.revoked_on) return OrganizationRevoked(parent_id);
  RONGHE_RETURN_IF_ERROR(CheckDepth(session, tree, id, parent_id));
  RONGHE_RETURN_IF_ERROR(CheckPlace(rules, row.kind, parent.kind));
  if (row.parent_id == parent_id) return row;
  row.parent_id = parent_id;
  ++row.etag;
  row.update_time = tx.now();
  RONGHE_RETURN_IF_ERROR(UpdateOrganization(session, row));
  tx.Emit(OrganizationEvent(row, {"parent"}));
  return row;
}

}  // namespace ronghe::membership

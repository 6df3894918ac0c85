#include "services/membership/store/admission_places.h"

#include <algorithm>
#include <vector>

#include "common/base/status_macros.h"
#include "services/membership/domain/errors.h"
#include "services/membership/domain/organization.h"
#include "services/membership/store/organization_store.h"

namespace ronghe::membership {
namespace {

constexpr int32_t kCommittee = 611;

bool IsCommittee(const OrganizationRow& row) { return row.kind == kCommittee && !row.revoked_on; }

bool MayApprove(const OrganizationRow& row) {
  return IsCommittee(row) && row.can_approve_probationary;
}

// From the parent of the branch up.
absl::StatusOr<std::vector<OrganizationRow>> Above(sql::Session& session, const org::OrgTree& tree,
                                                   int64_t branch) {
  return LoadOrganizations(session, tree.Ancestors(branch));
}

}  // namespace

absl::StatusOr<Superiors> FindSuperiors(sql::Session& session, const org::OrgTree& tree,
                                        int64_t branch) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<OrganizationRow> above, Above(session, tree, branch));
  Superiors found;
  for (const OrganizationRow& row : above) {
    if (!IsCommittee(row)) continue;
    if (found.committee == 0) found.committee = row.id;
    if (found.county == 0 && OfCountyOrAbove(row.level).value_or(false)) found.county = row.id;
    if (found.approver != 0 && found.department == 0) found.department = row.id;
    if (found.approver == 0 && MayApprove(row)) found.approver = row.id;
  }
  if (found.county == 0) found.county = found.department;
  return found;
}

absl::StatusOr<admission::Organization> Describe(sql::Session& session, const org::OrgTree& tree,
                                                 int64_t id, int64_t branch) {
  const std::vector<int64_t> ids = {id};
  RONGHE_ASSIGN_OR_RETURN(const std::vector<OrganizationRow> rows, LoadOrganizations(session, ids));
  if (rows.empty()) return OrganizationNotFound(id);
  const OrganizationRow& row = rows.front();
  if (row.revoked_on) return OrganizationRevoked(id);
  admission::Organization seen{.id = id,
                               .kind = row.kind,
                               .above_branch = id != branch && tree.Within(branch, id),
                               .can_approve = row.can_approve_probationary,
                               .admits_floating = row.admits_floating};
  if (!seen.above_branch) return seen;
  RONGHE_ASSIGN_OR_RETURN(const std::vector<OrganizationRow> above, Above(session, tree, branch));
  const auto self = std::find_if(above.begin(), above.end(),
                                 [&](const OrganizationRow& other) { return other.id == id; });
  seen.of_county =
      OfCountyOrAbove(row.level).value_or(std::any_of(above.begin(), self, MayApprove));
  return seen;
}

}  // namespace ronghe::membership

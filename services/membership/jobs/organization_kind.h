// How do the rows of a sheet become organizations?
//
// An organization is found again by its name below its parent. A row may name a parent that stands
// further up in the same file, so the file is resolved as a whole when it is opened; codes are
// given when the rows are written, in their order.
#ifndef RONGHE_SERVICES_MEMBERSHIP_JOBS_ORGANIZATION_KIND_H_
#define RONGHE_SERVICES_MEMBERSHIP_JOBS_ORGANIZATION_KIND_H_

#include <memory>

#include "common/base/ids.h"
#include "services/membership/domain/organization.h"
#include "services/membership/jobs/import_kind.h"
#include "services/membership/store/membership_tree.h"

namespace ronghe::membership {

// The references must outlive it.
std::unique_ptr<ImportKindHandler> MakeOrganizationKind(base::IdGenerator& ids,
                                                        MembershipTree& tree,
                                                        const OrganizationRuleBook& rules);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_JOBS_ORGANIZATION_KIND_H_

// How do the rows of a roster become members?
#ifndef RONGHE_SERVICES_MEMBERSHIP_JOBS_ROSTER_KIND_H_
#define RONGHE_SERVICES_MEMBERSHIP_JOBS_ROSTER_KIND_H_

#include <memory>

#include "common/base/ids.h"
#include "services/membership/domain/organization.h"
#include "services/membership/jobs/import_kind.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/personal_fields.h"

namespace ronghe::membership {

// Members, intervals and posts; members are found again by their identity numbers. The references
// must outlive it.
std::unique_ptr<ImportKindHandler> MakeRosterKind(base::IdGenerator& ids, MembershipTree& tree,
                                                  const OrganizationRuleBook& rules,
                                                  const PersonalFields& fields);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_JOBS_ROSTER_KIND_H_

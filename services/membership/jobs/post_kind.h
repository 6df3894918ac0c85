// How do the rows of a sheet become posts of members?
//
// A member is found by the identity number, a post by member, organization and code; with a day of
// leaving the post that is held ends. The rules are those of PostService.
#ifndef RONGHE_SERVICES_MEMBERSHIP_JOBS_POST_KIND_H_
#define RONGHE_SERVICES_MEMBERSHIP_JOBS_POST_KIND_H_

#include <memory>

#include "common/base/ids.h"
#include "services/membership/domain/organization.h"
#include "services/membership/jobs/import_kind.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/personal_fields.h"

namespace ronghe::membership {

// The references must outlive it.
std::unique_ptr<ImportKindHandler> MakePostKind(base::IdGenerator& ids, MembershipTree& tree,
                                                const OrganizationRuleBook& rules,
                                                const PersonalFields& fields);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_JOBS_POST_KIND_H_

// How do the rows of a roster become members?
//
// While one chunk is written, the next is read and sealed on a thread of its own, as if everybody
// in it were new: a first load waits for the database alone. What was sealed for a member who is
// known already is thrown away.
#ifndef RONGHE_SERVICES_MEMBERSHIP_JOBS_ROSTER_KIND_H_
#define RONGHE_SERVICES_MEMBERSHIP_JOBS_ROSTER_KIND_H_

#include <cstdint>
#include <memory>

#include "common/base/ids.h"
#include "services/membership/domain/organization.h"
#include "services/membership/jobs/import_kind.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/personal_fields.h"

namespace ronghe::membership {

// Rows of a chunk. A first load is made of inserts that nobody waits for: the larger the chunk, the
// less do its commit, its position and its audit row weigh; above this they weigh nothing.
inline constexpr int32_t kRosterChunkRows = 1000;

// Members, intervals and posts; members are found again by their identity numbers. The references
// must outlive it.
std::unique_ptr<ImportKindHandler> MakeRosterKind(base::IdGenerator& ids, MembershipTree& tree,
                                                  const OrganizationRuleBook& rules,
                                                  const PersonalFields& fields);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_JOBS_ROSTER_KIND_H_

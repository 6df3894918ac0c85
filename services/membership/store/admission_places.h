// Which organizations stand over a branch, and what may one of them do for its cases?
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_ADMISSION_PLACES_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_ADMISSION_PLACES_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "common/org/org_tree.h"
#include "common/sql/session.h"
#include "services/membership/domain/admission/event.h"

namespace ronghe::membership {

// The nearest over a branch; 0 where there is none.
struct Superiors {
  int64_t committee = 0;   // the nearest committee
  int64_t approver = 0;    // the nearest that may approve probationary members
  int64_t department = 0;  // the committee over that one, with its organization department
  int64_t county = 0;      // of a county or above; the department where no level is recorded
};

// Errors: those of sql::Session.
absl::StatusOr<Superiors> FindSuperiors(sql::Session& session, const org::OrgTree& tree,
                                        int64_t branch);

// What the rules look at of `id`, seen from `branch`. Where its level is not recorded, a committee
// over one that may approve probationary members counts as one of a county or above.
//
// Errors: NOT_FOUND.
absl::StatusOr<admission::Organization> Describe(sql::Session& session, const org::OrgTree& tree,
                                                 int64_t id, int64_t branch);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_ADMISSION_PLACES_H_

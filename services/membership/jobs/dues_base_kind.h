// How do the rows of a sheet become yearly standards of dues?
//
// A member is found by the identity number; a row fixes the standard of a year once. The rules are
// those of DuesStandardService.
#ifndef RONGHE_SERVICES_MEMBERSHIP_JOBS_DUES_BASE_KIND_H_
#define RONGHE_SERVICES_MEMBERSHIP_JOBS_DUES_BASE_KIND_H_

#include <memory>

#include "services/membership/domain/dues/rates.h"
#include "services/membership/jobs/import_kind.h"
#include "services/membership/store/membership_tree.h"
#include "services/membership/store/personal_fields.h"

namespace ronghe::membership {

// The references must outlive it.
std::unique_ptr<ImportKindHandler> MakeDuesBaseKind(MembershipTree& tree, const DuesRateBook& rates,
                                                    const PersonalFields& fields);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_JOBS_DUES_BASE_KIND_H_

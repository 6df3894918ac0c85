// Which cases may documents be about?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_CASE_SUBJECTS_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_CASE_SUBJECTS_H_

#include "services/membership/api/subject_registry.h"

namespace ronghe::membership {

// Members, organizations and the cases of every area; each takes files until it has ended, an
// admission until it is archived.
SubjectRegistry AllSubjects();

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_CASE_SUBJECTS_H_

// How does what a case decided become a membership?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_ADMISSION_MEMBERSHIP_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_ADMISSION_MEMBERSHIP_H_

#include "absl/status/status.h"
#include "common/service/write.h"
#include "services/membership/domain/admission/machine.h"
#include "services/membership/store/admission_store.h"
#include "services/membership/store/personal_fields.h"

namespace ronghe::membership {

// Carries out `act` for the locked case `row`, which already says what was decided. An admission
// moves the applicant's particulars to the member and sets row.member_id; whoever was a member
// before becomes one again under the same record (M-06).
//
// Errors: ALREADY_EXISTS MEMBER_EXISTS when the applicant is a member meanwhile; those of
// BeginMembership, ResumeMembership and ChangeMembership.
absl::Status CarryOut(service::WriteTx& tx, admission::MembershipAct act, AdmissionCaseRow& row,
                      const AdmissionApplicantRow& applicant, const PersonalFields& fields);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_ADMISSION_MEMBERSHIP_H_

// What becomes of a probationary member's admission case when the membership changes elsewhere?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_ADMISSION_FOLLOW_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_ADMISSION_FOLLOW_H_

#include "absl/status/status.h"
#include "common/service/write.h"
#include "services/membership/api/membership_writer.h"

namespace ronghe::membership {

// The case goes with the member to another branch (A-32 remembers a transfer), and closes when the
// membership ends. Does nothing for a change that the case itself decided, and where no probation
// runs. `row` is locked and says what the membership is now; `before` what it was.
absl::Status LetAdmissionFollow(service::WriteTx& tx, const MemberRow& row,
                                const Membership& before, const MembershipChange& change);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_ADMISSION_FOLLOW_H_

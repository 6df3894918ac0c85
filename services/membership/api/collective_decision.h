// Did those whom it concerns decide together about dues and funds (C-16, 4.1)?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_COLLECTIVE_DECISION_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_COLLECTIVE_DECISION_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rpc/call.h"
#include "services/membership/api/motion_reader.h"
#include "services/membership/domain/motion.h"

namespace ronghe::membership {

// The verdict on the motion that a request names. Not to be asked inside a transaction.
//
// Errors: FAILED_PRECONDITION FUND_DECISION_REQUIRED for what is no name of a motion; those of
// MotionReader::Read.
absl::StatusOr<MotionVerdict> ReadDecision(MotionReader& motions, rpc::Call& call,
                                           std::string_view name);

// Whether the organization's general meeting or committee decided about `subject`.
//
// Errors: FAILED_PRECONDITION MOTION_MISMATCH, MOTION_NOT_CARRIED.
absl::Status CheckDecision(const MotionVerdict& verdict, std::string_view subject,
                           int64_t organization_id);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_COLLECTIVE_DECISION_H_

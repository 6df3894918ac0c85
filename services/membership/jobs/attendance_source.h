// Who took part in organizational life? Asked of the meeting service, which keeps the rolls.
#ifndef RONGHE_SERVICES_MEMBERSHIP_JOBS_ATTENDANCE_SOURCE_H_
#define RONGHE_SERVICES_MEMBERSHIP_JOBS_ATTENDANCE_SOURCE_H_

#include <memory>

#include "common/org/org_tree.h"
#include "services/membership/jobs/lapse_sources.h"

namespace ronghe::rpc {
class Channel;
}

namespace ronghe::membership {

// Two things that are known of one month: what meetings of two organizations say.
AttendanceFact Combine(const AttendanceFact& a, const AttendanceFact& b);

// Reads by gRPC, as this service: meetings of the branches and of their groups (`tree`, which must
// outlive it). `channel` leads to the meeting service.
std::unique_ptr<AttendanceSource> MakeAttendanceSource(std::shared_ptr<rpc::Channel> channel,
                                                       const org::OrgTree& tree);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_JOBS_ATTENDANCE_SOURCE_H_

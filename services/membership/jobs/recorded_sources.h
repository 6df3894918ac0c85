// What do dues and transfers on record say to the six-month counters?
#ifndef RONGHE_SERVICES_MEMBERSHIP_JOBS_RECORDED_SOURCES_H_
#define RONGHE_SERVICES_MEMBERSHIP_JOBS_RECORDED_SOURCES_H_

#include <map>
#include <set>
#include <span>

#include "services/membership/jobs/lapse_sources.h"

namespace ronghe::membership {

// Reads the bills: a month with a bill is known, and paid when anything was paid in it.
class RecordedDues : public DuesHistory {
 public:
  absl::StatusOr<std::map<MemberMonth, DuesFact>> Read(sql::Session& session,
                                                       std::span<const CountedMember> members,
                                                       absl::CivilMonth first,
                                                       absl::CivilMonth last) override;
};

// Reads the transfers: in transit from the day of the letter to the day of acceptance or return.
class RecordedTransit : public TransitSource {
 public:
  absl::StatusOr<std::set<MemberMonth>> Read(sql::Session& session,
                                             std::span<const CountedMember> members,
                                             absl::CivilMonth first,
                                             absl::CivilMonth last) override;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_JOBS_RECORDED_SOURCES_H_

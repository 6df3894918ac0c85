// What did a change of a membership do to the number of members of the organizations it names?
//
// Only members of normal standing are counted. Somebody who moved from one organization to another
// left the first and came to the second; seen from an organization above both nobody came or went.
// That is what the meeting point of the two is for: an item counts on the way up from its
// organization until there.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STATISTICS_FLOW_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STATISTICS_FLOW_H_

#include <cstdint>
#include <optional>

#include "absl/time/civil_time.h"
#include "services/membership/domain/change_code.h"
#include "services/membership/domain/codes.h"
#include "services/membership/domain/statistics/form.h"

namespace ronghe::membership {

// Where a change began or ended; organization 0: nowhere here.
struct FlowEnd {
  int64_t organization_id = 0;
  int32_t category = 0;
  int32_t standing = 0;

  bool counted() const {
    return organization_id != 0 && standing == static_cast<int32_t>(Standing::kNormal);
  }
};

struct Flow {
  Source source = Source::kChange;
  int64_t organization_id = 0;
  int64_t counterpart_id = 0;  // where the member came from or went to; 0: nowhere counted here
  int32_t category = 0;
};

// What a change means for its destination, or nothing: somebody came (kGain) or stayed (kChange).
std::optional<Flow> Arrival(const FlowEnd& from, const FlowEnd& to);
// What a change means for its origin, or nothing: somebody went (kLoss).
std::optional<Flow> Departure(const FlowEnd& from, const FlowEnd& to);

// The code by which a form counts a flow: a move between organizations that is no transfer counts
// as one, and so does each end of a transfer, with 整建制 kept.
ChangeCode CountedCode(ChangeCode code, Source source);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STATISTICS_FLOW_H_

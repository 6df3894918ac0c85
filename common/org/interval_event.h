// Which intervals does one of membership's events tell of?
//
// A change of one interval is an event of its own. A roster of new members tells of all that it
// opened in an organization in few events: a province comes in by hundreds of thousands of events
// and not by millions.
#ifndef RONGHE_COMMON_ORG_INTERVAL_EVENT_H_
#define RONGHE_COMMON_ORG_INTERVAL_EVENT_H_

#include <vector>

#include "absl/status/statusor.h"
#include "common/org/copy_store.h"
#include "ronghe/event/v1/event_feed.pb.h"

namespace ronghe::org {

// Its data are the interval.
inline constexpr char kIntervalChanged[] = "ronghe.membership.interval.changed";

// Its data are "organization"; "full" and "probationary", by how much the members of normal
// standing of the organization grow now; and "intervals": those that were opened there, separated
// by ";", of each "interval,member,category,standing,voting,valid_from,valid_to".
inline constexpr char kIntervalsOpened[] = "ronghe.membership.intervals.opened";

inline bool TellsIntervals(const event::v1::Event& event) {
  return event.type() == kIntervalChanged || event.type() == kIntervalsOpened;
}

// The intervals as they are now; none for an event of another type.
//
// Errors: INTERNAL EVENT_INVALID.
absl::StatusOr<std::vector<IntervalRow>> IntervalsIn(const event::v1::Event& event);

}  // namespace ronghe::org

#endif  // RONGHE_COMMON_ORG_INTERVAL_EVENT_H_

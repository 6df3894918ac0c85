// May a case rest on the record of a meeting?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_SETTLED_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_SETTLED_H_

#include "ronghe/meeting/v1/meeting.pb.h"

namespace ronghe::membership {

// The record was submitted or accepted; one that was returned or replaced is not.
inline bool Settled(meeting::v1::MeetingState state) {
  return state == meeting::v1::MEETING_STATE_SUBMITTED ||
         state == meeting::v1::MEETING_STATE_ACCEPTED;
}

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_SETTLED_H_

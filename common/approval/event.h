// How does a console learn that somebody waits for it?
#ifndef RONGHE_COMMON_APPROVAL_EVENT_H_
#define RONGHE_COMMON_APPROVAL_EVENT_H_

#include <string_view>

#include "common/approval/store.h"
#include "common/event/event.h"

namespace ronghe::approval {

// "ronghe.meeting.approval.<what>" of source "services/meeting", on the approval's organization:
// requester, method and, once decided, decider and decision.
event::Draft Changed(std::string_view source, const Row& row, std::string_view what);

}  // namespace ronghe::approval

#endif  // RONGHE_COMMON_APPROVAL_EVENT_H_

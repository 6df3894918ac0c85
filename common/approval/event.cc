#include "common/approval/event.h"

#include "common/approval/errors.h"
#include "common/base/strings.h"

namespace ronghe::approval {

event::Draft Changed(std::string_view source, const Row& row, std::string_view what) {
  const std::string_view service = source.substr(source.find('/') + 1);
  event::Draft draft;
  draft.type = base::Cat("ronghe.", service, ".approval.", what);
  draft.subject = Name(source, row.id);
  draft.organization_id = row.organization_id;
  draft.data = {{"requester", row.subject}, {"method", row.method}};
  if (!row.decided_by.empty()) {
    draft.data["decider"] = row.decided_by;
    draft.data["state"] = row.state == State::kApproved ? "APPROVED" : "REJECTED";
  }
  return draft;
}

}  // namespace ronghe::approval

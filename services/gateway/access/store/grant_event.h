// What does access tell of a grant that was made or has ended?
#pragma once

#include <string>

#include "common/event/event.h"
#include "services/gateway/access/store/grant_store.h"

namespace ronghe::gateway::access {

// The event "ronghe.access.grant.changed" with the grant as it is now: holder, role, organization,
// times in seconds since 1970 and why it ended. Ids and codes only.
event::Draft GrantEvent(const GrantRow& grant);

// The event "ronghe.access.account.disabled" of an account whose member left.
event::Draft AccountDisabledEvent(int64_t account_id, int64_t organization_id);

}  // namespace ronghe::gateway::access

// What does a session open right now? Its second factor, its password and the grants that it
// carries.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/auth/principal.h"
#include "common/auth/role_table.h"
#include "common/sql/session.h"
#include "services/gateway/access/domain/policy.h"
#include "services/gateway/access/store/account_store.h"
#include "services/gateway/access/store/grant_store.h"
#include "services/gateway/access/store/session_store.h"

namespace ronghe::gateway::access {

struct SessionState {
  SecondFactor second_factor = SecondFactor::kNone;
  bool password_change_required = false;
  // The grants in force that the session's tokens were made with. A session never gains a grant:
  // one that was made or began since waits for new tokens (GB/T 22239-2019 8.1.4.2). One that ended
  // is gone at once.
  std::vector<GrantRow> grants;
  // True when a grant waits.
  bool renewal_due = false;
  // Nothing is missing: the grants open what they open.
  bool complete() const { return Complete(second_factor) && !password_change_required; }
};

// Errors: those of the database.
absl::StatusOr<SessionState> StateOf(sql::Session& sql, const LoginPolicy& policy,
                                     const auth::RoleTable& roles, const SessionRow& session,
                                     const AccountRow& account, absl::Time now);

// True when the policy or one of the grants asks for a second factor.
bool NeedsSecondFactor(const LoginPolicy& policy, const auth::RoleTable& roles,
                       const std::vector<GrantRow>& grants);

// A grant as a token carries it.
auth::Grant ToGrant(const GrantRow& row);

}  // namespace ronghe::gateway::access

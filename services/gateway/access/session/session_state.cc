#include "services/gateway/access/session/session_state.h"

#include <algorithm>

#include "common/base/resource_name.h"
#include "common/base/status_macros.h"

namespace ronghe::gateway::access {

bool NeedsSecondFactor(const LoginPolicy& policy, const auth::RoleTable& roles,
                       const std::vector<GrantRow>& grants) {
  if (policy.second_factor.value == 2) return true;
  return std::any_of(grants.begin(), grants.end(), [&roles](const GrantRow& grant) {
    const auth::RoleInfo* const role = roles.Find(grant.role);
    return role != nullptr && role->second_factor;
  });
}

auth::Grant ToGrant(const GrantRow& row) {
  return {row.role, row.organization_id,
          row.delegator_id == 0 ? "" : base::Name("accounts", row.delegator_id),
          row.ends_at.value_or(absl::InfiniteFuture())};
}

absl::StatusOr<SessionState> StateOf(sql::Session& sql, const LoginPolicy& policy,
                                     const auth::RoleTable& roles, const SessionRow& session,
                                     const AccountRow& account, absl::Time now) {
  SessionState state;
  RONGHE_ASSIGN_OR_RETURN(state.grants,
                          grant_store::InForce(sql, HolderKind::kAccount, account.id, now));
  state.renewal_due = std::erase_if(state.grants, [&session](const GrantRow& grant) {
                        return std::max(grant.starts_at, grant.created_at) > session.issued_at;
                      }) > 0;
  state.second_factor = session.second_factor;
  if (state.second_factor == SecondFactor::kNone &&
      NeedsSecondFactor(policy, roles, state.grants)) {
    state.second_factor = SecondFactor::kEnrolmentRequired;
  }
  state.password_change_required = session.method == SignInMethod::kPassword &&
                                   (account.state == AccountState::kPasswordChangeRequired ||
                                    PasswordExpired(policy, account.password_changed_at, now));
  return state;
}

}  // namespace ronghe::gateway::access

#include "services/gateway/access/domain/grant_rules.h"

#include <algorithm>

#include "services/gateway/access/domain/errors.h"

namespace ronghe::gateway::access {

bool Tenure::Overlaps(const Tenure& other) const {
  const auto end = [](const Tenure& tenure) {
    return tenure.ends.value_or(absl::InfiniteFuture());
  };
  return std::max(starts, other.starts) < std::min(end(*this), end(other));
}

absl::Status CheckExclusion(const Tenure& asked, std::span<const Tenure> held) {
  for (const Tenure& one : held) {
    if (one.duty != asked.duty && one.Overlaps(asked)) {
      return errors::RoleExclusion(one.role, asked.role);
    }
  }
  return absl::OkStatus();
}

absl::Status CheckDelegationTerm(const LoginPolicy& policy, absl::Time now, absl::Time ends) {
  if (ends <= now) return errors::GrantPeriodInvalid();
  const absl::Duration longest = absl::Hours(24 * policy.delegation_days.value);
  if (ends - now > longest) {
    return errors::DelegationTooLong(policy.delegation_days.rule_id, policy.delegation_days.source,
                                     policy.delegation_days.value,
                                     absl::ToInt64Hours(ends - now + absl::Hours(24)) / 24);
  }
  return absl::OkStatus();
}

}  // namespace ronghe::gateway::access

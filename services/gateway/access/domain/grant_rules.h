// Who may hold which roles at the same time, and for how long may a role be handed on? Pure rules
// over what the role table and the grants say.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/gateway/access/domain/policy.h"

namespace ronghe::gateway::access {

// The duties that exclude each other (GB/T 22239-2019 8.1.5: system, audit and security management
// are in different hands; none of them reads business content).
enum class Duty { kBusiness, kSystem, kSecurity, kAudit };

// A role held, or to be held, in [starts, ends); no `ends`: without end.
struct Tenure {
  std::string role;
  Duty duty = Duty::kBusiness;
  absl::Time starts;
  std::optional<absl::Time> ends;

  // True when some moment lies in both.
  bool Overlaps(const Tenure& other) const;
};

// OK when one person may hold `asked` beside all of `held`: an administrator has no other duty at
// any moment. FAILED_PRECONDITION ROLE_EXCLUSION with rule, source, the role held and the one
// asked.
absl::Status CheckExclusion(const Tenure& asked, std::span<const Tenure> held);

// OK when a role may be handed on from `now` until `ends`.
// INVALID_ARGUMENT GRANT_PERIOD_INVALID for an end that is past; DELEGATION_TOO_LONG with rule,
// source, required and actual.
absl::Status CheckDelegationTerm(const LoginPolicy& policy, absl::Time now, absl::Time ends);

}  // namespace ronghe::gateway::access

// Which units may send delegates, how many, and whose credentials are in order?
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_DELEGATION_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_DELEGATION_H_

#include <cstdint>
#include <span>

#include "absl/status/status.h"
#include "services/membership/domain/decision.h"
#include "services/membership/domain/organization/election.h"
#include "services/membership/domain/rule_book.h"

namespace ronghe::membership {

// Delegates may be registered and looked at from the reply on until the result is recorded.
//
// Errors: FAILED_PRECONDITION ELECTION_STATE.
absl::Status CheckDelegationOpen(ElectionState state);

// A unit that is to send delegates, as it stands in the tree.
struct SendingUnit {
  int64_t unit_id = 0;
  bool elects = false;  // stands, and is of a kind whose general meeting elects
  bool below = false;   // the organization that elects
  bool nested = false;  // in another one that sends delegates
};

// Whether every delegate can come from one unit, and every unit is the organization's.
//
// Errors: FAILED_PRECONDITION DELEGATE_UNITS.
absl::Status CheckUnits(Guard& guard, const RuleSet& elections, std::span<const SendingUnit> units);

// Whether a unit sends no more delegates than were fixed, or, where `all` must have come, as many.
//
// Errors: FAILED_PRECONDITION DELEGATES_TOO_MANY, DELEGATES_MISSING.
absl::Status CheckNumber(Guard& guard, const RuleSet& elections, int64_t unit_id, int64_t seats,
                         int64_t sent, bool all);

// A delegate on the day that the credentials are looked at.
struct DelegateFacts {
  int64_t member_id = 0;
  bool belongs = false;  // to the unit or one below it
  bool voting = false;   // full, of normal standing, rights not suspended
};

// Errors: FAILED_PRECONDITION DELEGATE_NOT_ELIGIBLE, which names the first who is not.
absl::Status CheckDelegates(Guard& guard, const RuleSet& elections,
                            std::span<const DelegateFacts> delegates);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_DELEGATION_H_

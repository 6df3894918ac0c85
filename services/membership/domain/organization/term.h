// How long is a committee in office, and when is it to be elected anew?
//
// B-20 to B-26. A term expires on the day of the month on which it began; from the day after that
// on it is overdue, and the committee stays in office until another one is approved.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_TERM_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_TERM_H_

#include <cstdint>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "services/membership/domain/decision.h"
#include "services/membership/domain/rule_book.h"

namespace ronghe::membership {

enum class TermState : int32_t { kRunning = 1, kEnded = 2 };

// Whether an organization of this kind has terms of office (B-26: a temporary one has none).
bool HasTerms(const RuleSet& elections, int32_t kind);

// The rule that says how many months a term of an organization of this kind takes, in units of
// these natures, with a committee or without one. Lives as long as `elections`.
//
// Errors: FAILED_PRECONDITION TERM_NOT_DUE (B-26).
absl::StatusOr<const Rule*> TermRule(const RuleSet& elections, int32_t kind,
                                     std::span<const int32_t> natures, bool committee);

absl::CivilDay TermExpiry(absl::CivilDay starts_on, int32_t months, int32_t adjusted_months);

// The day on which the organization above reminds (B-25).
absl::CivilDay ReminderDay(const RuleSet& elections, absl::CivilDay expires_on);

// Whether an end may be put off or brought forward by so many months in all (B-24).
//
// Errors: FAILED_PRECONDITION TERM_ADJUST_TOO_LONG.
absl::Status CheckAdjustment(Guard& guard, const RuleSet& elections, int32_t months);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_TERM_H_

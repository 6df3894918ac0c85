// What can be refused about organizations, units, terms, elections and Party workers, and what is
// the user told then?
//
// Rule refusals that carry figures come from a Guard (domain/decision.h); these are the others.
// None carries personal data.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_ERRORS_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_ERRORS_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "services/membership/domain/rule_book.h"

namespace ronghe::membership {

// NOT_FOUND
absl::Status UnitNotFound(int64_t id);
absl::Status SiteNotFound(int64_t id);
absl::Status TermNotFound(int64_t id);
absl::Status ElectionNotFound(int64_t id);
absl::Status FoundingCaseNotFound(int64_t id);
absl::Status OrganizationChangeNotFound(int64_t id);
absl::Status PartyWorkerNotFound(int64_t id);

// INVALID_ARGUMENT
absl::Status CreditCodeInvalid();

// ALREADY_EXISTS
absl::Status UnitExists();
absl::Status UnitAttached();
absl::Status TermRunning();
absl::Status ElectionOpen();
absl::Status WorkerRegistered();

// FAILED_PRECONDITION
absl::Status UnitClosed();
absl::Status UnitNotAttached();
absl::Status SiteDaysReversed();
absl::Status TermNotDue(const Rule& rule, int32_t kind);
absl::Status TermEnded();
absl::Status ElectionStateInvalid(std::string_view state);
absl::Status ElectionResultInvalid(std::string_view cause, std::string_view message_zh);
absl::Status FoundingStateInvalid(std::string_view state);
absl::Status FoundingNotElected();
absl::Status OrganizationChanging(int64_t id);
absl::Status ChangeSameOrganization();
absl::Status ChangeTargetMissing();
absl::Status MemberElsewhere();
absl::Status GroupElsewhere();
absl::Status WorkerEnded();
absl::Status WorkerNotRegistered();
absl::Status ExchangeOverlaps();
absl::Status ExchangeDaysReversed();
absl::Status ExchangeSameOrganization();

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_ERRORS_H_

// What can be refused about organizations, units, terms, elections and Party workers, and what is
// the user told then?
//
// Rule refusals that carry figures come from a Guard (domain/decision.h); these are the others.
// None carries personal data.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_ERRORS_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_ERRORS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "services/membership/domain/rule_book.h"

namespace ronghe::membership {

// NOT_FOUND
absl::Status UnitNotFound(int64_t id);
absl::Status SiteNotFound(int64_t id);
absl::Status TermNotFound(int64_t id);
absl::Status ElectionNotFound(int64_t id);
absl::Status DelegationNotFound(int64_t election_id);
absl::Status DelegateUnitNotFound(int64_t id);
// FAILED_PRECONDITION ELECTION_RESULT_INVALID: the delegates' credentials are not in order.
absl::Status CredentialsMissing();
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
absl::Status AsOfInFuture(absl::CivilDay day, absl::CivilDay today);
// Of more than `limit` organizations a past day is counted by a report.
absl::Status SubtreeTooLarge(size_t limit);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ORGANIZATION_ERRORS_H_

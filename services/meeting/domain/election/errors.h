// Which errors does an election answer with? Refusals by a rule carry rule_id, rule_set, source,
// required and actual, as all of the service's do.
#ifndef RONGHE_SERVICES_MEETING_DOMAIN_ELECTION_ERRORS_H_
#define RONGHE_SERVICES_MEETING_DOMAIN_ELECTION_ERRORS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "services/meeting/domain/election/election.h"
#include "services/meeting/domain/rule_set.h"

namespace ronghe::meeting::errors {

// NOT_FOUND ELECTION_NOT_FOUND.
absl::Status ElectionNotFound(int64_t election_id);
// FAILED_PRECONDITION STATE_INVALID.
absl::Status ElectionStateInvalid(ElectionState actual, std::string_view action);
// PERMISSION_DENIED X_TOKEN_UNKNOWN: no token of the open round.
absl::Status TokenUnknown();
// FAILED_PRECONDITION X_TOKEN_USED (X-11: one voter, one ballot).
absl::Status TokenUsed();
// FAILED_PRECONDITION X_BALLOT_MODE: not an electronic election.
absl::Status NotElectronic();

// FAILED_PRECONDITION `reason`, refused by row `rule_id` of the election rules.
absl::Status ElectionRefused(const RuleSet& rules, std::string_view rule_id,
                             std::string_view reason, std::string_view message_zh,
                             std::string required, std::string actual);

}  // namespace ronghe::meeting::errors

#endif  // RONGHE_SERVICES_MEETING_DOMAIN_ELECTION_ERRORS_H_

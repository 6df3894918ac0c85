// Which errors does evaluation answer, and with what?
#ifndef RONGHE_SERVICES_EVALUATION_DOMAIN_ERRORS_H_
#define RONGHE_SERVICES_EVALUATION_DOMAIN_ERRORS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "common/error/error.h"

namespace ronghe::evaluation {

enum class RoundState;

// NOT_FOUND NOT_FOUND; the metadata names the resource.
absl::Status SchemeNotFound(std::string_view name);
absl::Status RoundNotFound(std::string_view name);
absl::Status ScoreNotFound(std::string_view name);
absl::Status OrganizationNotFound(std::string_view name);

// INVALID_ARGUMENT SCHEME_TEXT_INVALID: the text form doesn't parse.
absl::Status SchemeTextInvalid(int line, int column, std::string_view problem);
// INVALID_ARGUMENT SCHEME_INVALID with the problems as field violations.
absl::Status SchemeInvalid(std::vector<error::FieldViolation> problems);
// INVALID_ARGUMENT SCHEME_FORM_REQUIRED: neither rules nor text were sent.
absl::Status SchemeFormRequired();
// FAILED_PRECONDITION SCHEME_PUBLISHED, SCHEME_NOT_PUBLISHED.
absl::Status SchemePublished(std::string_view name);
absl::Status SchemeNotPublished(std::string_view name);
// FAILED_PRECONDITION SCHEME_NOT_APPLICABLE: issued outside the round's line of organizations.
absl::Status SchemeNotApplicable(std::string_view name, std::string_view organization);

// FAILED_PRECONDITION ROUND_STATE with actual and required.
absl::Status RoundStateError(std::string_view message_zh, RoundState actual,
                             std::string_view required);
// INVALID_ARGUMENT PERIOD_INVALID.
absl::Status PeriodInvalid(std::string_view message_zh, absl::CivilDay start, absl::CivilDay end);

// INVALID_ARGUMENT MARK_ITEM_UNKNOWN, MARK_POINTS_INVALID.
absl::Status MarkItemUnknown(std::string_view item);
absl::Status MarkPointsInvalid(std::string_view item, int64_t required_at_most, int64_t actual);
// FAILED_PRECONDITION MARK_OUTSIDE_ROUND: the organization is not appraised in the round.
absl::Status MarkOutsideRound(std::string_view organization, std::string_view round);

// INVALID_ARGUMENT INDICATOR_WITHOUT_RECORDS: the item has no fact to open.
absl::Status IndicatorWithoutRecords(std::string_view item);
// UNAVAILABLE SOURCE_NOT_CONFIGURED: this process knows no way to the service.
absl::Status SourceNotConfigured(std::string_view source);

// INTERNAL STORED_UNREADABLE: stored bytes don't parse.
absl::Status StoredUnreadable(std::string_view what, int64_t id);

}  // namespace ronghe::evaluation

#endif  // RONGHE_SERVICES_EVALUATION_DOMAIN_ERRORS_H_

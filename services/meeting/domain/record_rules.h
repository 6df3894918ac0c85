// Is a record right, and is it whole? The rules of domain rules 1.4 and 11.2.
#ifndef RONGHE_SERVICES_MEETING_DOMAIN_RECORD_RULES_H_
#define RONGHE_SERVICES_MEETING_DOMAIN_RECORD_RULES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/meeting/domain/rule_set.h"
#include "services/meeting/domain/types.h"

namespace ronghe::meeting {

// What the rules need to know of an organization.
struct OrganizationFacts {
  int64_t id = 0;
  std::string kind;  // "631"
  std::optional<absl::CivilDay> founded_on;
  std::optional<absl::CivilDay> revoked_on;
};

// May the organization hold a meeting of these kinds on `day`?
//
// Errors: FAILED_PRECONDITION B_KIND_NOT_HELD, B_ORGANIZATION_REVOKED.
absl::Status CheckHolder(const RuleSet& rules, const OrganizationFacts& organization, Kinds kinds,
                         absl::CivilDay day);

// Whether an empty roll is refused for these kinds.
bool RollRequired(const RuleSet& rules, Kinds kinds);

// Puts the marks of `marks` on the frozen roll of `meeting`.
//
// Errors: FAILED_PRECONDITION B_NOT_ON_ROLL; INVALID_ARGUMENT FIELD_INVALID for a member named
// twice, an absence without reason, a reason with presence, an arrival of somebody absent or after
// closing. `field` is the path of the marks in the request.
absl::Status MarkAttendance(const RuleSet& rules, const std::vector<Attendee>& marks,
                            std::string_view field, Meeting* meeting);

// Are the numbers of the motions right among themselves and against attendance? (1.4/ballots)
//
// Errors: INVALID_ARGUMENT FIELD_INVALID.
absl::Status CheckMotions(const Meeting& meeting, std::string_view field);

// Is the record fit to be submitted? All violations at once, each with its rule: who was present
// and absent for which reason is known of everybody on the roll, place, chair and recorder are
// given, closed after opened, counts fit, resolutions have owner and due day.
//
// Errors: INVALID_ARGUMENT FIELD_INVALID.
absl::Status CheckRecord(const Meeting& meeting, absl::Time now);

// Recomputes the sums kept with the meeting, from its parts.
void SumUp(Meeting* meeting);

// Bits of the parts that are missing; see RecordItem.
int32_t MissingItems(const Meeting& meeting);

// Late: submitted on a day more than late_entry_days after the day of closing, Asia/Shanghai.
bool IsLate(const RuleSet& rules, absl::Time closed_at, absl::Time submitted_at);

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_DOMAIN_RECORD_RULES_H_

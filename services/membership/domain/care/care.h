// What counts as care, as an honour and as a role post, and who may hold one?
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_CARE_CARE_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_CARE_CARE_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "services/membership/domain/decision.h"
#include "services/membership/domain/membership.h"
#include "services/membership/domain/rule_book.h"

namespace ronghe::membership {

// The numbers are those of the protos.
enum class CareKind : int32_t { kVisit = 1, kAid = 2, kAnniversary = 3 };
enum class Fund : int32_t { kNone = 0, kDues = 1, kActivity = 2, kWork = 3 };
enum class HonourCode : int32_t {
  kOutstandingMember = 1,
  kOutstandingPartyWorker = 2,
  kAdvancedOrganization = 3,
  kFiftyYears = 4,
  kOther = 9,
};
enum class RolePostKind : int32_t { kBrandProject = 8 };  // others need no rule of their own
enum class ProjectStage : int32_t { kNone = 0, kPlanned = 1, kRunning = 2, kFinished = 3 };

// From when standing counts: the day of conversion, `adjustment_months` earlier.
absl::CivilDay StandingSince(absl::CivilDay converted_on, int32_t adjustment_months);

// The latest StandingSince of those who have the years of the medal by its day in `year` (CARE-01,
// CARE-02).
absl::CivilDay LatestForMedal(const RuleSet& rules, int32_t year);

// Whether someone with standing since that day has the years of the medal by the medal day of the
// year of `awarded_on`.
//
// Errors: FAILED_PRECONDITION HONOUR_FIFTY_YEARS with the rule.
absl::Status CheckMedal(const RuleSet& rules, std::optional<absl::CivilDay> standing_since,
                        absl::CivilDay awarded_on);

// Whether a member may hold a role post; notes what was decided.
//
// Errors: FAILED_PRECONDITION RP_HOLDER_INACTIVE unless of normal standing (RP-01),
// RP_HOLDER_UNDER_DISCIPLINE while a measure has effect (RP-02).
absl::Status CheckHolder(const RuleSet& rules, const Membership& membership, bool under_discipline,
                         Guard& guard);

// The day by which a role post must have been reviewed first: the review day (RP-03) of the year in
// which it began.
absl::CivilDay ReviewDay(const RuleSet& rules, int32_t year);

// Whether a project may go from `from` to `to`: one stage at a time.
//
// Errors: FAILED_PRECONDITION RP_NOT_A_PROJECT, RP_STAGE.
absl::Status CheckStage(ProjectStage from, ProjectStage to);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_CARE_CARE_H_

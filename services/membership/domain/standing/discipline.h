// How long does a measure of discipline have effect, and what may its bearer not do meanwhile?
//
// Voting and sponsoring follow from the days of the measure alone (D-08); nobody sets a flag.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STANDING_DISCIPLINE_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STANDING_DISCIPLINE_H_

#include <cstdint>
#include <optional>
#include <span>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "services/membership/domain/decision.h"
#include "services/membership/domain/rule_book.h"

namespace ronghe::membership {

// D-06, by number as the proto has it.
enum class Measure : int32_t {
  kWarning = 1,
  kSeriousWarning = 2,
  kPostRemoved = 3,
  kProbationWithinParty = 4,
  kExpelled = 5,
};

// As which organ a committee decides.
enum class Organ : int32_t {
  kBasicCommittee = 1,
  kCommission = 2,  // the discipline commission of the county or above
};

// A measure over its days.
struct DisciplinePeriod {
  Measure measure = Measure::kWarning;
  absl::CivilDay from;
  absl::CivilDay until;                       // first day after its effect
  std::optional<absl::CivilDay> restored_on;  // probation: when the rights were restored

  friend bool operator==(const DisciplinePeriod&, const DisciplinePeriod&) = default;
};

// The rule that says how long a measure has effect (D-07).
const Rule& EffectRule(const RuleSet& rules, Measure measure);

// The months for which a measure has effect (D-07): the figure of the rule book; for probation
// within the Party one of its figures, which `months` must name; 0 for expulsion.
//
// Errors: FAILED_PRECONDITION D_EFFECT_PERIOD.
absl::StatusOr<int32_t> EffectMonths(const RuleSet& rules, Measure measure, int32_t months,
                                     Guard& guard);

// The days of a measure that takes effect on `day`.
DisciplinePeriod PeriodFrom(Measure measure, absl::CivilDay day, int32_t months);

// A measure that stands on paper alone, and is recorded long after it was decided.
struct PastMeasure {
  Measure measure = Measure::kWarning;
  int32_t months = 0;
  absl::CivilDay decided_on;
  absl::CivilDay effect_from;
  std::optional<absl::CivilDay> restored_on;  // probation: when the rights were restored
  bool explained = false;  // somebody says why it was not recorded when it was decided
};

// What its days must agree with.
struct PastBounds {
  absl::CivilDay joined_on;    // the day of joining the Party
  absl::CivilDay recorded_on;  // when the member was first kept here
  absl::CivilDay today;
};

// The days of such a measure. One that was decided once the member was kept here has to be
// explained.
//
// Errors: FAILED_PRECONDITION D_PAST_DAYS, D_PAST_AFTER_RECORD, D_EFFECT_PERIOD.
absl::StatusOr<DisciplinePeriod> PastPeriod(const RuleSet& rules, const PastMeasure& past,
                                            const PastBounds& bounds, Guard& guard);

// Whether the measure has effect on `day`. Probation has effect until the rights are restored: its
// end alone restores nothing.
bool InEffect(const DisciplinePeriod& period, absl::CivilDay day);

// Whether the bearer may vote, be elected and sponsor on `day`, as far as the measure goes.
bool SuspendsRights(const DisciplinePeriod& period, absl::CivilDay day);

// The same over all measures against a member: 11.2 (voting) and the bar on sponsors.
bool RightsSuspended(std::span<const DisciplinePeriod> periods, absl::CivilDay day);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STANDING_DISCIPLINE_H_

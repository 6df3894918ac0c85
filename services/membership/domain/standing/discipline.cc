#include "services/membership/domain/standing/discipline.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/civil.h"
#include "common/base/status_macros.h"
#include "services/membership/domain/membership.h"
#include "services/membership/domain/standing/errors.h"

namespace ronghe::membership {
namespace {

std::string_view PeriodKey(Measure measure) {
  switch (measure) {
    case Measure::kWarning:
      return "discipline.warning_months";
    case Measure::kSeriousWarning:
      return "discipline.serious_warning_months";
    case Measure::kPostRemoved:
      return "discipline.post_removed_months";
    case Measure::kProbationWithinParty:
    case Measure::kExpelled:
      break;
  }
  return "discipline.probation_months";
}

}  // namespace

const Rule& EffectRule(const RuleSet& rules, Measure measure) {
  return rules.Get(PeriodKey(measure));
}

absl::StatusOr<int32_t> EffectMonths(const RuleSet& rules, Measure measure, int32_t months,
                                     Guard& guard) {
  if (measure == Measure::kExpelled) return 0;
  const Rule& rule = EffectRule(rules, measure);
  const bool one_of = measure == Measure::kProbationWithinParty;
  const bool met = one_of ? rule.Has(months) : months == 0 || months == rule.number;
  RONGHE_RETURN_IF_ERROR(guard.Require(
      met, rule, "D_EFFECT_PERIOD", "处分影响期不符合规定。",
      one_of ? absl::StrJoin(rule.codes, ",") : absl::StrCat(rule.number), absl::StrCat(months)));
  return one_of ? months : static_cast<int32_t>(rule.number);
}

DisciplinePeriod PeriodFrom(Measure measure, absl::CivilDay day, int32_t months) {
  return {measure, day, measure == Measure::kExpelled ? kOpenEnd : base::AddMonths(day, months),
          std::nullopt};
}

absl::StatusOr<DisciplinePeriod> PastPeriod(const RuleSet& rules, const PastMeasure& past,
                                            const PastBounds& bounds, Guard& guard) {
  if (past.decided_on < bounds.joined_on || past.effect_from < past.decided_on ||
      past.effect_from > bounds.today) {
    return PastDisciplineDays(past.decided_on, past.effect_from);
  }
  RONGHE_RETURN_IF_ERROR(guard.RequireUnless(
      past.explained, past.decided_on < bounds.recorded_on, rules.Get("discipline.past"),
      "D_PAST_AFTER_RECORD", "党员信息建立之后作出的处分应当立案办理；补录的，请说明原因。",
      base::FormatDay(bounds.recorded_on), base::FormatDay(past.decided_on)));
  RONGHE_ASSIGN_OR_RETURN(const int32_t months,
                          EffectMonths(rules, past.measure, past.months, guard));
  DisciplinePeriod period = PeriodFrom(past.measure, past.effect_from, months);
  if (past.restored_on) {
    if (past.measure != Measure::kProbationWithinParty || *past.restored_on < period.until ||
        *past.restored_on > bounds.today) {
      return PastDisciplineDays(period.until, *past.restored_on);
    }
    period.restored_on = past.restored_on;
  }
  return period;
}

bool InEffect(const DisciplinePeriod& period, absl::CivilDay day) {
  if (day < period.from) return false;
  if (period.measure == Measure::kProbationWithinParty) {
    return !period.restored_on || day < *period.restored_on;
  }
  return day < period.until;
}

bool SuspendsRights(const DisciplinePeriod& period, absl::CivilDay day) {
  return period.measure == Measure::kProbationWithinParty && InEffect(period, day);
}

bool RightsSuspended(std::span<const DisciplinePeriod> periods, absl::CivilDay day) {
  return std::any_of(periods.begin(), periods.end(),
                     [day](const DisciplinePeriod& period) { return SuspendsRights(period, day); });
}

}  // namespace ronghe::membership

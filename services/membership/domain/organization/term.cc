#include "services/membership/domain/organization/term.h"

#include <algorithm>
#include <cstdlib>

#include "common/base/civil.h"
#include "common/base/strings.h"
#include "services/membership/domain/organization/errors.h"
#include "services/membership/domain/organization/setup.h"

namespace ronghe::membership {

bool HasTerms(const RuleSet& elections, int32_t kind) {
  return elections.Get("term.kinds").Has(kind);
}

absl::StatusOr<const Rule*> TermRule(const RuleSet& elections, int32_t kind,
                                     std::span<const int32_t> natures, bool committee) {
  if (!HasTerms(elections, kind)) return TermNotDue(elections.Get("term.kinds"), kind);
  if (kind == kCommitteeKind) return &elections.Get("term.committee_months");
  const Rule& village = elections.Get("term.village_months");
  if (std::any_of(natures.begin(), natures.end(),
                  [&](int32_t nature) { return village.Has(nature); })) {
    return &village;
  }
  return &elections.Get(committee ? "term.branch_months" : "term.secretary_months");
}

absl::CivilDay TermExpiry(absl::CivilDay starts_on, int32_t months, int32_t adjusted_months) {
  return base::AddMonths(starts_on, months + adjusted_months);
}

absl::CivilDay ReminderDay(const RuleSet& elections, absl::CivilDay expires_on) {
  return base::AddMonths(expires_on, -static_cast<int>(elections.Number("term.remind_months")));
}

absl::Status CheckAdjustment(Guard& guard, const RuleSet& elections, int32_t months) {
  const Rule& rule = elections.Get("term.adjust_max_months");
  return guard.Require(std::abs(months) <= rule.number, rule, "TERM_ADJUST_TOO_LONG",
                       base::Cat("延长或者提前换届的期限不超过", rule.number, "个月。"),
                       base::Cat("<= ", rule.number), base::Cat(std::abs(months)));
}

}  // namespace ronghe::membership

#include "services/membership/domain/admission/analysis.h"

#include "common/base/civil.h"
#include "common/base/strings.h"
#include "services/membership/domain/decision.h"

namespace ronghe::membership::admission {
namespace {

constexpr int32_t kCounty = 50;  // GB/T 12404

}  // namespace

const Rule& AnalysisRule(const RuleSet& rules) { return rules.Get("activist.analyse_months"); }

absl::CivilDay AnalysisDue(const RuleSet& rules, int32_t year) {
  return base::AddMonths(absl::CivilDay(year, 1, 1), static_cast<int>(AnalysisRule(rules).number)) -
         1;
}

absl::Status CheckAnalyser(const RuleSet& rules, int32_t kind, int32_t level) {
  const Rule& kinds = rules.Get("activist.analyse_kinds");
  if (kinds.Has(kind) && (level == 0 || level >= kCounty)) return absl::OkStatus();
  return RuleRefused(kinds, "A_ANALYSER", "入党积极分子队伍由基层党委和县级党委组织部门分析。",
                     "基层党委、县级党委", base::Cat("kind=", kind, " level=", level));
}

}  // namespace ronghe::membership::admission

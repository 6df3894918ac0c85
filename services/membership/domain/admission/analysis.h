// Who analyses the body of activists, of which year, and by when?
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ADMISSION_ANALYSIS_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ADMISSION_ANALYSIS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "services/membership/domain/rule_book.h"

namespace ronghe::membership::admission {

// A deadline of the catalogue, one round for each year.
inline constexpr char kAnalysisDeadline[] = "AC-01";

// The rule that asks for an analysis every year.
const Rule& AnalysisRule(const RuleSet& rules);

// The last day for the analysis of a year.
absl::CivilDay AnalysisDue(const RuleSet& rules, int32_t year);

// Whether an organization analyses: a basic-level committee, or that of a county with its
// organization department. A committee over a county (`level`, GB/T 12404; 0: not recorded) does
// not.
//
// Errors: FAILED_PRECONDITION A_ANALYSER.
absl::Status CheckAnalyser(const RuleSet& rules, int32_t kind, int32_t level);

}  // namespace ronghe::membership::admission

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ADMISSION_ANALYSIS_H_

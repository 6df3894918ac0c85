#include "services/membership/domain/standing/lapse.h"

namespace ronghe::membership {

LapseVerdict AttendanceVerdict(const AttendanceFact& fact) {
  if (fact.attended) return LapseVerdict::kKept;
  if (fact.in_transit || fact.searched || fact.care_exempt) return LapseVerdict::kExcused;
  if (!fact.invited) return LapseVerdict::kNothingDue;
  return fact.excused ? LapseVerdict::kExcused : LapseVerdict::kMissed;
}

LapseVerdict DuesVerdict(const DuesFact& fact) {
  if (fact.paid) return LapseVerdict::kKept;
  if (!fact.known) return LapseVerdict::kNothingDue;
  return fact.exempt ? LapseVerdict::kExcused : LapseVerdict::kMissed;
}

LapseVerdict TaskVerdict(std::span<const TaskFact> tasks, absl::CivilMonth month) {
  const absl::CivilDay first(month);
  const absl::CivilDay end(month + 1);
  bool missed = false;
  for (const TaskFact& task : tasks) {
    if (task.completed_on && *task.completed_on >= first && *task.completed_on < end) {
      return LapseVerdict::kKept;
    }
    const bool done = task.completed_on && *task.completed_on < first;
    const bool cancelled = task.cancelled_on && *task.cancelled_on < end;
    if (task.due_on < end && !done && !cancelled) missed = true;
  }
  return missed ? LapseVerdict::kMissed : LapseVerdict::kNothingDue;
}

int32_t NextRun(int32_t run, LapseVerdict verdict) {
  if (verdict == LapseVerdict::kKept) return 0;
  return verdict == LapseVerdict::kMissed ? run + 1 : run;
}

std::vector<LapseMonth> CountMonths(absl::CivilMonth first, std::span<const LapseVerdict> verdicts,
                                    int32_t run) {
  std::vector<LapseMonth> months;
  months.reserve(verdicts.size());
  absl::CivilMonth month = first;
  for (const LapseVerdict verdict : verdicts) {
    run = NextRun(run, verdict);
    months.push_back({month, verdict, run});
    ++month;
  }
  return months;
}

LapseLimits::LapseLimits(const RuleSet& rules)
    : warn_first(static_cast<int32_t>(rules.Number("lapse.warn_first_months"))),
      warn_second(static_cast<int32_t>(rules.Number("lapse.warn_second_months"))),
      open_case(static_cast<int32_t>(rules.Number("lapse.case_months"))),
      recount(static_cast<int32_t>(rules.Number("lapse.recount_months"))) {}

LapseState StateOfRun(const LapseLimits& limits, int32_t run) {
  if (run >= limits.open_case) return LapseState::kCaseOpened;
  if (run >= limits.warn_second) return LapseState::kWarnedAgain;
  return run >= limits.warn_first ? LapseState::kWarned : LapseState::kCounting;
}

absl::CivilMonth LastCountable(const RuleSet& rules, absl::CivilDay day) {
  return absl::CivilMonth(day - rules.Number("lapse.grace_days")) - 1;
}

}  // namespace ronghe::membership

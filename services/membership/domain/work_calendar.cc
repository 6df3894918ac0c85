#include "services/membership/domain/work_calendar.h"

#include <utility>

#include "common/base/civil.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "services/membership/domain/errors.h"

namespace ronghe::membership {
namespace {

bool IsWeekend(absl::CivilDay day) {
  const absl::Weekday weekday = absl::GetWeekday(day);
  return weekday == absl::Weekday::saturday || weekday == absl::Weekday::sunday;
}

absl::Status CheckYear(const WorkYear& year) {
  const auto wrong = [&](absl::CivilDay day) {
    return RulesInvalid(base::Cat("work calendar ", year.year, ": ", base::FormatDay(day)));
  };
  if (year.source.empty()) return RulesInvalid(base::Cat("work calendar ", year.year));
  for (const absl::CivilDay day : year.holidays) {
    if (day.year() != year.year || year.workdays.contains(day)) return wrong(day);
  }
  for (const absl::CivilDay day : year.workdays) {
    if (day.year() != year.year || !IsWeekend(day)) return wrong(day);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<WorkCalendar> WorkCalendar::Create(std::vector<WorkYear> years) {
  std::map<int32_t, WorkYear> by_year;
  for (WorkYear& year : years) {
    RONGHE_RETURN_IF_ERROR(CheckYear(year));
    const int32_t number = year.year;
    if (!by_year.emplace(number, std::move(year)).second) {
      return RulesInvalid(base::Cat("work calendar ", number, " stands twice"));
    }
  }
  return WorkCalendar(std::move(by_year));
}

bool WorkCalendar::IsWorkday(absl::CivilDay day) const {
  const auto it = years_.find(static_cast<int32_t>(day.year()));
  if (it == years_.end()) return !IsWeekend(day);
  if (it->second.workdays.contains(day)) return true;
  return !IsWeekend(day) && !it->second.holidays.contains(day);
}

WorkSpan WorkCalendar::NthWorkday(absl::CivilDay start, int64_t count) const {
  WorkSpan span{start};
  for (absl::CivilDay day = start;; ++day) {
    span.published = span.published && Published(static_cast<int32_t>(day.year()));
    if (IsWorkday(day) && --count <= 0) {
      span.last = day;
      return span;
    }
  }
}

}  // namespace ronghe::membership

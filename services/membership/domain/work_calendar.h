// Which days are working days in China, and when are the n-th over?
//
// Monday to Friday, less the holidays and plus the weekend days that the State Council's notice for
// the year makes working days. A year without a notice counts plain weekends, and the answer says
// so.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_WORK_CALENDAR_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_WORK_CALENDAR_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"

namespace ronghe::membership {

// What the notice for one year says.
struct WorkYear {
  int32_t year = 0;
  std::string source;
  std::set<absl::CivilDay> holidays;  // also those that fall on a weekend
  std::set<absl::CivilDay> workdays;  // Saturdays and Sundays that are worked
};

// A span of working days.
struct WorkSpan {
  absl::CivilDay last;      // the n-th working day
  bool published = true;    // every year that it touches has a notice
};

class WorkCalendar {
 public:
  // Errors: INVALID_ARGUMENT RULES_INVALID when a year stands twice or has no source, a day lies in
  // another year or is both, or a working day is no weekend day.
  static absl::StatusOr<WorkCalendar> Create(std::vector<WorkYear> years);

  bool IsWorkday(absl::CivilDay day) const;
  bool Published(int32_t year) const { return years_.contains(year); }

  // The `count`-th working day from `start` on, `start` included; `count` is at least 1.
  WorkSpan NthWorkday(absl::CivilDay start, int64_t count) const;

 private:
  explicit WorkCalendar(std::map<int32_t, WorkYear> years) : years_(std::move(years)) {}
  std::map<int32_t, WorkYear> years_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_WORK_CALENDAR_H_

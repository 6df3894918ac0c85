// How many months running has a member missed organizational life, dues or assigned work (D-04)?
//
// A counter goes up by a month that was missed and starts again by one that was kept; a month with
// good reason, or in which nothing was asked for, leaves it as it is. It warns and opens a case at
// the figures of the rule book; it decides nothing. Late records count: the last months are counted
// again with every new one, from the run that stood before them.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STANDING_LAPSE_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STANDING_LAPSE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/time/civil_time.h"
#include "services/membership/domain/month.h"
#include "services/membership/domain/rule_book.h"

namespace ronghe::membership {

// Numbers as the proto has them.
enum class LapseGround : int32_t { kAttendance = 1, kDues = 2, kTask = 3 };
inline constexpr LapseGround kLapseGrounds[] = {LapseGround::kAttendance, LapseGround::kDues,
                                                LapseGround::kTask};

enum class LapseVerdict : int32_t { kKept = 1, kMissed = 2, kExcused = 3, kNothingDue = 4 };

enum class LapseState : int32_t { kCounting = 1, kWarned = 2, kWarnedAgain = 3, kCaseOpened = 4 };

// What a month says of a member's attendance.
struct AttendanceFact {
  bool invited = false;      // was on the roll of a meeting
  bool attended = false;     // took part in at least one
  bool excused = false;      // did not, and every absence had a good reason
  bool in_transit = false;   // the relation was on its way to another organization
  bool searched = false;     // out of contact, and being looked for
  bool care_exempt = false;  // excused for the month (an overlay)
};
LapseVerdict AttendanceVerdict(const AttendanceFact& fact);

// What a month says of a member's dues.
struct DuesFact {
  bool known = false;   // an account exists: dues are asked for
  bool paid = false;    // paid in, or paid for, the month
  bool exempt = false;  // nothing was to be paid
};
LapseVerdict DuesVerdict(const DuesFact& fact);

// Work assigned to a member.
struct TaskFact {
  absl::CivilDay assigned_on;
  absl::CivilDay due_on;
  std::optional<absl::CivilDay> completed_on;
  std::optional<absl::CivilDay> cancelled_on;
};
// Kept by a completion in the month; missed where something was due by its end and not done by
// then; else nothing was due.
LapseVerdict TaskVerdict(std::span<const TaskFact> tasks, absl::CivilMonth month);

// A month of a counter: its verdict, and the months missed so far.
struct LapseMonth {
  absl::CivilMonth month;
  LapseVerdict verdict = LapseVerdict::kNothingDue;
  int32_t run = 0;

  friend bool operator==(const LapseMonth&, const LapseMonth&) = default;
};

// The run after a month.
int32_t NextRun(int32_t run, LapseVerdict verdict);

// The months from `first` on with these verdicts, counted on from `run`.
std::vector<LapseMonth> CountMonths(absl::CivilMonth first, std::span<const LapseVerdict> verdicts,
                                    int32_t run);

// The figures of D-04.
struct LapseLimits {
  explicit LapseLimits(const RuleSet& rules);
  int32_t warn_first;
  int32_t warn_second;
  int32_t open_case;
  int32_t recount;  // how many months are counted again with a new one
};

LapseState StateOfRun(const LapseLimits& limits, int32_t run);

// The last month that may be counted on `day`: the grace days for late records are over.
absl::CivilMonth LastCountable(const RuleSet& rules, absl::CivilDay day);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STANDING_LAPSE_H_

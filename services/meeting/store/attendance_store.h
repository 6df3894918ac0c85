// In which months did members take part in organizational life?
#ifndef RONGHE_SERVICES_MEETING_STORE_ATTENDANCE_STORE_H_
#define RONGHE_SERVICES_MEETING_STORE_ATTENDANCE_STORE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/sql/session.h"
#include "services/meeting/domain/types.h"

namespace ronghe::meeting {

// A member's meetings of one month.
struct MemberMonthRow {
  int64_t member_id = 0;
  int64_t month = 0;     // year * 12 + month - 1
  int64_t meetings = 0;  // whose roll had the member
  int64_t attended = 0;  // of the roll, or as an observer
  int64_t excused = 0;   // absences for age or illness, or for an approved reason
  int64_t reason = 0;    // their lowest code, care first; of AbsenceReason

  friend bool operator==(const MemberMonthRow&, const MemberMonthRow&) = default;
};

// The month of a row, and the row's month of a day.
int64_t MonthNumber(absl::CivilDay day);
absl::CivilMonth MonthOf(int64_t number);

// Where a list goes on.
struct MemberMonth {
  int64_t member_id = 0;
  int64_t month = 0;
};

// Stateless.
class AttendanceStore {
 public:
  // Up to `limit` months behind `after`, by member, then by month: of the records of the
  // organizations (at most 256) that count, are held as one of `kinds` and lie in [start, end).
  //
  // Errors: those of sql::Session.
  absl::StatusOr<std::vector<MemberMonthRow>> List(sql::Session& session,
                                                   std::span<const int64_t> organization_ids,
                                                   Kinds kinds, absl::CivilDay start,
                                                   absl::CivilDay end, const MemberMonth& after,
                                                   int32_t limit) const;
};

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_STORE_ATTENDANCE_STORE_H_

#include "services/meeting/store/attendance_store.h"

#include <tuple>

#include "common/base/status_macros.h"
#include "common/sql/statement.h"

namespace ronghe::meeting {
namespace {

// The reasons are codes of AbsenceReason: 6 is CARE_EXEMPT, 0 and 99 excuse nothing.
const sql::Query<MemberMonthRow> kOfRolls(
    "attendance.by_member_and_month",
    "SELECT a.member_id,"
    " COALESCE(YEAR(m.event_day) * 12 + MONTH(m.event_day) - 1, 0) AS month_number,"
    " COUNT(*), COALESCE(SUM(a.presence = 1), 0),"
    " COALESCE(SUM(a.presence = 2 AND (a.reason = 6 OR"
    " (a.reason NOT IN (0, 99) AND a.approved_by IS NOT NULL))), 0),"
    " COALESCE(IF(SUM(a.presence = 2 AND a.reason = 6) > 0, 6, MIN(IF(a.presence = 2 AND"
    " a.reason NOT IN (0, 99) AND a.approved_by IS NOT NULL, a.reason, NULL))), 0)"
    " FROM meeting m JOIN attendance a ON a.meeting_id = m.id"
    " WHERE m.organization_id IN (?*) AND m.event_day >= ? AND m.event_day < ?"
    " AND m.state IN (4, 5) AND (m.kinds & ?) <> 0 AND (a.member_id > ? OR (a.member_id = ? AND"
    " YEAR(m.event_day) * 12 + MONTH(m.event_day) - 1 > ?))"
    " GROUP BY a.member_id, month_number ORDER BY a.member_id, month_number LIMIT ?");

const sql::Query<MemberMonthRow> kOfObservers(
    "observer.by_member_and_month",
    "SELECT COALESCE(o.member_id, 0) AS observer_id,"
    " COALESCE(YEAR(m.event_day) * 12 + MONTH(m.event_day) - 1, 0) AS month_number,"
    " 0, COUNT(*), 0, 0 FROM meeting m JOIN observer o ON o.meeting_id = m.id"
    " WHERE m.organization_id IN (?*) AND m.event_day >= ? AND m.event_day < ?"
    " AND m.state IN (4, 5) AND (m.kinds & ?) <> 0 AND (o.member_id > ? OR (o.member_id = ? AND"
    " YEAR(m.event_day) * 12 + MONTH(m.event_day) - 1 > ?))"
    " GROUP BY observer_id, month_number ORDER BY observer_id, month_number LIMIT ?");

bool Before(const MemberMonthRow& a, const MemberMonthRow& b) {
  return std::tie(a.member_id, a.month) < std::tie(b.member_id, b.month);
}

// Both lists in one, by member and month; each is sorted and has the first `limit` rows of its own,
// so that the first `limit` of the whole are right.
std::vector<MemberMonthRow> Merge(const std::vector<MemberMonthRow>& rolls,
                                  const std::vector<MemberMonthRow>& observers, size_t limit) {
  std::vector<MemberMonthRow> merged;
  auto roll = rolls.begin();
  auto observer = observers.begin();
  while (merged.size() < limit && (roll != rolls.end() || observer != observers.end())) {
    if (roll == rolls.end() || (observer != observers.end() && Before(*observer, *roll))) {
      merged.push_back(*observer++);
      continue;
    }
    merged.push_back(*roll);
    if (observer != observers.end() && !Before(*roll, *observer)) {
      merged.back().attended += observer->attended;
      ++observer;
    }
    ++roll;
  }
  return merged;
}

}  // namespace

int64_t MonthNumber(absl::CivilDay day) { return day.year() * 12 + day.month() - 1; }

absl::CivilMonth MonthOf(int64_t number) {
  return absl::CivilMonth(number / 12, static_cast<int>(number % 12) + 1);
}

absl::StatusOr<std::vector<MemberMonthRow>> AttendanceStore::List(
    sql::Session& session, std::span<const int64_t> organization_ids, Kinds kinds,
    absl::CivilDay start, absl::CivilDay end, const MemberMonth& after, int32_t limit) const {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberMonthRow> rolls,
                          session.Select(kOfRolls, organization_ids, start, end, kinds.bits(),
                                         after.member_id, after.member_id, after.month, limit));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberMonthRow> observers,
                          session.Select(kOfObservers, organization_ids, start, end, kinds.bits(),
                                         after.member_id, after.member_id, after.month, limit));
  return Merge(rolls, observers, static_cast<size_t>(limit));
}

}  // namespace ronghe::meeting

#include "services/training/store/session_store.h"

#include <algorithm>

#include "common/base/status_macros.h"
#include "common/sql/statement.h"

namespace ronghe::training {
namespace {

#define SESSION_COLUMNS                                                                 \
  "id, organization_id, title, form, place, description, start_date, end_date, state, " \
  "enrolled, present, credited, confirmed_by, confirmed, rule_version, created, updated, etag"

struct SessionRow {
  int64_t id;
  int64_t organization_id;
  std::string title;
  std::string form;
  std::string place;
  std::string description;
  absl::CivilDay start_date;
  absl::CivilDay end_date;
  SessionState state;
  int32_t enrolled;
  int32_t present;
  int32_t credited;
  std::string confirmed_by;
  absl::Time confirmed;
  std::string rule_version;
  absl::Time created;
  absl::Time updated;
  int64_t etag;
};

struct DayRow {
  int64_t session_id;
  absl::CivilDay day;
  HourUnit unit;
  int32_t half_hours;
  int32_t credited;
};

const sql::Command kInsert("training_session.insert",
                           "INSERT INTO training_session (" SESSION_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Command kUpdate(
    "training_session.update",
    "UPDATE training_session SET title = ?, form = ?, place = ?, description = ?, start_date = ?, "
    "end_date = ?, state = ?, enrolled = ?, present = ?, credited = ?, confirmed_by = ?, "
    "confirmed = ?, rule_version = ?, updated = ?, etag = ? WHERE id = ?");
const sql::Query<SessionRow> kById("training_session.by_id",
                                   "SELECT " SESSION_COLUMNS " FROM training_session WHERE id = ?");
const sql::Query<SessionRow> kLock("training_session.lock",
                                   "SELECT " SESSION_COLUMNS
                                   " FROM training_session WHERE id = ? FOR UPDATE");
const sql::Query<SessionRow> kByIds("training_session.by_ids",
                                    "SELECT " SESSION_COLUMNS
                                    " FROM training_session WHERE id IN (?*) ORDER BY id");
const sql::Query<SessionRow> kList(
    "training_session.list",
    "SELECT " SESSION_COLUMNS
    " FROM training_session WHERE organization_id = ? AND start_date >= ? AND start_date <= ? "
    "AND (start_date < ? OR id < ?) AND (? = '' OR form = ?) "
    "ORDER BY start_date DESC, id DESC LIMIT ?");
const sql::Command kInsertDay("training_session_day.insert",
                              "INSERT INTO training_session_day "
                              "(session_id, day, unit, half_hours, credited) "
                              "VALUES (?, ?, ?, ?, ?)");
const sql::Command kDeleteDays("training_session_day.delete",
                               "DELETE FROM training_session_day WHERE session_id = ?");
const sql::Query<DayRow> kDays("training_session_day.by_sessions",
                               "SELECT session_id, day, unit, half_hours, credited "
                               "FROM training_session_day WHERE session_id IN (?*) "
                               "ORDER BY session_id, day");

#define ATTENDANCE_COLUMNS "session_id, member_id, state, organization_id, credited, updated"
const sql::Query<AttendanceRow> kOfMembers("attendance.of_members",
                                           "SELECT " ATTENDANCE_COLUMNS
                                           " FROM attendance WHERE session_id = ? "
                                           "AND member_id IN (?*) ORDER BY member_id");
const sql::Query<AttendanceRow> kAttendances("attendance.list",
                                             "SELECT " ATTENDANCE_COLUMNS
                                             " FROM attendance WHERE session_id = ? "
                                             "AND member_id > ? ORDER BY member_id LIMIT ?");
const sql::Query<AttendanceRow> kUncredited("attendance.uncredited",
                                            "SELECT " ATTENDANCE_COLUMNS
                                            " FROM attendance WHERE session_id = ? "
                                            "AND credited = 0 AND state IN (2, 3) "
                                            "ORDER BY member_id");
const sql::Command kSave("attendance.save",
                         "INSERT INTO attendance (" ATTENDANCE_COLUMNS
                         ") VALUES (?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
                         "state = VALUES(state), organization_id = VALUES(organization_id), "
                         "credited = VALUES(credited), updated = VALUES(updated)");
const sql::Query<AttendanceCounts> kCount(
    "attendance.count",
    "SELECT COUNT(*), COUNT(CASE WHEN state IN (2, 3) THEN 1 END), "
    "COUNT(CASE WHEN credited = 1 THEN 1 END) FROM attendance WHERE session_id = ?");

#undef ATTENDANCE_COLUMNS
#undef SESSION_COLUMNS

Session FromRow(SessionRow row) {
  Session session;
  session.id = row.id;
  session.organization_id = row.organization_id;
  session.title = std::move(row.title);
  session.form = std::move(row.form);
  session.place = std::move(row.place);
  session.description = std::move(row.description);
  session.state = row.state;
  session.enrolled = row.enrolled;
  session.present = row.present;
  session.credited = row.credited;
  session.confirmed_by = std::move(row.confirmed_by);
  session.confirmed = row.confirmed;
  session.rule_version = std::move(row.rule_version);
  session.created = row.created;
  session.updated = row.updated;
  session.etag = row.etag;
  return session;
}

absl::Status InsertDays(sql::Session& session, const Session& training) {
  std::vector<DayRow> rows;
  for (const SessionDay& day : training.days) {
    rows.push_back({.session_id = training.id,
                    .day = day.day,
                    .unit = day.unit,
                    .half_hours = day.half_hours,
                    .credited = day.credited});
  }
  return session.InsertMany(kInsertDay, rows);
}

// The sessions with their days, in the order of the rows.
absl::StatusOr<std::vector<Session>> WithDays(sql::Session& session, std::vector<SessionRow> rows) {
  std::vector<Session> sessions;
  std::vector<int64_t> ids;
  for (SessionRow& row : rows) {
    ids.push_back(row.id);
    sessions.push_back(FromRow(std::move(row)));
  }
  std::vector<DayRow> days;
  for (size_t i = 0; i < ids.size(); i += sql::kMaxList) {
    const std::span<const int64_t> some =
        std::span<const int64_t>(ids).subspan(i, std::min(sql::kMaxList, ids.size() - i));
    RONGHE_ASSIGN_OR_RETURN(const std::vector<DayRow> more, session.Select(kDays, some));
    days.insert(days.end(), more.begin(), more.end());
  }
  for (Session& training : sessions) {
    for (const DayRow& day : days) {
      if (day.session_id != training.id) continue;
      training.days.push_back({.day = day.day,
                               .unit = day.unit,
                               .half_hours = day.half_hours,
                               .credited = day.credited});
    }
    if (training.days.empty()) return absl::InternalError("a training session without days");
  }
  return sessions;
}

absl::StatusOr<std::optional<Session>> One(sql::Session& session,
                                           const sql::Query<SessionRow>& query, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<SessionRow> row, session.SelectOne(query, id));
  if (!row.has_value()) return std::nullopt;
  RONGHE_ASSIGN_OR_RETURN(std::vector<Session> sessions, WithDays(session, {*std::move(row)}));
  return std::move(sessions.front());
}

}  // namespace

absl::Status InsertSession(sql::Session& session, const Session& training) {
  RONGHE_RETURN_IF_ERROR(
      session
          .Execute(kInsert, training.id, training.organization_id, training.title, training.form,
                   training.place, training.description, training.first_day(), training.last_day(),
                   training.state, training.enrolled, training.present, training.credited,
                   training.confirmed_by, training.confirmed, training.rule_version,
                   training.created, training.updated, training.etag)
          .status());
  return InsertDays(session, training);
}

absl::Status UpdateSession(sql::Session& session, const Session& training, bool days_changed) {
  RONGHE_RETURN_IF_ERROR(
      session
          .Execute(kUpdate, training.title, training.form, training.place, training.description,
                   training.first_day(), training.last_day(), training.state, training.enrolled,
                   training.present, training.credited, training.confirmed_by, training.confirmed,
                   training.rule_version, training.updated, training.etag, training.id)
          .status());
  if (!days_changed) return absl::OkStatus();
  RONGHE_RETURN_IF_ERROR(session.Execute(kDeleteDays, training.id).status());
  return InsertDays(session, training);
}

absl::StatusOr<std::optional<Session>> LoadSession(sql::Session& session, int64_t id) {
  return One(session, kById, id);
}

absl::StatusOr<std::optional<Session>> LockSession(sql::Session& session, int64_t id) {
  return One(session, kLock, id);
}

absl::StatusOr<std::vector<Session>> ListSessions(sql::Session& session,
                                                  const SessionFilter& filter, int32_t limit) {
  absl::CivilDay last = filter.to - 1;
  int64_t before_id = std::numeric_limits<int64_t>::max();
  absl::CivilDay before_day = absl::CivilDay(9999, 12, 31);
  if (filter.before.has_value()) {
    last = std::min(last, filter.before->first);
    before_day = filter.before->first;
    before_id = filter.before->second;
  }
  RONGHE_ASSIGN_OR_RETURN(std::vector<SessionRow> rows,
                          session.Select(kList, filter.organization_id, filter.from, last,
                                         before_day, before_id, filter.form, filter.form, limit));
  return WithDays(session, std::move(rows));
}

absl::StatusOr<std::vector<Session>> SessionsByIds(sql::Session& session,
                                                   std::span<const int64_t> ids) {
  RONGHE_ASSIGN_OR_RETURN(std::vector<SessionRow> rows, session.Select(kByIds, ids));
  return WithDays(session, std::move(rows));
}

absl::StatusOr<std::vector<AttendanceRow>> AttendancesOf(sql::Session& session, int64_t session_id,
                                                         std::span<const int64_t> members) {
  std::vector<AttendanceRow> result;
  while (!members.empty()) {
    const std::span<const int64_t> some = members.first(std::min(members.size(), sql::kMaxList));
    RONGHE_ASSIGN_OR_RETURN(const std::vector<AttendanceRow> rows,
                            session.Select(kOfMembers, session_id, some));
    result.insert(result.end(), rows.begin(), rows.end());
    members = members.subspan(some.size());
  }
  return result;
}

absl::StatusOr<std::vector<AttendanceRow>> ListAttendances(sql::Session& session,
                                                           int64_t session_id, int64_t after_member,
                                                           int32_t limit) {
  return session.Select(kAttendances, session_id, after_member, limit);
}

absl::StatusOr<std::vector<AttendanceRow>> UncreditedPresent(sql::Session& session,
                                                             int64_t session_id) {
  return session.Select(kUncredited, session_id);
}

absl::Status SaveAttendances(sql::Session& session, const std::vector<AttendanceRow>& rows) {
  return session.InsertMany(kSave, rows);
}

absl::StatusOr<AttendanceCounts> CountAttendances(sql::Session& session, int64_t session_id) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<AttendanceCounts> counts,
                          session.SelectOne(kCount, session_id));
  return counts.value_or(AttendanceCounts{});
}

}  // namespace ronghe::training

#include "services/membership/store/lapse_store.h"

#include <utility>

#include "common/base/status_macros.h"
#include "services/membership/domain/standing/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_COUNTER_COLUMNS                                                           \
  "member_id, ground, organization_id, months, last_reset_month, counted_month, state, " \
  "case_id, update_time"
#define RONGHE_TASK_COLUMNS                                                   \
  "id, member_id, organization_id, kind, assigned_on, due_on, completed_on, " \
  "cancelled_on, create_time, update_time"

const sql::Query<CountedMember> kCounted(
    "member.counted_after",
    "SELECT id, organization_id, category FROM member WHERE id > ? AND standing = 10 "
    "ORDER BY id LIMIT ?");
const sql::Query<CountedMember> kPlaces(
    "membership_interval.places_between",
    "SELECT DISTINCT member_id, organization_id, category FROM membership_interval WHERE "
    "member_id IN (?*) AND valid_from < ? AND valid_to > ? AND standing = 10 "
    "ORDER BY member_id, organization_id, category");
const sql::Command kWriteCounter(
    "lapse_counter.write",
    "INSERT INTO lapse_counter (" RONGHE_COUNTER_COLUMNS
    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
    "organization_id = VALUES(organization_id), months = VALUES(months), "
    "last_reset_month = VALUES(last_reset_month), counted_month = VALUES(counted_month), "
    "state = VALUES(state), case_id = VALUES(case_id), update_time = VALUES(update_time)");
const sql::Query<LapseCounterRow> kCounters("lapse_counter.of_members",
                                            "SELECT " RONGHE_COUNTER_COLUMNS
                                            " FROM lapse_counter WHERE member_id IN (?*) "
                                            "ORDER BY member_id, ground");
const sql::Query<LapseCounterRow> kWarned(
    "lapse_counter.warned",
    "SELECT c.member_id, c.ground, c.organization_id, c.months, c.last_reset_month, "
    "c.counted_month, c.state, c.case_id, c.update_time FROM lapse_counter c "
    "JOIN member m ON m.id = c.member_id AND m.standing = 10 "
    "AND m.organization_id = c.organization_id "
    "WHERE c.organization_id IN (?*) AND c.state >= 2 AND c.ground >= ? AND c.ground <= ? "
    "AND (c.member_id > ? OR (c.member_id = ? AND c.ground > ?)) "
    "ORDER BY c.member_id, c.ground LIMIT ?");

const sql::Command kWriteMonth(
    "lapse_month.write",
    "INSERT INTO lapse_month (member_id, ground, month, verdict, run) VALUES (?, ?, ?, ?, ?) "
    "ON DUPLICATE KEY UPDATE verdict = VALUES(verdict), run = VALUES(run)");
const sql::Query<LapseMonthRow> kMonthsAt(
    "lapse_month.at",
    "SELECT member_id, ground, month, verdict, run FROM lapse_month WHERE member_id IN (?*) AND "
    "month = ? ORDER BY member_id, ground");
const sql::Query<LapseMonthRow> kMonthsOf(
    "lapse_month.of_counter",
    "SELECT member_id, ground, month, verdict, run FROM lapse_month WHERE member_id = ? AND "
    "ground = ? ORDER BY month DESC LIMIT ?");

const sql::Query<LapseRunRow> kRun(
    "lapse_run.load",
    "SELECT month, after_member_id, finished, update_time FROM lapse_run WHERE month = ?");
const sql::Query<LapseRunRow> kLastFinished(
    "lapse_run.last_finished",
    "SELECT month, after_member_id, finished, update_time FROM lapse_run WHERE finished = 1 "
    "ORDER BY month DESC LIMIT 1");
const sql::Command kWriteRun(
    "lapse_run.write",
    "INSERT INTO lapse_run (month, after_member_id, finished, update_time) VALUES (?, ?, ?, ?) "
    "ON DUPLICATE KEY UPDATE after_member_id = VALUES(after_member_id), "
    "finished = VALUES(finished), update_time = VALUES(update_time)");

const sql::Command kInsertTask("member_task.insert", "INSERT INTO member_task (" RONGHE_TASK_COLUMNS
                                                     ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<MemberTaskRow> kLockTask("member_task.lock",
                                          "SELECT " RONGHE_TASK_COLUMNS
                                          " FROM member_task WHERE id = ? FOR UPDATE");
const sql::Command kUpdateTask("member_task.update",
                               "UPDATE member_task SET completed_on = ?, cancelled_on = ?, "
                               "update_time = ? WHERE id = ?");
const sql::Query<MemberTaskRow> kTasksOf("member_task.of_member",
                                         "SELECT " RONGHE_TASK_COLUMNS
                                         " FROM member_task WHERE member_id = ? AND id < ? "
                                         "ORDER BY id DESC LIMIT ?");
const sql::Query<MemberTaskRow> kTasksBetween(
    "member_task.between",
    "SELECT " RONGHE_TASK_COLUMNS
    " FROM member_task WHERE member_id IN (?*) AND assigned_on < ? AND "
    "(completed_on IS NULL OR completed_on >= ?) AND (cancelled_on IS NULL OR cancelled_on >= ?) "
    "ORDER BY member_id, id");

constexpr int32_t kAnyGround = 127;

}  // namespace

absl::StatusOr<std::vector<CountedMember>> CountedMembers(sql::Session& session, int64_t after_id,
                                                          int32_t limit) {
  return session.Select(kCounted, after_id, limit);
}

absl::StatusOr<std::vector<CountedMember>> PlacesBetween(sql::Session& session,
                                                         std::span<const int64_t> member_ids,
                                                         absl::CivilDay from, absl::CivilDay to) {
  return session.Select(kPlaces, member_ids, to, from);
}

absl::Status WriteLapseCounters(sql::Session& session, std::span<const LapseCounterRow> rows) {
  return session.InsertMany(kWriteCounter, rows);
}

absl::StatusOr<std::vector<LapseCounterRow>> LapseCountersOf(sql::Session& session,
                                                             std::span<const int64_t> member_ids) {
  return session.Select(kCounters, member_ids);
}

absl::StatusOr<std::vector<LapseCounterRow>> WarnedCounters(
    sql::Session& session, std::span<const int64_t> organization_ids, int32_t ground,
    int64_t after_member, int32_t after_ground, int32_t limit) {
  return session.Select(kWarned, organization_ids, ground, ground == 0 ? kAnyGround : ground,
                        after_member, after_member, after_ground, limit);
}

absl::Status WriteLapseMonths(sql::Session& session, std::span<const LapseMonthRow> rows) {
  return session.InsertMany(kWriteMonth, rows);
}

absl::StatusOr<std::vector<LapseMonthRow>> LapseMonthsAt(sql::Session& session,
                                                         std::span<const int64_t> member_ids,
                                                         int32_t month) {
  return session.Select(kMonthsAt, member_ids, month);
}

absl::StatusOr<std::vector<LapseMonthRow>> LapseMonthsOf(sql::Session& session, int64_t member_id,
                                                         LapseGround ground, int32_t limit) {
  return session.Select(kMonthsOf, member_id, ground, limit);
}

absl::StatusOr<std::optional<LapseRunRow>> LoadLapseRun(sql::Session& session, int32_t month) {
  return session.SelectOne(kRun, month);
}

absl::StatusOr<int32_t> LastFinishedRun(sql::Session& session) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<LapseRunRow> row, session.SelectOne(kLastFinished));
  return row ? row->month : 0;
}

absl::Status WriteLapseRun(sql::Session& session, const LapseRunRow& row) {
  return session.InsertMany(kWriteRun, std::span(&row, 1));
}

absl::Status InsertMemberTask(sql::Session& session, const MemberTaskRow& row) {
  return session.InsertMany(kInsertTask, std::span(&row, 1));
}

absl::StatusOr<MemberTaskRow> LockMemberTask(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<MemberTaskRow> row, session.SelectOne(kLockTask, id));
  if (!row) return MemberTaskNotFound(id);
  return *row;
}

absl::Status UpdateMemberTask(sql::Session& session, const MemberTaskRow& row) {
  return session.Execute(kUpdateTask, row.completed_on, row.cancelled_on, row.update_time, row.id)
      .status();
}

absl::StatusOr<std::vector<MemberTaskRow>> MemberTasksOf(sql::Session& session, int64_t member_id,
                                                         int64_t before_id, int32_t limit) {
  return session.Select(kTasksOf, member_id, before_id, limit);
}

absl::StatusOr<std::vector<MemberTaskRow>> MemberTasksBetween(sql::Session& session,
                                                              std::span<const int64_t> member_ids,
                                                              absl::CivilDay from,
                                                              absl::CivilDay to) {
  return session.Select(kTasksBetween, member_ids, to, from, from);
}

}  // namespace ronghe::membership

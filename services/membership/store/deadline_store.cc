#include "services/membership/store/deadline_store.h"

#include "common/base/clock.h"

namespace ronghe::membership {
namespace {

#define RONGHE_DEADLINE_COLUMNS                                                         \
  "id, code, subject_collection, subject_id, ordinal, organization_id, due_on, state, " \
  "met_on, rule_id, rule_set, source, stage, stage_on, create_time, update_time"

const sql::Command kSet(
    "deadline.set",
    "INSERT INTO deadline (" RONGHE_DEADLINE_COLUMNS
    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
    "organization_id = VALUES(organization_id), due_on = VALUES(due_on), "
    "state = VALUES(state), met_on = VALUES(met_on), rule_id = VALUES(rule_id), "
    "rule_set = VALUES(rule_set), source = VALUES(source), stage = VALUES(stage), "
    "stage_on = VALUES(stage_on), "
    "update_time = VALUES(update_time)");
const sql::Command kSetOnce(
    "deadline.set_once",
    "INSERT INTO deadline (" RONGHE_DEADLINE_COLUMNS
    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
    "stage = stage");
const sql::Command kMeet(
    "deadline.meet",
    "UPDATE deadline SET state = 2, met_on = ?, stage_on = ?, update_time = ? WHERE "
    "subject_collection = ? AND subject_id = ? AND code = ? AND state = 1");
const sql::Command kMeetRound(
    "deadline.meet_round",
    "UPDATE deadline SET state = 2, met_on = ?, stage_on = ?, update_time = ? WHERE "
    "subject_collection = ? AND subject_id = ? AND code = ? AND ordinal = ? AND state = 1");
const sql::Command kDrop("deadline.drop",
                         "UPDATE deadline SET state = 3, stage_on = ?, update_time = ? WHERE "
                         "subject_collection = ? AND subject_id = ? AND state = 1");
const sql::Query<DeadlineRow> kToLookAt(
    "deadline.to_look_at",
    "SELECT " RONGHE_DEADLINE_COLUMNS
    " FROM deadline WHERE stage_on <= ? AND (stage_on > ? OR (stage_on = ? AND id > ?)) "
    "ORDER BY stage_on, id LIMIT ? FOR UPDATE");
const sql::Command kSetStage("deadline.set_stage",
                             "UPDATE deadline SET stage = ?, stage_on = ? WHERE id = ?");
const sql::Query<DeadlineRow> kOpenOf(
    "deadline.open_of",
    "SELECT " RONGHE_DEADLINE_COLUMNS
    " FROM deadline WHERE organization_id = ? AND state = 1 AND (due_on > ? OR (due_on = ? AND "
    "id > ?)) ORDER BY due_on, id LIMIT ?");
const sql::Query<DeadlineRow> kOfSubject(
    "deadline.of_subject",
    "SELECT " RONGHE_DEADLINE_COLUMNS
    " FROM deadline WHERE subject_collection = ? AND subject_id = ? ORDER BY id LIMIT 200");

}  // namespace

DeadlineRow MakeDeadline(int64_t id, std::string_view code, const Subject& subject,
                         int64_t organization_id, absl::CivilDay due_on, const Rule& rule,
                         absl::Time now) {
  return {.id = id,
          .code = std::string(code),
          .subject_collection = subject.collection,
          .subject_id = subject.id,
          .organization_id = organization_id,
          .due_on = due_on,
          .rule_id = rule.id,
          .rule_set = rule.set,
          .source = rule.source,
          .stage_on = base::ShanghaiDay(now),
          .create_time = now,
          .update_time = now};
}

absl::Status SetDeadline(sql::Session& session, const DeadlineRow& row) {
  return SetDeadlines(session, std::span(&row, 1));
}

absl::Status SetDeadlines(sql::Session& session, std::span<const DeadlineRow> rows) {
  return session.InsertMany(kSet, rows);
}

absl::Status SetDeadlinesOnce(sql::Session& session, std::span<const DeadlineRow> rows) {
  return session.InsertMany(kSetOnce, rows);
}

absl::Status MeetDeadline(sql::Session& session, const Subject& subject, std::string_view code,
                          absl::CivilDay day, absl::Time now) {
  return session
      .Execute(kMeet, day, base::ShanghaiDay(now), now, subject.collection, subject.id, code)
      .status();
}

absl::Status MeetRound(sql::Session& session, const Subject& subject, std::string_view code,
                       int32_t ordinal, absl::CivilDay day, absl::Time now) {
  return session
      .Execute(kMeetRound, day, base::ShanghaiDay(now), now, subject.collection, subject.id, code,
               ordinal)
      .status();
}

absl::Status DropDeadlines(sql::Session& session, const Subject& subject, absl::Time now) {
  return session.Execute(kDrop, base::ShanghaiDay(now), now, subject.collection, subject.id)
      .status();
}

absl::StatusOr<std::vector<DeadlineRow>> LockDeadlinesToLookAt(sql::Session& session,
                                                               absl::CivilDay day,
                                                               absl::CivilDay after_day,
                                                               int64_t after_id, int32_t limit) {
  return session.Select(kToLookAt, day, after_day, after_day, after_id, limit);
}

absl::Status SetStage(sql::Session& session, const DeadlineRow& row) {
  return session.Execute(kSetStage, row.stage, row.stage_on, row.id).status();
}

absl::StatusOr<std::vector<DeadlineRow>> OpenDeadlinesOf(sql::Session& session,
                                                         int64_t organization_id,
                                                         absl::CivilDay after_due, int64_t after_id,
                                                         int32_t limit) {
  return session.Select(kOpenOf, organization_id, after_due, after_due, after_id, limit);
}

absl::StatusOr<std::vector<DeadlineRow>> DeadlinesOf(sql::Session& session,
                                                     const Subject& subject) {
  return session.Select(kOfSubject, subject.collection, subject.id);
}

}  // namespace ronghe::membership

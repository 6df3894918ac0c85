#include "services/membership/store/deadline_store.h"

namespace ronghe::membership {
namespace {

#define RONGHE_DEADLINE_COLUMNS                                                         \
  "id, code, subject_collection, subject_id, ordinal, organization_id, due_on, state, " \
  "met_on, rule_id, rule_set, source, create_time, update_time"

const sql::Command kSet(
    "deadline.set", "INSERT INTO deadline (" RONGHE_DEADLINE_COLUMNS
                    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
                    "organization_id = VALUES(organization_id), due_on = VALUES(due_on), "
                    "state = VALUES(state), met_on = VALUES(met_on), rule_id = VALUES(rule_id), "
                    "rule_set = VALUES(rule_set), source = VALUES(source), "
                    "update_time = VALUES(update_time)");
const sql::Command kMeet("deadline.meet",
                         "UPDATE deadline SET state = 2, met_on = ?, update_time = ? WHERE "
                         "subject_collection = ? AND subject_id = ? AND code = ? AND state = 1");
const sql::Command kDrop("deadline.drop",
                         "UPDATE deadline SET state = 3, update_time = ? WHERE "
                         "subject_collection = ? AND subject_id = ? AND state = 1");
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
          .create_time = now,
          .update_time = now};
}

absl::Status SetDeadline(sql::Session& session, const DeadlineRow& row) {
  return session
      .Execute(kSet, row.id, row.code, row.subject_collection, row.subject_id, row.ordinal,
               row.organization_id, row.due_on, row.state, row.met_on, row.rule_id, row.rule_set,
               row.source, row.create_time, row.update_time)
      .status();
}

absl::Status MeetDeadline(sql::Session& session, const Subject& subject, std::string_view code,
                          absl::CivilDay day, absl::Time now) {
  return session.Execute(kMeet, day, now, subject.collection, subject.id, code).status();
}

absl::Status DropDeadlines(sql::Session& session, const Subject& subject, absl::Time now) {
  return session.Execute(kDrop, now, subject.collection, subject.id).status();
}

absl::StatusOr<std::vector<DeadlineRow>> DeadlinesOf(sql::Session& session,
                                                     const Subject& subject) {
  return session.Select(kOfSubject, subject.collection, subject.id);
}

}  // namespace ronghe::membership

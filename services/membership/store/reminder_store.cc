#include "services/membership/store/reminder_store.h"

namespace ronghe::membership {
namespace {

const sql::Command kRaise(
    "reminder.raise",
    "INSERT INTO reminder (deadline_id, organization_id, code, due_on, stage, raise_time) VALUES "
    "(?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE due_on = VALUES(due_on), stage = VALUES(stage), "
    "raise_time = VALUES(raise_time)");
const sql::Command kDelete("reminder.delete", "DELETE FROM reminder WHERE deadline_id IN (?*)");
const sql::Query<InboxRow> kInbox(
    "reminder.inbox",
    "SELECT r.deadline_id, r.organization_id, r.code, r.due_on, r.stage, r.raise_time, "
    "d.subject_collection, d.subject_id, d.organization_id, d.rule_id, d.rule_set, d.source "
    "FROM reminder r JOIN deadline d ON d.id = r.deadline_id "
    "WHERE r.organization_id IN (?*) AND d.state = 1 AND "
    "(r.due_on > ? OR (r.due_on = ? AND r.deadline_id > ?)) "
    "ORDER BY r.due_on, r.deadline_id LIMIT ?");
const sql::Query<ReminderCount> kCount(
    "reminder.count",
    "SELECT r.organization_id, r.code, r.stage, COUNT(*) FROM reminder r "
    "JOIN deadline d ON d.id = r.deadline_id WHERE r.organization_id IN (?*) AND d.state = 1 "
    "GROUP BY r.organization_id, r.code, r.stage");

}  // namespace

absl::Status RaiseReminders(sql::Session& session, std::span<const ReminderRow> rows) {
  return session.InsertMany(kRaise, rows);
}

absl::Status DeleteReminders(sql::Session& session, std::span<const int64_t> deadline_ids) {
  return session.Execute(kDelete, deadline_ids).status();
}

absl::StatusOr<std::vector<InboxRow>> Inbox(sql::Session& session,
                                            std::span<const int64_t> organization_ids,
                                            absl::CivilDay after_due, int64_t after_id,
                                            int32_t limit) {
  return session.Select(kInbox, organization_ids, after_due, after_due, after_id, limit);
}

absl::StatusOr<std::vector<ReminderCount>> CountReminders(
    sql::Session& session, std::span<const int64_t> organization_ids) {
  return session.Select(kCount, organization_ids);
}

}  // namespace ronghe::membership

// Which SQL runs on reminder, the inboxes of the organizations?
//
// A row puts an open deadline before an organization: the one that must act, or one above it when
// it was escalated. Rows go when the deadline is met. Functions answer the errors of sql::Session
// besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_REMINDER_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_REMINDER_STORE_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/sql/session.h"

namespace ronghe::membership {

struct ReminderRow {
  int64_t deadline_id = 0;
  int64_t organization_id = 0;
  std::string code;
  absl::CivilDay due_on;
  int32_t stage = 0;  // of domain/reminder.h
  absl::Time raise_time;
};

// A reminder with what its deadline says.
struct InboxRow {
  int64_t deadline_id = 0;
  int64_t organization_id = 0;  // whose inbox
  std::string code;
  absl::CivilDay due_on;
  int32_t stage = 0;
  absl::Time raise_time;
  std::string subject_collection;
  int64_t subject_id = 0;
  int64_t acting_organization_id = 0;
  std::string rule_id;
  std::string rule_set;
  std::string source;
};

// How many reminders of a code and stage an organization has.
struct ReminderCount {
  int64_t organization_id = 0;
  std::string code;
  int32_t stage = 0;
  int64_t count = 0;
};

// Writes reminders; one of the same deadline and organization takes the new day and stage.
absl::Status RaiseReminders(sql::Session& session, std::span<const ReminderRow> rows);
// Deletes the reminders of deadlines. At most 256.
absl::Status DeleteReminders(sql::Session& session, std::span<const int64_t> deadline_ids);

// Up to `limit` reminders of some organizations (at most 256) after (`after_due`, `after_id`), by
// day and deadline.
absl::StatusOr<std::vector<InboxRow>> Inbox(sql::Session& session,
                                            std::span<const int64_t> organization_ids,
                                            absl::CivilDay after_due, int64_t after_id,
                                            int32_t limit);
absl::StatusOr<std::vector<ReminderCount>> CountReminders(
    sql::Session& session, std::span<const int64_t> organization_ids);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_REMINDER_STORE_H_

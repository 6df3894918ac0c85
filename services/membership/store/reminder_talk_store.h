// Which SQL runs on reminder_talk? Rows are only ever added.
//
// Functions answer the errors of sql::Session besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_REMINDER_TALK_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_REMINDER_TALK_STORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"

namespace ronghe::membership {

struct ReminderTalkRow {
  int64_t id = 0;
  int64_t member_id = 0;
  int64_t organization_id = 0;
  absl::CivilDay held_on;
  int32_t reason = 0;   // of ReminderReason
  std::string actions;  // of ReminderAction, "1,6"
  int64_t talker_id = 0;
  absl::Time create_time;
};

absl::Status InsertReminderTalk(sql::Session& session, const ReminderTalkRow& row);

// Errors: NOT_FOUND.
absl::StatusOr<ReminderTalkRow> LoadReminderTalk(sql::Session& session, int64_t id);

// Up to `limit` talks with a member before `before_id`, the newest first.
absl::StatusOr<std::vector<ReminderTalkRow>> ReminderTalksOf(sql::Session& session,
                                                             int64_t member_id, int64_t before_id,
                                                             int32_t limit);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_REMINDER_TALK_STORE_H_

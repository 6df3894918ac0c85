#include "services/membership/store/reminder_talk_store.h"

#include <optional>
#include <span>
#include <utility>

#include "common/base/status_macros.h"
#include "services/membership/domain/standing/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_TALK_COLUMNS \
  "id, member_id, organization_id, held_on, reason, actions, talker_id, create_time"

const sql::Command kInsert("reminder_talk.insert", "INSERT INTO reminder_talk (" RONGHE_TALK_COLUMNS
                                                   ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<ReminderTalkRow> kLoad("reminder_talk.load", "SELECT " RONGHE_TALK_COLUMNS
                                                              " FROM reminder_talk WHERE id = ?");
const sql::Query<ReminderTalkRow> kOfMember("reminder_talk.of_member",
                                            "SELECT " RONGHE_TALK_COLUMNS
                                            " FROM reminder_talk WHERE member_id = ? AND id < ? "
                                            "ORDER BY id DESC LIMIT ?");

}  // namespace

absl::Status InsertReminderTalk(sql::Session& session, const ReminderTalkRow& row) {
  return session.InsertMany(kInsert, std::span(&row, 1));
}

absl::StatusOr<ReminderTalkRow> LoadReminderTalk(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<ReminderTalkRow> row, session.SelectOne(kLoad, id));
  if (!row) return ReminderTalkNotFound(id);
  return *std::move(row);
}

absl::StatusOr<std::vector<ReminderTalkRow>> ReminderTalksOf(sql::Session& session,
                                                             int64_t member_id, int64_t before_id,
                                                             int32_t limit) {
  return session.Select(kOfMember, member_id, before_id, limit);
}

}  // namespace ronghe::membership

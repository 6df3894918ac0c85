// Which SQL runs on deadline: what must be done by when, by which organization, under which rule?
//
// A case sets its deadlines in the transaction of the step that starts them, and meets or drops
// them in the one that ends them; the inbox (reminders) reads nothing else. Codes are those of the
// deadline catalogue (11.3); `ordinal` tells the rounds of a recurring one apart. Functions answer
// the errors of sql::Session besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_DEADLINE_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_DEADLINE_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/domain/subject.h"

namespace ronghe::membership {

enum class DeadlineState : int32_t { kOpen = 1, kMet = 2, kDropped = 3 };

struct DeadlineRow {
  int64_t id = 0;
  std::string code;  // "DL-06"
  std::string subject_collection;
  int64_t subject_id = 0;
  int32_t ordinal = 0;
  int64_t organization_id = 0;  // who must act
  absl::CivilDay due_on;
  DeadlineState state = DeadlineState::kOpen;
  std::optional<absl::CivilDay> met_on;
  std::string rule_id;
  std::string rule_set;
  std::string source;
  int32_t stage = 0;        // the last reminder that was raised; 0: none
  absl::CivilDay stage_on;  // when the reminder job looks at it next
  absl::Time create_time;
  absl::Time update_time;
};

// An open deadline of `subject` under `rule`; the caller gives it its id.
DeadlineRow MakeDeadline(int64_t id, std::string_view code, const Subject& subject,
                         int64_t organization_id, absl::CivilDay due_on, const Rule& rule,
                         absl::Time now);

// Sets a deadline; one of the same subject, code and ordinal is moved to the new day, organization
// and rule and is open again.
absl::Status SetDeadline(sql::Session& session, const DeadlineRow& row);
absl::Status SetDeadlines(sql::Session& session, std::span<const DeadlineRow> rows);

// Sets deadlines unless there is one of the same subject, code and ordinal, in whatever state.
absl::Status SetDeadlinesOnce(sql::Session& session, std::span<const DeadlineRow> rows);

// Marks the open deadlines of a code (all ordinals) as met on `day`, whether in time or late.
absl::Status MeetDeadline(sql::Session& session, const Subject& subject, std::string_view code,
                          absl::CivilDay day, absl::Time now);

// The same for one round of a recurring one, and no other.
absl::Status MeetRound(sql::Session& session, const Subject& subject, std::string_view code,
                       int32_t ordinal, absl::CivilDay day, absl::Time now);

// Drops all open deadlines of a subject: it ended otherwise.
absl::Status DropDeadlines(sql::Session& session, const Subject& subject, absl::Time now);

// Up to `limit` deadlines, in any state, that the reminder job should have looked at by `day`,
// after
// (`after_day`, `after_id`), by the day and id. Locks them.
absl::StatusOr<std::vector<DeadlineRow>> LockDeadlinesToLookAt(sql::Session& session,
                                                               absl::CivilDay day,
                                                               absl::CivilDay after_day,
                                                               int64_t after_id, int32_t limit);
// Writes the stage of a deadline and when to look at it next.
absl::Status SetStage(sql::Session& session, const DeadlineRow& row);

// Up to `limit` open deadlines of an organization after (`after_due`, `after_id`), by day and id.
absl::StatusOr<std::vector<DeadlineRow>> OpenDeadlinesOf(sql::Session& session,
                                                         int64_t organization_id,
                                                         absl::CivilDay after_due, int64_t after_id,
                                                         int32_t limit);

// All deadlines of a subject, by id. At most 200.
absl::StatusOr<std::vector<DeadlineRow>> DeadlinesOf(sql::Session& session, const Subject& subject);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_DEADLINE_STORE_H_

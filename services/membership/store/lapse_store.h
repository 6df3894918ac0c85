// Which SQL runs on lapse_counter, lapse_month, lapse_run and member_task?
//
// The monthly job writes counters and months a batch of members at a time, with its position in
// lapse_run, in one transaction. Functions answer the errors of sql::Session besides what they
// document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_LAPSE_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_LAPSE_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/codes.h"
#include "services/membership/domain/standing/lapse.h"

namespace ronghe::membership {

struct LapseCounterRow {
  int64_t member_id = 0;
  LapseGround ground = LapseGround::kAttendance;
  int64_t organization_id = 0;
  int32_t months = 0;
  int32_t last_reset_month = 0;  // 202611; 0: never
  int32_t counted_month = 0;
  LapseState state = LapseState::kCounting;
  int64_t case_id = 0;  // the case that it opened; 0: none
  absl::Time update_time;
};

struct LapseMonthRow {
  int64_t member_id = 0;
  LapseGround ground = LapseGround::kAttendance;
  int32_t month = 0;
  LapseVerdict verdict = LapseVerdict::kNothingDue;
  int32_t run = 0;
};

struct LapseRunRow {
  int32_t month = 0;
  int64_t after_member_id = 0;
  bool finished = false;
  absl::Time update_time;
};

struct MemberTaskRow {
  int64_t id = 0;
  int64_t member_id = 0;
  int64_t organization_id = 0;
  int32_t kind = 0;  // of MemberTaskKind
  absl::CivilDay assigned_on;
  absl::CivilDay due_on;
  std::optional<absl::CivilDay> completed_on;
  std::optional<absl::CivilDay> cancelled_on;
  absl::Time create_time;
  absl::Time update_time;
};

// A member whom the job counts.
struct CountedMember {
  int64_t id = 0;
  int64_t organization_id = 0;
  Category category = Category::kFull;
};

// Up to `limit` members of normal standing after `after_id`, by id.
absl::StatusOr<std::vector<CountedMember>> CountedMembers(sql::Session& session, int64_t after_id,
                                                          int32_t limit);

// The organizations to which members belonged on some day of [from, to), by member. At most 256
// ids.
absl::StatusOr<std::vector<CountedMember>> PlacesBetween(sql::Session& session,
                                                         std::span<const int64_t> member_ids,
                                                         absl::CivilDay from, absl::CivilDay to);

// Inserts counters or writes them anew.
absl::Status WriteLapseCounters(sql::Session& session, std::span<const LapseCounterRow> rows);
// The counters of members, by member and ground. At most 256 ids.
absl::StatusOr<std::vector<LapseCounterRow>> LapseCountersOf(sql::Session& session,
                                                             std::span<const int64_t> member_ids);
// Up to `limit` counters of present members of branches (at most 256) that have reached the first
// warning, after (`after_member`, `after_ground`), by member and ground; `ground` 0: any.
absl::StatusOr<std::vector<LapseCounterRow>> WarnedCounters(
    sql::Session& session, std::span<const int64_t> organization_ids, int32_t ground,
    int64_t after_member, int32_t after_ground, int32_t limit);

// Inserts months or writes them anew.
absl::Status WriteLapseMonths(sql::Session& session, std::span<const LapseMonthRow> rows);
// The run of each counter after `month`. At most 256 ids.
absl::StatusOr<std::vector<LapseMonthRow>> LapseMonthsAt(sql::Session& session,
                                                         std::span<const int64_t> member_ids,
                                                         int32_t month);
// The months of a counter, the newest first.
absl::StatusOr<std::vector<LapseMonthRow>> LapseMonthsOf(sql::Session& session, int64_t member_id,
                                                         LapseGround ground, int32_t limit);

// How far the run of a month has come; nothing when it has not begun.
absl::StatusOr<std::optional<LapseRunRow>> LoadLapseRun(sql::Session& session, int32_t month);
// The last month that was counted to the end; 0 when none was.
absl::StatusOr<int32_t> LastFinishedRun(sql::Session& session);
absl::Status WriteLapseRun(sql::Session& session, const LapseRunRow& row);

absl::Status InsertMemberTask(sql::Session& session, const MemberTaskRow& row);
// Locks one for change.
//
// Errors: NOT_FOUND.
absl::StatusOr<MemberTaskRow> LockMemberTask(sql::Session& session, int64_t id);
// Writes the end of it.
absl::Status UpdateMemberTask(sql::Session& session, const MemberTaskRow& row);
// Up to `limit` tasks of a member before `before_id`, the newest first.
absl::StatusOr<std::vector<MemberTaskRow>> MemberTasksOf(sql::Session& session, int64_t member_id,
                                                         int64_t before_id, int32_t limit);
// The tasks of members that were open on some day of [from, to) or completed in it, by member. At
// most 256 ids.
absl::StatusOr<std::vector<MemberTaskRow>> MemberTasksBetween(sql::Session& session,
                                                              std::span<const int64_t> member_ids,
                                                              absl::CivilDay from,
                                                              absl::CivilDay to);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_LAPSE_STORE_H_

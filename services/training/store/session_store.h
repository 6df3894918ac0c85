// How are sessions and attendances stored?
#ifndef RONGHE_SERVICES_TRAINING_STORE_SESSION_STORE_H_
#define RONGHE_SERVICES_TRAINING_STORE_SESSION_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/sql/session.h"
#include "services/training/domain/session.h"

namespace ronghe::training {

struct AttendanceRow {
  int64_t session_id;
  int64_t member_id;
  AttendanceState state;
  int64_t organization_id;  // the member's on the session's last day
  bool credited;
  absl::Time updated;
};

// Which sessions of an organiser: first day in [from, to), form if not empty, and, with `before`,
// only those after that (first day, id) in the descending order of the list.
struct SessionFilter {
  int64_t organization_id = 0;
  absl::CivilDay from;
  absl::CivilDay to;
  std::string form;
  std::optional<std::pair<absl::CivilDay, int64_t>> before;
};

// All answer the errors of sql::Session.

absl::Status InsertSession(sql::Session& session, const Session& training);
// Writes every field but id, organization and created; replaces the days.
absl::Status UpdateSession(sql::Session& session, const Session& training, bool days_changed);
absl::StatusOr<std::optional<Session>> LoadSession(sql::Session& session, int64_t id);
// The same under a row lock.
absl::StatusOr<std::optional<Session>> LockSession(sql::Session& session, int64_t id);
// Latest first day first.
absl::StatusOr<std::vector<Session>> ListSessions(sql::Session& session,
                                                  const SessionFilter& filter, int32_t limit);
// Several sessions by id, at most 256, in id order.
absl::StatusOr<std::vector<Session>> SessionsByIds(sql::Session& session,
                                                   std::span<const int64_t> ids);

// The attendances of these members at a session, any number.
absl::StatusOr<std::vector<AttendanceRow>> AttendancesOf(sql::Session& session, int64_t session_id,
                                                         std::span<const int64_t> members);
// At most `limit` attendances after a member.
absl::StatusOr<std::vector<AttendanceRow>> ListAttendances(sql::Session& session,
                                                           int64_t session_id, int64_t after_member,
                                                           int32_t limit);
// Those present whose hours are not credited yet, by member.
absl::StatusOr<std::vector<AttendanceRow>> UncreditedPresent(sql::Session& session,
                                                             int64_t session_id);
// Inserts or replaces state, organization and credited.
absl::Status SaveAttendances(sql::Session& session, const std::vector<AttendanceRow>& rows);

struct AttendanceCounts {
  int64_t enrolled;
  int64_t present;
  int64_t credited;
};
absl::StatusOr<AttendanceCounts> CountAttendances(sql::Session& session, int64_t session_id);

}  // namespace ronghe::training

#endif  // RONGHE_SERVICES_TRAINING_STORE_SESSION_STORE_H_

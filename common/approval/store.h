// Where is it kept who asked for a second person's agreement, and what that person said?
//
// A row is open while the same call must not ask again: while it waits, while it is approved and
// not carried out yet, and, once refused, until it expires. The open key, an image of requester,
// method and request, is unique, so that callers that come together share one row. Functions answer
// the errors of sql::Session besides what they document.
#ifndef RONGHE_COMMON_APPROVAL_STORE_H_
#define RONGHE_COMMON_APPROVAL_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"

namespace ronghe::approval {

// What a row says; the numbers are those of v1::ApprovalState.
enum class State : int32_t {
  kPending = 1,
  kApproved = 2,
  kRejected = 3,
  kUsed = 4,
  // Never stored: pending or approved, past its time.
  kExpired = 5,
};

struct Row {
  int64_t id = 0;
  std::string subject;
  std::string on_behalf_of;
  std::string method;
  int64_t organization_id = 0;  // 0: all
  std::string resource;
  std::string purpose;
  std::string request;  // JSON
  State state = State::kPending;
  absl::Time create_time;
  absl::Time expire_time;
  std::string decided_by;
  std::string decided_on_behalf_of;
  std::string reason;
  std::optional<absl::Time> decide_time;
  std::optional<absl::Time> use_time;

  // The stored state, or kExpired.
  State StateAt(absl::Time now) const;
};

// Inserts a pending row under the open key.
//
// Errors: ALREADY_EXISTS while a row is open under the key.
absl::Status Insert(sql::Session& session, const Row& row, std::string_view open_key);

// The row that is open under the key.
absl::StatusOr<std::optional<Row>> FindOpen(sql::Session& session, std::string_view open_key);
// The same, locked until the end of the transaction.
absl::StatusOr<std::optional<Row>> LockOpen(sql::Session& session, std::string_view open_key);

// Closes an open row as it stands, so that the same call may ask again.
absl::Status Close(sql::Session& session, int64_t id);
// Marks an approved row as carried out and closes it.
absl::Status MarkUsed(sql::Session& session, int64_t id, absl::Time now);

absl::StatusOr<std::optional<Row>> Load(sql::Session& session, int64_t id);
// The same, locked until the end of the transaction.
absl::StatusOr<std::optional<Row>> Lock(sql::Session& session, int64_t id);
// Writes state and decision of a row.
absl::Status Decide(sql::Session& session, const Row& row);

// Up to `limit` rows below `before_id` that are in `state` at `now` (in any without one), the
// newest first.
absl::StatusOr<std::vector<Row>> List(sql::Session& session, std::optional<State> state,
                                      absl::Time now, int64_t before_id, int32_t limit);

}  // namespace ronghe::approval

#endif  // RONGHE_COMMON_APPROVAL_STORE_H_

// Which SQL does the event feed run?
#ifndef RONGHE_COMMON_EVENT_EVENT_STORE_H_
#define RONGHE_COMMON_EVENT_EVENT_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"

namespace ronghe::event {

// A published event. `payload` is a serialized v1::Event with data, changed_fields and trace_id.
struct EventRow {
  int64_t id;
  std::optional<int64_t> sequence;
  absl::Time time;
  std::string type;
  std::string subject;
  int64_t organization_id;
  sql::Bytes payload;
};

struct PositionRow {
  int64_t last_sequence;
  std::string resume_token;
  absl::Time updated;
  std::string source;  // key of the consumer
};

// Events that wait for their number.
struct OutboxRow {
  int64_t waiting;  // kMostWaiting at most
  std::optional<absl::Time> oldest;
};
inline constexpr int32_t kMostWaiting = 10'000;

// All answer the errors of sql::Session.

// Ids of at most `limit` committed events without a sequence, oldest first.
absl::StatusOr<std::vector<int64_t>> UnnumberedEvents(sql::Session& session, int32_t limit);

// Locks the head row, making it on first use, and answers the last sequence given.
absl::StatusOr<int64_t> LockHead(sql::Session& session);

// Gives ids[i] the sequence last + 1 + i and moves the head to the last of them.
absl::Status NumberEvents(sql::Session& session, int64_t last, std::span<const int64_t> ids);

// The last sequence given; 0 before the first.
absl::StatusOr<int64_t> ReadHead(sql::Session& session);

// How many committed events have no number yet.
absl::StatusOr<OutboxRow> ReadOutbox(sql::Session& session);

// At most `limit` events after `sequence`, in order.
absl::StatusOr<std::vector<EventRow>> EventsAfter(sql::Session& session, int64_t sequence,
                                                  int32_t limit);

// The stored position of the consumer of `source`; nothing before the first.
absl::StatusOr<std::optional<PositionRow>> ReadPosition(sql::Session& session,
                                                        std::string_view source);

// Those of all consumers of the schema.
absl::StatusOr<std::vector<PositionRow>> ReadPositions(sql::Session& session);

// The same as ReadPosition under a row lock, making the row on first use.
absl::StatusOr<PositionRow> LockPosition(sql::Session& session, std::string_view source,
                                         absl::Time now);

absl::Status SavePosition(sql::Session& session, std::string_view source, int64_t last_sequence,
                          std::string_view resume_token, absl::Time now);

// Saves a token that moved past events of other types only; does nothing when another replica has
// moved on from `last_sequence`.
absl::Status SaveToken(sql::Session& session, std::string_view source, int64_t last_sequence,
                       std::string_view resume_token, absl::Time now);

}  // namespace ronghe::event

#endif  // RONGHE_COMMON_EVENT_EVENT_STORE_H_

#include "common/event/event_store.h"

#include "common/base/status_macros.h"
#include "common/sql/statement.h"

namespace ronghe::event {
namespace {

struct IdRow {
  int64_t id;
};

struct HeadRow {
  int64_t last_sequence;
};

struct NumberRow {
  int64_t id;
  int64_t sequence;
};

// The index is named: asked for the first in id order, MariaDB would walk all numbered events
// before them.
const sql::Query<IdRow> kUnnumbered("event.unnumbered",
                                    "SELECT id FROM event FORCE INDEX (event_by_sequence) "
                                    "WHERE sequence IS NULL ORDER BY id LIMIT ?");
const sql::Command kMakeHead("event_head.make",
                             "INSERT INTO event_head (id, last_sequence) VALUES (1, 0) "
                             "ON DUPLICATE KEY UPDATE id = id");
const sql::Query<HeadRow> kLockHead("event_head.lock",
                                    "SELECT last_sequence FROM event_head WHERE id = 1 FOR UPDATE");
const sql::Query<HeadRow> kReadHead("event_head.read",
                                    "SELECT last_sequence FROM event_head WHERE id = 1");
const sql::Command kMoveHead("event_head.move",
                             "UPDATE event_head SET last_sequence = ? WHERE id = 1");
// An upsert of rows that are known to exist: the only portable way to give many rows different
// values in one statement.
const sql::Command kNumber("event.number",
                           "INSERT INTO event (id, sequence) VALUES (?, ?) "
                           "ON DUPLICATE KEY UPDATE sequence = VALUES(sequence)");
const sql::Query<EventRow> kAfter("event.after",
                                  "SELECT id, sequence, time, type, subject, organization_id, "
                                  "payload FROM event WHERE sequence > ? "
                                  "ORDER BY sequence LIMIT ?");
const sql::Query<OutboxRow> kOutbox("event.outbox",
                                    "SELECT COUNT(*), MIN(time) FROM (SELECT time FROM event "
                                    "FORCE INDEX (event_by_sequence) WHERE sequence IS NULL "
                                    "LIMIT ?) AS waiting");
const sql::Query<PositionRow> kReadPosition("consumer_position.read",
                                            "SELECT last_sequence, resume_token, updated, source "
                                            "FROM consumer_position WHERE source = ?");
const sql::Query<PositionRow> kPositions("consumer_position.all",
                                         "SELECT last_sequence, resume_token, updated, source "
                                         "FROM consumer_position ORDER BY source");
const sql::Query<PositionRow> kLockPosition("consumer_position.lock",
                                            "SELECT last_sequence, resume_token, updated, source "
                                            "FROM consumer_position WHERE source = ? FOR UPDATE");
const sql::Command kMakePosition("consumer_position.make",
                                 "INSERT INTO consumer_position "
                                 "(source, last_sequence, resume_token, updated) "
                                 "VALUES (?, 0, '', ?) ON DUPLICATE KEY UPDATE source = source");
const sql::Command kSavePosition("consumer_position.save",
                                 "UPDATE consumer_position SET last_sequence = ?, "
                                 "resume_token = ?, updated = ? WHERE source = ?");
const sql::Command kSaveToken("consumer_position.save_token",
                              "UPDATE consumer_position SET resume_token = ?, updated = ? "
                              "WHERE source = ? AND last_sequence = ?");

}  // namespace

absl::StatusOr<std::vector<int64_t>> UnnumberedEvents(sql::Session& session, int32_t limit) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<IdRow> rows, session.Select(kUnnumbered, limit));
  std::vector<int64_t> ids;
  ids.reserve(rows.size());
  for (const IdRow& row : rows) ids.push_back(row.id);
  return ids;
}

absl::StatusOr<int64_t> LockHead(sql::Session& session) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<HeadRow> row, session.SelectOne(kLockHead));
  if (!row.has_value()) {
    RONGHE_RETURN_IF_ERROR(session.Execute(kMakeHead).status());
    RONGHE_ASSIGN_OR_RETURN(row, session.SelectOne(kLockHead));
    if (!row.has_value()) return absl::InternalError("event_head row is missing");
  }
  return row->last_sequence;
}

absl::Status NumberEvents(sql::Session& session, int64_t last, std::span<const int64_t> ids) {
  std::vector<NumberRow> rows;
  rows.reserve(ids.size());
  for (const int64_t id : ids) rows.push_back({.id = id, .sequence = ++last});
  RONGHE_RETURN_IF_ERROR(session.InsertMany(kNumber, rows));
  return session.Execute(kMoveHead, last).status();
}

absl::StatusOr<int64_t> ReadHead(sql::Session& session) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<HeadRow> row, session.SelectOne(kReadHead));
  return row.has_value() ? row->last_sequence : 0;
}

absl::StatusOr<OutboxRow> ReadOutbox(sql::Session& session) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<OutboxRow> row,
                          session.SelectOne(kOutbox, kMostWaiting));
  return row.value_or(OutboxRow{});
}

absl::StatusOr<std::vector<EventRow>> EventsAfter(sql::Session& session, int64_t sequence,
                                                  int32_t limit) {
  return session.Select(kAfter, sequence, limit);
}

absl::StatusOr<std::optional<PositionRow>> ReadPosition(sql::Session& session,
                                                        std::string_view source) {
  return session.SelectOne(kReadPosition, source);
}

absl::StatusOr<std::vector<PositionRow>> ReadPositions(sql::Session& session) {
  return session.Select(kPositions);
}

absl::StatusOr<PositionRow> LockPosition(sql::Session& session, std::string_view source,
                                         absl::Time now) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<PositionRow> row, session.SelectOne(kLockPosition, source));
  if (!row.has_value()) {
    RONGHE_RETURN_IF_ERROR(session.Execute(kMakePosition, source, now).status());
    RONGHE_ASSIGN_OR_RETURN(row, session.SelectOne(kLockPosition, source));
    if (!row.has_value()) return absl::InternalError("consumer_position row is missing");
  }
  return *std::move(row);
}

absl::Status SavePosition(sql::Session& session, std::string_view source, int64_t last_sequence,
                          std::string_view resume_token, absl::Time now) {
  return session.Execute(kSavePosition, last_sequence, resume_token, now, source).status();
}

absl::Status SaveToken(sql::Session& session, std::string_view source, int64_t last_sequence,
                       std::string_view resume_token, absl::Time now) {
  return session.Execute(kSaveToken, resume_token, now, source, last_sequence).status();
}

}  // namespace ronghe::event

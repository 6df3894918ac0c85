#include "common/approval/store.h"

#include "absl/time/civil_time.h"
#include "common/base/status_macros.h"
#include "common/sql/statement.h"

namespace ronghe::approval {
namespace {

#define RONGHE_APPROVAL_COLUMNS                                                             \
  "id, subject, on_behalf_of, method, organization_id, resource, purpose, request, state, " \
  "create_time, expire_time, decided_by, decided_on_behalf_of, reason, decide_time, use_time "

const sql::Command kInsert(
    "approval.insert",
    "INSERT INTO approval (id, open_key, subject, on_behalf_of, method, organization_id, resource, "
    "purpose, request, state, create_time, expire_time, decided_by, decided_on_behalf_of, reason) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, '', '', '')");
const sql::Query<Row> kFindOpen("approval.find_open", "SELECT " RONGHE_APPROVAL_COLUMNS
                                                      "FROM approval WHERE open_key = ?");
const sql::Query<Row> kLockOpen("approval.lock_open",
                                "SELECT " RONGHE_APPROVAL_COLUMNS
                                "FROM approval WHERE open_key = ? FOR UPDATE");
const sql::Command kClose("approval.close", "UPDATE approval SET open_key = NULL WHERE id = ?");
const sql::Command kUse(
    "approval.use",
    "UPDATE approval SET state = 4, use_time = ?, open_key = NULL WHERE id = ? AND state = 2");
const sql::Query<Row> kLoad("approval.load",
                            "SELECT " RONGHE_APPROVAL_COLUMNS "FROM approval WHERE id = ?");
const sql::Query<Row> kLock("approval.lock", "SELECT " RONGHE_APPROVAL_COLUMNS
                                             "FROM approval WHERE id = ? FOR UPDATE");
const sql::Command kDecide("approval.decide",
                           "UPDATE approval SET state = ?, decided_by = ?, decided_on_behalf_of = "
                           "?, reason = ?, decide_time = ? WHERE id = ? AND state = 1");
const sql::Query<Row> kList("approval.list",
                            "SELECT " RONGHE_APPROVAL_COLUMNS
                            "FROM approval WHERE state >= ? AND state <= ? AND expire_time > ? AND "
                            "expire_time <= ? AND id < ? ORDER BY id DESC LIMIT ?");

// Which rows a filter by state lets pass.
struct Bounds {
  State first = State::kPending;
  State last = State::kUsed;
  absl::Time expire_after = absl::UnixEpoch();
  absl::Time expire_until = absl::FromCivil(absl::CivilDay(9999, 1, 1), absl::UTCTimeZone());
};

Bounds BoundsOf(std::optional<State> state, absl::Time now) {
  Bounds bounds;
  if (!state.has_value()) return bounds;
  bounds.first = *state;
  bounds.last = *state;
  if (*state == State::kPending || *state == State::kApproved) bounds.expire_after = now;
  if (*state == State::kExpired) {
    bounds.first = State::kPending;
    bounds.last = State::kApproved;
    bounds.expire_until = now;
  }
  return bounds;
}

}  // namespace

State Row::StateAt(absl::Time now) const {
  const bool may_expire = state == State::kPending || state == State::kApproved;
  return may_expire && now >= expire_time ? State::kExpired : state;
}

absl::Status Insert(sql::Session& session, const Row& row, std::string_view open_key) {
  return session
      .Execute(kInsert, row.id, sql::Bytes(open_key), row.subject, row.on_behalf_of, row.method,
               row.organization_id, row.resource, row.purpose, row.request, row.create_time,
               row.expire_time)
      .status();
}

absl::StatusOr<std::optional<Row>> FindOpen(sql::Session& session, std::string_view open_key) {
  return session.SelectOne(kFindOpen, sql::Bytes(open_key));
}

absl::StatusOr<std::optional<Row>> LockOpen(sql::Session& session, std::string_view open_key) {
  return session.SelectOne(kLockOpen, sql::Bytes(open_key));
}

absl::Status Close(sql::Session& session, int64_t id) {
  return session.Execute(kClose, id).status();
}

absl::Status MarkUsed(sql::Session& session, int64_t id, absl::Time now) {
  return session.Execute(kUse, now, id).status();
}

absl::StatusOr<std::optional<Row>> Load(sql::Session& session, int64_t id) {
  return session.SelectOne(kLoad, id);
}

absl::StatusOr<std::optional<Row>> Lock(sql::Session& session, int64_t id) {
  return session.SelectOne(kLock, id);
}

absl::Status Decide(sql::Session& session, const Row& row) {
  return session
      .Execute(kDecide, row.state, row.decided_by, row.decided_on_behalf_of, row.reason,
               row.decide_time, row.id)
      .status();
}

absl::StatusOr<std::vector<Row>> List(sql::Session& session, std::optional<State> state,
                                      absl::Time now, int64_t before_id, int32_t limit) {
  const Bounds bounds = BoundsOf(state, now);
  return session.Select(kList, bounds.first, bounds.last, bounds.expire_after, bounds.expire_until,
                        before_id, limit);
}

}  // namespace ronghe::approval

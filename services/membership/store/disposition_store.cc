#include "services/membership/store/disposition_store.h"

#include <utility>

#include "common/base/status_macros.h"
#include "common/sql/error.h"
#include "services/membership/domain/standing/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_DISPOSITION_COLUMNS                                                         \
  "id, member_id, organization_id, kind, ground, origin, lapse_ground, important, state, " \
  "opened_on, investigated_on, talked_on, decided_on, approved_on, told_on, ended_on, "    \
  "outcome, measure, measure_months, correction_months, correction_until, "                \
  "correction_result, motion, approver_id, organ, approval_motion, close_reason, "         \
  "open_member_id, etag, create_time, update_time"

const sql::Command kInsert("disposition_case.insert",
                           "INSERT INTO disposition_case (" RONGHE_DISPOSITION_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                           "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<DispositionRow> kLock("disposition_case.lock",
                                       "SELECT " RONGHE_DISPOSITION_COLUMNS
                                       " FROM disposition_case WHERE id = ? FOR UPDATE");
const sql::Query<DispositionRow> kLoad("disposition_case.load",
                                       "SELECT " RONGHE_DISPOSITION_COLUMNS
                                       " FROM disposition_case WHERE id = ?");
const sql::Command kUpdate(
    "disposition_case.update",
    "UPDATE disposition_case SET state = ?, investigated_on = ?, talked_on = ?, decided_on = ?, "
    "approved_on = ?, told_on = ?, ended_on = ?, outcome = ?, measure = ?, measure_months = ?, "
    "correction_months = ?, correction_until = ?, correction_result = ?, motion = ?, "
    "approver_id = ?, organ = ?, approval_motion = ?, close_reason = ?, open_member_id = ?, "
    "etag = ?, update_time = ? WHERE id = ?");
const sql::Query<OpenCase> kOpen(
    "disposition_case.open",
    "SELECT member_id, id FROM disposition_case WHERE open_member_id IN (?*) ORDER BY member_id");
const sql::Query<DispositionRow> kIn(
    "disposition_case.in_organizations",
    "SELECT " RONGHE_DISPOSITION_COLUMNS
    " FROM disposition_case WHERE organization_id IN (?*) AND id > ? ORDER BY id LIMIT ?");
const sql::Query<DispositionRow> kInState(
    "disposition_case.in_state",
    "SELECT " RONGHE_DISPOSITION_COLUMNS
    " FROM disposition_case WHERE organization_id IN (?*) AND state = ? AND id > ? ORDER BY id "
    "LIMIT ?");

}  // namespace

absl::Status InsertDisposition(sql::Session& session, const DispositionRow& row) {
  absl::Status status = session.InsertMany(kInsert, std::span(&row, 1));
  if (status.code() == absl::StatusCode::kAlreadyExists &&
      sql::ViolatedKey(status) == "disposition_case_by_open_member") {
    return DispositionOpen();
  }
  return status;
}

absl::StatusOr<DispositionRow> LockDisposition(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<DispositionRow> row, session.SelectOne(kLock, id));
  if (!row) return DispositionNotFound(id);
  return *std::move(row);
}

absl::StatusOr<DispositionRow> LoadDisposition(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<DispositionRow> row, session.SelectOne(kLoad, id));
  if (!row) return DispositionNotFound(id);
  return *std::move(row);
}

absl::Status UpdateDisposition(sql::Session& session, const DispositionRow& row) {
  return session
      .Execute(kUpdate, row.state, row.investigated_on, row.talked_on, row.decided_on,
               row.approved_on, row.told_on, row.ended_on, row.outcome, row.measure,
               row.measure_months, row.correction_months, row.correction_until,
               row.correction_result, row.motion, row.approver_id, row.organ, row.approval_motion,
               row.close_reason, row.open_member_id, row.etag, row.update_time, row.id)
      .status();
}

absl::StatusOr<std::vector<OpenCase>> OpenDispositions(sql::Session& session,
                                                       std::span<const int64_t> member_ids) {
  return session.Select(kOpen, member_ids);
}

absl::StatusOr<std::vector<DispositionRow>> DispositionsIn(
    sql::Session& session, std::span<const int64_t> organization_ids, int32_t state,
    int64_t after_id, int32_t limit) {
  if (state == 0) return session.Select(kIn, organization_ids, after_id, limit);
  return session.Select(kInState, organization_ids, state, after_id, limit);
}

}  // namespace ronghe::membership

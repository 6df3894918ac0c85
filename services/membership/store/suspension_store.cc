#include "services/membership/store/suspension_store.h"

#include <utility>

#include "common/base/status_macros.h"
#include "common/sql/error.h"
#include "services/membership/domain/standing/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_SUSPENSION_COLUMNS                                                         \
  "id, member_id, organization_id, ground, state, overlay_id, settled, last_contact_on, " \
  "opened_on, first_attempt_on, last_attempt_on, attempt_count, stop_proposed_on, "       \
  "stopped_on, stopped_by_id, found_on, restored_by_id, removal_proposed_on, "            \
  "removed_by_id, motion, ended_on, open_member_id, etag, create_time, update_time"

const sql::Command kInsert("suspension_case.insert",
                           "INSERT INTO suspension_case (" RONGHE_SUSPENSION_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                           "?, ?, ?, ?, ?)");
const sql::Query<SuspensionRow> kLock("suspension_case.lock",
                                      "SELECT " RONGHE_SUSPENSION_COLUMNS
                                      " FROM suspension_case WHERE id = ? FOR UPDATE");
const sql::Query<SuspensionRow> kLoad("suspension_case.load", "SELECT " RONGHE_SUSPENSION_COLUMNS
                                                              " FROM suspension_case WHERE id = ?");
const sql::Command kUpdate(
    "suspension_case.update",
    "UPDATE suspension_case SET state = ?, first_attempt_on = ?, last_attempt_on = ?, "
    "attempt_count = ?, stop_proposed_on = ?, stopped_on = ?, stopped_by_id = ?, found_on = ?, "
    "restored_by_id = ?, removal_proposed_on = ?, removed_by_id = ?, motion = ?, ended_on = ?, "
    "open_member_id = ?, etag = ?, update_time = ? WHERE id = ?");
const sql::Query<SuspensionRow> kIn(
    "suspension_case.in_organizations",
    "SELECT " RONGHE_SUSPENSION_COLUMNS
    " FROM suspension_case WHERE organization_id IN (?*) AND id > ? ORDER BY id LIMIT ?");
const sql::Query<SuspensionRow> kInState(
    "suspension_case.in_state",
    "SELECT " RONGHE_SUSPENSION_COLUMNS
    " FROM suspension_case WHERE organization_id IN (?*) AND state = ? AND id > ? ORDER BY id "
    "LIMIT ?");

#define RONGHE_ATTEMPT_COLUMNS "id, suspension_case_id, day, method, create_time"
const sql::Command kInsertAttempt("contact_attempt.insert",
                                  "INSERT INTO contact_attempt (" RONGHE_ATTEMPT_COLUMNS
                                  ") VALUES (?, ?, ?, ?, ?)");
const sql::Query<ContactAttemptRow> kAttempts(
    "contact_attempt.of_case",
    "SELECT " RONGHE_ATTEMPT_COLUMNS
    " FROM contact_attempt WHERE suspension_case_id = ? ORDER BY id LIMIT 200");

}  // namespace

absl::Status InsertSuspension(sql::Session& session, const SuspensionRow& row) {
  absl::Status status = session.InsertMany(kInsert, std::span(&row, 1));
  if (status.code() == absl::StatusCode::kAlreadyExists &&
      sql::ViolatedKey(status) == "suspension_case_by_open_member") {
    return SuspensionOpen();
  }
  return status;
}

absl::StatusOr<SuspensionRow> LockSuspension(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<SuspensionRow> row, session.SelectOne(kLock, id));
  if (!row) return SuspensionNotFound(id);
  return *std::move(row);
}

absl::StatusOr<SuspensionRow> LoadSuspension(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<SuspensionRow> row, session.SelectOne(kLoad, id));
  if (!row) return SuspensionNotFound(id);
  return *std::move(row);
}

absl::Status UpdateSuspension(sql::Session& session, const SuspensionRow& row) {
  return session
      .Execute(kUpdate, row.state, row.first_attempt_on, row.last_attempt_on, row.attempt_count,
               row.stop_proposed_on, row.stopped_on, row.stopped_by_id, row.found_on,
               row.restored_by_id, row.removal_proposed_on, row.removed_by_id, row.motion,
               row.ended_on, row.open_member_id, row.etag, row.update_time, row.id)
      .status();
}

absl::StatusOr<std::vector<SuspensionRow>> SuspensionsIn(sql::Session& session,
                                                         std::span<const int64_t> organization_ids,
                                                         int32_t state, int64_t after_id,
                                                         int32_t limit) {
  if (state == 0) return session.Select(kIn, organization_ids, after_id, limit);
  return session.Select(kInState, organization_ids, state, after_id, limit);
}

absl::Status InsertContactAttempt(sql::Session& session, const ContactAttemptRow& row) {
  return session.InsertMany(kInsertAttempt, std::span(&row, 1));
}

absl::StatusOr<std::vector<ContactAttemptRow>> ContactAttemptsOf(sql::Session& session,
                                                                 int64_t case_id) {
  return session.Select(kAttempts, case_id);
}

}  // namespace ronghe::membership

#include "services/membership/store/honour_store.h"

#include <span>

#include "common/base/status_macros.h"
#include "services/membership/domain/care/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_HONOUR_COLUMNS                                                                \
  "id, organization_id, member_id, code, level, title, awarded_by, awarded_on, revoked_on, " \
  "create_time"

const sql::Command kInsert("honour.insert", "INSERT INTO honour (" RONGHE_HONOUR_COLUMNS
                                            ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<HonourRow> kLock("honour.lock", "SELECT " RONGHE_HONOUR_COLUMNS
                                                 " FROM honour WHERE id = ? FOR UPDATE");
const sql::Command kRevoke("honour.revoke", "UPDATE honour SET revoked_on = ? WHERE id = ?");
const sql::Query<HonourRow> kOfOrganization(
    "honour.of_organization",
    "SELECT " RONGHE_HONOUR_COLUMNS
    " FROM honour WHERE organization_id = ? AND id < ? ORDER BY id DESC LIMIT ?");
const sql::Query<HonourRow> kOfMember("honour.of_member",
                                      "SELECT " RONGHE_HONOUR_COLUMNS
                                      " FROM honour WHERE member_id = ? ORDER BY id DESC LIMIT ?");

}  // namespace

absl::Status InsertHonour(sql::Session& session, const HonourRow& row) {
  const absl::Status status = session.InsertMany(kInsert, std::span(&row, 1));
  return status.code() == absl::StatusCode::kAlreadyExists ? HonourRecorded() : status;
}

absl::StatusOr<HonourRow> LockHonour(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<HonourRow> row, session.SelectOne(kLock, id));
  if (!row) return HonourNotFound(id);
  return *std::move(row);
}

absl::Status RevokeHonour(sql::Session& session, int64_t id, absl::CivilDay day) {
  return session.Execute(kRevoke, day, id).status();
}

absl::StatusOr<std::vector<HonourRow>> HonoursOfOrganization(sql::Session& session,
                                                             int64_t organization_id,
                                                             int64_t before_id, int32_t limit) {
  return session.Select(kOfOrganization, organization_id, before_id, limit);
}

absl::StatusOr<std::vector<HonourRow>> HonoursOfMember(sql::Session& session, int64_t member_id,
                                                       int32_t limit) {
  return session.Select(kOfMember, member_id, limit);
}

}  // namespace ronghe::membership

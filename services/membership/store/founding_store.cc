#include "services/membership/store/founding_store.h"

#include <span>

#include "common/base/status_macros.h"
#include "services/membership/domain/organization/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_FOUNDING_COLUMNS                                                           \
  "id, parent_id, unit_id, kind, title, state, applied_on, replied_on, organization_id, " \
  "filed_on, etag, create_time, update_time"

const sql::Command kInsert("founding_case.insert",
                           "INSERT INTO founding_case (" RONGHE_FOUNDING_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Command kUpdate("founding_case.update",
                           "UPDATE founding_case SET state = ?, replied_on = ?, organization_id = "
                           "?, filed_on = ?, etag = ?, update_time = ? WHERE id = ?");
const sql::Query<FoundingCaseRow> kById("founding_case.by_id", "SELECT " RONGHE_FOUNDING_COLUMNS
                                                               " FROM founding_case WHERE id = ?");
const sql::Query<FoundingCaseRow> kLock("founding_case.lock",
                                        "SELECT " RONGHE_FOUNDING_COLUMNS
                                        " FROM founding_case WHERE id = ? FOR UPDATE");
const sql::Query<FoundingCaseRow> kOfParent("founding_case.of_parent",
                                            "SELECT " RONGHE_FOUNDING_COLUMNS
                                            " FROM founding_case WHERE parent_id = ? AND id < ? "
                                            "ORDER BY id DESC LIMIT ?");

const sql::Query<FoundingCaseRow> kLockOpen("founding_case.lock_open",
                                            "SELECT " RONGHE_FOUNDING_COLUMNS
                                            " FROM founding_case WHERE parent_id = ? AND state IN "
                                            "(1, 2) ORDER BY id LIMIT 256 FOR UPDATE");
const sql::Command kRehome("founding_case.rehome",
                           "UPDATE founding_case SET parent_id = ?, update_time = ? WHERE id = ?");

}  // namespace

absl::Status InsertFoundingCase(sql::Session& session, const FoundingCaseRow& row) {
  return session.InsertMany(kInsert, std::span(&row, 1));
}

absl::Status UpdateFoundingCase(sql::Session& session, const FoundingCaseRow& row) {
  return session
      .Execute(kUpdate, row.state, row.replied_on, row.organization_id, row.filed_on, row.etag,
               row.update_time, row.id)
      .status();
}

absl::StatusOr<FoundingCaseRow> LoadFoundingCase(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<FoundingCaseRow> row, session.SelectOne(kById, id));
  if (!row) return FoundingCaseNotFound(id);
  return *row;
}

absl::StatusOr<FoundingCaseRow> LockFoundingCase(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<FoundingCaseRow> row, session.SelectOne(kLock, id));
  if (!row) return FoundingCaseNotFound(id);
  return *row;
}

absl::StatusOr<std::vector<FoundingCaseRow>> FoundingCasesOf(sql::Session& session,
                                                             int64_t parent_id, int64_t before_id,
                                                             int32_t limit) {
  return session.Select(kOfParent, parent_id, before_id, limit);
}

absl::StatusOr<std::vector<FoundingCaseRow>> LockOpenFoundings(sql::Session& session,
                                                               int64_t parent_id) {
  return session.Select(kLockOpen, parent_id);
}

absl::Status RehomeFounding(sql::Session& session, int64_t id, int64_t parent_id, absl::Time now) {
  return session.Execute(kRehome, parent_id, now, id).status();
}

}  // namespace ronghe::membership

#include "services/membership/store/member_export_store.h"

#include "common/sql/statement.h"

namespace ronghe::membership {
namespace {

#define RONGHE_MEMBER_EXPORT_COLUMNS                                                     \
  "id, organization_id, requested_by, purpose, category, standing, unmasked, rule_set, " \
  "create_time, expire_time"

const sql::Command kInsert("member_export.insert",
                           "INSERT INTO member_export (" RONGHE_MEMBER_EXPORT_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<MemberExportRow> kLoad("member_export.load", "SELECT " RONGHE_MEMBER_EXPORT_COLUMNS
                                                              " FROM member_export WHERE id = ?");
const sql::Query<MemberExportRow> kOf("member_export.of_organization",
                                      "SELECT " RONGHE_MEMBER_EXPORT_COLUMNS
                                      " FROM member_export WHERE organization_id = ? AND id < ? "
                                      "ORDER BY id DESC LIMIT ?");

}  // namespace

absl::Status InsertMemberExport(sql::Session& session, const MemberExportRow& row) {
  return session.InsertMany(kInsert, std::vector<MemberExportRow>{row});
}

absl::StatusOr<std::optional<MemberExportRow>> LoadMemberExport(sql::Session& session, int64_t id) {
  return session.SelectOne(kLoad, id);
}

absl::StatusOr<std::vector<MemberExportRow>> MemberExportsOf(sql::Session& session,
                                                             int64_t organization_id,
                                                             int64_t before_id, int32_t limit) {
  return session.Select(kOf, organization_id, before_id, limit);
}

}  // namespace ronghe::membership

// Which SQL runs on member_export?
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_MEMBER_EXPORT_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_MEMBER_EXPORT_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"

namespace ronghe::membership {

struct MemberExportRow {
  int64_t id = 0;
  int64_t organization_id = 0;
  std::string requested_by;
  std::string purpose;
  int32_t category = 0;  // 0: both
  int32_t standing = 0;
  bool unmasked = false;
  std::string rule_set;  // the version of the rules by which it was opened
  absl::Time create_time;
  absl::Time expire_time;
};

// Functions answer the errors of sql::Session.
absl::Status InsertMemberExport(sql::Session& session, const MemberExportRow& row);
absl::StatusOr<std::optional<MemberExportRow>> LoadMemberExport(sql::Session& session, int64_t id);
// Up to `limit` exports of an organization with an id below `before_id`, the newest first.
absl::StatusOr<std::vector<MemberExportRow>> MemberExportsOf(sql::Session& session,
                                                             int64_t organization_id,
                                                             int64_t before_id, int32_t limit);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_MEMBER_EXPORT_STORE_H_

// Which SQL runs on honour?
//
// Functions answer the errors of sql::Session besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_HONOUR_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_HONOUR_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/care/care.h"

namespace ronghe::membership {

struct HonourRow {
  int64_t id = 0;
  int64_t organization_id = 0;
  int64_t member_id = 0;  // 0: the organization's own
  HonourCode code = HonourCode::kOther;
  int32_t level = 0;
  std::string title;
  std::string awarded_by;
  absl::CivilDay awarded_on;
  std::optional<absl::CivilDay> revoked_on;
  absl::Time create_time;
};

// Errors: ALREADY_EXISTS HONOUR_RECORDED.
absl::Status InsertHonour(sql::Session& session, const HonourRow& row);
// Errors: NOT_FOUND.
absl::StatusOr<HonourRow> LockHonour(sql::Session& session, int64_t id);
absl::Status RevokeHonour(sql::Session& session, int64_t id, absl::CivilDay day);

// Up to `limit` honours before `before_id`, the newest first.
absl::StatusOr<std::vector<HonourRow>> HonoursOfOrganization(sql::Session& session,
                                                             int64_t organization_id,
                                                             int64_t before_id, int32_t limit);
absl::StatusOr<std::vector<HonourRow>> HonoursOfMember(sql::Session& session, int64_t member_id,
                                                       int32_t limit);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_HONOUR_STORE_H_

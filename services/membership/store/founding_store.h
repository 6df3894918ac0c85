// Which SQL runs on founding_case?
//
// Functions answer the errors of sql::Session besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_FOUNDING_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_FOUNDING_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/organization/setup.h"

namespace ronghe::membership {

struct FoundingCaseRow {
  int64_t id = 0;
  int64_t parent_id = 0;
  int64_t unit_id = 0;  // 0: none on record
  int32_t kind = 0;
  std::string title;
  FoundingState state = FoundingState::kApplied;
  absl::CivilDay applied_on;
  std::optional<absl::CivilDay> replied_on;
  int64_t organization_id = 0;  // 0: not founded
  std::optional<absl::CivilDay> filed_on;
  int64_t etag = 1;
  absl::Time create_time;
  absl::Time update_time;
};

absl::Status InsertFoundingCase(sql::Session& session, const FoundingCaseRow& row);
// Writes state, days and organization.
absl::Status UpdateFoundingCase(sql::Session& session, const FoundingCaseRow& row);
// Errors: NOT_FOUND.
absl::StatusOr<FoundingCaseRow> LoadFoundingCase(sql::Session& session, int64_t id);
absl::StatusOr<FoundingCaseRow> LockFoundingCase(sql::Session& session, int64_t id);
// Up to `limit` cases of a parent with an id below `before_id`, the newest first.
absl::StatusOr<std::vector<FoundingCaseRow>> FoundingCasesOf(sql::Session& session,
                                                             int64_t parent_id, int64_t before_id,
                                                             int32_t limit);

// Locks the cases of a parent that are not final, by id. At most 256.
absl::StatusOr<std::vector<FoundingCaseRow>> LockOpenFoundings(sql::Session& session,
                                                               int64_t parent_id);
// Gives a case another parent.
absl::Status RehomeFounding(sql::Session& session, int64_t id, int64_t parent_id, absl::Time now);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_FOUNDING_STORE_H_

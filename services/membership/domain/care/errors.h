// What can care, honours and role posts refuse, and what does it tell the user then?
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_CARE_ERRORS_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_CARE_ERRORS_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"

namespace ronghe::membership {

// NOT_FOUND
absl::Status CareRecordNotFound(int64_t id);
absl::Status HonourNotFound(int64_t id);
absl::Status RolePostNotFound(int64_t id);

// ALREADY_EXISTS
absl::Status HonourRecorded();

// FAILED_PRECONDITION
absl::Status CareFundMissing();
absl::Status CareVoided();
absl::Status HonourRevoked();
absl::Status RolePostEnded();
absl::Status RolePostReviewed(int32_t year);
absl::Status RolePostHolderOutside();
// `part`: "organization", "state" or "day", whichever of the meeting does not fit.
absl::Status RolePostMeetingWrong(std::string_view part);
absl::Status NotAProject();
absl::Status ProjectStageWrong(int32_t from, int32_t to);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_CARE_ERRORS_H_

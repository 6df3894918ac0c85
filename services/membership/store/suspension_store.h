// Which SQL runs on suspension_case and contact_attempt?
//
// A member has at most one open case, by a unique key. Functions answer the errors of sql::Session
// besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_SUSPENSION_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_SUSPENSION_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/standing/suspension.h"
#include "services/membership/domain/subject.h"

namespace ronghe::membership {

inline constexpr char kSuspensionCases[] = "suspensionCases";

struct SuspensionRow {
  int64_t id = 0;
  int64_t member_id = 0;
  int64_t organization_id = 0;
  SuspensionGround ground = SuspensionGround::kOutOfContact;
  SuspensionState state = SuspensionState::kOpened;
  int64_t overlay_id = 0;  // out of contact, or abroad
  bool settled = false;    // abroad for good
  absl::CivilDay last_contact_on;
  absl::CivilDay opened_on;
  std::optional<absl::CivilDay> first_attempt_on;
  std::optional<absl::CivilDay> last_attempt_on;
  int32_t attempt_count = 0;
  std::optional<absl::CivilDay> stop_proposed_on;
  std::optional<absl::CivilDay> stopped_on;
  int64_t stopped_by_id = 0;
  std::optional<absl::CivilDay> found_on;
  int64_t restored_by_id = 0;
  std::optional<absl::CivilDay> removal_proposed_on;
  int64_t removed_by_id = 0;
  std::string motion;
  std::optional<absl::CivilDay> ended_on;
  std::optional<int64_t> open_member_id;  // the member while the case is open
  int64_t etag = 1;
  absl::Time create_time;
  absl::Time update_time;

  Subject subject() const { return {kSuspensionCases, id}; }
};

struct ContactAttemptRow {
  int64_t id = 0;
  int64_t suspension_case_id = 0;
  absl::CivilDay day;
  int32_t method = 0;  // of ContactMethod
  absl::Time create_time;
};

// Errors: SUSPENSION_OPEN when the member has an open case.
absl::Status InsertSuspension(sql::Session& session, const SuspensionRow& row);

// Locks one for change.
//
// Errors: NOT_FOUND.
absl::StatusOr<SuspensionRow> LockSuspension(sql::Session& session, int64_t id);
absl::StatusOr<SuspensionRow> LoadSuspension(sql::Session& session, int64_t id);

// Writes everything but id, member, organization, ground, overlay, last contact, opened_on and
// create_time.
absl::Status UpdateSuspension(sql::Session& session, const SuspensionRow& row);

// Up to `limit` cases of branches (at most 256) after `after_id`, by id; `state` 0: any.
absl::StatusOr<std::vector<SuspensionRow>> SuspensionsIn(sql::Session& session,
                                                         std::span<const int64_t> organization_ids,
                                                         int32_t state, int64_t after_id,
                                                         int32_t limit);

absl::Status InsertContactAttempt(sql::Session& session, const ContactAttemptRow& row);
// The attempts of a case, the oldest first. At most 200.
absl::StatusOr<std::vector<ContactAttemptRow>> ContactAttemptsOf(sql::Session& session,
                                                                 int64_t case_id);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_SUSPENSION_STORE_H_

// Which SQL runs on disposition_case?
//
// A member has at most one open case, by a unique key. Functions answer the errors of sql::Session
// besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_DISPOSITION_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_DISPOSITION_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/standing/disposition.h"
#include "services/membership/domain/subject.h"

namespace ronghe::membership {

inline constexpr char kDispositionCases[] = "dispositionCases";

struct DispositionRow {
  int64_t id = 0;
  int64_t member_id = 0;
  int64_t organization_id = 0;
  DispositionKind kind = DispositionKind::kDisposition;
  Ground ground = Ground::kD30;
  DispositionOrigin origin = DispositionOrigin::kOrganization;
  int32_t lapse_ground = 0;  // of LapseGround; 0: none
  bool important = false;
  DispositionState state = DispositionState::kOpened;
  absl::CivilDay opened_on;
  std::optional<absl::CivilDay> investigated_on;
  std::optional<absl::CivilDay> talked_on;
  std::optional<absl::CivilDay> decided_on;
  std::optional<absl::CivilDay> approved_on;
  std::optional<absl::CivilDay> told_on;
  std::optional<absl::CivilDay> ended_on;  // filed or closed
  int32_t outcome = 0;                     // of DispositionOutcome; 0: none yet
  int32_t measure = 0;                     // of Measure; 0: none
  int32_t measure_months = 0;
  int32_t correction_months = 0;
  std::optional<absl::CivilDay> correction_until;
  int32_t correction_result = 0;
  std::string motion;
  int64_t approver_id = 0;
  int32_t organ = 0;  // of Organ; 0: none yet
  std::string approval_motion;
  int32_t close_reason = 0;
  std::optional<int64_t> open_member_id;  // the member while the case is open
  int64_t etag = 1;
  absl::Time create_time;
  absl::Time update_time;

  Subject subject() const { return {kDispositionCases, id}; }
};

// Errors: DISPOSITION_OPEN when the member has an open case.
absl::Status InsertDisposition(sql::Session& session, const DispositionRow& row);

// Locks one for change.
//
// Errors: NOT_FOUND.
absl::StatusOr<DispositionRow> LockDisposition(sql::Session& session, int64_t id);
absl::StatusOr<DispositionRow> LoadDisposition(sql::Session& session, int64_t id);

// Writes everything but id, member, organization, kind, ground, origin and create_time.
absl::Status UpdateDisposition(sql::Session& session, const DispositionRow& row);

// The open cases of members, by member: guards of admission and transfer. At most 256 ids.
struct OpenCase {
  int64_t member_id = 0;
  int64_t case_id = 0;
};
absl::StatusOr<std::vector<OpenCase>> OpenDispositions(sql::Session& session,
                                                       std::span<const int64_t> member_ids);

// Up to `limit` cases of branches (at most 256) after `after_id`, by id; `state` 0: any.
absl::StatusOr<std::vector<DispositionRow>> DispositionsIn(
    sql::Session& session, std::span<const int64_t> organization_ids, int32_t state,
    int64_t after_id, int32_t limit);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_DISPOSITION_STORE_H_

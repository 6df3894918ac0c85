// Which SQL runs on discipline: which measures were taken against whom, and which have effect on a
// day?
//
// Functions answer the errors of sql::Session besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_DISCIPLINE_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_DISCIPLINE_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/standing/discipline.h"

namespace ronghe::membership {

struct DisciplineRow {
  int64_t id = 0;
  int64_t member_id = 0;
  int64_t organization_id = 0;  // the branch when it was decided
  Measure measure = Measure::kWarning;
  absl::CivilDay decided_on;
  absl::CivilDay effect_from;
  absl::CivilDay effect_until;  // first day after it; kOpenEnd for expulsion
  Organ organ = Organ::kBasicCommittee;
  int64_t decided_by_id = 0;  // the committee; 0: none of those kept here
  std::string basis_collection;
  int64_t basis_id = 0;
  std::optional<absl::CivilDay> restored_on;  // when the rights were restored
  absl::Time create_time;
  absl::Time update_time;
  // Of a measure recorded from paper, whose basis is the measure itself.
  std::string decided_by_title;
  std::string document_number;
  int32_t past_reason = 0;  // PastDisciplineReason of the contract

  DisciplinePeriod period() const { return {measure, effect_from, effect_until, restored_on}; }
};

absl::Status InsertDiscipline(sql::Session& session, const DisciplineRow& row);

// Errors: NOT_FOUND.
absl::StatusOr<DisciplineRow> LoadDiscipline(sql::Session& session, int64_t id);
// Locks one for change.
//
// Errors: NOT_FOUND.
absl::StatusOr<DisciplineRow> LockDiscipline(sql::Session& session, int64_t id);

// Writes restored_on and update_time.
absl::Status UpdateDiscipline(sql::Session& session, const DisciplineRow& row);

// The measures against members that have effect on `day` (InEffect), by member and id. At most 256
// ids.
absl::StatusOr<std::vector<DisciplineRow>> DisciplinesInEffect(sql::Session& session,
                                                               std::span<const int64_t> member_ids,
                                                               absl::CivilDay day);

// Up to `limit` measures against a member before `before_id`, the newest first.
absl::StatusOr<std::vector<DisciplineRow>> DisciplinesOf(sql::Session& session, int64_t member_id,
                                                         int64_t before_id, int32_t limit);

// Up to `limit` measures in branches (at most 256) after `after_id`, by id; with `in_effect_on`
// only those that have effect on that day.
absl::StatusOr<std::vector<DisciplineRow>> DisciplinesIn(sql::Session& session,
                                                         std::span<const int64_t> organization_ids,
                                                         std::optional<absl::CivilDay> in_effect_on,
                                                         int64_t after_id, int32_t limit);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_DISCIPLINE_STORE_H_

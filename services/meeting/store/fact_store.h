// What do the records of some branches add up to over a period, and which records are they?
#ifndef RONGHE_SERVICES_MEETING_STORE_FACT_STORE_H_
#define RONGHE_SERVICES_MEETING_STORE_FACT_STORE_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/sql/session.h"
#include "services/meeting/domain/types.h"
#include "services/meeting/store/duty_store.h"

namespace ronghe::meeting {

// Duties of an organization under one rule whose windows end within a period.
struct DutySumRow {
  int64_t organization_id = 0;
  std::string rule_id;
  int64_t met = 0;
  int64_t asked = 0;  // met or open; exempt and dropped ones are not asked
};

// Submitted records of an organization by event date.
struct RecordSumRow {
  int64_t organization_id = 0;
  int64_t submitted = 0;  // submitted or accepted
  int64_t complete = 0;
  int64_t in_time = 0;
  int64_t accepted = 0;
  int64_t returned = 0;
  int64_t motions = 0;
  int64_t motions_quorate = 0;
  int64_t attended = 0;
  int64_t expected = 0;  // roll without those absent for age or illness
};

// What evidence shows of a meeting.
struct RecordRow {
  int64_t id = 0;
  int64_t organization_id = 0;
  std::string title;
  int32_t kinds = 0;
  State state = State::kPlanned;
  absl::CivilDay event_day;
  bool late_entry = false;
  int32_t missing_items = 0;
  int32_t motion_count = 0;
  int32_t motions_quorate = 0;
  int32_t attended = 0;
  int32_t should_attend = 0;
  int32_t care_exempt = 0;
};

// All functions return the errors of sql::Session. Lists take at most 256 ids. A period is
// [start, end).
class FactStore {
 public:
  absl::StatusOr<std::vector<DutySumRow>> SumDuties(sql::Session& session,
                                                    std::span<const int64_t> organization_ids,
                                                    absl::CivilDay start, absl::CivilDay end) const;
  absl::StatusOr<std::vector<RecordSumRow>> SumRecords(sql::Session& session,
                                                       std::span<const int64_t> organization_ids,
                                                       absl::CivilDay start,
                                                       absl::CivilDay end) const;

  // The duties behind a sum, by window and id, after those.
  absl::StatusOr<std::vector<DutyRow>> Duties(sql::Session& session,
                                              std::span<const int64_t> organization_ids,
                                              std::string_view rule_id, absl::CivilDay start,
                                              absl::CivilDay end, absl::CivilDay after_window,
                                              int64_t after_id, int32_t limit) const;
  // The meetings behind a sum, by event day and id, after those. `state_bits`: 1 << state.
  absl::StatusOr<std::vector<RecordRow>> Records(sql::Session& session,
                                                 std::span<const int64_t> organization_ids,
                                                 int32_t state_bits, int32_t min_motions,
                                                 absl::CivilDay start, absl::CivilDay end,
                                                 absl::CivilDay after_day, int64_t after_id,
                                                 int32_t limit) const;
};

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_STORE_FACT_STORE_H_

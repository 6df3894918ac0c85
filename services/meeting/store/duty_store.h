// Where is it kept what each organization must hold in which window, and whether it has?
#ifndef RONGHE_SERVICES_MEETING_STORE_DUTY_STORE_H_
#define RONGHE_SERVICES_MEETING_STORE_DUTY_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/sql/session.h"
#include "services/meeting/domain/duty.h"

namespace ronghe::meeting {

// One rule × one organization × one window.
struct DutyRow {
  int64_t id = 0;
  std::string rule_id;
  absl::CivilDay window_start;
  absl::CivilDay window_end;
  int64_t organization_id = 0;
  DutyStanding standing = DutyStanding::kOpen;
  std::optional<int64_t> met_by;
  std::string rule_set;
  int64_t etag = 1;  // grows with every change of the row

  Window window() const { return {window_start, window_end}; }
  friend bool operator==(const DutyRow&, const DutyRow&) = default;
};

// What the board keeps of a duty.
struct DutyStandingRow {
  int64_t organization_id = 0;
  DutyStanding standing = DutyStanding::kOpen;
  int64_t etag = 0;
};

// All functions return the errors of sql::Session besides their own. Stateless. Lists take at most
// 256 ids.
class DutyStore {
 public:
  // Inserts the duties that do not exist yet; existing ones stay as they are.
  absl::Status InsertMissing(sql::Session& session, const std::vector<DutyRow>& rows) const;

  // Marks the duty as met by `*row.met_by`, inserting it if needed; a duty that is met already
  // keeps the meeting that met it.
  absl::Status MarkMet(sql::Session& session, const DutyRow& row) const;

  // Gives the duty that `old_meeting` met another standing: met by `new_meeting`, or `standing`
  // where there is none. Answers whether `old_meeting` had met it.
  absl::StatusOr<bool> Release(sql::Session& session, const DutyRow& duty, int64_t old_meeting,
                               std::optional<int64_t> new_meeting, DutyStanding standing) const;

  // Changes what is not met.
  absl::Status SetStanding(sql::Session& session, std::span<const int64_t> ids,
                           DutyStanding standing) const;

  absl::StatusOr<std::optional<DutyRow>> Load(sql::Session& session, int64_t id) const;

  // Duties of organizations in one window of a rule, by organization.
  absl::StatusOr<std::vector<DutyRow>> OfWindow(sql::Session& session, std::string_view rule_id,
                                                absl::CivilDay window_start,
                                                std::span<const int64_t> organization_ids) const;

  // What the board keeps of one window, `limit` organizations at a time, by organization.
  absl::StatusOr<std::vector<DutyStandingRow>> Standings(sql::Session& session,
                                                         std::string_view rule_id,
                                                         absl::CivilDay window_start,
                                                         int64_t after_organization,
                                                         int32_t limit) const;

  // Duties of organizations in the windows that end after `day`.
  absl::StatusOr<std::vector<DutyRow>> OfOrganizations(sql::Session& session,
                                                       std::span<const int64_t> organization_ids,
                                                       absl::CivilDay day) const;

  // Duties that a meeting met; holds the rows until the end of the transaction.
  absl::StatusOr<std::vector<DutyRow>> MetBy(sql::Session& session, int64_t organization_id,
                                             int64_t meeting_id) const;

  // Up to `limit` duties of one organization whose windows touch [from, to), the latest window
  // first, by rule within a window, after that window and rule. Dropped ones are left out.
  absl::StatusOr<std::vector<DutyRow>> List(sql::Session& session, int64_t organization_id,
                                            absl::CivilDay from, absl::CivilDay to,
                                            absl::CivilDay after_window,
                                            std::string_view after_rule, int32_t limit) const;
};

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_STORE_DUTY_STORE_H_

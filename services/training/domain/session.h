// What is a training session, what may be done with it, and how many hours does it give?
#ifndef RONGHE_SERVICES_TRAINING_DOMAIN_SESSION_H_
#define RONGHE_SERVICES_TRAINING_DOMAIN_SESSION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/training/domain/rule_set.h"

namespace ronghe::training {

// The values are stored and sent: do not renumber.
enum class SessionState : int32_t { kPlanned = 1, kConfirmed = 2, kCancelled = 3 };
enum class AttendanceState : int32_t { kEnrolled = 1, kPresent = 2, kOnline = 3, kAbsent = 4 };

constexpr bool IsPresent(AttendanceState state) {
  return state == AttendanceState::kPresent || state == AttendanceState::kOnline;
}

struct SessionDay {
  absl::CivilDay day;
  HourUnit unit = HourUnit::kHour;
  int32_t half_hours = 0;  // as given: class time with kHour, else 0
  int32_t credited = 0;    // by the conversion in force on the day

  friend bool operator==(const SessionDay&, const SessionDay&) = default;
};

struct Session {
  int64_t id = 0;
  int64_t organization_id = 0;
  std::string title;
  std::string form;
  std::string place;
  std::string description;
  std::vector<SessionDay> days;  // ascending
  SessionState state = SessionState::kPlanned;
  int32_t enrolled = 0;
  int32_t present = 0;
  int32_t credited = 0;
  std::string confirmed_by;
  absl::Time confirmed = absl::UnixEpoch();  // the epoch before
  std::string rule_version;
  absl::Time created = absl::UnixEpoch();
  absl::Time updated = absl::UnixEpoch();
  int64_t etag = 1;

  std::string name() const;
  absl::CivilDay first_day() const { return days.front().day; }
  absl::CivilDay last_day() const { return days.back().day; }
};

// The part of a session's hours that falls into one hour year (Asia/Shanghai): training that
// crosses the new year is split (T-09).
struct YearPart {
  int year = 0;
  int32_t half_hours = 0;
  absl::CivilDay last_day;

  friend bool operator==(const YearPart&, const YearPart&) = default;
};

// Checks title, form and days, computes the hours of each day and the rule version. The version is
// that of the first day; each day is converted by the version in force on it.
//
// Errors: INVALID_ARGUMENT FIELD_INVALID (title, form or days missing), TRAINING_FORM_UNKNOWN,
// TRAINING_DAYS_INVALID; FAILED_PRECONDITION TRAINING_NO_RULE.
absl::Status Complete(const RuleBook& rules, Session& session);

// One part per hour year, ascending. All parts of a session together are its hours.
std::vector<YearPart> SplitByYear(const std::vector<SessionDay>& days);

// Errors: FAILED_PRECONDITION TRAINING_SESSION_CLOSED.
absl::Status CheckUpdate(const Session& session);
absl::Status CheckCancel(const Session& session);
// Errors: FAILED_PRECONDITION TRAINING_SESSION_CANCELLED.
absl::Status CheckEnrol(const Session& session);
// From the session's first day on. Errors: TRAINING_SESSION_CANCELLED, TRAINING_SESSION_NOT_HELD.
absl::Status CheckRecord(const Session& session, absl::CivilDay today);
// From its last day on. Errors: as CheckRecord.
absl::Status CheckConfirm(const Session& session, absl::CivilDay today);

}  // namespace ronghe::training

#endif  // RONGHE_SERVICES_TRAINING_DOMAIN_SESSION_H_

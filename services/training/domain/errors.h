// Which errors can the training service give, and under which reasons?
#ifndef RONGHE_SERVICES_TRAINING_DOMAIN_ERRORS_H_
#define RONGHE_SERVICES_TRAINING_DOMAIN_ERRORS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"

namespace ronghe::training::errors {

// What a refusal by rule tells: which rule, in which version, where it stands.
struct Rule {
  std::string id;
  std::string set;
  std::string source;
};

// NOT_FOUND, reason NOT_FOUND.
absl::Status NotFound(std::string_view name);
// NOT_FOUND, reason MEMBER_UNKNOWN.
absl::Status MemberUnknown(int64_t member_id);
// INVALID_ARGUMENT, reason TRAINING_FORM_UNKNOWN.
absl::Status FormUnknown(std::string_view form, const Rule& rule);
// INVALID_ARGUMENT, reason TRAINING_DAYS_INVALID.
absl::Status DaysInvalid(std::string_view message_zh, const Rule& rule, std::string_view required,
                         std::string_view actual);
// FAILED_PRECONDITION, reason TRAINING_NO_RULE: no version is in force on `day`.
absl::Status NoRule(absl::CivilDay day);
// INVALID_ARGUMENT, reason TRAINING_YEAR_INVALID.
absl::Status YearInvalid(int year, int current);
// INVALID_ARGUMENT, reason TRAINING_AS_OF_INVALID: not a day of the year, or in the future.
absl::Status AsOfInvalid(absl::CivilDay day, int year);
// INVALID_ARGUMENT, reason TRAINING_EXEMPTION_UNKNOWN.
absl::Status ExemptionUnknown(std::string_view code, const Rule& rule);
// FAILED_PRECONDITION, reason TRAINING_SESSION_CLOSED: confirmed or cancelled.
absl::Status SessionClosed(std::string_view name);
// FAILED_PRECONDITION, reason TRAINING_SESSION_CANCELLED.
absl::Status SessionCancelled(std::string_view name);
// FAILED_PRECONDITION, reason TRAINING_SESSION_NOT_HELD: `day` is not over or not come.
absl::Status SessionNotHeld(std::string_view name, absl::CivilDay day, absl::CivilDay today);
// FAILED_PRECONDITION, reason TRAINING_NOBODY_PRESENT.
absl::Status NobodyPresent(std::string_view name);
// FAILED_PRECONDITION, reason TRAINING_SESSION_FULL.
absl::Status SessionFull(std::string_view name, int64_t required, int64_t actual);
// FAILED_PRECONDITION, reason TRAINING_MEMBER_FOREIGN: not below the organiser on that day.
absl::Status MemberForeign(int64_t member_id, int64_t organization_id, absl::CivilDay day);
// FAILED_PRECONDITION, reason TRAINING_ATTENDANCE_CONFIRMED.
absl::Status AttendanceConfirmed(std::string_view name, int64_t member_id);
// ALREADY_EXISTS, reason TRAINING_CERTIFICATE_KNOWN.
absl::Status CertificateKnown(std::string_view number);
// FAILED_PRECONDITION, reason TRAINING_SELF_VERIFICATION.
absl::Status SelfVerification(std::string_view name);
// FAILED_PRECONDITION, reason TRAINING_CERTIFICATE_VERIFIED.
absl::Status CertificateVerified(std::string_view name);
// FAILED_PRECONDITION, reason TRAINING_SUBTREE_TOO_LARGE.
absl::Status SubtreeTooLarge(int64_t required, int64_t actual);

}  // namespace ronghe::training::errors

#endif  // RONGHE_SERVICES_TRAINING_DOMAIN_ERRORS_H_

// How do sessions, accounts, credits and certificates look on the wire?
#ifndef RONGHE_SERVICES_TRAINING_API_CONVERT_H_
#define RONGHE_SERVICES_TRAINING_API_CONVERT_H_

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "ronghe/training/v1/certificate.pb.h"
#include "ronghe/training/v1/hour_account.pb.h"
#include "ronghe/training/v1/session.pb.h"
#include "services/training/domain/account.h"
#include "services/training/domain/session.h"
#include "services/training/store/credit_store.h"
#include "services/training/store/session_store.h"

namespace ronghe::training {

v1::Session ToProto(const Session& session);
// Title, form, place, description and days. Errors: INVALID_ARGUMENT FIELD_INVALID.
absl::StatusOr<Session> FromProto(const v1::Session& session);

v1::Attendance ToProto(const AttendanceRow& row);
// Errors: INVALID_ARGUMENT FIELD_INVALID.
absl::StatusOr<AttendanceState> FromProto(v1::AttendanceState state);

v1::HourAccount ToProto(const Account& account, const RuleSet& rules);
v1::Credit ToProto(const CreditRow& row);
v1::Certificate ToProto(const CertificateRow& row);

// "members/1/hourAccounts/2026" and back. Errors: INVALID_ARGUMENT NAME_INVALID.
std::string AccountName(int64_t member_id, int year);
absl::StatusOr<std::pair<int64_t, int>> ParseAccountName(std::string_view name);

// "32" or "32.5".
std::string Hours(int64_t half_hours);

}  // namespace ronghe::training

#endif  // RONGHE_SERVICES_TRAINING_API_CONVERT_H_

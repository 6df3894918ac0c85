// How do days and instants look on the wire?
#ifndef RONGHE_COMMON_RPC_CONVERT_H_
#define RONGHE_COMMON_RPC_CONVERT_H_

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"

namespace ronghe::rpc {

google::type::Date ToProto(absl::CivilDay day);

// INVALID_ARGUMENT with reason FIELD_INVALID for a date that is not on the calendar, has no year,
// month or day, or lies outside 1900..9999.
absl::StatusOr<absl::CivilDay> FromProto(const google::type::Date& date);

// Microseconds are kept; the infinite past and future become the ends of year 1 and 9999.
google::protobuf::Timestamp ToProto(absl::Time time);

// Microseconds are kept.
google::protobuf::Duration ToProto(absl::Duration duration);

// INVALID_ARGUMENT with reason FIELD_INVALID outside years 1..9999 or with nanos out of range.
absl::StatusOr<absl::Time> FromProto(const google::protobuf::Timestamp& timestamp);

}  // namespace ronghe::rpc

#endif  // RONGHE_COMMON_RPC_CONVERT_H_

#ifndef RONGHE_COMMON_ERROR_ERROR_H_
#define RONGHE_COMMON_ERROR_ERROR_H_

// How is an error made that both a program and a person can read?
//
// An error is an absl::Status with google.rpc payloads under "type.googleapis.com/google.rpc.*":
// one ErrorInfo (reason, domain "ronghe", metadata), one LocalizedMessage in zh-CN, and where they
// apply one BadRequest and one RetryInfo. Each service keeps a catalogue of named constructors over
// Make in its domain/errors.h. The status message is for developers: reason and metadata in one
// line.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace ronghe::error {

using Metadata = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::string_view kDomain = "ronghe";
inline constexpr std::string_view kErrorInfoUrl = "type.googleapis.com/google.rpc.ErrorInfo";
inline constexpr std::string_view kLocalizedMessageUrl =
    "type.googleapis.com/google.rpc.LocalizedMessage";
inline constexpr std::string_view kBadRequestUrl = "type.googleapis.com/google.rpc.BadRequest";
inline constexpr std::string_view kRetryInfoUrl = "type.googleapis.com/google.rpc.RetryInfo";

// One error. `code` must not be OK, `reason` is UPPER_SNAKE, `message_zh` is what the user reads;
// every dynamic value of the message also stands in `metadata`. A later metadata value of the same
// key replaces the earlier.
absl::Status Make(absl::StatusCode code, std::string_view reason, std::string_view message_zh,
                  Metadata metadata = {});

struct FieldViolation {
  std::string field;           // path in the request, as "member.phone"
  std::string description_zh;  // what is wrong, for the user
};

// INVALID_ARGUMENT with all violations in one BadRequest. `violations` must not be empty; the
// metadata get their paths as "fields".
absl::Status InvalidFields(std::vector<FieldViolation> violations,
                           std::string_view reason = "FIELD_INVALID", Metadata metadata = {});

// `status` with a RetryInfo of `delay`; unchanged if it is OK.
absl::Status WithRetryAfter(absl::Status status, absl::Duration delay);

// What an error says; empty where it doesn't.
std::string Reason(const absl::Status& status);
// The reason, or the code ("UNAVAILABLE") of an error without one.
std::string ReasonOrCode(const absl::Status& status);
std::string MessageZh(const absl::Status& status);
std::string MetadataValue(const absl::Status& status, std::string_view key);
Metadata AllMetadata(const absl::Status& status);  // in key order
std::vector<FieldViolation> FieldViolations(const absl::Status& status);

// The delay of the RetryInfo; zero where there is none.
absl::Duration RetryAfter(const absl::Status& status);

}  // namespace ronghe::error

#endif  // RONGHE_COMMON_ERROR_ERROR_H_

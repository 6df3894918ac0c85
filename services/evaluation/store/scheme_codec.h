// How does a scheme look as a message, as text and as the bytes that are stored?
#ifndef RONGHE_SERVICES_EVALUATION_STORE_SCHEME_CODEC_H_
#define RONGHE_SERVICES_EVALUATION_STORE_SCHEME_CODEC_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "ronghe/evaluation/v1/rules.pb.h"
#include "services/evaluation/domain/scheme.h"

namespace ronghe::evaluation {

// The scheme of a message; what the message leaves out stays empty, for Validate to report.
// Errors: INVALID_ARGUMENT FIELD_INVALID for an impossible effective_date.
absl::StatusOr<Scheme> FromProto(const v1::SchemeRules& rules);

v1::SchemeRules ToProto(const Scheme& scheme);

// The message of a text form. Errors: INVALID_ARGUMENT SCHEME_TEXT_INVALID with line and column.
absl::StatusOr<v1::SchemeRules> ParseText(const std::string& text);

// The same message always gives the same bytes.
std::string DeterministicBytes(const google::protobuf::MessageLite& message);

// Errors: INTERNAL STORED_UNREADABLE.
absl::StatusOr<Scheme> FromBytes(std::string_view bytes, int64_t scheme_id);

}  // namespace ronghe::evaluation

#endif  // RONGHE_SERVICES_EVALUATION_STORE_SCHEME_CODEC_H_

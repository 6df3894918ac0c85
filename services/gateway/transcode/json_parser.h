// How does what a caller sent over HTTP become the bytes of a request message? Strictly: the JSON
// body, the variables of the path and the parameters of the query go straight onto the wire, and
// everything that does not fit is refused with the path of the field.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/gateway/transcode/schema.h"

namespace ronghe::gateway::transcode {

// Objects and arrays may nest this deep.
inline constexpr int kMaxJsonDepth = 64;

// Appends to `wire` the message of `type` that `json` says, by the proto3 JSON mapping: both
// lowerCamelCase and proto names, integers as numbers or strings, null for "not set".
// INVALID_ARGUMENT:
//   JSON_INVALID   not JSON (metadata `offset`): syntax, invalid UTF-8, a lone surrogate, NUL,
//                  deeper than kMaxJsonDepth, text after the end;
//   FIELD_INVALID  a field that does not exist, that stands twice, that has another type, a number
//                  out of range, two members of one oneof; the violation names the path.
// No error says a value: it may be personal.
// `prefix` stands before every path, as in "member".
absl::Status ParseJson(const MessageTable& type, std::string_view json, std::string_view prefix,
                       std::string* wire);

// A name that a caller gave, as an error may say it: "(unknown)" for what is no word, which may be
// a value in the wrong place.
std::string_view ShownName(std::string_view name);

// A field below a message: the fields to go through, the last of which is meant.
using FieldPath = std::vector<const Field*>;

// Resolves "member.display_name" or "member.displayName". NOT_FOUND when there is no such field or
// a step goes through a repeated field.
absl::StatusOr<FieldPath> ResolvePath(const MessageTable& type, std::string_view path);

// Appends one value given as text, from a path or a query, for the field at `path`. Takes scalars,
// enums (by name or number) and the well-known types that are strings in JSON. INVALID_ARGUMENT
// FIELD_INVALID when the text does not fit.
absl::Status AppendText(const FieldPath& path, std::string_view text, std::string* wire);

// True when AppendText can take a value for `field`.
bool TakesText(const Field& field);

}  // namespace ronghe::gateway::transcode

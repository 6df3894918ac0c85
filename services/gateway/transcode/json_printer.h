// How do the bytes of a response become JSON without being parsed into a message? The tables of the
// schema are walked beside the wire and each value is printed where it stands.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "services/gateway/transcode/out_buffer.h"
#include "services/gateway/transcode/schema.h"

namespace ronghe::gateway::transcode {

// Appends the proto3 JSON of `wire`, a message of `type`, to `out`: lowerCamelCase names, int64 as
// strings, enums by name, bytes as base64, well-known types in their special forms, default values
// left out. Wires that no serialiser writes (fields out of order, a singular field twice, two
// members of one oneof, a repeated map key) are parsed and printed by protobuf itself, so that the
// last value wins there as well. Invalid UTF-8 prints as U+FFFD.
// INTERNAL when the bytes are no message of `type` or a well-known type is out of its range; `out`
// is then as it was before.
absl::Status PrintJson(const Schema& schema, const MessageTable& type, std::string_view wire,
                       OutBuffer* out);

// Appends `text` as a JSON string with its quotes.
void PrintJsonString(std::string_view text, OutBuffer* out);

}  // namespace ronghe::gateway::transcode

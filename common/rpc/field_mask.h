// Which fields of a resource does an update change?
#ifndef RONGHE_COMMON_RPC_FIELD_MASK_H_
#define RONGHE_COMMON_RPC_FIELD_MASK_H_

#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"

namespace ronghe::rpc {

// Checks that every path of `mask` is one of `allowed` (paths as in the proto, "address.city"), or
// "*" alone. INVALID_ARGUMENT with reason FIELD_INVALID naming every other path.
absl::Status CheckMask(const google::protobuf::FieldMask& mask,
                       std::span<const std::string_view> allowed);

// Copies the fields of `mask` from `source` to `target`, replacing repeated fields and messages; a
// field that `source` leaves out is cleared. An empty mask or "*" stands for every field that
// `source` has set. `source` and `target` are of one type. INVALID_ARGUMENT with reason
// FIELD_INVALID for a path that the type does not have; then `target` is unchanged.
absl::Status ApplyMask(const google::protobuf::FieldMask& mask,
                       const google::protobuf::Message& source, google::protobuf::Message* target);

// True when `mask` covers `path`: it names it, a parent of it, "*" or nothing at all.
bool MaskCovers(const google::protobuf::FieldMask& mask, std::string_view path);

}  // namespace ronghe::rpc

#endif  // RONGHE_COMMON_RPC_FIELD_MASK_H_

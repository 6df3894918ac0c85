#ifndef RONGHE_COMMON_CONFIG_CONFIG_H_
#define RONGHE_COMMON_CONFIG_CONFIG_H_

// How does a process read its settings and its secrets from files?

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

namespace ronghe::config {

// Reads the textproto at `path` into `message`. An unknown field, a wrong type or a repeated scalar
// is INVALID_ARGUMENT, reason CONFIG_INVALID, whose message names file, line and column; a file
// that can't be read is NOT_FOUND or PERMISSION_DENIED, reason FILE_UNREADABLE.
absl::Status LoadInto(const std::string& path, google::protobuf::Message* message);

template <class Proto>
absl::StatusOr<Proto> Load(const std::string& path) {
  Proto proto;
  absl::Status status = LoadInto(path, &proto);
  if (!status.ok()) return status;
  return proto;
}

// The whole file, as bytes; at most 16 MiB. Errors: FILE_UNREADABLE as above.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// A secret: the file's content without its trailing newline. PERMISSION_DENIED, reason
// SECRET_EXPOSED, if others than the owner may read or write it; INVALID_ARGUMENT, reason
// SECRET_EMPTY, if nothing is in it.
absl::StatusOr<std::string> ReadSecret(const std::string& path);

}  // namespace ronghe::config

#endif  // RONGHE_COMMON_CONFIG_CONFIG_H_

// Which fields of an answer does a client get? Those that it was granted, absent the others: wire
// bytes go in, wire bytes come out, walked by tables that are compiled once per share.
//
// A field that holds a message of ours is walked; it needs no grant, what is in it does. Every
// other field (number, text, enum, google.* message, map) is a leaf and passes when it is granted
// by its full name, or by "Message.*" if it is neither sensitive nor private. A sensitive or
// private field that holds a message is walked only when it is granted by name. Of the answer
// itself passes, granted or not, what tells how to go on: next_page_token, resume_token, at_head.
// What the contracts do not know is dropped.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/gateway/transcode/schema.h"

namespace ronghe::gateway::access {

// Immutable; thread-safe.
class FieldFilter {
 public:
  // For answers of type `response`. INVALID_ARGUMENT SHARE_FIELD_UNKNOWN naming the first of
  // `fields` that is no leaf (or sensitive or private message) field of such an answer.
  static absl::StatusOr<std::shared_ptr<const FieldFilter>> Compile(
      const transcode::MessageTable& response, const std::vector<std::string>& fields);
  ~FieldFilter();

  // Appends to `out` what may be seen of `message`. False for malformed bytes: then `out` is to be
  // thrown away.
  bool Apply(std::string_view message, std::string* out) const;

 private:
  struct Plan;
  class Compiler;

  FieldFilter();
  static bool Walk(const Plan& plan, std::string_view message, int depth, std::string* out);

  std::vector<std::unique_ptr<Plan>> plans_;
  const Plan* root_ = nullptr;
};

// True for a field that "Message.*" does not cover: marked sensitive or private.
bool NeedsOwnWord(const google::protobuf::FieldDescriptor& field);

}  // namespace ronghe::gateway::access

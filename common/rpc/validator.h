// Does a request keep the limits that its proto states?
//
// The limits of a message type are compiled once into a flat list of checks. A message that keeps
// them all is recognized in one pass without allocating; only one that does not is walked again to
// name every violation.
#ifndef RONGHE_COMMON_RPC_VALIDATOR_H_
#define RONGHE_COMMON_RPC_VALIDATOR_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace ronghe::rpc {

class ValidationPlan {
 public:
  // The limits that hold where the proto states none.
  static constexpr int kDefaultMaxLength = 4096;
  static constexpr int kDefaultMaxItems = 1000;

  // The plan of `type`, compiled at the first use and kept forever. Thread-safe.
  static const ValidationPlan& Of(const google::protobuf::Descriptor* type);

  ~ValidationPlan();

  // OK, or INVALID_ARGUMENT with every violation (at most 100) in one BadRequest and reason
  // FIELD_INVALID; PERSONAL_DATA_IN_TEXT with rule_id and source when a text that is not sensitive
  // holds an identity number or a mobile number. In a request with an `update_mask`, fields of the
  // resource are required only where the mask names them; `name` always is.
  absl::Status Check(const google::protobuf::Message& request) const;

  // What is wrong with the limits of `type` or of a type below it: patterns that RE2 does not
  // understand. A server refuses to start with such a type.
  static std::vector<std::string> Faults(const google::protobuf::Descriptor* type);

 private:
  struct Field;
  class Walker;

  ValidationPlan();

  const google::protobuf::Descriptor* type_ = nullptr;
  std::vector<std::unique_ptr<Field>> fields_;
};

// Why `bytes` could not be parsed as `type`: INVALID_ARGUMENT with reason FIELD_INVALID naming
// every string that is not UTF-8, else with reason REQUEST_MALFORMED.
absl::Status ExplainParseFailure(const google::protobuf::Descriptor* type, std::string_view bytes);

}  // namespace ronghe::rpc

#endif  // RONGHE_COMMON_RPC_VALIDATOR_H_

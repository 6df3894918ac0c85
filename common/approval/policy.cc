#include "common/approval/policy.h"

#include <cstdlib>

#include "common/approval/policy.pb.h"
#include "google/protobuf/text_format.h"

namespace ronghe::approval {
namespace {

constexpr char kBuiltin[] =
#include "common/approval/policy.inc"
    ;

Policy* Read() {
  policy::v1::ApprovalPolicy proto;
  // A mistake in the source that no run may survive.
  if (!google::protobuf::TextFormat::ParseFromString(kBuiltin, &proto) || proto.life_hours() < 1) {
    std::abort();
  }
  return new Policy{proto.version(), absl::Hours(proto.life_hours()), proto.rule_id(),
                    proto.source()};
}

}  // namespace

const Policy& BuiltinPolicy() {
  static const Policy* const policy = Read();
  return *policy;
}

}  // namespace ronghe::approval

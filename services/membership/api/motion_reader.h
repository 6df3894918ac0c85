// What did a meeting decide? Asked of the meeting service, which keeps the votes.
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_MOTION_READER_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_MOTION_READER_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/rpc/call.h"
#include "services/membership/domain/motion.h"

namespace ronghe::rpc {
class Channel;
}

namespace ronghe::membership {

// Thread-safe.
class MotionReader {
 public:
  virtual ~MotionReader() = default;

  // The verdict on `motion` ("meetings/1/motions/2"), read with the token of the call. Not to be
  // asked inside a transaction.
  //
  // Errors: NOT_FOUND and PERMISSION_DENIED as the meeting service answers them; UNAVAILABLE,
  // DEADLINE_EXCEEDED.
  virtual absl::StatusOr<MotionVerdict> Read(rpc::Call& call, std::string_view motion) = 0;
};

// Reads by gRPC. `channel` leads to the meeting service.
std::unique_ptr<MotionReader> MakeMotionReader(std::shared_ptr<rpc::Channel> channel);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_MOTION_READER_H_

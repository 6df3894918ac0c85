// Was a meeting held, by whom and when? Asked of the meeting service, which keeps the records.
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_MEETING_READER_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_MEETING_READER_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/rpc/call.h"

namespace ronghe::rpc {
class Channel;
}

namespace ronghe::membership {

// What the record of a meeting says of its holding.
struct HeldMeeting {
  int64_t id = 0;
  int64_t organization_id = 0;
  absl::CivilDay held_on;
  bool settled = false;  // the record was submitted or accepted
};

// Thread-safe.
class MeetingReader {
 public:
  virtual ~MeetingReader() = default;

  // The meeting `name` ("meetings/1"), read with the token of the call. Not to be asked inside a
  // transaction.
  //
  // Errors: NOT_FOUND and PERMISSION_DENIED as the meeting service answers them; UNAVAILABLE,
  // DEADLINE_EXCEEDED.
  virtual absl::StatusOr<HeldMeeting> Read(rpc::Call& call, std::string_view name) = 0;
};

// Reads by gRPC. `channel` leads to the meeting service.
std::unique_ptr<MeetingReader> MakeMeetingReader(std::shared_ptr<rpc::Channel> channel);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_MEETING_READER_H_

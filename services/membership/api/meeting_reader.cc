#include "services/membership/api/meeting_reader.h"

#include <string>
#include <utility>

#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/rpc/channel.h"
#include "common/rpc/convert.h"
#include "ronghe/meeting/v1/meeting.ronghe.h"
#include "services/membership/api/settled.h"

namespace ronghe::membership {
namespace {

class RemoteMeetingReader : public MeetingReader {
 public:
  explicit RemoteMeetingReader(std::shared_ptr<rpc::Channel> channel)
      : meetings_(std::move(channel)) {}

  absl::StatusOr<HeldMeeting> Read(rpc::Call& call, std::string_view name) override {
    meeting::v1::GetMeetingRequest request;
    request.set_name(std::string(name));
    RONGHE_ASSIGN_OR_RETURN(const meeting::v1::Meeting read,
                            meetings_.GetMeeting(call.Out(), request));
    HeldMeeting meeting{.settled = Settled(read.state())};
    RONGHE_ASSIGN_OR_RETURN(meeting.id, base::ParseName(read.name(), "meetings"));
    RONGHE_ASSIGN_OR_RETURN(meeting.organization_id,
                            base::ParseName(read.organization(), "organizations"));
    if (!meeting.settled) return meeting;  // it may have no day yet
    RONGHE_ASSIGN_OR_RETURN(meeting.held_on, rpc::FromProto(read.event_date()));
    return meeting;
  }

 private:
  meeting::v1::MeetingServiceClient meetings_;
};

}  // namespace

std::unique_ptr<MeetingReader> MakeMeetingReader(std::shared_ptr<rpc::Channel> channel) {
  return std::make_unique<RemoteMeetingReader>(std::move(channel));
}

}  // namespace ronghe::membership

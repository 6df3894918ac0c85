#include "services/membership/api/motion_reader.h"

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

class RemoteMotionReader : public MotionReader {
 public:
  explicit RemoteMotionReader(std::shared_ptr<rpc::Channel> channel)
      : meetings_(std::move(channel)) {}

  absl::StatusOr<MotionVerdict> Read(rpc::Call& call, std::string_view motion) override {
    meeting::v1::GetMotionRequest request;
    request.set_name(std::string(motion));
    RONGHE_ASSIGN_OR_RETURN(const meeting::v1::MotionVerdict read,
                            meetings_.GetMotion(call.Out(), request));
    MotionVerdict verdict{.name = read.name(),
                          .kind = static_cast<MotionKind>(read.kind()),
                          .subject = read.subject(),
                          .settled = Settled(read.meeting_state()),
                          .roll = read.roll(),
                          .present = read.present(),
                          .votes_for = read.votes_for(),
                          .written_for = read.written_for(),
                          .votes_against = read.votes_against(),
                          .abstained = read.abstained(),
                          .secret = read.ballot_mode() == meeting::v1::BALLOT_MODE_SECRET,
                          .carried = read.result() == meeting::v1::MOTION_RESULT_PASSED};
    RONGHE_ASSIGN_OR_RETURN(verdict.organization_id,
                            base::ParseName(read.organization(), "organizations"));
    RONGHE_ASSIGN_OR_RETURN(verdict.held_on, rpc::FromProto(read.held_on()));
    return verdict;
  }

 private:
  meeting::v1::MeetingServiceClient meetings_;
};

}  // namespace

std::unique_ptr<MotionReader> MakeMotionReader(std::shared_ptr<rpc::Channel> channel) {
  return std::make_unique<RemoteMotionReader>(std::move(channel));
}

}  // namespace ronghe::membership

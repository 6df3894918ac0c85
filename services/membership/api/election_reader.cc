#include "services/membership/api/election_reader.h"

#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/rpc/channel.h"
#include "common/rpc/convert.h"
#include "ronghe/meeting/v1/election.ronghe.h"
#include "services/membership/api/settled.h"

namespace ronghe::membership {
namespace {

namespace meeting = ::ronghe::meeting::v1;

absl::StatusOr<Elected> WinnerOf(const meeting::Winner& winner) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t member_id, base::ParseName(winner.member(), "members"));
  int32_t code = 0;
  if (!absl::SimpleAtoi(winner.post_code(), &code) || !PostOf(code)) {
    return absl::InternalError("the meeting service names an unknown post");
  }
  return Elected{member_id, *PostOf(code)};
}

class RpcElectionReader : public ElectionReader {
 public:
  explicit RpcElectionReader(std::shared_ptr<rpc::Channel> channel) : client_(std::move(channel)) {}

  absl::StatusOr<ElectionVerdict> Read(rpc::Call& call, std::string_view election) override {
    meeting::GetElectionResultRequest request;
    request.set_name(std::string(election));
    RONGHE_ASSIGN_OR_RETURN(const meeting::ElectionResult result,
                            client_.GetElectionResult(call.Out(), request));
    ElectionVerdict verdict;
    verdict.name = result.name();
    RONGHE_ASSIGN_OR_RETURN(verdict.organization_id,
                            base::ParseName(result.organization(), "organizations"));
    RONGHE_ASSIGN_OR_RETURN(verdict.held_on, rpc::FromProto(result.held_on()));
    verdict.decided = result.state() == meeting::ELECTION_STATE_DECIDED;
    verdict.settled = Settled(result.meeting_state());
    verdict.committee = result.office() == meeting::ELECTION_OFFICE_COMMITTEE;
    verdict.delegation = result.delegation();
    if (result.office() == meeting::ELECTION_OFFICE_DELEGATE) verdict.delegates.emplace();
    for (const meeting::Winner& winner : result.winners()) {
      if (verdict.delegates) {
        RONGHE_ASSIGN_OR_RETURN(verdict.delegates->emplace_back(),
                                base::ParseName(winner.member(), "members"));
      } else {
        RONGHE_ASSIGN_OR_RETURN(verdict.elected.emplace_back(), WinnerOf(winner));
      }
    }
    return verdict;
  }

 private:
  meeting::ElectionServiceClient client_;
};

}  // namespace

std::unique_ptr<ElectionReader> MakeElectionReader(std::shared_ptr<rpc::Channel> channel) {
  return std::make_unique<RpcElectionReader>(std::move(channel));
}

}  // namespace ronghe::membership

#include "services/meeting/api/delegation_reader.h"

#include <string>
#include <utility>

#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/rpc/channel.h"
#include "common/rpc/convert.h"
#include "ronghe/membership/v1/delegation.ronghe.h"

namespace ronghe::meeting {
namespace {

class RemoteDelegationReader : public DelegationReader {
 public:
  explicit RemoteDelegationReader(std::shared_ptr<rpc::Channel> channel)
      : delegations_(std::move(channel)) {}

  absl::StatusOr<Delegation> Read(rpc::Call& call, std::string_view name) override {
    membership::v1::GetDelegationRequest request;
    request.set_name(std::string(name));
    RONGHE_ASSIGN_OR_RETURN(const membership::v1::Delegation read,
                            delegations_.GetDelegation(call.Out(), request));
    Delegation delegation;
    RONGHE_ASSIGN_OR_RETURN(delegation.organization_id,
                            base::ParseName(read.organization(), "organizations"));
    if (read.has_credentials_on()) {
      RONGHE_ASSIGN_OR_RETURN(delegation.credentials_on, rpc::FromProto(read.credentials_on()));
    }
    for (const membership::v1::DelegateUnit& unit : read.units()) {
      for (const membership::v1::Delegate& delegate : unit.delegates()) {
        RONGHE_ASSIGN_OR_RETURN(delegation.members.emplace_back(),
                                base::ParseName(delegate.member(), "members"));
      }
    }
    return delegation;
  }

 private:
  membership::v1::DelegationServiceClient delegations_;
};

}  // namespace

std::unique_ptr<DelegationReader> MakeDelegationReader(std::shared_ptr<rpc::Channel> channel) {
  return std::make_unique<RemoteDelegationReader>(std::move(channel));
}

}  // namespace ronghe::meeting

// How are calls about the standing of a member over time answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_STANDING_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_STANDING_API_H_

#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/standing.ronghe.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/membership_tree.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in standing.proto.
class StandingApi : public v1::StandingServiceHandler {
 public:
  StandingApi(service::Writer& writer, MembershipTree& tree, const RuleBooks& books,
              const rpc::PageTokens& tokens);

  absl::StatusOr<v1::StandingEvent> ReinstateMember(
      rpc::Call& call, const v1::ReinstateMemberRequest& request) override;
  absl::StatusOr<v1::ListStandingEventsResponse> ListStandingEvents(
      rpc::Call& call, const v1::ListStandingEventsRequest& request) override;

 private:
  service::Writer& writer_;
  MembershipTree& tree_;
  const RuleBook& rules_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_STANDING_API_H_

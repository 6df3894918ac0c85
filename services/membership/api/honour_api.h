// How are calls about honours answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_HONOUR_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_HONOUR_API_H_

#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/honour.ronghe.h"
#include "services/membership/domain/rule_book.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in honour.proto.
class HonourApi : public v1::HonourServiceHandler {
 public:
  HonourApi(service::Writer& writer, const RuleBooks& books, const rpc::PageTokens& tokens);

  absl::StatusOr<v1::Honour> RecordHonour(rpc::Call& call,
                                          const v1::RecordHonourRequest& request) override;
  absl::StatusOr<v1::Honour> RevokeHonour(rpc::Call& call,
                                          const v1::RevokeHonourRequest& request) override;
  absl::StatusOr<v1::ListHonoursResponse> ListHonours(
      rpc::Call& call, const v1::ListHonoursRequest& request) override;
  absl::StatusOr<v1::ListMemberHonoursResponse> ListMemberHonours(
      rpc::Call& call, const v1::ListMemberHonoursRequest& request) override;

 private:
  service::Writer& writer_;
  const RuleBook& rules_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_HONOUR_API_H_

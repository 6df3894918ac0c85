// How are calls about care for members answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_CARE_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_CARE_API_H_

#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/care.ronghe.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/membership_tree.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in care.proto.
class CareApi : public v1::CareServiceHandler {
 public:
  CareApi(service::Writer& writer, MembershipTree& tree, const RuleBooks& books,
          const rpc::PageTokens& tokens);

  absl::StatusOr<v1::CareRecord> RecordCare(rpc::Call& call,
                                            const v1::RecordCareRequest& request) override;
  absl::StatusOr<v1::CareRecord> VoidCare(rpc::Call& call,
                                          const v1::VoidCareRequest& request) override;
  absl::StatusOr<v1::ListCareRecordsResponse> ListCareRecords(
      rpc::Call& call, const v1::ListCareRecordsRequest& request) override;
  absl::StatusOr<v1::ListMemberCareResponse> ListMemberCare(
      rpc::Call& call, const v1::ListMemberCareRequest& request) override;
  absl::StatusOr<v1::ListFiftyYearMembersResponse> ListFiftyYearMembers(
      rpc::Call& call, const v1::ListFiftyYearMembersRequest& request) override;

 private:
  service::Writer& writer_;
  MembershipTree& tree_;
  const RuleBook& rules_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_CARE_API_H_

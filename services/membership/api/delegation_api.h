// How are calls about the delegates of an election answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_DELEGATION_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_DELEGATION_API_H_

#include "absl/status/statusor.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/delegation.ronghe.h"
#include "services/membership/api/election_reader.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/membership_tree.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in delegation.proto.
class DelegationApi : public v1::DelegationServiceHandler {
 public:
  DelegationApi(service::Writer& writer, MembershipTree& tree, const RuleBooks& books,
                ElectionReader& reader)
      : writer_(writer), tree_(tree), elections_(books.Get("election")), reader_(reader) {}

  absl::StatusOr<v1::Delegation> GetDelegation(rpc::Call& call,
                                               const v1::GetDelegationRequest& request) override;
  absl::StatusOr<v1::DelegateUnit> RegisterDelegates(
      rpc::Call& call, const v1::RegisterDelegatesRequest& request) override;
  absl::StatusOr<v1::Delegation> CheckCredentials(
      rpc::Call& call, const v1::CheckCredentialsRequest& request) override;

 private:
  service::Writer& writer_;
  MembershipTree& tree_;
  const RuleBook& elections_;
  ElectionReader& reader_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_DELEGATION_API_H_

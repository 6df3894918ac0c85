// How are calls about founding organizations answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_FOUNDING_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_FOUNDING_API_H_

#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/membership/v1/founding_case.ronghe.h"
#include "services/membership/domain/decision.h"
#include "services/membership/domain/organization.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/founding_store.h"
#include "services/membership/store/membership_tree.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in founding_case.proto.
class FoundingApi : public v1::FoundingServiceHandler {
 public:
  // `kinds` says what may stand where, `setup` how long a reply may take.
  FoundingApi(service::Writer& writer, MembershipTree& tree, const OrganizationRuleBook& kinds,
              const RuleBook& setup, const rpc::PageTokens& tokens)
      : writer_(writer), tree_(tree), kinds_(kinds), setup_(setup), tokens_(tokens) {}

  absl::StatusOr<v1::FoundingCase> ApplyFounding(rpc::Call& call,
                                                 const v1::ApplyFoundingRequest& request) override;
  absl::StatusOr<v1::FoundingCase> ReplyFounding(rpc::Call& call,
                                                 const v1::ReplyFoundingRequest& request) override;
  absl::StatusOr<v1::FoundingCase> FileFounding(rpc::Call& call,
                                                const v1::FileFoundingRequest& request) override;
  absl::StatusOr<v1::FoundingCase> GetFoundingCase(
      rpc::Call& call, const v1::GetFoundingCaseRequest& request) override;
  absl::StatusOr<v1::ListFoundingCasesResponse> ListFoundingCases(
      rpc::Call& call, const v1::ListFoundingCasesRequest& request) override;

 private:
  // Writes a case that took a step, with its decisions, and answers it.
  absl::StatusOr<v1::FoundingCase> Save(service::WriteTx& tx, FoundingCaseRow& row,
                                        std::string_view event, const Guard& guard);

  service::Writer& writer_;
  MembershipTree& tree_;
  const OrganizationRuleBook& kinds_;
  const RuleBook& setup_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_FOUNDING_API_H_

// How are calls about findings answered?
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_FINDING_API_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_FINDING_API_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/page_token.h"
#include "common/sql/database.h"
#include "ronghe/membership/v1/finding.ronghe.h"
#include "services/membership/domain/organization.h"
#include "services/membership/domain/organization/setup.h"
#include "services/membership/domain/rule_book.h"
#include "services/membership/store/membership_tree.h"

namespace ronghe::membership {

// Thread-safe. The references must outlive it. Each method's errors stand in finding.proto.
class FindingApi : public v1::FindingServiceHandler {
 public:
  FindingApi(sql::Database& database, MembershipTree& tree, const OrganizationRuleBook& kinds,
             const RuleBooks& books, const rpc::PageTokens& tokens);

  absl::StatusOr<v1::ListFindingsResponse> ListFindings(
      rpc::Call& call, const v1::ListFindingsRequest& request) override;

 private:
  // What is known of each of `organizations`, in their order. A batch whose sites, units or
  // deadlines are more than one statement may bring is shortened: fewer answers than organizations.
  absl::StatusOr<std::vector<SetupFacts>> Gather(sql::Session& session,
                                                 std::span<const int64_t> organizations,
                                                 const FindingSet& wanted, absl::CivilDay day);

  sql::Database& database_;
  MembershipTree& tree_;
  const OrganizationRuleBook& kinds_;
  const RuleBook& setup_;
  const RuleBook& elections_;
  const RuleBook& workers_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_FINDING_API_H_

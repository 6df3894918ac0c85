// How are hour accounts, coverage and shortfalls read, and exemptions decided?
#ifndef RONGHE_SERVICES_TRAINING_API_HOUR_ACCOUNT_API_H_
#define RONGHE_SERVICES_TRAINING_API_HOUR_ACCOUNT_API_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/rpc/page_token.h"
#include "common/service/write.h"
#include "ronghe/training/v1/hour_account.ronghe.h"
#include "services/training/api/members.h"
#include "services/training/domain/account.h"

namespace ronghe::training {

// Errors of each method: see ronghe/training/v1/hour_account.proto.
class HourAccountApi : public v1::HourAccountServiceHandler {
 public:
  HourAccountApi(service::Writer& writer, Members& members, const RuleBook& rules,
                 const rpc::PageTokens& tokens)
      : writer_(writer), members_(members), rules_(rules), tokens_(tokens) {}

  absl::StatusOr<v1::HourAccount> GetHourAccount(rpc::Call& call,
                                                 const v1::GetHourAccountRequest& request) override;
  absl::StatusOr<v1::ListCreditsResponse> ListCredits(
      rpc::Call& call, const v1::ListCreditsRequest& request) override;
  absl::StatusOr<v1::HourAccount> SetExemption(rpc::Call& call,
                                               const v1::SetExemptionRequest& request) override;
  absl::StatusOr<v1::Coverage> GetCoverage(rpc::Call& call,
                                           const v1::GetCoverageRequest& request) override;
  absl::StatusOr<v1::ListShortResponse> ListShort(rpc::Call& call,
                                                  const v1::ListShortRequest& request) override;

 private:
  struct Sum {
    Summary summary;
    int64_t organizations_due = 0;
    int64_t organizations_reached = 0;

    void Add(const Summary& organization);
  };
  absl::StatusOr<Sum> SumReady(rpc::Call& call, int64_t top, int year);
  absl::StatusOr<Sum> SumAsOf(rpc::Call& call, int64_t top, int year, absl::CivilDay day);
  // The caller may read the member's account: by where the member belongs in that year.
  absl::Status AuthorizeMember(rpc::Call& call, int64_t member, int year);

  service::Writer& writer_;
  Members& members_;
  const RuleBook& rules_;
  const rpc::PageTokens& tokens_;
};

}  // namespace ronghe::training

#endif  // RONGHE_SERVICES_TRAINING_API_HOUR_ACCOUNT_API_H_

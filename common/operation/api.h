// How are calls about a process's jobs, events and rules answered?
#ifndef RONGHE_COMMON_OPERATION_API_H_
#define RONGHE_COMMON_OPERATION_API_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/event/consumer.h"
#include "common/job/job_runner.h"
#include "common/operation/rule_catalogue.h"
#include "common/sql/database.h"
#include "ronghe/operation/v1/operation.ronghe.h"

namespace ronghe::operation {

// Each method's errors stand in operation.proto. Thread-safe once all consumers are added.
class OperationApi : public v1::OperationServiceHandler {
 public:
  struct Parts {
    sql::Database& database;
    const base::Clock& clock;
    const job::JobRunner& jobs;
    const RuleCatalogue& rules;
    std::string source;  // "services/membership"
  };
  // The references must outlive it.
  explicit OperationApi(Parts parts);

  // Shows a feed that the process follows. The consumer must live as long as calls are answered.
  void AddConsumer(const event::Consumer& consumer) { consumers_.push_back(&consumer); }

  absl::StatusOr<v1::ListJobsResponse> ListJobs(rpc::Call& call,
                                                const v1::ListJobsRequest& request) override;
  absl::StatusOr<v1::ListEventLagResponse> ListEventLag(
      rpc::Call& call, const v1::ListEventLagRequest& request) override;
  absl::StatusOr<v1::ListRuleSetsResponse> ListRuleSets(
      rpc::Call& call, const v1::ListRuleSetsRequest& request) override;
  absl::StatusOr<v1::RuleSet> GetRuleSet(rpc::Call& call,
                                         const v1::GetRuleSetRequest& request) override;

 private:
  absl::Status CheckSource(const std::string& source) const;
  // Without its figures.
  v1::RuleSet Present(const RuleSet& set) const;

  const Parts parts_;
  const absl::Time started_;
  std::vector<const event::Consumer*> consumers_;
};

}  // namespace ronghe::operation

#endif  // RONGHE_COMMON_OPERATION_API_H_

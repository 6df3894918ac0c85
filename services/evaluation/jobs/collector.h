// How do the facts of a round come in, completely and once, however often the process dies?
//
// Each service streams its facts in tree order. Every message is stored in one transaction together
// with its resume token and the count, so what is stored is exactly what the token stands for; a
// new start goes on after it. Nothing but the current message is held in memory.
#ifndef RONGHE_SERVICES_EVALUATION_JOBS_COLLECTOR_H_
#define RONGHE_SERVICES_EVALUATION_JOBS_COLLECTOR_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/job/job_runner.h"
#include "common/metrics/metrics.h"
#include "common/org/org_tree.h"
#include "common/rpc/channel.h"
#include "common/rpc/outgoing.h"
#include "ronghe/fact/v1/fact_feed.ronghe.h"
#include "services/evaluation/store/round_store.h"

namespace ronghe::evaluation {

// The services that facts can be asked of, by name ("services/meeting").
using FactSources = std::map<std::string, std::shared_ptr<rpc::Channel>>;

// Whom this process is to the services that it asks. By default: itself, by its certificate.
using Identity = std::function<rpc::Outgoing(absl::Duration timeout)>;

// Brings the tree up to date before a round lists its organizations; returns by the deadline.
using CatchUp = std::function<void(absl::Time deadline)>;

class Collector {
 public:
  // `tree` must outlive it; `catch_up` may be null.
  Collector(const org::OrgTree& tree, FactSources sources, Identity identity, CatchUp catch_up);

  // Goes on with a COLLECTING round until all facts are stored. OK when they are; then the round's
  // organizations are listed and every source is done.
  //
  // Errors: UNAVAILABLE and the like when a service can't be asked now: call again later;
  // INVALID_ARGUMENT, PERMISSION_DENIED, UNIMPLEMENTED when it refuses: the round has failed;
  // CANCELLED when the job ends; ABORTED LEASE_LOST; those of the database. What was stored stays.
  absl::Status Collect(job::JobContext& context, const Scheme& scheme, int64_t round_id);

 private:
  absl::Status ListOrganizations(job::JobContext& context, const Scheme& scheme, RoundRow round);
  absl::Status CollectSource(job::JobContext& context, const RoundRow& round,
                             const std::string& source, const std::vector<std::string>& indicators);
  absl::Status SnapshotIndicators(job::JobContext& context, const RoundRow& round,
                                  const std::string& source,
                                  const std::vector<std::string>& indicators,
                                  fact::v1::FactFeedServiceClient& client,
                                  const std::shared_ptr<rpc::CancelToken>& cancel);
  absl::Status StoreMessage(job::JobContext& context, int64_t round_id, const std::string& source,
                            const fact::v1::StreamFactsResponse& message);

  const org::OrgTree& tree_;
  const FactSources sources_;
  const Identity identity_;
  const CatchUp catch_up_;
  std::map<std::string, metrics::Counter*> facts_;
};

// Loads and locks a round that must be COLLECTING or FROZEN as `state` says, under the job's lease.
// Errors: ABORTED ROUND_STATE when it is not, or LEASE_LOST.
absl::StatusOr<RoundRow> LockRound(job::JobContext& context, sql::Session& session,
                                   int64_t round_id, RoundState state);

}  // namespace ronghe::evaluation

#endif  // RONGHE_SERVICES_EVALUATION_JOBS_COLLECTOR_H_

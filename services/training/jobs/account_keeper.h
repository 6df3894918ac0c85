// How do the hour accounts follow what happens in membership, and open at the new year?
//
// A consumer of membership's feed notes, exactly once, whose account an event may change and from
// which day on. The job judges those accounts anew as soon as this service's copies hold the event.
#ifndef RONGHE_SERVICES_TRAINING_JOBS_ACCOUNT_KEEPER_H_
#define RONGHE_SERVICES_TRAINING_JOBS_ACCOUNT_KEEPER_H_

#include <cstdint>
#include <memory>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/event/consumer.h"
#include "common/job/job_runner.h"
#include "common/metrics/metrics.h"
#include "common/rpc/channel.h"
#include "common/sql/database.h"
#include "services/training/domain/rule_set.h"

namespace ronghe::training {

class AccountKeeper {
 public:
  // The job that judges accounts; nudge it when the copies of membership moved on.
  static constexpr char kJob[] = "training.accounts";

  // Adds the jobs kJob and "training.gauges" to `jobs`. All references must outlive
  // the keeper; stop the runner before destroying it.
  AccountKeeper(sql::Database& database, base::IdGenerator& ids, const base::Clock& clock,
                const RuleBook& rules, job::JobRunner& jobs,
                std::shared_ptr<rpc::Channel> membership);

  AccountKeeper(const AccountKeeper&) = delete;
  AccountKeeper& operator=(const AccountKeeper&) = delete;

  // Follows membership's feed.
  void Start() { consumer_.Start(); }
  void Stop() { consumer_.Stop(); }

  // Opens the accounts of the current year that are missing, then judges every account that is due,
  // and answers how many rows of work it took off the list.
  //
  // Errors: those of sql::Database; FAILED_PRECONDITION TRAINING_NO_RULE.
  absl::StatusOr<int64_t> Keep(absl::Time deadline);

  // For tests and start-up: takes what membership has published.
  absl::Status CatchUp(absl::Time deadline) { return consumer_.CatchUp(deadline); }

  // What follows the feed.
  const event::Consumer& consumer() const { return consumer_; }

  // Sets ronghe_training_members_short.
  absl::Status Measure(absl::Time deadline);

 private:
  absl::Status Note(sql::Session& session, std::span<const event::v1::Event> events);
  absl::Status OpenYear(int year, absl::Time deadline);
  absl::StatusOr<int64_t> KeepSome(absl::CivilDay today, absl::Time deadline);

  sql::Database& database_;
  base::IdGenerator& ids_;
  const base::Clock& clock_;
  const RuleBook& rules_;
  job::JobRunner& jobs_;
  metrics::Gauge& short_;
  event::Consumer consumer_;
};

}  // namespace ronghe::training

#endif  // RONGHE_SERVICES_TRAINING_JOBS_ACCOUNT_KEEPER_H_

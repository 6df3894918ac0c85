// How does background work run in exactly one replica at a time, and end cleanly?
//
// Every job has a thread. Before a run the runner holds the job's row in job_lease; the row's token
// grows with every new holder, so that a holder that was paused past its lease can be refused in
// its own transaction (CheckLease). Leases are renewed while a job runs and given back by Stop.
#ifndef RONGHE_COMMON_JOB_JOB_RUNNER_H_
#define RONGHE_COMMON_JOB_JOB_RUNNER_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/metrics/metrics.h"
#include "common/sql/database.h"

namespace ronghe::job {

// One run of a job.
class JobContext {
 public:
  JobContext(sql::Database& database, const base::Clock& clock, std::string name, std::string owner,
             int64_t token, std::stop_token stop)
      : database_(database),
        clock_(clock),
        name_(std::move(name)),
        owner_(std::move(owner)),
        token_(token),
        stop_(std::move(stop)) {}

  sql::Database& database() { return database_; }
  const base::Clock& clock() const { return clock_; }
  absl::Time now() const { return clock_.Now(); }
  const std::string& name() const { return name_; }
  int64_t token() const { return token_; }

  // The runner is stopping or the lease is gone: return soon, with OK or what you have.
  bool cancelled() const { return stop_.stop_requested(); }
  const std::stop_token& stop_token() const { return stop_; }

  // A deadline for one piece of work in this run, counted from the real time.
  absl::Time DeadlineIn(absl::Duration duration) const { return absl::Now() + duration; }

  // Inside a transaction: OK only while this run holds the lease; locks the lease row against a
  // new holder until the transaction ends.
  //
  // Errors: ABORTED with reason LEASE_LOST; those of sql::Session.
  absl::Status CheckLease(sql::Session& session) const;

 private:
  sql::Database& database_;
  const base::Clock& clock_;
  const std::string name_;
  const std::string owner_;
  const int64_t token_;
  const std::stop_token stop_;
};

// What a runner has seen of one of its jobs. Times are by the runner's clock, and in the infinite
// past where there is none.
struct JobState {
  std::string name;
  absl::Duration interval;
  bool held = false;     // the lease, by this runner
  bool running = false;  // here, now
  absl::Time last_start = absl::InfinitePast();
  absl::Time last_end = absl::InfinitePast();
  absl::Time last_success = absl::InfinitePast();
  absl::Time last_failure = absl::InfinitePast();
  std::string last_failure_reason;  // as error::ReasonOrCode
  int64_t succeeded = 0;
  int64_t failed = 0;
  int64_t skipped = 0;  // another owner held the lease
};

// The lease of a job, whoever holds it.
struct Lease {
  std::string name;
  absl::Time held_until;
};

// All leases that were ever taken, by name. Errors: those of sql::Session.
absl::StatusOr<std::vector<Lease>> ReadLeases(sql::Session& session);

class JobRunner {
 public:
  using Function = std::function<absl::Status(JobContext&)>;

  // `owner` must be unique among the processes that share the schema; the runner adds a random
  // part. `lease` is how long a crashed holder blocks the others.
  JobRunner(sql::Database& database, const base::Clock& clock, std::string owner,
            absl::Duration lease = absl::Seconds(15));
  ~JobRunner();
  JobRunner(const JobRunner&) = delete;
  JobRunner& operator=(const JobRunner&) = delete;

  // Adds a job that runs at once after Start and then `interval` after the end of each run. A run
  // that fails is logged, counted and tried again after `interval`. Call before Start.
  void Add(std::string name, absl::Duration interval, Function function);

  // Runs the job as soon as possible; nudges during a run lead to one more run. Never blocks, works
  // before Start and after Stop (without effect), any thread. Unknown names are ignored.
  void Nudge(std::string_view name);

  // Starts the threads.
  void Start();

  // Asks running jobs to stop, waits for them and gives the leases back. Idempotent.
  void Stop();

  // Runs the job once on the calling thread, under its lease; without Start. For tests and
  // commands.
  //
  // Errors: UNAVAILABLE with reason LEASE_HELD when another owner holds the lease; those of the
  // job.
  absl::Status RunOnce(std::string_view name);

  // All jobs, by name.
  std::vector<JobState> States() const;

 private:
  struct Job;

  Job* Find(std::string_view name) const;
  void Loop(Job& job);
  void Heartbeat();
  absl::Status RunHolding(Job& job);
  // Writes down how a run ended, or that there was none.
  void Note(Job& job, const absl::Status& status, bool ran);
  absl::Status Acquire(Job& job);
  bool Renew(Job& job);
  void Release(Job& job);

  sql::Database& database_;
  const base::Clock& clock_;
  const std::string owner_;
  const absl::Duration lease_;
  std::vector<std::unique_ptr<Job>> jobs_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool started_ = false;
  bool stopping_ = false;
  std::thread heartbeat_;
};

}  // namespace ronghe::job

#endif  // RONGHE_COMMON_JOB_JOB_RUNNER_H_

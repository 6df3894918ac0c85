#include "common/job/job_runner.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/status_macros.h"
#include "common/error/error.h"
#include "common/log/log.h"
#include "common/sql/session.h"
#include "common/sql/statement.h"

namespace ronghe::job {
namespace {

struct LeaseRow {
  int64_t token;
};

const sql::Command kAdd("job_lease.add",
                        "INSERT INTO job_lease (name, owner, held_until, token) "
                        "VALUES (?, '', '1971-01-01 00:00:00', 0) "
                        "ON DUPLICATE KEY UPDATE token = token");
const sql::Command kTake("job_lease.take",
                         "UPDATE job_lease SET owner = ?, held_until = ?, token = token + 1 "
                         "WHERE name = ? AND (held_until <= ? OR owner = ?)");
const sql::Query<LeaseRow> kToken("job_lease.token",
                                  "SELECT token FROM job_lease WHERE name = ? AND owner = ?");
const sql::Command kRenew("job_lease.renew",
                          "UPDATE job_lease SET held_until = ? "
                          "WHERE name = ? AND owner = ? AND token = ?");
const sql::Command kRelease("job_lease.release",
                            "UPDATE job_lease SET held_until = '1971-01-01 00:00:00' "
                            "WHERE name = ? AND owner = ? AND token = ?");
const sql::Query<LeaseRow> kCheck(
    "job_lease.check",
    "SELECT token FROM job_lease WHERE name = ? AND owner = ? AND token = ? FOR UPDATE");

const sql::Query<Lease> kLeases("job_lease.all",
                                "SELECT name, held_until FROM job_lease ORDER BY name");

constexpr absl::Duration kStatementTime = absl::Seconds(5);

absl::Status LeaseHeld(std::string_view name) {
  return error::Make(absl::StatusCode::kUnavailable, "LEASE_HELD", "任务正由其他实例执行",
                     {{"job", std::string(name)}});
}

metrics::Counter& Runs(const std::string& job, const char* result) {
  return metrics::Registry::Default().AddCounter("ronghe_job_runs_total",
                                                 "Runs of background jobs, by result.",
                                                 {{"job", job}, {"result", result}});
}

}  // namespace

absl::StatusOr<std::vector<Lease>> ReadLeases(sql::Session& session) {
  return session.Select(kLeases);
}

absl::Status JobContext::CheckLease(sql::Session& session) const {
  RONGHE_ASSIGN_OR_RETURN(const auto row, session.SelectOne(kCheck, name_, owner_, token_));
  if (row.has_value()) return absl::OkStatus();
  return error::Make(absl::StatusCode::kAborted, "LEASE_LOST", "任务已由其他实例接管",
                     {{"job", name_}});
}

struct JobRunner::Job {
  const std::string name;
  const absl::Duration interval;
  Function function;
  metrics::Counter& succeeded;
  metrics::Counter& failed;
  metrics::Counter& skipped;
  metrics::Gauge& last_success;

  // Under the runner's mutex.
  bool nudged = false;
  JobState state;
  bool running = false;
  absl::Time held_until = absl::InfinitePast();  // of our lease, by the runner's clock
  int64_t token = 0;                             // 0: no lease
  std::optional<std::stop_source> stop;          // of the run that is going on

  std::condition_variable wake;
  std::mutex one_run;  // RunOnce beside the thread
  std::thread thread;
};

JobRunner::JobRunner(sql::Database& database, const base::Clock& clock, std::string owner,
                     absl::Duration lease)
    : database_(database),
      clock_(clock),
      owner_([&owner] {
        absl::BitGen random;
        return absl::StrCat(owner.substr(0, 128), "/",
                            absl::Hex(absl::Uniform<uint64_t>(random), absl::kZeroPad16));
      }()),
      lease_(lease) {}

JobRunner::~JobRunner() { Stop(); }

void JobRunner::Add(std::string name, absl::Duration interval, Function function) {
  auto job = std::unique_ptr<Job>(
      new Job{.name = name,
              .interval = interval,
              .function = std::move(function),
              .succeeded = Runs(name, "ok"),
              .failed = Runs(name, "error"),
              .skipped = Runs(name, "not_holder"),
              .last_success = metrics::Registry::Default().AddGauge(
                  "ronghe_job_last_success_timestamp_seconds",
                  "When a background job last succeeded in this process.", {{"job", name}})});
  std::lock_guard lock(mutex_);
  jobs_.push_back(std::move(job));
}

JobRunner::Job* JobRunner::Find(std::string_view name) const {
  for (const auto& job : jobs_) {
    if (job->name == name) return job.get();
  }
  return nullptr;
}

void JobRunner::Nudge(std::string_view name) {
  std::lock_guard lock(mutex_);
  Job* job = Find(name);
  if (job == nullptr || job->nudged) return;
  job->nudged = true;
  job->wake.notify_one();
}

std::vector<JobState> JobRunner::States() const {
  const absl::Time now = clock_.Now();
  std::vector<JobState> states;
  {
    std::lock_guard lock(mutex_);
    for (const auto& job : jobs_) {
      JobState& state = states.emplace_back(job->state);
      state.name = job->name;
      state.interval = job->interval;
      state.held = job->token != 0 && job->held_until > now;
      state.running = job->running;
    }
  }
  std::sort(states.begin(), states.end(),
            [](const JobState& a, const JobState& b) { return a.name < b.name; });
  return states;
}

void JobRunner::Start() {
  std::lock_guard lock(mutex_);
  if (started_ || stopping_) return;
  started_ = true;
  for (const auto& job : jobs_) {
    job->thread = std::thread([this, &job = *job] { Loop(job); });
  }
  heartbeat_ = std::thread([this] { Heartbeat(); });
}

void JobRunner::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& job : jobs_) {
      if (job->stop.has_value()) job->stop->request_stop();
      job->wake.notify_one();
    }
  }
  changed_.notify_all();
  for (const auto& job : jobs_) {
    if (job->thread.joinable()) job->thread.join();
  }
  if (heartbeat_.joinable()) heartbeat_.join();
  for (const auto& job : jobs_) Release(*job);
}

void JobRunner::Loop(Job& job) {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    job.nudged = false;
    lock.unlock();
    const absl::Status status = RunHolding(job);
    lock.lock();
    // Without the lease, look again when its holder may have died.
    const absl::Duration pause =
        error::Reason(status) == "LEASE_HELD" ? std::max(job.interval, lease_ / 3) : job.interval;
    job.wake.wait_for(lock, absl::ToChronoNanoseconds(std::min(pause, absl::Hours(24))),
                      [&] { return stopping_ || job.nudged; });
  }
}

void JobRunner::Heartbeat() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, absl::ToChronoNanoseconds(lease_ / 3),
                            [this] { return stopping_; })) {
    for (const auto& job : jobs_) {
      if (!job->running || job->token == 0) continue;
      lock.unlock();
      const bool held = Renew(*job);
      lock.lock();
      if (!held && job->stop.has_value()) job->stop->request_stop();
    }
  }
}

absl::Status JobRunner::RunOnce(std::string_view name) {
  Job* job = nullptr;
  {
    std::lock_guard lock(mutex_);
    job = Find(name);
  }
  if (job == nullptr) return absl::NotFoundError(absl::StrCat("no job ", std::string(name)));
  return RunHolding(*job);
}

absl::Status JobRunner::RunHolding(Job& job) {
  std::lock_guard one_run(job.one_run);
  if (absl::Status status = Acquire(job); !status.ok()) {
    Note(job, status, false);
    if (error::Reason(status) != "LEASE_HELD") {
      log::Warn("job_lease_failed", {{"job", job.name}, {"status", status}});
    }
    return status;
  }
  std::stop_token token;
  int64_t fence = 0;
  {
    std::lock_guard lock(mutex_);
    job.running = true;
    job.state.last_start = clock_.Now();
    fence = job.token;
    token = job.stop.emplace().get_token();
    if (stopping_ && started_) job.stop->request_stop();
  }
  JobContext context(database_, clock_, job.name, owner_, fence, token);
  absl::Status status;
  try {
    status = job.function(context);
  } catch (const std::exception& error) {
    status = absl::InternalError(error.what());
  }
  {
    std::lock_guard lock(mutex_);
    job.running = false;
    job.stop.reset();
    // Whoever took the lease from us has it: ask the database before the next run.
    if (error::Reason(status) == "LEASE_LOST") job.held_until = absl::InfinitePast();
  }
  Note(job, status, true);
  if (!status.ok()) log::Warn("job_failed", {{"job", job.name}, {"status", status}});
  return status;
}

void JobRunner::Note(Job& job, const absl::Status& status, bool ran) {
  const absl::Time now = clock_.Now();
  std::lock_guard lock(mutex_);
  JobState& state = job.state;
  if (ran) state.last_end = now;
  if (status.ok()) {
    state.last_success = now;
    ++state.succeeded;
    job.succeeded.Increment();
    job.last_success.Set(absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch()));
  } else if (!ran && error::Reason(status) == "LEASE_HELD") {
    ++state.skipped;
    job.skipped.Increment();
  } else {
    state.last_failure = now;
    state.last_failure_reason = error::ReasonOrCode(status);
    ++state.failed;
    job.failed.Increment();
  }
}

absl::Status JobRunner::Acquire(Job& job) {
  const absl::Time now = clock_.Now();
  {
    std::lock_guard lock(mutex_);
    // Held with time to spare: frequent jobs cost no statement for it.
    if (job.token != 0 && job.held_until - now > lease_ / 2) return absl::OkStatus();
  }
  bool fresh = false;
  {
    std::lock_guard lock(mutex_);
    fresh = job.token == 0;
  }
  if (!fresh && Renew(job)) return absl::OkStatus();
  const absl::Time until = now + lease_;
  const absl::Time deadline = absl::Now() + kStatementTime;
  const absl::StatusOr<int64_t> token =
      database_.Transact(deadline, [&](sql::Session& session) -> absl::StatusOr<int64_t> {
        RONGHE_ASSIGN_OR_RETURN(int64_t taken,
                                session.Execute(kTake, owner_, until, job.name, now, owner_));
        if (taken == 0) {
          RONGHE_RETURN_IF_ERROR(session.Execute(kAdd, job.name).status());
          RONGHE_ASSIGN_OR_RETURN(taken,
                                  session.Execute(kTake, owner_, until, job.name, now, owner_));
        }
        if (taken == 0) return LeaseHeld(job.name);
        RONGHE_ASSIGN_OR_RETURN(const auto row, session.SelectOne(kToken, job.name, owner_));
        return row.has_value() ? absl::StatusOr<int64_t>(row->token) : LeaseHeld(job.name);
      });
  std::lock_guard lock(mutex_);
  if (!token.ok()) {
    job.token = 0;
    job.held_until = absl::InfinitePast();
    return token.status();
  }
  job.token = *token;
  job.held_until = until;
  return absl::OkStatus();
}

bool JobRunner::Renew(Job& job) {
  int64_t token = 0;
  {
    std::lock_guard lock(mutex_);
    token = job.token;
  }
  const absl::Time now = clock_.Now();
  const absl::Time until = now + lease_;
  const absl::StatusOr<int64_t> renewed =
      database_.Transact(absl::Now() + kStatementTime, [&](sql::Session& session) {
        return session.Execute(kRenew, until, job.name, owner_, token);
      });
  std::lock_guard lock(mutex_);
  if (!renewed.ok()) return job.held_until > now;  // perhaps next time, while it still runs
  if (*renewed == 0) {
    if (job.token == token) {
      job.token = 0;
      job.held_until = absl::InfinitePast();
    }
    return false;
  }
  if (job.token == token) job.held_until = until;
  return true;
}

void JobRunner::Release(Job& job) {
  int64_t token = 0;
  {
    std::lock_guard lock(mutex_);
    token = std::exchange(job.token, 0);
    job.held_until = absl::InfinitePast();
  }
  if (token == 0) return;
  const absl::Status status =
      database_.Transact(absl::Now() + absl::Seconds(1), [&](sql::Session& session) {
        return session.Execute(kRelease, job.name, owner_, token).status();
      });
  if (!status.ok()) log::Info("job_lease_kept", {{"job", job.name}, {"status", status}});
}

}  // namespace ronghe::job

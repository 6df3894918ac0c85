#include "common/sql/database.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

#include "absl/random/random.h"
#include "absl/time/clock.h"
#include "common/base/status_macros.h"
#include "common/config/common.pb.h"
#include "common/config/config.h"
#include "common/error/error.h"
#include "common/metrics/metrics.h"
#include "common/sql/connection.h"
#include "common/sql/error.h"

namespace ronghe::sql {
namespace {

constexpr int kDefaultPool = 12;
constexpr int kMaxAttempts = 4;
constexpr absl::Duration kMaxAge = absl::Minutes(30);
constexpr absl::Duration kPingAfterIdle = absl::Seconds(10);
constexpr absl::Duration kLongestWait = absl::Hours(1);

struct OneRow {
  int32_t one;
};
const Query<OneRow> kPing("database.ping", "SELECT 1");

absl::Status NoConnectionInTime() {
  return error::Make(absl::StatusCode::kDeadlineExceeded, "DATABASE_BUSY",
                     "数据库繁忙，请稍后重试");
}

}  // namespace

absl::StatusOr<Options> OptionsFrom(const config::v1::Database& config) {
  Options options;
  if (!config.host().empty()) options.host = config.host();
  if (config.port() != 0) options.port = config.port();
  options.user = config.user();
  if (!config.password_file().empty()) {
    RONGHE_ASSIGN_OR_RETURN(options.password, config::ReadSecret(config.password_file()));
  }
  options.schema = config.schema();
  options.tls_ca_file = config.ca_file();
  options.pool = config.pool() > 0 ? config.pool() : kDefaultPool;
  return options;
}

namespace internal {

// At most options.pool connections. The one given back last is used first; callers without one
// wait in line.
class Pool {
 public:
  Pool(Options options, metrics::Registry& registry)
      : options_(std::move(options)), metrics_(registry) {}

  ~Pool() {
    std::lock_guard lock(mutex_);
    metrics_.idle.Decrement(static_cast<double>(idle_.size()));
  }

  // Errors: DEADLINE_EXCEEDED; those of Connection::Open.
  absl::StatusOr<Connection*> Acquire(absl::Time deadline) {
    for (;;) {
      std::unique_ptr<Connection> connection;
      absl::Time suspect_before;
      {
        std::unique_lock lock(mutex_);
        if (!idle_.empty()) {
          connection = std::move(idle_.back());
          idle_.pop_back();
          metrics_.idle.Decrement();
        } else if (open_ < options_.pool) {
          ++open_;
        } else {
          Waiter self;
          waiters_.push_back(&self);
          metrics_.waiting.Increment();
          const absl::Time until = std::min(deadline, absl::Now() + kLongestWait);
          self.signal.wait_until(lock, absl::ToChronoTime(until), [&self] { return self.served; });
          metrics_.waiting.Decrement();
          if (!self.served) {
            waiters_.erase(std::find(waiters_.begin(), waiters_.end(), &self));
            return NoConnectionInTime();
          }
          connection = std::move(self.connection);
        }
        suspect_before = suspect_before_;
      }
      const absl::Time now = absl::Now();
      if (connection != nullptr) {
        const bool doubtful =
            now - connection->last_used > kPingAfterIdle || connection->last_used < suspect_before;
        if (now - connection->opened() > kMaxAge || (doubtful && !connection->Ping())) {
          connection.reset();
        }
      }
      if (connection == nullptr) {
        absl::StatusOr<std::unique_ptr<Connection>> opened = Connection::Open(options_, metrics_);
        if (!opened.ok()) {
          Drop();
          return opened.status();
        }
        connection = *std::move(opened);
      }
      metrics_.busy.Increment();
      return connection.release();
    }
  }

  // Takes back what Acquire gave.
  void Release(Connection* given) {
    std::unique_ptr<Connection> connection(given);
    metrics_.busy.Decrement();
    connection->last_used = absl::Now();
    if (connection->lost()) {
      connection.reset();
      std::lock_guard lock(mutex_);
      // The others may have died with it: ask them before their next use.
      suspect_before_ = absl::Now();
      DropLocked();
      return;
    }
    std::lock_guard lock(mutex_);
    if (!waiters_.empty()) {
      Serve(std::move(connection));
    } else {
      idle_.push_back(std::move(connection));
      metrics_.idle.Increment();
    }
  }

  const Options& options() const { return options_; }

 private:
  struct Waiter {
    std::condition_variable signal;
    std::unique_ptr<Connection> connection;  // null: the right to open one
    bool served = false;
  };

  void Serve(std::unique_ptr<Connection> connection) {
    Waiter* first = waiters_.front();
    waiters_.pop_front();
    first->connection = std::move(connection);
    first->served = true;
    first->signal.notify_one();
  }

  void Drop() {
    std::lock_guard lock(mutex_);
    DropLocked();
  }

  void DropLocked() {
    if (waiters_.empty()) {
      --open_;
    } else {
      Serve(nullptr);
    }
  }

  const Options options_;
  Metrics metrics_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::deque<Waiter*> waiters_;
  int open_ = 0;  // connections and rights to open one
  absl::Time suspect_before_ = absl::InfinitePast();
};

Attempt::Attempt(Pool& pool, Mode mode, absl::Time deadline, int number)
    : pool_(pool), mode_(mode), deadline_(deadline), number_(number) {}

Attempt::~Attempt() {
  if (connection_ == nullptr) return;
  // The function threw: nobody knows what state it left.
  connection_->MarkLost(absl::InternalError("exception in a database function"));
  Finish();
}

absl::Status Attempt::Begin() {
  if (absl::Now() >= deadline_) return NoConnectionInTime();
  RONGHE_ASSIGN_OR_RETURN(connection_, pool_.Acquire(deadline_));
  absl::Status status = connection_->Prepare(deadline_);
  if (status.ok() && mode_ == Mode::kTransaction) status = connection_->BeginTransaction();
  if (status.ok() && mode_ == Mode::kSnapshot) status = connection_->BeginSnapshot();
  if (!status.ok()) {
    if (connection_->lost()) ScheduleRetry();
    connection_->MarkLost(status);
    Finish();
    return status;
  }
  session_ = &connection_->session();
  return absl::OkStatus();
}

absl::Status Attempt::End(const absl::Status& outcome) {
  Connection& connection = *connection_;
  absl::Status result;  // OK: the function's outcome stands
  bool again = false;
  if (connection.lost()) {
    // Nothing of the transaction can have been committed.
    const bool harmless = mode_ == Mode::kTransaction || connection.untouched();
    if (!outcome.ok() || mode_ == Mode::kTransaction) result = connection.failure();
    again = !result.ok() && harmless && absl::IsUnavailable(result);
  } else if (connection.conflicted()) {
    result = connection.failure();
    again = mode_ == Mode::kTransaction;
    connection.Rollback().IgnoreError();
  } else if (mode_ == Mode::kTransaction && outcome.ok()) {
    if (absl::Now() >= deadline_) {
      result = error::Make(absl::StatusCode::kDeadlineExceeded, "STATEMENT_TIMEOUT",
                           "操作超时，请稍后重试");
      connection.Rollback().IgnoreError();
    } else {
      result = connection.Commit();
      again = absl::IsAborted(result);
      if (!result.ok() && !again) connection.MarkLost(result);
    }
  } else if (mode_ != Mode::kAutocommit) {
    connection.Rollback().IgnoreError();
    again = mode_ == Mode::kTransaction && IsConflict(outcome);
    if (again) result = outcome;
  }
  Finish();
  if (again) ScheduleRetry();
  return result;
}

void Attempt::Finish() {
  pool_.Release(std::exchange(connection_, nullptr));
  session_ = nullptr;
}

void Attempt::ScheduleRetry() {
  if (number_ >= kMaxAttempts) return;
  thread_local absl::BitGen random;
  const absl::Duration pause =
      absl::Milliseconds(absl::Uniform(random, 1.0, 10.0)) * (1 << (number_ - 1));
  if (absl::Now() + pause >= deadline_) return;
  absl::SleepFor(pause);
  retry_ = true;
}

}  // namespace internal

Database::Database(std::unique_ptr<internal::Pool> pool) : pool_(std::move(pool)) {}
Database::~Database() = default;

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const Options& options,
                                                         metrics::Registry& metrics) {
  std::unique_ptr<Database> database(
      new Database(std::make_unique<internal::Pool>(options, metrics)));
  RONGHE_RETURN_IF_ERROR(database->Ping(absl::Now() + options.connect_timeout + absl::Seconds(1)));
  return database;
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const config::v1::Database& config,
                                                         metrics::Registry& metrics) {
  RONGHE_ASSIGN_OR_RETURN(const Options options, OptionsFrom(config));
  return Open(options, metrics);
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const config::v1::Database& config) {
  return Open(config, metrics::Registry::Default());
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const Options& options) {
  return Open(options, metrics::Registry::Default());
}

absl::Status Database::Ping(absl::Time deadline) {
  return Read(deadline, [](Session& session) { return session.SelectOne(kPing).status(); });
}

const Options& Database::options() const { return pool_->options(); }

}  // namespace ronghe::sql

// How does a service reach its schema: connections, deadlines, transactions?
//
//   auto member = database.Read(call.deadline(), [&](sql::Session& session) {
//     return store.Load(session, id);
//   });
//
// The function runs on the caller's thread with a connection of the pool that it has to itself. A
// function given to Transact may run up to four times: it must have no effect outside the database
// and must start from fresh variables. Never open a second session inside: a full pool would wait
// for itself.
#ifndef RONGHE_COMMON_SQL_DATABASE_H_
#define RONGHE_COMMON_SQL_DATABASE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"

namespace ronghe::config::v1 {
class Database;
}
namespace ronghe::metrics {
class Registry;
}

namespace ronghe::sql {

struct Options {
  std::string host = "127.0.0.1";  // a path ("/run/mysqld.sock") means that unix socket
  int port = 3306;
  std::string user;
  std::string password;
  std::string schema;       // empty: none chosen
  std::string tls_ca_file;  // set: TLS or nothing, with the server's chain and name verified
  int pool = 8;
  absl::Duration connect_timeout = absl::Seconds(3);
  // No statement runs longer, however far the deadline; one with a nearer deadline runs until then,
  // rounded up to 0.1, 0.3, 1, 3, 10, 30 or 60 s.
  absl::Duration longest_statement = absl::Seconds(60);
  // After this a silent server counts as lost. Longer than the longest statement.
  absl::Duration read_timeout = absl::Seconds(70);
};

// Errors: those of config::ReadSecret.
absl::StatusOr<Options> OptionsFrom(const config::v1::Database& config);

namespace internal {

class Connection;
class Pool;

enum class Mode { kAutocommit, kSnapshot, kTransaction };

// One try of Read, ReadSnapshot or Transact: takes a connection, opens the transaction, ends it.
class Attempt {
 public:
  Attempt(Pool& pool, Mode mode, absl::Time deadline, int number);
  ~Attempt();
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  // UNAVAILABLE, DEADLINE_EXCEEDED (no connection in time). Afterwards ask retry().
  absl::Status Begin();
  Session& session() { return *session_; }
  // Commits if `outcome` is OK, else rolls back. OK means that the function's own outcome stands.
  absl::Status End(const absl::Status& outcome);
  // Whether the failure of Begin or End is worth another attempt (it has waited already).
  bool retry() const { return retry_; }

 private:
  // Waits a little and sets retry_, if attempts and time are left.
  void ScheduleRetry();
  // Gives the connection back, or drops it if it is broken.
  void Finish();

  Pool& pool_;
  const Mode mode_;
  const absl::Time deadline_;
  const int number_;
  Connection* connection_ = nullptr;
  Session* session_ = nullptr;
  bool retry_ = false;
};

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <class T>
const absl::Status& StatusOf(const absl::StatusOr<T>& value) {
  return value.status();
}

}  // namespace internal

class Database {
 public:
  // Opens one connection to prove that the schema can be reached. Series of every registered
  // statement are created in `metrics`, which must outlive this object.
  //
  // Errors: UNAVAILABLE; FAILED_PRECONDITION for a wrong user, password or schema.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const config::v1::Database& config,
                                                        metrics::Registry& metrics);
  static absl::StatusOr<std::unique_ptr<Database>> Open(const Options& options,
                                                        metrics::Registry& metrics);
  // The same with metrics::Registry::Default().
  static absl::StatusOr<std::unique_ptr<Database>> Open(const config::v1::Database& config);
  static absl::StatusOr<std::unique_ptr<Database>> Open(const Options& options);
  ~Database();

  // Runs `fn` (Session& -> absl::Status or StatusOr<T>), each statement its own transaction. Runs
  // it again only if the connection was lost before any statement succeeded.
  //
  // Errors: those of `fn`; UNAVAILABLE; DEADLINE_EXCEEDED when no connection is free in time.
  template <class F>
  auto Read(absl::Time deadline, F&& fn) -> std::invoke_result_t<F&, Session&> {
    return Run(internal::Mode::kAutocommit, deadline, fn);
  }

  // Like Read, with every statement seeing the database as of the same moment; read only.
  template <class F>
  auto ReadSnapshot(absl::Time deadline, F&& fn) -> std::invoke_result_t<F&, Session&> {
    return Run(internal::Mode::kSnapshot, deadline, fn);
  }

  // Runs `fn` in one transaction and commits if it returns OK; any error rolls everything back.
  // Deadlocks, lock timeouts, connections lost before the commit and sql::Conflict() from `fn` run
  // it again, up to three times while the deadline allows.
  //
  // Errors: those of `fn`; ABORTED after the last retry; UNAVAILABLE also when the connection was
  // lost during the commit, whose outcome is then unknown: repeat under the same request id.
  template <class F>
  auto Transact(absl::Time deadline, F&& fn) -> std::invoke_result_t<F&, Session&> {
    return Run(internal::Mode::kTransaction, deadline, fn);
  }

  // Whether a connection can be had and answers, for readiness.
  absl::Status Ping(absl::Time deadline);

  const Options& options() const;

 private:
  explicit Database(std::unique_ptr<internal::Pool> pool);

  template <class F>
  auto Run(internal::Mode mode, absl::Time deadline, F& fn) -> std::invoke_result_t<F&, Session&> {
    using Result = std::invoke_result_t<F&, Session&>;
    for (int number = 1;; ++number) {
      internal::Attempt attempt(*pool_, mode, deadline, number);
      absl::Status status = attempt.Begin();
      if (status.ok()) {
        Result result = fn(attempt.session());
        status = attempt.End(internal::StatusOf(result));
        if (status.ok()) return result;
      }
      if (!attempt.retry()) return Result(std::move(status));
    }
  }

  std::unique_ptr<internal::Pool> pool_;
};

}  // namespace ronghe::sql

#endif  // RONGHE_COMMON_SQL_DATABASE_H_

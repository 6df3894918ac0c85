// What is one connection: the connector's handle, its prepared statements, its state? Private to
// common/sql, and the only header besides connection.cc that sees the connector.
#ifndef RONGHE_COMMON_SQL_CONNECTION_H_
#define RONGHE_COMMON_SQL_CONNECTION_H_

#include <cppconn/connection.h>
#include <cppconn/exception.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/statement.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/metrics/metrics.h"
#include "common/sql/database.h"
#include "common/sql/session.h"
#include "common/sql/statement.h"

namespace ronghe::sql::internal {

struct Prepared {
  std::unique_ptr<::sql::PreparedStatement> statement;
  int parameters = 0;
};

// The series of one Database. Thread-safe.
class Metrics {
 public:
  explicit Metrics(metrics::Registry& registry);

  void Observe(const StatementInfo& info, double seconds);
  void CountError(std::string_view statement, int code);

  metrics::Gauge& busy;
  metrics::Gauge& idle;
  metrics::Gauge& waiting;

 private:
  metrics::Registry& registry_;
  std::vector<metrics::Histogram*> seconds_;  // by StatementInfo::index
};

class Connection {
 public:
  // Errors: UNAVAILABLE, FAILED_PRECONDITION (wrong user, password or schema).
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const Options& options, Metrics& metrics);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Session& session() { return session_; }

  // Begins a new use of the connection: forgets what the last one failed with, and limits the run
  // time of statements to what is left until `deadline`.
  absl::Status Prepare(absl::Time deadline);
  absl::Time deadline() const { return deadline_; }

  absl::Status BeginTransaction();
  absl::Status BeginSnapshot();
  absl::Status Commit();
  absl::Status Rollback();
  bool in_transaction() const { return in_transaction_; }

  // Cannot be used any more.
  bool lost() const { return lost_; }
  // The transaction must not be committed: the server gave it up.
  bool conflicted() const { return conflicted_; }
  // What the connection was lost or the transaction given up with.
  const absl::Status& failure() const { return failure_; }
  // No statement of this use has had an effect or an answer, nor could have had one unseen.
  bool untouched() const { return answered_ == 0 && !sent_change_; }
  void MarkLost(absl::Status why);

  bool Ping();

  absl::Status Select(const StatementInfo& info, int64_t list_length,
                      absl::FunctionRef<void(Binder&, int)> bind,
                      absl::FunctionRef<void(Reader&)> read);
  absl::StatusOr<int64_t> Change(const StatementInfo& info, int64_t list_length,
                                 absl::FunctionRef<void(Binder&, int)> bind);
  absl::Status Batches(const StatementInfo& info, size_t rows,
                       absl::FunctionRef<void(Binder&, size_t)> bind_row);
  absl::Status Check(const StatementInfo& info);

  // Runs a text without parameters or result.
  absl::Status Plain(std::string_view name, const std::string& text);

  // When it was opened and last given back.
  absl::Time opened() const { return opened_; }
  absl::Time last_used = absl::InfinitePast();

 private:
  Connection(std::unique_ptr<::sql::Connection> connection, const Options& options,
             Metrics& metrics);

  absl::Status Initialize();
  absl::Status LimitStatements(absl::Duration left);
  absl::Status Failed(std::string_view statement, const ::sql::SQLException& error);
  absl::Status Failed(std::string_view statement, const std::exception& error);
  absl::StatusOr<Prepared*> Find(const StatementInfo& info, uint32_t slot, int repeat);
  void Forget(const StatementInfo& info, uint32_t slot);
  absl::Status CheckColumns(const StatementInfo& info, ::sql::PreparedStatement& statement);
  absl::Status WrongParameters(const StatementInfo& info, int bound, int expected);

  // Finds the statement and runs `body` on it, once more if the server has forgotten it.
  absl::Status Run(const StatementInfo& info, uint32_t slot, int repeat,
                   absl::FunctionRef<absl::Status(Prepared&)> body);

  Metrics& metrics_;
  const absl::Time opened_;
  std::unique_ptr<::sql::Connection> connection_;
  std::unique_ptr<::sql::Statement> plain_;
  std::vector<std::unique_ptr<Prepared>> prepared_;  // by StatementInfo::index and slot
  Session session_;
  absl::Time deadline_ = absl::InfiniteFuture();
  const double longest_statement_;  // seconds
  double statement_limit_ = 0;      // seconds; 0: not set yet
  bool is_mysql_ = false;
  bool in_transaction_ = false;
  bool lost_ = false;
  bool conflicted_ = false;
  bool sent_change_ = false;
  int64_t answered_ = 0;
  absl::Status failure_;
};

}  // namespace ronghe::sql::internal

#endif  // RONGHE_COMMON_SQL_CONNECTION_H_

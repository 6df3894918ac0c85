// Where does a test get a real MariaDB?
//
//   testing::TestSchema schema = testing::SharedMariaDb().NewSchema(
//       {"common/sql/migrations", "services/meeting/migrations"});
//   ASSERT_OK_AND_ASSIGN(auto database, sql::Database::Open(schema.options(), registry));
//
// The first use in a test binary starts a private server: own data directory, own socket, a free
// port on loopback, gone with the process however it ends. With RONGHE_TEST_MARIADB set to the
// socket of a running one (see `ronghe-with-mariadb`) that one is shared; schemas are always new.
#ifndef RONGHE_COMMON_TESTING_MARIADB_H_
#define RONGHE_COMMON_TESTING_MARIADB_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/sql/database.h"

namespace ronghe::config::v1 {
class Database;
}

namespace ronghe::testing {

// An own schema, dropped at the end of its life.
class TestSchema {
 public:
  TestSchema(std::string name, std::string socket, int port);
  TestSchema(TestSchema&& other) noexcept;
  TestSchema& operator=(TestSchema&&) = delete;
  ~TestSchema();

  const std::string& name() const { return name_; }

  // Through the unix socket, as the administrator of the private server, no password, pool of 8.
  sql::Options options() const;
  config::v1::Database config() const;
  // Through TCP on loopback instead (for binaries started by a test, and fault proxies).
  config::v1::Database tcp_config() const;

 private:
  std::string name_;
  std::string socket_;
  int port_;
};

class MariaDb {
 public:
  // Starts a server of its own, or joins the one of RONGHE_TEST_MARIADB.
  static absl::StatusOr<std::unique_ptr<MariaDb>> Start();
  // Always an own server.
  static absl::StatusOr<std::unique_ptr<MariaDb>> StartPrivate();
  ~MariaDb();
  MariaDb(const MariaDb&) = delete;
  MariaDb& operator=(const MariaDb&) = delete;

  const std::string& socket() const { return socket_; }
  int port() const { return port_; }  // on 127.0.0.1

  // A fresh schema with the migrations of the directories (relative to the repository root).
  // Aborts the test with the reason if that fails.
  TestSchema NewSchema(const std::vector<std::string>& migration_directories);

  // Runs one statement as the administrator, outside any schema.
  absl::Status Admin(const std::string& statement);

  // Stops the server process without a word (SIGKILL) and starts it again on the same data. Only a
  // private one.
  absl::Status KillAndRestart();

 private:
  class Process;

  MariaDb();
  absl::Status Launch();

  const pid_t owner_;      // a forked child must not stop its parent's server
  std::string directory_;  // empty: somebody else's server
  std::string socket_;
  int port_ = 0;
  std::unique_ptr<Process> process_;
};

// The server of this test binary, started on first use. Aborts the test if it does not start.
MariaDb& SharedMariaDb();

// Prepares every statement whose name starts with `prefix` on the real server, checks its columns
// against its row struct and lints its text. Answers the problems, one line each; empty is good.
std::vector<std::string> PrepareAllStatements(sql::Database& database,
                                              std::string_view prefix = "");

// The portability problems of every migration file in the directories, one line each.
std::vector<std::string> LintMigrations(const std::vector<std::string>& directories);

}  // namespace ronghe::testing

#endif  // RONGHE_COMMON_TESTING_MARIADB_H_

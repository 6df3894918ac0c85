#include "common/testing/mariadb.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/config/common.pb.h"
#include "common/config/config.h"
#include "common/metrics/metrics.h"
#include "common/sql/lint.h"
#include "common/sql/migrate.h"
#include "common/sql/session.h"
#include "common/sql/statement.h"

namespace ronghe::testing {
namespace {

namespace fs = std::filesystem;

constexpr char kServerVariable[] = "RONGHE_TEST_MARIADB";
constexpr absl::Duration kStartTime = absl::Seconds(30);

struct PortRow {
  std::optional<uint64_t> port;
};
const sql::Query<PortRow> kPort("testing.port", "SELECT @@port AS port");

absl::Status Failure(std::string_view what) {
  return absl::UnavailableError(base::Cat("test database: ", what));
}

[[noreturn]] void Die(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::abort();
}

// TMPDIR if set, else memory if there is plenty, else /tmp.
std::string TemporaryRoot() {
  const char* set = std::getenv("TMPDIR");
  // A unix socket's path holds at most 107 bytes.
  if (set != nullptr && *set != '\0' && std::strlen(set) < 48) return set;
  constexpr uint64_t kPlenty = uint64_t{4} << 30;
  struct statvfs memory {};
  if (statvfs("/dev/shm", &memory) == 0 && access("/dev/shm", W_OK) == 0 &&
      uint64_t{memory.f_bavail} * memory.f_frsize > kPlenty) {
    return "/dev/shm";
  }
  return "/tmp";
}

std::string FindProgram(const std::string& name) {
  for (const char* folder : {"/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"}) {
    const std::string path = absl::StrCat(folder, "/", name);
    if (access(path.c_str(), X_OK) == 0) return path;
  }
  return "";
}

std::string Tail(const std::string& path) {
  std::ifstream in(path);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  return text.size() > 3000 ? text.substr(text.size() - 3000) : text;
}

// In a forked child: becomes the program, with its output in `log`. Async-signal-safe.
[[noreturn]] void Become(char* const* argv, int log, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(126);
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(null, 0);
  dup2(log, 1);
  dup2(log, 2);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execv(argv[0], argv);
  _exit(127);
}

pid_t Spawn(const std::vector<std::string>& arguments, const std::string& log_path) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const int log = open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) Become(argv.data(), log, parent);
  if (log >= 0) close(log);
  return pid;
}

std::string UserOption() { return geteuid() == 0 ? "--user=root" : ""; }

// What the server needs at installation and at every start alike.
std::vector<std::string> CommonOptions(const std::string& data) {
  std::vector<std::string> options = {
      "--no-defaults",
      "--datadir=" + data,
      "--tmpdir=" + data,  // in a shared one a server that starts deletes its neighbours' tables
      "--innodb-log-file-size=48M",
      "--debug-no-sync",  // a test machine that loses power may lose its test data
      "--innodb-flush-method=nosync",
      "--innodb-doublewrite=0",
      "--character-set-server=utf8mb4",
      "--collation-server=utf8mb4_bin",
  };
  if (!UserOption().empty()) options.push_back(UserOption());
  return options;
}

// A data directory as it is after installation, made once and copied ever after. Ready directories
// are renamed into place; a lock file keeps two processes from making it together.
absl::StatusOr<std::string> TemplateData(const std::string& server) {
  struct stat program {};
  if (stat(server.c_str(), &program) != 0) return Failure("mariadbd is not installed");
  const std::string root = absl::StrCat(TemporaryRoot(), "/ronghe-mariadb-template-", geteuid(),
                                        "-", absl::Hex(static_cast<uint64_t>(program.st_mtime)),
                                        "-", absl::Hex(static_cast<uint64_t>(program.st_size)));
  const int lock = open((root + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0 || flock(lock, LOCK_EX) != 0) return Failure("cannot lock the template");
  struct Unlock {
    int lock;
    ~Unlock() { close(lock); }
  } unlock{lock};
  if (fs::exists(root)) return root;
  const std::string installer = FindProgram("mariadb-install-db");
  if (installer.empty()) return Failure("mariadb-install-db is not installed");
  const std::string making = root + ".making";
  std::error_code ignored;
  fs::remove_all(making, ignored);
  std::vector<std::string> arguments = {installer};
  for (std::string& option : CommonOptions(making)) arguments.push_back(std::move(option));
  arguments.insert(arguments.end(), {"--auth-root-authentication-method=normal", "--skip-test-db",
                                     "--force"});  // also where no host name resolves
  const std::string log = root + ".log";
  const pid_t pid = Spawn(arguments, log);
  int result = 0;
  if (pid < 0 || waitpid(pid, &result, 0) != pid || result != 0) {
    return Failure(base::Cat("mariadb-install-db failed:\n", Tail(log)));
  }
  fs::rename(making, root, ignored);
  if (ignored) return Failure(ignored.message());
  return root;
}

// Directories of test runs that were killed.
void RemoveLeftovers(const std::string& root) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(root, ignored)) {
    const std::string name = entry.path().filename().string();
    constexpr std::string_view kPrefix = "ronghe-db-";
    if (!name.starts_with(kPrefix)) continue;
    int pid = 0;
    const std::string rest = name.substr(kPrefix.size());
    if (!absl::SimpleAtoi(rest.substr(0, rest.find('-')), &pid) || pid <= 0) continue;
    if (kill(pid, 0) != 0 && errno == ESRCH) {
      std::error_code failure;
      fs::remove_all(entry.path(), failure);
    }
  }
}

int FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  int port = 0;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    port = ntohs(address.sin_port);
  }
  close(fd);
  return port;
}

bool Listens(const std::string& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  const bool ok = connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  close(fd);
  return ok;
}

sql::Options AdminOptions(const std::string& socket) {
  sql::Options options;
  options.host = socket;
  options.user = "root";
  options.pool = 1;
  return options;
}

}  // namespace

// The server process. It dies with the thread that started it (PR_SET_PDEATHSIG speaks of threads),
// so that thread lives as long as this object.
class MariaDb::Process {
 public:
  Process(std::vector<std::string> arguments, std::string log) {
    std::unique_lock lock(mutex_);
    thread_ = std::thread([this, arguments = std::move(arguments), log = std::move(log)] {
      const pid_t pid = Spawn(arguments, log);
      std::unique_lock inner(mutex_);
      pid_ = pid;
      changed_.notify_all();
      changed_.wait(inner, [this] { return released_; });
    });
    changed_.wait(lock, [this] { return pid_.has_value(); });
  }

  ~Process() { Kill(); }

  // True once the process has ended.
  bool Ended() {
    if (ended_) return true;
    int result = 0;
    ended_ = *pid_ <= 0 || waitpid(*pid_, &result, WNOHANG) == *pid_;
    return ended_;
  }

  void Kill() {
    if (!Ended()) {
      kill(*pid_, SIGKILL);
      int result = 0;
      while (waitpid(*pid_, &result, 0) < 0 && errno == EINTR) {
      }
      ended_ = true;
    }
    {
      std::lock_guard lock(mutex_);
      released_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  // In a forked child the server is the parent's and the thread is not there.
  void Abandon() { thread_.detach(); }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<pid_t> pid_;
  bool released_ = false;
  bool ended_ = false;
  std::thread thread_;
};

MariaDb::MariaDb() : owner_(getpid()) {}

MariaDb::~MariaDb() {
  if (getpid() != owner_) {
    if (process_ != nullptr) process_.release()->Abandon();
    return;
  }
  process_.reset();
  if (!directory_.empty()) {
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
  }
}

absl::StatusOr<std::unique_ptr<MariaDb>> MariaDb::Start() {
  const char* shared = std::getenv(kServerVariable);
  if (shared == nullptr || *shared == '\0') return StartPrivate();
  std::unique_ptr<MariaDb> server(new MariaDb);
  server->socket_ = shared;
  metrics::Registry unserved;
  RONGHE_ASSIGN_OR_RETURN(const auto database,
                          sql::Database::Open(AdminOptions(server->socket_), unserved));
  RONGHE_ASSIGN_OR_RETURN(
      const auto row, database->Read(absl::Now() + absl::Seconds(10), [](sql::Session& session) {
        return session.SelectOne(kPort);
      }));
  server->port_ = static_cast<int>(row->port.value_or(0));
  return server;
}

absl::StatusOr<std::unique_ptr<MariaDb>> MariaDb::StartPrivate() {
  const std::string program = FindProgram("mariadbd");
  if (program.empty()) return Failure("mariadbd is not installed");
  RONGHE_ASSIGN_OR_RETURN(const std::string data, TemplateData(program));
  std::unique_ptr<MariaDb> server(new MariaDb);
  const std::string root = TemporaryRoot();
  RemoveLeftovers(root);
  std::string pattern = absl::StrCat(root, "/ronghe-db-", getpid(), "-XXXXXX");
  if (mkdtemp(pattern.data()) == nullptr) return Failure("cannot make a directory");
  server->directory_ = pattern;
  server->socket_ = pattern + "/s";
  std::error_code failure;
  fs::copy(data, pattern + "/data", fs::copy_options::recursive, failure);
  if (failure) return Failure(failure.message());
  RONGHE_RETURN_IF_ERROR(server->Launch());
  return server;
}

absl::Status MariaDb::Launch() {
  const std::string log = directory_ + "/log";
  for (int attempt = 0; attempt < 5; ++attempt) {
    if (attempt > 0 || port_ == 0) port_ = FreePort();
    std::vector<std::string> arguments = {FindProgram("mariadbd")};
    for (std::string& option : CommonOptions(directory_ + "/data")) {
      arguments.push_back(std::move(option));
    }
    arguments.insert(arguments.end(), {
                                          "--socket=" + socket_,
                                          absl::StrCat("--port=", port_),
                                          "--bind-address=127.0.0.1",
                                          "--pid-file=" + directory_ + "/pid",
                                          "--skip-log-bin",
                                          "--skip-name-resolve",
                                          "--performance-schema=OFF",
                                          "--innodb-buffer-pool-size=128M",
                                          "--innodb-buffer-pool-load-at-startup=0",
                                          "--innodb-buffer-pool-dump-at-shutdown=0",
                                          "--innodb-flush-log-at-trx-commit=2",
                                          "--max-connections=400",
                                          "--max-prepared-stmt-count=200000",
                                      });
    process_ = std::make_unique<Process>(std::move(arguments), log);
    const absl::Time give_up = absl::Now() + kStartTime;
    while (absl::Now() < give_up && !process_->Ended()) {
      if (Listens(socket_)) return absl::OkStatus();
      absl::SleepFor(absl::Milliseconds(10));
    }
    if (!process_->Ended()) break;  // hangs
  }
  return Failure(base::Cat("mariadbd does not start:\n", Tail(log)));
}

absl::Status MariaDb::KillAndRestart() {
  if (process_ == nullptr) return absl::FailedPreconditionError("somebody else's server");
  process_->Kill();
  return Launch();
}

absl::Status MariaDb::Admin(const std::string& statement) {
  metrics::Registry unserved;
  RONGHE_ASSIGN_OR_RETURN(const auto database,
                          sql::Database::Open(AdminOptions(socket_), unserved));
  return database->Read(absl::Now() + absl::Seconds(60), [&](sql::Session& session) {
    return session.RunText("testing.admin", statement);
  });
}

TestSchema MariaDb::NewSchema(const std::vector<std::string>& migration_directories) {
  static std::atomic<int> count{0};
  absl::BitGen random;
  const std::string name =
      absl::StrCat("t", getpid(), "_", ++count, "_", absl::Hex(absl::Uniform<uint32_t>(random)));
  if (absl::Status status = Admin(
          absl::StrCat("CREATE DATABASE ", name, " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"));
      !status.ok()) {
    Die(status);
  }
  TestSchema schema(name, socket_, port_);
  if (!migration_directories.empty()) {
    const auto applied = sql::Migrate(schema.options(), migration_directories);
    if (!applied.ok()) Die(applied.status());
  }
  return schema;
}

MariaDb& SharedMariaDb() {
  static const std::unique_ptr<MariaDb> server = [] {
    auto started = MariaDb::Start();
    if (!started.ok()) Die(started.status());
    return *std::move(started);
  }();
  return *server;
}

TestSchema::TestSchema(std::string name, std::string socket, int port)
    : name_(std::move(name)), socket_(std::move(socket)), port_(port) {}

TestSchema::TestSchema(TestSchema&& other) noexcept
    : name_(std::exchange(other.name_, "")),
      socket_(std::move(other.socket_)),
      port_(other.port_) {}

TestSchema::~TestSchema() {
  if (name_.empty()) return;
  metrics::Registry unserved;
  const auto database = sql::Database::Open(AdminOptions(socket_), unserved);
  if (!database.ok()) return;
  (*database)
      ->Read(absl::Now() + absl::Seconds(60),
             [this](sql::Session& session) {
               return session.RunText("testing.drop", "DROP DATABASE IF EXISTS " + name_);
             })
      .IgnoreError();
}

sql::Options TestSchema::options() const {
  sql::Options options = AdminOptions(socket_);
  options.schema = name_;
  options.pool = 8;
  return options;
}

config::v1::Database TestSchema::config() const {
  config::v1::Database config;
  config.set_host(socket_);
  config.set_user("root");
  config.set_schema(name_);
  config.set_pool(8);
  return config;
}

config::v1::Database TestSchema::tcp_config() const {
  config::v1::Database config = this->config();
  config.set_host("127.0.0.1");
  config.set_port(port_);
  return config;
}

std::vector<std::string> PrepareAllStatements(sql::Database& database, std::string_view prefix) {
  std::vector<std::string> problems;
  for (const sql::internal::StatementInfo* info : sql::internal::RegisteredStatements()) {
    if (!info->name.starts_with(prefix)) continue;
    for (const std::string& problem : sql::PortabilityProblems(info->text)) {
      problems.push_back(absl::StrCat(info->name, ": ", problem));
    }
    const absl::Status status =
        database.Read(absl::Now() + absl::Seconds(30),
                      [info](sql::Session& session) { return session.Check(*info); });
    if (!status.ok()) problems.push_back(absl::StrCat(info->name, ": ", status.ToString()));
  }
  return problems;
}

std::vector<std::string> LintMigrations(const std::vector<std::string>& directories) {
  const auto migrations = sql::LoadMigrations(directories);
  if (!migrations.ok()) return {migrations.status().ToString()};
  std::vector<std::string> problems;
  for (const sql::Migration& migration : *migrations) {
    for (const std::string& problem : sql::MigrationProblems(migration.statement)) {
      problems.push_back(absl::StrCat(migration.path, ": ", problem));
    }
  }
  return problems;
}

}  // namespace ronghe::testing

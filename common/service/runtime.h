// What does every service process have, and in which order does it start and end?
//
// A main.cc is one call:
//
//   int main(int argc, char** argv) {
//     return ronghe::service::RunMain<ronghe::meeting::v1::Config>(
//         argc, argv,
//         {.service = "meeting", .make = [](const auto& config, auto& runtime) {
//            return ronghe::meeting::MakeApp(config, runtime);
//          }});
//   }
//
// Flags: --config FILE to run; with --check_config it only looks whether the process could run with
// it; with --migrate it brings the schema up to date. --generate_keyring FILE makes a key ring,
// --rotate_keyring FILE adds a current version to one, which the running process notices by itself;
// both take --suite sm|aes.
// SIGTERM and SIGINT end the process: not ready, drain, no new calls, running calls finish, jobs
// stop.
#ifndef RONGHE_COMMON_SERVICE_RUNTIME_H_
#define RONGHE_COMMON_SERVICE_RUNTIME_H_

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/auth/role_table.h"
#include "common/auth/token.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/config/common.pb.h"
#include "common/config/config.h"
#include "common/crypto/key_store.h"
#include "common/job/job_runner.h"
#include "common/metrics/metrics.h"
#include "common/operation/rule_catalogue.h"
#include "common/org/projection.h"
#include "common/rpc/channel.h"
#include "common/rpc/page_token.h"
#include "common/rpc/server.h"
#include "common/service/app.h"
#include "common/service/write.h"
#include "common/sql/database.h"

namespace ronghe::approval {
class ApprovalApi;
}
namespace ronghe::audit {
class AuditApi;
class Chainer;
class ChainWatch;
class HeadFile;
class RefusalLog;
}  // namespace ronghe::audit
namespace ronghe::event {
class FeedHandler;
class Publisher;
}  // namespace ronghe::event

namespace ronghe::operation {
class OperationApi;
}
namespace ronghe::rotation {
class KeyRotation;
class RotationApi;
}  // namespace ronghe::rotation

namespace ronghe::service {

struct RuntimeOptions {
  // "meeting": the name in logs, metrics, certificates ("meeting.ronghe") and of its events'
  // source.
  std::string service;
  config::v1::Common config;
  // Directories of migrations; empty: those of config.migrations_dirs, else common/sql/migrations
  // and `own_migrations` below the working directory or the first directory above the program that
  // has them.
  std::vector<std::string> migrations;
  // Empty: services/<service>/migrations.
  std::string own_migrations;
  // Whether the process has a feed of events of its own: publisher, audit chain, EventFeedService.
  bool feed = true;
  // Null: the default registry.
  metrics::Registry* registry = nullptr;
  // Null: the real clock.
  const base::Clock* clock = nullptr;
};

// The parts, alive until the runtime is destroyed. Thread-safe where the parts are.
class Runtime {
 public:
  // Opens the database (waiting up to half a minute for it), checks its schema and reads the keys.
  // Nothing runs yet. Errors: those of the parts; FAILED_PRECONDITION SCHEMA_BEHIND.
  static absl::StatusOr<std::unique_ptr<Runtime>> Create(RuntimeOptions options);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  const std::string& service() const { return options_.service; }
  // "services/meeting".
  const std::string& source() const { return source_; }
  const config::v1::Common& config() const { return options_.config; }
  const base::Clock& clock() const { return clock_; }
  metrics::Registry& metrics() { return registry_; }
  sql::Database& database() { return *database_; }
  base::IdGenerator& ids() { return *ids_; }
  job::JobRunner& jobs() { return *jobs_; }
  Writer& writer() { return *writer_; }
  const rpc::PageTokens& page_tokens() const { return *page_tokens_; }
  const auth::RoleTable& roles() const { return auth::RoleTable::Builtin(); }
  rpc::Health& health() { return health_; }
  // Where refused calls leave their audit rows.
  audit::RefusalLog& refusals() { return *refusals_; }
  // Null where the config names no key ring.
  crypto::KeyStore* keys() { return keys_.get(); }
  // Where the app lists its sealed tables; null without a key ring.
  rotation::KeyRotation* rotation() { return rotation_.get(); }
  // Where the app shows the rules that it has read, before Start.
  operation::RuleCatalogue& rule_sets() { return rule_sets_; }
  // Shows a feed that the app follows, beside that of the projection; before Start. The consumer
  // must live until Stop.
  void ShowConsumer(const event::Consumer& consumer);
  // Null without a feed.
  event::Publisher* publisher() { return publisher_.get(); }
  // Null before Start.
  rpc::Server* server() { return server_.get(); }

  // A channel to another service with this process's certificate. Errors: those of
  // rpc::Channel::Create.
  absl::StatusOr<std::shared_ptr<rpc::Channel>> Connect(const config::v1::Peer& peer);
  // The channel to config.membership.
  absl::StatusOr<std::shared_ptr<rpc::Channel>> ConnectMembership();

  // Makes the copy of membership's organizations and intervals, which the runtime starts and stops;
  // called at most once, by the app's constructor. Both arguments may be null. Errors: those of
  // ConnectMembership.
  absl::StatusOr<org::Projection*> MakeProjection(org::Projection::Listener listener = nullptr,
                                                  org::Projection::Follower follower = nullptr);
  // Null before MakeProjection.
  org::Projection* projection() { return projection_.get(); }

  // Starts everything: app.Load, projection, server, jobs, app.Start, readiness. `app` must outlive
  // Stop. On an error everything is stopped again.
  absl::Status Start(App& app);

  // Not ready; waits `drain` for those who send calls to notice; ends the server within about
  // `grace`, then the app, the jobs and the projection. Idempotent.
  void Stop(absl::Duration drain, absl::Duration grace);

 private:
  explicit Runtime(RuntimeOptions options);

  absl::Status Open();
  // Waits for it, and checks its schema.
  absl::Status OpenDatabase();
  // Chain, heads, their check and AuditService.
  absl::Status OpenAudit(crypto::Suite suite);
  absl::Status OpenKeys();
  void RefreshKeys();
  void WatchReadiness();
  absl::Status CheckReady();

  const RuntimeOptions options_;
  const std::string source_;
  const base::Clock& clock_;
  metrics::Registry& registry_;
  rpc::Health health_;
  metrics::Gauge* ready_gauge_ = nullptr;
  std::unique_ptr<metrics::Exposer> exposer_;
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<base::IdGenerator> ids_;
  std::unique_ptr<crypto::KeyStore> keys_;
  std::unique_ptr<rpc::PageTokens> page_tokens_;
  std::unique_ptr<auth::TokenVerifier> verifier_;
  std::unique_ptr<rpc::ServiceAuthenticator> authenticator_;
  std::unique_ptr<job::JobRunner> jobs_;
  std::unique_ptr<event::Publisher> publisher_;
  std::unique_ptr<audit::HeadFile> heads_;
  std::unique_ptr<audit::Chainer> chainer_;
  std::unique_ptr<audit::ChainWatch> watch_;
  std::unique_ptr<audit::RefusalLog> refusals_;
  std::unique_ptr<event::FeedHandler> feed_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<approval::ApprovalApi> approvals_;
  std::unique_ptr<audit::AuditApi> audit_api_;
  std::unique_ptr<rotation::KeyRotation> rotation_;
  std::unique_ptr<rotation::RotationApi> rotation_api_;
  operation::RuleCatalogue rule_sets_;
  std::unique_ptr<operation::OperationApi> operation_api_;
  std::shared_ptr<rpc::Channel> membership_;
  std::unique_ptr<org::Projection> projection_;
  std::unique_ptr<auth::Authorizer> authorizer_;
  std::unique_ptr<rpc::Server> server_;
  App* app_ = nullptr;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread readiness_;
};

// What is wrong with the settings that every service has: files that cannot be read, secrets open
// to others, keys that are none, plain text beyond loopback, a node id out of range, a log level
// that is none. One error for the first fault.
absl::Status CheckCommonConfig(const config::v1::Common& config, bool feed = true);

// The directories of `options.migrations`, `config.migrations_dirs` or the default. NOT_FOUND with
// reason MIGRATIONS_MISSING.
absl::StatusOr<std::vector<std::string>> MigrationDirectories(const RuntimeOptions& options);

// A program, with its configuration's type behind functions.
template <class Config>
struct Program {
  std::string service;
  // Makes the app.
  std::function<absl::StatusOr<std::unique_ptr<App>>(const Config&, Runtime&)> make;
  // What --check_config and every start check beyond CheckCommonConfig; may be null.
  std::function<absl::Status(const Config&)> check = nullptr;
  bool feed = true;
  // As RuntimeOptions::own_migrations.
  std::string own_migrations;
  // For a program with flags of its own that do one thing and end: asked before the app is made,
  // with the runtime's parts at hand; what it returns ends the program. May be null.
  std::function<std::optional<int>(const Config&, Runtime&)> command = nullptr;
};

namespace internal {

struct AnyProgram {
  std::string service;
  bool feed = true;
  // Loads and checks the file at the path and returns its common part; keeps it for `make`.
  std::function<absl::StatusOr<config::v1::Common>(const std::string&)> load;
  std::function<absl::StatusOr<std::unique_ptr<App>>(Runtime&)> make;
  std::string own_migrations;
  std::function<std::optional<int>(Runtime&)> command;
};
int Run(int argc, char** argv, const AnyProgram& program);

}  // namespace internal

// Runs a program to its end; what main returns: 0 after a clean end, 1 after an error, 2 for wrong
// flags. `Config` has a field `ronghe.config.v1.Common common`.
template <class Config>
int RunMain(int argc, char** argv, const Program<Config>& program) {
  auto config = std::make_shared<Config>();
  internal::AnyProgram any;
  any.service = program.service;
  any.feed = program.feed;
  any.load = [config, &program](const std::string& path) -> absl::StatusOr<config::v1::Common> {
    absl::Status status = config::LoadInto(path, config.get());
    if (status.ok()) status = CheckCommonConfig(config->common(), program.feed);
    if (status.ok() && program.check != nullptr) status = program.check(*config);
    if (!status.ok()) return status;
    return config->common();
  };
  any.make = [config, &program](Runtime& runtime) { return program.make(*config, runtime); };
  any.own_migrations = program.own_migrations;
  any.command = [config, &program](Runtime& runtime) -> std::optional<int> {
    return program.command == nullptr ? std::nullopt : program.command(*config, runtime);
  };
  return internal::Run(argc, argv, any);
}

}  // namespace ronghe::service

#endif  // RONGHE_COMMON_SERVICE_RUNTIME_H_

#include "common/service/runtime.h"

#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/approval/api.h"
#include "common/audit/api.h"
#include "common/audit/chain.h"
#include "common/audit/head.h"
#include "common/audit/refusal_log.h"
#include "common/audit/retention.h"
#include "common/audit/watch.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/event/feed.h"
#include "common/event/publisher.h"
#include "common/log/log.h"
#include "common/operation/api.h"
#include "common/rotation/api.h"
#include "common/sql/migrate.h"
#include "google/protobuf/stubs/logging.h"
#include "grpc/support/log.h"

ABSL_FLAG(std::string, config, "", "the configuration file (textproto)");
ABSL_FLAG(bool, check_config, false, "only check whether the process could run with --config");
ABSL_FLAG(bool, migrate, false, "only bring the schema up to date, as config.migrate_database");
ABSL_FLAG(std::string, generate_keyring, "", "only write a new key ring to this file");
ABSL_FLAG(std::string, rotate_keyring, "",
          "only add a current version to the key ring in this file");
ABSL_FLAG(std::string, suite, "sm",
          "with the two above: sm (SM4-GCM, SM3) or aes (AES-256, SHA-256)");
ABSL_FLAG(absl::Duration, drain, absl::ZeroDuration(),
          "how long to keep answering after SIGTERM, until callers have noticed");
ABSL_FLAG(absl::Duration, grace, absl::Seconds(20), "how long running calls may take to finish");

namespace ronghe::service {
namespace {

constexpr absl::Duration kReadinessInterval = absl::Seconds(5);
constexpr absl::Duration kProbe = absl::Seconds(2);
constexpr absl::Duration kDatabasePatience = absl::Seconds(30);
constexpr int kDefaultWorkers = 8;
constexpr int kDefaultQueue = 256;
constexpr size_t kMinPageTokenKey = 16;

absl::Status Invalid(std::string_view setting, std::string_view message_zh) {
  return error::Make(absl::StatusCode::kInvalidArgument, "CONFIG_INVALID",
                     base::Cat(message_zh, "(", setting, ")"), {{"setting", std::string(setting)}});
}

bool HasTls(const config::v1::Tls& tls) {
  return !tls.cert_file().empty() || !tls.key_file().empty() || !tls.ca_file().empty();
}

bool Loopback(std::string_view listen) {
  return listen.starts_with("127.") || listen.starts_with("localhost:") ||
         listen.starts_with("[::1]:") || listen.starts_with("unix:");
}

// The directory that holds common/sql/migrations: the working directory or the first one above the
// program.
absl::StatusOr<std::filesystem::path> FindRoot() {
  const std::filesystem::path probe = std::filesystem::path("common") / "sql" / "migrations";
  std::error_code error;
  const auto here = std::filesystem::current_path(error);
  if (!error && std::filesystem::is_directory(here / probe, error)) return here;
  auto directory = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  while (!error && !directory.empty()) {
    if (std::filesystem::is_directory(directory / probe, error)) return directory;
    error.clear();
    if (directory == directory.parent_path()) break;
    directory = directory.parent_path();
  }
  return error::Make(absl::StatusCode::kNotFound, "MIGRATIONS_MISSING",
                     "找不到数据库迁移脚本目录,请在配置 migrations_dirs 中写明");
}

void RouteLibraryLogs() {
  google::protobuf::SetLogHandler(
      [](google::protobuf::LogLevel level, const char*, int, const std::string& message) {
        if (level >= google::protobuf::LOGLEVEL_WARNING) {
          log::Warn("protobuf", {{"message", message}});
        }
      });
  gpr_set_log_function([](gpr_log_func_args* line) {
    if (line->severity == GPR_LOG_SEVERITY_ERROR) {
      log::Warn("grpc", {{"message", line->message}});
    }
  });
}

int Report(std::string_view program, const absl::Status& status) {
  const std::string message = error::MessageZh(status);
  std::fprintf(stderr, "ronghe-%.*s: %s%s%s\n", static_cast<int>(program.size()), program.data(),
               message.c_str(), message.empty() ? "" : " ", status.ToString().c_str());
  return 1;
}

// The suite that a text names.
absl::StatusOr<crypto::Suite> ParseSuite(std::string_view text) {
  if (text == "sm") return crypto::Suite::kSm;
  if (text == "aes") return crypto::Suite::kAes;
  return Invalid("keys.suite", "密码算法套件只能是 sm 或 aes");
}

// The suite that the settings want for new keys; `otherwise` where they say nothing.
absl::StatusOr<crypto::Suite> SuiteOf(const config::v1::Keys& keys, crypto::Suite otherwise) {
  if (keys.suite().empty()) return otherwise;
  return ParseSuite(keys.suite());
}

// Runs a command on a key ring file with the suite of the flags; the process's exit code.
int MakeKeys(std::string_view program, absl::Status (*command)(const std::string&, crypto::Suite),
             const std::string& path) {
  const absl::StatusOr<crypto::Suite> suite = ParseSuite(absl::GetFlag(FLAGS_suite));
  if (!suite.ok()) return Report(program, suite.status());
  const absl::Status status = command(path, *suite);
  return status.ok() ? 0 : Report(program, status);
}

// Whether what goes to the database stays on this machine; "/…" is a Unix socket.
bool LocalDatabase(std::string_view host) {
  return host.empty() || host.front() == '/' || Loopback(base::Cat(host, ":0"));
}

// Retention, and the key that signs the heads of the audit chain.
absl::Status CheckAudit(const config::v1::Common& config) {
  const config::v1::Audit& audit = config.audit();
  RONGHE_RETURN_IF_ERROR(audit::CheckRetention(audit, base::ShanghaiDay(absl::Now())));
  if (audit.heads_file().empty() != audit.signing_key_file().empty()) {
    return Invalid("audit.signing_key_file", "审计链头文件和签名密钥必须同时写明");
  }
  if (audit.heads_file().empty()) return absl::OkStatus();
  std::error_code error;
  if (!std::filesystem::is_directory(std::filesystem::path(audit.heads_file()).parent_path(),
                                     error)) {
    return Invalid("audit.heads_file", "审计链头文件所在的目录不存在");
  }
  crypto::Suite suite = crypto::Suite::kSm;
  if (!config.keys().field_keyring_file().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const crypto::KeyRing ring,
                            crypto::KeyRing::Load(config.keys().field_keyring_file()));
    suite = ring.index_suite();
  }
  return audit::HeadSigner::Load(audit.signing_key_file(), suite).status();
}

}  // namespace

absl::Status CheckCommonConfig(const config::v1::Common& config, bool feed) {
  const config::v1::Server& server = config.server();
  if (server.listen().empty()) return Invalid("server.listen", "没有写明监听地址");
  if (server.node_id() < 0 || server.node_id() > 1023) {
    return Invalid("server.node_id", "节点编号应在 0 到 1023 之间");
  }
  if (server.workers() < 0 || server.workers() > 1024 || server.queue() < 0 ||
      server.queue() > 1'000'000) {
    return Invalid("server.workers", "工作线程数或队列长度超出范围");
  }
  if (HasTls(server.tls())) {
    RONGHE_RETURN_IF_ERROR(rpc::CheckTlsFiles(
        {server.tls().cert_file(), server.tls().key_file(), server.tls().ca_file()}));
    RONGHE_RETURN_IF_ERROR(config::ReadFile(server.tls().ca_file()).status());
  } else if (!Loopback(server.listen())) {
    return Invalid("server.tls", "除本机地址外必须启用 TLS");
  }
  RONGHE_RETURN_IF_ERROR(log::ParseLevel(config.log_level()).status());
  if (config.database().schema().empty()) return Invalid("database.schema", "没有写明数据库");
  if (!LocalDatabase(config.database().host()) && config.database().ca_file().empty()) {
    return Invalid("database.ca_file", "除本机外的数据库必须启用 TLS");
  }
  if (!config.database().password_file().empty()) {
    RONGHE_RETURN_IF_ERROR(config::ReadSecret(config.database().password_file()).status());
  }
  const config::v1::Keys& keys = config.keys();
  if (!keys.field_keyring_file().empty()) {
    RONGHE_RETURN_IF_ERROR(crypto::KeyRing::Load(keys.field_keyring_file()).status());
    RONGHE_RETURN_IF_ERROR(SuiteOf(keys, crypto::Suite::kSm).status());
  }
  if (!keys.token_public_keys_file().empty()) {
    RONGHE_RETURN_IF_ERROR(auth::TokenVerifier::Load(keys.token_public_keys_file()).status());
  } else if (feed) {
    return Invalid("keys.token_public_keys_file", "没有写明登录凭证的验证公钥文件");
  }
  if (!keys.page_token_key_file().empty()) {
    RONGHE_ASSIGN_OR_RETURN(const std::string key, config::ReadSecret(keys.page_token_key_file()));
    if (key.size() < kMinPageTokenKey) {
      return Invalid("keys.page_token_key_file", "翻页标记的密钥太短");
    }
  } else if (feed) {
    return Invalid("keys.page_token_key_file", "没有写明翻页标记的密钥文件");
  }
  RONGHE_RETURN_IF_ERROR(CheckAudit(config));
  for (const config::v1::Callers& callers : config.callers()) {
    if (callers.service().empty() || callers.allowed_names().empty()) {
      return Invalid("callers", "调用方名单不完整");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> MigrationDirectories(const RuntimeOptions& options) {
  if (!options.migrations.empty()) return options.migrations;
  if (!options.config.migrations_dirs().empty()) {
    return std::vector<std::string>(options.config.migrations_dirs().begin(),
                                    options.config.migrations_dirs().end());
  }
  RONGHE_ASSIGN_OR_RETURN(const std::filesystem::path root, FindRoot());
  return std::vector<std::string>{
      (root / "common" / "sql" / "migrations").string(),
      options.own_migrations.empty() ? (root / "services" / options.service / "migrations").string()
                                     : (root / options.own_migrations).string()};
}

Runtime::Runtime(RuntimeOptions options)
    : options_(std::move(options)),
      source_(base::Cat("services/", options_.service)),
      clock_(options_.clock == nullptr ? base::Clock::Real() : *options_.clock),
      registry_(options_.registry == nullptr ? metrics::Registry::Default() : *options_.registry) {}

Runtime::~Runtime() { Stop(absl::ZeroDuration(), absl::ZeroDuration()); }

absl::StatusOr<std::unique_ptr<Runtime>> Runtime::Create(RuntimeOptions options) {
  auto runtime = std::unique_ptr<Runtime>(new Runtime(std::move(options)));
  RONGHE_RETURN_IF_ERROR(runtime->Open());
  return runtime;
}

absl::Status Runtime::Open() {
  const config::v1::Common& config = options_.config;
  metrics::SetBuildInfo(registry_, options_.service);
  ready_gauge_ = &registry_.AddGauge("ronghe_ready", "1 when the process is ready for calls.");
  ready_gauge_->Set(0);
  if (!config.server().admin_listen().empty()) {
    RONGHE_ASSIGN_OR_RETURN(exposer_,
                            metrics::StartExposer(config.server().admin_listen(), registry_));
  }

  const config::v1::Keys& keys = config.keys();
  if (!keys.field_keyring_file().empty()) {
    RONGHE_RETURN_IF_ERROR(OpenKeys());
  }
  std::string page_token_key = crypto::RandomBytes(32);
  if (!keys.page_token_key_file().empty()) {
    RONGHE_ASSIGN_OR_RETURN(page_token_key, config::ReadSecret(keys.page_token_key_file()));
  }
  page_tokens_ = std::make_unique<rpc::PageTokens>(page_token_key);
  if (!keys.token_public_keys_file().empty()) {
    RONGHE_ASSIGN_OR_RETURN(verifier_, auth::TokenVerifier::Load(keys.token_public_keys_file()));
    authenticator_ = std::make_unique<rpc::ServiceAuthenticator>(*verifier_);
  }

  RONGHE_RETURN_IF_ERROR(OpenDatabase());
  ids_ =
      std::make_unique<base::IdGenerator>(static_cast<uint16_t>(config.server().node_id()), clock_);
  jobs_ = std::make_unique<job::JobRunner>(
      *database_, clock_, base::Cat(options_.service, "-", config.server().node_id()));
  const crypto::Suite suite = keys_ == nullptr ? crypto::Suite::kSm : keys_->index_suite();
  refusals_ = std::make_unique<audit::RefusalLog>(*database_, *ids_, clock_, source_);
  AddRequestRecordPurge(*jobs_);
  std::function<void()> nudge = [] {};
  if (options_.feed) {
    publisher_ = std::make_unique<event::Publisher>(*database_, jobs_.get(), clock_, source_);
    feed_ = std::make_unique<event::FeedHandler>(*database_, *publisher_, *page_tokens_);
    nudge = [publisher = publisher_.get()] { publisher->Nudge(); };
  }
  writer_ = std::make_unique<Writer>(
      *database_, *ids_, std::move(nudge),
      WriterOptions{.source = source_, .key = std::move(page_token_key), .suite = suite});
  approvals_ = std::make_unique<approval::ApprovalApi>(*writer_, *page_tokens_);
  RONGHE_RETURN_IF_ERROR(OpenAudit(suite));
  if (keys_ != nullptr) {
    RONGHE_ASSIGN_OR_RETURN(const crypto::Suite fresh, SuiteOf(keys, keys_->ring().suite()));
    rotation_ = std::make_unique<rotation::KeyRotation>(*keys_, *jobs_, registry_);
    rotation_api_ = std::make_unique<rotation::RotationApi>(*writer_, *rotation_, source_, fresh);
  }
  audit::ShowRetention(rule_sets_);
  operation_api_ = std::make_unique<operation::OperationApi>(
      operation::OperationApi::Parts{*database_, clock_, *jobs_, rule_sets_, source_});
  return absl::OkStatus();
}

absl::Status Runtime::OpenDatabase() {
  const config::v1::Common& config = options_.config;
  config::v1::Database database = config.database();
  if (database.pool() <= 0) {
    const int workers = config.server().workers() > 0 ? config.server().workers() : kDefaultWorkers;
    database.set_pool(workers + 4);
  }
  const absl::Time patience = absl::Now() + kDatabasePatience;
  while (true) {
    auto opened = sql::Database::Open(database, registry_);
    if (opened.ok()) {
      database_ = *std::move(opened);
      break;
    }
    if (!absl::IsUnavailable(opened.status()) || absl::Now() >= patience) return opened.status();
    log::Warn("database_unavailable", {{"error", opened.status()}});
    absl::SleepFor(absl::Milliseconds(500));
  }
  RONGHE_ASSIGN_OR_RETURN(const std::vector<std::string> directories,
                          MigrationDirectories(options_));
  return sql::CheckVersion(*database_, directories, absl::Now() + absl::Seconds(10));
}

absl::Status Runtime::OpenAudit(crypto::Suite suite) {
  const config::v1::Audit& config = options_.config.audit();
  if (config.heads_file().empty()) {
    log::Warn("audit_heads_not_kept", {{"setting", "audit.heads_file"}});
  } else {
    RONGHE_ASSIGN_OR_RETURN(audit::HeadSigner signer,
                            audit::HeadSigner::Load(config.signing_key_file(), suite));
    heads_ = std::make_unique<audit::HeadFile>(config.heads_file(), source_, std::move(signer));
  }
  chainer_ = std::make_unique<audit::Chainer>(*database_, jobs_.get(), clock_, suite, heads_.get());
  watch_ = std::make_unique<audit::ChainWatch>(
      audit::ChainWatch::Parts{*database_, *ids_, clock_, source_, suite, heads_.get()},
      jobs_.get());
  audit_api_ = std::make_unique<audit::AuditApi>(
      audit::AuditApi::Parts{.writer = *writer_,
                             .tokens = *page_tokens_,
                             .suite = suite,
                             .heads = heads_.get(),
                             .retention = audit::Retention(config),
                             .within = [this](int64_t organization, int64_t ancestor) {
                               auth::OrgScope* const scope = authorizer_->scope();
                               return scope != nullptr && scope->Within(organization, ancestor);
                             }});
  return absl::OkStatus();
}

absl::Status Runtime::OpenKeys() {
  const config::v1::Keys& keys = options_.config.keys();
  RONGHE_ASSIGN_OR_RETURN(
      keys_, crypto::KeyStore::Open(std::make_unique<crypto::KeyFile>(keys.field_keyring_file())));
  RONGHE_ASSIGN_OR_RETURN(const crypto::Suite wanted, SuiteOf(keys, keys_->ring().suite()));
  if (wanted != keys_->ring().suite()) {
    log::Warn("key_suite_differs", {{"setting", "keys.suite"}, {"remedy", "StartKeyRotation"}});
  }
  return absl::OkStatus();
}

void Runtime::RefreshKeys() {
  if (keys_ == nullptr) return;
  const absl::StatusOr<bool> changed = keys_->Refresh();
  if (!changed.ok()) {
    log::Warn("key_ring_unusable", {{"error", changed.status()}});
  } else if (*changed) {
    log::Info("key_ring_changed", {{"version", keys_->ring().current_version()}});
    rotation_->Nudge();
  }
}

absl::StatusOr<std::shared_ptr<rpc::Channel>> Runtime::Connect(const config::v1::Peer& peer) {
  return rpc::Channel::Create(peer, options_.config.server().tls(),
                              rpc::ChannelOptions{.registry = &registry_});
}

absl::StatusOr<std::shared_ptr<rpc::Channel>> Runtime::ConnectMembership() {
  if (membership_ == nullptr) {
    RONGHE_ASSIGN_OR_RETURN(membership_, Connect(options_.config.membership()));
  }
  return membership_;
}

absl::StatusOr<org::Projection*> Runtime::MakeProjection(org::Projection::Listener listener,
                                                         org::Projection::Follower follower) {
  RONGHE_ASSIGN_OR_RETURN(std::shared_ptr<rpc::Channel> membership, ConnectMembership());
  projection_ = std::make_unique<org::Projection>(*database_, std::move(membership),
                                                  std::move(listener), std::move(follower));
  ShowConsumer(projection_->consumer());
  return projection_.get();
}

void Runtime::ShowConsumer(const event::Consumer& consumer) {
  operation_api_->AddConsumer(consumer);
}

absl::Status Runtime::Start(App& app) {
  app_ = &app;
  const absl::Status started = [&]() -> absl::Status {
    RONGHE_RETURN_IF_ERROR(app.Load());
    if (projection_ != nullptr) RONGHE_RETURN_IF_ERROR(projection_->Start());

    auth::OrgScope* const scope = app.scope() != nullptr ? app.scope() : projection_.get();
    authorizer_ = std::make_unique<auth::Authorizer>(roles(), scope);
    std::vector<rpc::ServiceTable> tables = app.Tables();
    if (feed_ != nullptr) tables.push_back(event::v1::EventFeedServiceTable(*feed_));
    tables.push_back(approval::v1::ApprovalServiceTable(*approvals_));
    tables.push_back(audit::v1::AuditServiceTable(*audit_api_));
    tables.push_back(operation::v1::OperationServiceTable(*operation_api_));
    if (rotation_api_ != nullptr) {
      tables.push_back(rotation::v1::KeyRotationServiceTable(*rotation_api_));
    }

    const config::v1::Server& server = options_.config.server();
    rpc::ServerOptions options;
    options.listen = server.listen();
    options.tls = {server.tls().cert_file(), server.tls().key_file(), server.tls().ca_file()};
    options.workers = server.workers() > 0 ? server.workers() : kDefaultWorkers;
    options.queue = server.queue() > 0 ? server.queue() : kDefaultQueue;
    for (const config::v1::Callers& callers : options_.config.callers()) {
      options.callers.push_back(
          {callers.service(), std::vector<std::string>(callers.allowed_names().begin(),
                                                       callers.allowed_names().end())});
    }
    options.authenticator =
        app.authenticator() != nullptr ? app.authenticator() : authenticator_.get();
    options.authorizer = authorizer_.get();
    options.refusals = refusals_.get();
    if (keys_ != nullptr) options.suite = keys_->index_suite();
    options.registry = &registry_;
    options.clock = &clock_;
    options.reflection = server.reflection();
    options.health = &health_;
    RONGHE_ASSIGN_OR_RETURN(server_, rpc::Server::Create(std::move(options), std::move(tables)));
    jobs_->Start();
    return app.Start();
  }();
  if (!started.ok()) {
    Stop(absl::ZeroDuration(), absl::ZeroDuration());
    return started;
  }
  log::Info("started", {{"port", server_->port()}});
  readiness_ = std::thread([this] { WatchReadiness(); });
  return absl::OkStatus();
}

absl::Status Runtime::CheckReady() {
  RONGHE_RETURN_IF_ERROR(database_->Ping(absl::Now() + kProbe));
  return app_->Ready();
}

void Runtime::WatchReadiness() {
  while (true) {
    RefreshKeys();
    const absl::Status status = CheckReady();
    std::unique_lock lock(mutex_);
    if (stopping_) return;
    if (status.ok() != health_.ready()) {
      health_.SetReady(status.ok());
      ready_gauge_->Set(status.ok() ? 1 : 0);
      if (status.ok()) {
        log::Info("ready");
      } else {
        log::Warn("not_ready", {{"error", status}});
      }
    }
    // Soon again while something is missing, so that a start is noticed when it happens.
    const absl::Duration pause = status.ok() ? kReadinessInterval : absl::Milliseconds(200);
    changed_.wait_for(lock, absl::ToChronoNanoseconds(pause), [this] { return stopping_; });
    if (stopping_) return;
  }
}

void Runtime::Stop(absl::Duration drain, absl::Duration grace) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  changed_.notify_all();
  health_.SetReady(false);
  if (ready_gauge_ != nullptr) ready_gauge_->Set(0);
  if (readiness_.joinable()) readiness_.join();
  if (drain > absl::ZeroDuration()) absl::SleepFor(drain);
  if (server_ != nullptr) server_->Shutdown(grace);
  if (app_ != nullptr) app_->Stop();
  if (jobs_ != nullptr) jobs_->Stop();
  if (projection_ != nullptr) projection_->Stop();
  if (refusals_ != nullptr) refusals_->Stop();
}

namespace internal {
namespace {

// What comes before the first thread. The signals that end the process: blocked, so that every
// thread inherits that and only sigwait sees them.
sigset_t PrepareProcess() {
  // Debian's Abseil is built without NDEBUG and ends the process on a lock order that it dislikes.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  // A crash writes no keys, passwords or numbers to a disk.
  const rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  return signals;
}

int Migrate(const RuntimeOptions& options) {
  absl::StatusOr<std::vector<std::string>> directories = MigrationDirectories(options);
  if (!directories.ok()) return Report(options.service, directories.status());
  const absl::StatusOr<int> applied = sql::Migrate(options.config.migrate_database(), *directories);
  if (!applied.ok()) return Report(options.service, applied.status());
  log::Info("migrated", {{"applied", *applied}});
  return 0;
}

// Runs the app until one of the signals.
int Serve(const AnyProgram& program, RuntimeOptions options, const sigset_t& signals) {
  absl::StatusOr<std::unique_ptr<Runtime>> runtime = Runtime::Create(std::move(options));
  if (!runtime.ok()) return Report(program.service, runtime.status());
  if (const std::optional<int> outcome = program.command(**runtime); outcome.has_value()) {
    return *outcome;
  }
  absl::StatusOr<std::unique_ptr<App>> app = program.make(**runtime);
  if (!app.ok()) return Report(program.service, app.status());
  if (absl::Status status = (*runtime)->Start(**app); !status.ok()) {
    return Report(program.service, status);
  }
  int signal = 0;
  while (sigwait(&signals, &signal) != 0) {
  }
  log::Info("stopping", {{"signal", signal}});
  (*runtime)->Stop(absl::GetFlag(FLAGS_drain), absl::GetFlag(FLAGS_grace));
  // The app goes before the parts that it stands on.
  app->reset();
  runtime->reset();
  log::Info("stopped");
  return 0;
}

}  // namespace

int Run(int argc, char** argv, const AnyProgram& program) {
  const sigset_t signals = PrepareProcess();
  absl::SetProgramUsageMessage("--config FILE [--check_config | --migrate]");
  absl::ParseCommandLine(argc, argv);
  RouteLibraryLogs();

  if (const std::string path = absl::GetFlag(FLAGS_generate_keyring); !path.empty()) {
    return MakeKeys(program.service, crypto::KeyRing::Generate, path);
  }
  if (const std::string path = absl::GetFlag(FLAGS_rotate_keyring); !path.empty()) {
    return MakeKeys(program.service, crypto::KeyRing::Rotate, path);
  }
  const std::string path = absl::GetFlag(FLAGS_config);
  if (path.empty()) {
    std::fprintf(stderr, "ronghe-%s: 请用 --config 指定配置文件\n", program.service.c_str());
    return 2;
  }
  absl::StatusOr<config::v1::Common> config = program.load(path);
  if (!config.ok()) return Report(program.service, config.status());
  if (absl::GetFlag(FLAGS_check_config)) {
    std::printf("%s: ok\n", path.c_str());
    return 0;
  }
  if (const auto level = log::ParseLevel(config->log_level()); level.ok()) {
    log::Init(program.service, *level);
  }
  RuntimeOptions options;
  options.service = program.service;
  options.config = *config;
  options.feed = program.feed;
  options.own_migrations = program.own_migrations;

  if (absl::GetFlag(FLAGS_migrate)) return Migrate(options);
  return Serve(program, std::move(options), signals);
}

}  // namespace internal
}  // namespace ronghe::service

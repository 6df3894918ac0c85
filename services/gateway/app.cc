#include "services/gateway/app.h"

#include <cstdio>
#include <thread>

#include "absl/strings/match.h"
#include "absl/synchronization/mutex.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/config/config.h"
#include "common/crypto/es256.h"
#include "common/error/error.h"
#include "common/event/publisher.h"
#include "common/log/log.h"
#include "common/rotation/key_rotation.h"
#include "google/protobuf/text_format.h"
#include "services/gateway/access/api/accounts_api.h"
#include "services/gateway/access/api/clients_api.h"
#include "services/gateway/access/api/grants_api.h"
#include "services/gateway/access/api/identities_api.h"
#include "services/gateway/access/api/second_factor_api.h"
#include "services/gateway/access/api/sessions_api.h"
#include "services/gateway/access/client_door.h"
#include "services/gateway/access/door_token.h"
#include "services/gateway/access/doorman.h"
#include "services/gateway/access/gate.h"
#include "services/gateway/access/jobs/member_follower.h"
#include "services/gateway/access/jobs/unused_accounts.h"
#include "services/gateway/access/store/identity_store.h"
#include "services/gateway/access/store/sealed_tables.h"
#include "services/gateway/access/store/session_store.h"
#include "services/gateway/backend/backends.h"
#include "services/gateway/backend/lanes.h"
#include "services/gateway/http/front.h"
#include "services/gateway/http/server.h"
#include "services/gateway/http/settings.h"
#include "services/gateway/oauth/token_endpoint.h"
#include "services/gateway/oidc/sign_in.h"
#include "services/gateway/passthrough/server.h"
#include "services/gateway/transcode/openapi.h"
#include "services/gateway/transcode/router.h"

#ifndef RONGHE_VERSION
#define RONGHE_VERSION "0.1.0"
#endif

namespace ronghe::gateway {
namespace {

constexpr char kBuiltinPolicy[] =
#include "services/gateway/login_policy.inc"
    ;

// Sessions and guards are kept this long after they mean anything.
constexpr absl::Duration kKeepSessions = absl::Hours(24 * 7);
constexpr absl::Duration kKeepGuards = absl::Hours(24);
// Counts of calls are kept for so many days.
constexpr int kKeepQuotaDays = 32;
constexpr int64_t kPurgeBatch = 500;
constexpr char kMembersJob[] = "access.members";
constexpr absl::Duration kGrace = absl::Seconds(10);

access::Parameter Convert(const v1::Parameter& from) {
  return {from.value(), from.rule_id(), from.source()};
}

template <class Integer>
Integer Or(Integer value, Integer otherwise) {
  return value == 0 ? otherwise : value;
}

// The routes of the contracts.
struct Contracts {
  std::unique_ptr<transcode::Schema> schema;
  std::unique_ptr<transcode::MethodTable> methods;
  std::unique_ptr<transcode::Router> router;
};

absl::StatusOr<Contracts> LoadContracts(const v1::Config& config) {
  Contracts contracts;
  RONGHE_ASSIGN_OR_RETURN(contracts.schema, transcode::Schema::Load(config.descriptor_set_file()));
  RONGHE_ASSIGN_OR_RETURN(contracts.methods, transcode::MethodTable::Build(*contracts.schema));
  RONGHE_ASSIGN_OR_RETURN(contracts.router, transcode::Router::Build(*contracts.methods));
  return contracts;
}

absl::StatusOr<http::Assets> LoadAssets(const v1::Config& config, const Contracts& contracts) {
  http::Assets assets;
  assets.Add("/openapi.json",
             {"application/json; charset=utf-8",
              transcode::OpenApi(*contracts.schema, *contracts.router, RONGHE_VERSION), ""});
  RONGHE_RETURN_IF_ERROR(assets.AddDocs(config.http().docs_dir(), config.http().swagger_ui_dir()));
  return assets;
}

rpc::TlsFiles FilesOf(const config::v1::Tls& tls) {
  return {tls.cert_file(), tls.key_file(), tls.ca_file()};
}

backend::BackendsOptions BackendsOf(const v1::Config& config) {
  backend::BackendsOptions options;
  for (const v1::Backend& one : config.backends()) {
    options.backends.push_back(
        {one.service(), std::vector<std::string>(one.packages().begin(), one.packages().end()),
         one.peer().target(), one.peer().server_name()});
  }
  options.tls = FilesOf(config.common().server().tls());
  return options;
}

absl::StatusOr<std::unique_ptr<access::DoorTokens>> MakeDoorTokens(const v1::Config& config) {
  RONGHE_ASSIGN_OR_RETURN(auto signer,
                          crypto::Es256Signer::FromPemFile(config.token().private_key_file()));
  auto tokens = std::make_unique<access::DoorTokens>(std::move(signer), config.oauth().issuer());
  RONGHE_ASSIGN_OR_RETURN(const std::string keys,
                          config::ReadFile(config.common().keys().token_public_keys_file()));
  RONGHE_RETURN_IF_ERROR(tokens->Accept(keys));
  return tokens;
}

class App : public GatewayApp {
 public:
  App(const v1::Config& config, service::Runtime& runtime, org::Projection& organizations,
      access::LoginPolicy policy, Contracts contracts, http::Assets assets,
      std::unique_ptr<auth::TokenMinter> minter, std::unique_ptr<access::DoorTokens> door_tokens)
      : config_(config),
        runtime_(runtime),
        policy_(std::move(policy)),
        contracts_(std::move(contracts)),
        assets_(std::move(assets)),
        minter_(std::move(minter)),
        hasher_(HashCostOf(config)),
        cipher_(*runtime.keys()),
        door_tokens_(std::move(door_tokens)),
        client_door_(runtime.database(), *contracts_.methods, *door_tokens_),
        credentials_(runtime.database(), runtime.ids(), policy_, runtime.roles(), &client_door_),
        quotas_(runtime.database(), runtime.clock(),
                [this](std::function<void()> task) { return OnDoorman(std::move(task)); }),
        gate_(*contracts_.methods, runtime.clock(), access::PersonRate(policy_), &quotas_),
        attempts_(runtime.writer(), policy_, runtime.metrics()),
        accounts_(runtime.writer(), hasher_, organizations, runtime.page_tokens(), Forgetting()),
        sessions_(runtime.writer(), hasher_, attempts_, policy_, runtime.roles(), runtime.metrics(),
                  Forgetting()),
        second_factors_(runtime.writer(), cipher_, attempts_, policy_, runtime.roles(),
                        Forgetting()),
        grants_(runtime.writer(), runtime.roles(), organizations, policy_, runtime.page_tokens(),
                Forgetting()),
        member_follower_(
            {runtime.ids(), organizations,
             [&organizations](absl::Time deadline) { return organizations.TryCatchUp(deadline); },
             Forgetting(), [&runtime] { runtime.publisher()->Nudge(); }}),
        clients_(runtime.writer(), runtime.page_tokens(), *contracts_.methods, Forgetting()),
        identities_(runtime.writer(), config.oidc().issuer(), Forgetting()) {
    runtime.jobs().Add(kMembersJob, absl::Seconds(1),
                       [this](job::JobContext& job) { return member_follower_.Run(job); });
    runtime.jobs().Add("access.unused_accounts", absl::Hours(1), [this](job::JobContext& job) {
      return access::DisableUnusedAccounts(job.database(), runtime_.ids(), policy_, job.now())
          .status();
    });
    for (auto& table : access::SealedTables()) runtime.rotation()->Add(std::move(table));
    runtime.jobs().Add("access.purge", absl::Seconds(30),
                       [this](job::JobContext& job) { return Purge(job); });
    sessions_gauge_ =
        &runtime.metrics().AddGauge("ronghe_gateway_sessions", "Sessions that have not ended.");
  }

  ~App() override { Stop(); }

  std::vector<rpc::ServiceTable> Tables() override {
    std::vector<rpc::ServiceTable> tables;
    tables.push_back(::ronghe::access::v1::AccountServiceTable(accounts_));
    tables.push_back(::ronghe::access::v1::SessionServiceTable(sessions_));
    tables.push_back(::ronghe::access::v1::SecondFactorServiceTable(second_factors_));
    tables.push_back(::ronghe::access::v1::GrantServiceTable(grants_));
    tables.push_back(::ronghe::access::v1::ClientServiceTable(clients_));
    tables.push_back(::ronghe::access::v1::IdentityServiceTable(identities_));
    return tables;
  }

  absl::Status Start() override {
    const v1::Http& http = config_.http();
    const int threads =
        http.threads() > 0 ? http.threads()
                           : std::max(1, static_cast<int>(std::thread::hardware_concurrency()) / 2);
    lanes_ = std::make_unique<backend::Lanes>(threads);
    backend::BackendsOptions backends = BackendsOf(config_);
    for (backend::BackendOptions& one : backends.backends) {
      // The gateway's own services are where this process listens.
      if (one.service == runtime_.source() && one.target.empty()) {
        one.target = absl::StrCat("127.0.0.1:", runtime_.server()->port());
      }
    }
    RONGHE_ASSIGN_OR_RETURN(backends_,
                            backend::Backends::Create(backends, *contracts_.methods, *lanes_));
    access::DoormanOptions door;
    door.trust = std::min(absl::Seconds(2),
                          absl::Milliseconds(Or(config_.access().session_cache_ms(), 2000)));
    door.token_life = absl::Seconds(Or(config_.token().life_seconds(), 300));
    {
      const absl::MutexLock lock(&doorman_mutex_);
      doorman_ = std::make_unique<access::Doorman>(credentials_, *minter_, runtime_.clock(), door);
    }
    RONGHE_ASSIGN_OR_RETURN(const http::FrontOptions front_options, http::FrontOptionsOf(http));
    addresses_ = std::make_unique<http::AddressLimits>(http::AddressLimitOptionsOf(http));
    std::vector<http::PlainHandler*> plain;
    if (config_.has_oauth()) {
      oauth_ = std::make_unique<oauth::TokenEndpoint>(
          oauth::TokenEndpointParts{runtime_.database(), runtime_.ids(), runtime_.clock(),
                                    *door_tokens_, runtime_.refusals()});
      plain.push_back(oauth_.get());
    }
    if (config_.has_oidc()) {
      RONGHE_ASSIGN_OR_RETURN(
          oidc_, oidc::SignIn::Create(config_.oidc(), runtime_, policy_, Forgetting()));
      plain.push_back(&oidc_->pages());
    }
    front_ = std::make_unique<http::Front>(http::FrontParts{
        *contracts_.schema, *contracts_.methods, *contracts_.router, *backends_, *doorman_, gate_,
        assets_, runtime_.metrics(), [this] { return runtime_.health().ready(); }, std::move(plain),
        addresses_.get(), &runtime_.refusals(), front_options});
    http::ServerOptions options = http::ServerOptionsOf(http, threads);
    options.addresses = addresses_.get();
    RONGHE_ASSIGN_OR_RETURN(http_, http::Server::Create(options, *front_));
    connections_ = runtime_.metrics().AddCallbackGauge(
        "ronghe_http_connections", "Open HTTP connections.", {},
        [this] { return static_cast<double>(http_->connections()); });
    turned_away_ = runtime_.metrics().AddCallbackGauge(
        "ronghe_http_connections_turned_away",
        "HTTP connections that were refused since the start because there were too many.", {},
        [this] { return static_cast<double>(http_->turned_away()); });
    log::Info("http_listening", {{"port", http_->port()}});
    if (!config_.has_grpc()) return absl::OkStatus();
    passthrough::ServerOptions grpc;
    grpc.listen = config_.grpc().listen();
    grpc.max_calls = Or(config_.grpc().max_calls(), 1024);
    grpc.max_message_bytes = Or(config_.grpc().max_message_bytes(), 4 * 1024 * 1024);
    grpc.tls = FilesOf(config_.grpc().tls());
    RONGHE_ASSIGN_OR_RETURN(
        grpc_, passthrough::Server::Create(
                   grpc, {*contracts_.schema, *contracts_.methods, *backends_, *lanes_, *doorman_,
                          gate_, runtime_.metrics(), addresses_.get(), &runtime_.refusals()}));
    log::Info("grpc_listening", {{"port", grpc_->port()}});
    return absl::OkStatus();
  }

  void Stop() override {
    connections_.reset();
    turned_away_.reset();
    if (grpc_ != nullptr) grpc_->Shutdown(kGrace);
    if (http_ != nullptr) http_->Shutdown(kGrace);
    grpc_.reset();
    http_.reset();
    front_.reset();
    oidc_.reset();
    oauth_.reset();
    std::unique_ptr<access::Doorman> doorman;
    {
      const absl::MutexLock lock(&doorman_mutex_);
      doorman.swap(doorman_);
    }
    doorman.reset();
    backends_.reset();
    lanes_.reset();
  }

  int http_port() const override { return http_ == nullptr ? 0 : http_->port(); }
  int grpc_port() const override { return grpc_ == nullptr ? 0 : grpc_->port(); }

 private:
  // Has something done where it may wait for the database.
  bool OnDoorman(std::function<void()> task) {
    const absl::MutexLock lock(&doorman_mutex_);
    return doorman_ != nullptr && doorman_->Post(std::move(task));
  }

  // Makes a change of somebody's rights count at once in this process.
  access::SubjectChanged Forgetting() {
    return [this](const std::string& subject) {
      const absl::MutexLock lock(&doorman_mutex_);
      if (doorman_ != nullptr) doorman_->ForgetSubject(subject);
    };
  }

  absl::Status Purge(job::JobContext& job) {
    const absl::Time now = job.now();
    RONGHE_ASSIGN_OR_RETURN(
        const int64_t open,
        job.database().Read(job.DeadlineIn(absl::Seconds(5)), [now](sql::Session& session) {
          return access::session_store::CountOpen(session, now);
        }));
    sessions_gauge_->Set(static_cast<double>(open));
    for (int64_t purged = kPurgeBatch; purged == kPurgeBatch && !job.cancelled();) {
      RONGHE_ASSIGN_OR_RETURN(
          purged,
          job.database().Transact(job.DeadlineIn(absl::Seconds(5)), [now](sql::Session& session) {
            return access::session_store::Purge(session, now - kKeepSessions, kPurgeBatch);
          }));
    }
    return job.database().Transact(
        job.DeadlineIn(absl::Seconds(5)), [now](sql::Session& session) -> absl::Status {
          RONGHE_RETURN_IF_ERROR(
              access::account_store::PurgeGuards(session, now - kKeepGuards, kPurgeBatch).status());
          RONGHE_RETURN_IF_ERROR(
              access::client_store::PurgeAssertions(session, now, kPurgeBatch).status());
          RONGHE_RETURN_IF_ERROR(access::client_store::PurgeQuota(
                                     session, base::ShanghaiDay(now) - kKeepQuotaDays, kPurgeBatch)
                                     .status());
          return access::identity_store::Purge(session, now - kKeepSessions, now, kPurgeBatch);
        });
  }

  const v1::Config config_;
  service::Runtime& runtime_;
  const access::LoginPolicy policy_;
  const Contracts contracts_;
  const http::Assets assets_;
  const std::unique_ptr<auth::TokenMinter> minter_;
  access::PasswordHasher hasher_;
  const crypto::FieldCipher cipher_;
  const std::unique_ptr<access::DoorTokens> door_tokens_;
  access::ClientDoor client_door_;
  access::StoredCredentials credentials_;
  access::Quotas quotas_;
  access::Gate gate_;
  access::Attempts attempts_;
  access::AccountsApi accounts_;
  access::SessionsApi sessions_;
  access::SecondFactorApi second_factors_;
  access::GrantsApi grants_;
  const access::MemberFollower member_follower_;
  access::ClientsApi clients_;
  access::IdentitiesApi identities_;
  metrics::Gauge* sessions_gauge_ = nullptr;

  // Made by Start, in this order.
  std::unique_ptr<backend::Lanes> lanes_;
  std::unique_ptr<backend::Backends> backends_;
  // Locked where it is made, taken away, and asked by others than the doors, which stop before it.
  absl::Mutex doorman_mutex_;
  std::unique_ptr<access::Doorman> doorman_;
  std::unique_ptr<http::AddressLimits> addresses_;
  std::unique_ptr<oauth::TokenEndpoint> oauth_;
  std::unique_ptr<oidc::SignIn> oidc_;
  std::unique_ptr<http::Front> front_;
  std::unique_ptr<http::Server> http_;
  std::unique_ptr<passthrough::Server> grpc_;
  std::unique_ptr<metrics::Registry::CallbackHandle> connections_, turned_away_;
};

}  // namespace

access::HashCost HashCostOf(const v1::Config& config) {
  const v1::Argon2& argon2 = config.access().argon2();
  access::HashCost cost;
  cost.memory_kib = static_cast<uint32_t>(Or(argon2.memory_kib(), 64 * 1024));
  cost.passes = static_cast<uint32_t>(Or(argon2.passes(), 3));
  cost.lanes = static_cast<uint32_t>(Or(argon2.lanes(), 1));
  cost.threads = Or(argon2.threads(), 2);
  cost.queue = Or(argon2.queue(), 16);
  return cost;
}

absl::StatusOr<access::LoginPolicy> LoadLoginPolicy(const v1::Config& config) {
  v1::LoginPolicy proto;
  if (config.access().login_policy_file().empty()) {
    if (!google::protobuf::TextFormat::ParseFromString(kBuiltinPolicy, &proto)) {
      return absl::InternalError("the login policy that was built in can't be read");
    }
  } else {
    RONGHE_RETURN_IF_ERROR(config::LoadInto(config.access().login_policy_file(), &proto));
  }
  access::LoginPolicy policy;
  policy.version = proto.version();
  policy.min_length = Convert(proto.min_length());
  policy.min_classes = Convert(proto.min_classes());
  policy.history = Convert(proto.history());
  policy.max_age_days = Convert(proto.max_age_days());
  policy.lock_failures = Convert(proto.lock_failures());
  policy.lock_minutes = Convert(proto.lock_minutes());
  policy.idle_minutes = Convert(proto.idle_minutes());
  policy.absolute_minutes = Convert(proto.absolute_minutes());
  policy.max_sessions = Convert(proto.max_sessions());
  policy.unused_days = Convert(proto.unused_days());
  policy.second_factor = Convert(proto.second_factor());
  policy.code_window = Convert(proto.code_window());
  policy.recovery_codes = Convert(proto.recovery_codes());
  policy.pending_minutes = Convert(proto.pending_minutes());
  policy.reauthentication_minutes = Convert(proto.reauthentication_minutes());
  policy.bind_address = Convert(proto.bind_address());
  policy.delegation_days = Convert(proto.delegation_days());
  policy.calls_per_second = Convert(proto.calls_per_second());
  policy.calls_burst = Convert(proto.calls_burst());
  RONGHE_RETURN_IF_ERROR(access::CheckPolicy(policy));
  return policy;
}

absl::Status CheckConfig(const v1::Config& config) {
  if (config.common().keys().field_keyring_file().empty()) {
    return absl::InvalidArgumentError("common.keys.field_keyring_file is not set");
  }
  RONGHE_RETURN_IF_ERROR(LoadLoginPolicy(config).status());
  RONGHE_ASSIGN_OR_RETURN(const Contracts contracts, LoadContracts(config));
  RONGHE_RETURN_IF_ERROR(LoadAssets(config, contracts).status());
  RONGHE_RETURN_IF_ERROR(http::FrontOptionsOf(config.http()).status());
  RONGHE_RETURN_IF_ERROR(auth::TokenMinter::Load(config.token().private_key_file()).status());
  if (config.has_oidc()) RONGHE_RETURN_IF_ERROR(oidc::CheckConfig(config.oidc()));
  backend::BackendsOptions backends = BackendsOf(config);
  for (backend::BackendOptions& one : backends.backends) {
    // Only known once the process listens.
    if (one.target.empty()) one.target = "127.0.0.1:1";
  }
  const backend::Lanes lanes(1);
  return backend::Backends::Create(backends, *contracts.methods, lanes).status();
}

absl::StatusOr<std::unique_ptr<GatewayApp>> MakeGateway(const v1::Config& config,
                                                        service::Runtime& runtime) {
  if (runtime.keys() == nullptr) {
    return absl::InvalidArgumentError("common.keys.field_keyring_file is not set");
  }
  RONGHE_ASSIGN_OR_RETURN(access::LoginPolicy policy, LoadLoginPolicy(config));
  RONGHE_ASSIGN_OR_RETURN(Contracts contracts, LoadContracts(config));
  RONGHE_ASSIGN_OR_RETURN(http::Assets assets, LoadAssets(config, contracts));
  RONGHE_ASSIGN_OR_RETURN(std::unique_ptr<auth::TokenMinter> minter,
                          auth::TokenMinter::Load(config.token().private_key_file()));
  RONGHE_ASSIGN_OR_RETURN(std::unique_ptr<access::DoorTokens> door_tokens, MakeDoorTokens(config));
  RONGHE_ASSIGN_OR_RETURN(
      org::Projection* const organizations,
      runtime.MakeProjection(
          [&jobs = runtime.jobs()](std::span<const event::v1::Event>) { jobs.Nudge(kMembersJob); },
          &access::MarkMembers));
  return std::make_unique<App>(config, runtime, *organizations, std::move(policy),
                               std::move(contracts), std::move(assets), std::move(minter),
                               std::move(door_tokens));
}

absl::StatusOr<std::unique_ptr<service::App>> MakeApp(const v1::Config& config,
                                                      service::Runtime& runtime) {
  return MakeGateway(config, runtime);
}

int CreateAdmin(const std::string& config_path, const std::string& login_name) {
  const auto made = [&]() -> absl::StatusOr<std::string> {
    RONGHE_ASSIGN_OR_RETURN(const v1::Config config, config::Load<v1::Config>(config_path));
    RONGHE_ASSIGN_OR_RETURN(const auto database, sql::Database::Open(config.common().database()));
    base::IdGenerator ids(static_cast<uint16_t>(config.common().server().node_id()),
                          base::Clock::Real());
    access::PasswordHasher hasher(HashCostOf(config));
    return access::CreateFirstAdministrator(*database, ids, hasher, login_name, absl::Now());
  }();
  if (made.ok()) {
    std::printf("login: %s\npassword: %s\n", login_name.c_str(), made->c_str());
    return 0;
  }
  const std::string message = error::MessageZh(made.status());
  std::fprintf(stderr, "%s\n",
               message.empty() ? std::string(made.status().message()).c_str() : message.c_str());
  return error::Reason(made.status()) == "ACCOUNTS_EXIST" ? 3 : 1;
}

}  // namespace ronghe::gateway

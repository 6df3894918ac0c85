#include "services/gateway/app.h"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <thread>

#include "absl/synchronization/mutex.h"
#include "common/base/status_macros.h"
#include "common/config/config.h"
#include "common/error/error.h"
#include "common/log/log.h"
#include "services/gateway/access/api/accounts_api.h"
#include "services/gateway/access/door/client_door.h"
#include "services/gateway/access/door/door_token.h"
#include "services/gateway/access/door/doorman.h"
#include "services/gateway/access/door/gate.h"
#include "services/gateway/access/services.h"
#include "services/gateway/access/settings.h"
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

namespace ronghe::gateway {
namespace {

constexpr absl::Duration kGrace = absl::Seconds(10);

// The routes of the contracts.
struct Contracts {
  std::unique_ptr<transcode::Schema> schema;
  std::unique_ptr<transcode::MethodTable> methods;
  std::unique_ptr<transcode::Router> router;
};

absl::StatusOr<Contracts> LoadContracts(const std::string& descriptor_set_file) {
  Contracts contracts;
  RONGHE_ASSIGN_OR_RETURN(contracts.schema, transcode::Schema::Load(descriptor_set_file));
  RONGHE_ASSIGN_OR_RETURN(contracts.methods, transcode::MethodTable::Build(*contracts.schema));
  RONGHE_ASSIGN_OR_RETURN(contracts.router, transcode::Router::Build(*contracts.methods));
  return contracts;
}

std::string OpenApiOf(const Contracts& contracts) {
  return transcode::OpenApi(*contracts.schema, *contracts.router, RONGHE_VERSION);
}

// What the console must know before anybody has signed in.
std::string ConsoleJson(const v1::Config& config) {
  nlohmann::json known = {{"version", RONGHE_VERSION}, {"oidc", nullptr}};
  if (config.has_oidc()) known["oidc"] = {{"title", config.oidc().title()}};
  return known.dump();
}

absl::StatusOr<http::Assets> LoadAssets(const v1::Config& config, const Contracts& contracts) {
  constexpr char kJson[] = "application/json; charset=utf-8";
  const v1::Http& http = config.http();
  http::Assets assets;
  assets.Add("/openapi.json", {kJson, OpenApiOf(contracts)});
  RONGHE_RETURN_IF_ERROR(assets.AddDocs(http.docs_dir(), http.swagger_ui_dir()));
  if (http.console_dir().empty()) return assets;
  assets.Add("/console.json", {kJson, ConsoleJson(config)});
  RONGHE_RETURN_IF_ERROR(assets.AddConsole(http.console_dir()));
  return assets;
}

rpc::TlsFiles FilesOf(const config::v1::Tls& tls) {
  return {tls.cert_file(), tls.key_file(), tls.ca_file()};
}

// `own`: where this process listens for the gateway's own services.
backend::BackendsOptions BackendsOf(const v1::Config& config, const std::string& own) {
  backend::BackendsOptions options;
  for (const v1::Backend& one : config.backends()) {
    const bool here = one.service() == "services/gateway" && one.peer().target().empty();
    options.backends.push_back(
        {one.service(), std::vector<std::string>(one.packages().begin(), one.packages().end()),
         here ? own : one.peer().target(), one.peer().server_name()});
  }
  options.tls = FilesOf(config.common().server().tls());
  return options;
}

passthrough::ServerOptions GrpcOptionsOf(const v1::Grpc& config) {
  passthrough::ServerOptions options;
  options.listen = config.listen();
  if (config.max_calls() > 0) options.max_calls = config.max_calls();
  if (config.max_message_bytes() > 0) options.max_message_bytes = config.max_message_bytes();
  options.tls = FilesOf(config.tls());
  return options;
}

int ThreadsOf(const v1::Http& config) {
  return config.threads() > 0
             ? config.threads()
             : std::max(1, static_cast<int>(std::thread::hardware_concurrency()) / 2);
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
        door_tokens_(std::move(door_tokens)),
        client_door_(runtime.database(), *contracts_.methods, *door_tokens_),
        credentials_(runtime.database(), runtime.ids(), policy_, runtime.roles(), &client_door_),
        quotas_(runtime.database(), runtime.clock(),
                [this](std::function<void()> task) { return OnDoorman(std::move(task)); }),
        gate_(*contracts_.methods, runtime.clock(), access::PersonRate(policy_), &quotas_),
        services_({runtime, organizations, *contracts_.methods, policy_,
                   access::HashCostOf(config.access()), config.oidc().issuer(), Forgetting()}) {}

  ~App() override { Stop(); }

  std::vector<rpc::ServiceTable> Tables() override { return services_.Tables(); }

  absl::Status Start() override {
    lanes_ = std::make_unique<backend::Lanes>(ThreadsOf(config_.http()));
    RONGHE_ASSIGN_OR_RETURN(
        backends_, backend::Backends::Create(
                       BackendsOf(config_, absl::StrCat("127.0.0.1:", runtime_.server()->port())),
                       *contracts_.methods, *lanes_));
    {
      const absl::MutexLock lock(&doorman_mutex_);
      doorman_ = std::make_unique<access::Doorman>(credentials_, *minter_, runtime_.clock(),
                                                   access::DoormanOptionsOf(config_));
    }
    RONGHE_RETURN_IF_ERROR(OpenHttp());
    return config_.has_grpc() ? OpenGrpc() : absl::OkStatus();
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

  // What answers on the HTTP port beside the RPCs.
  absl::StatusOr<std::vector<http::PlainHandler*>> MakePlainHandlers() {
    std::vector<http::PlainHandler*> handlers;
    if (config_.has_oauth()) {
      oauth_ = std::make_unique<oauth::TokenEndpoint>(
          oauth::TokenEndpointParts{runtime_.database(), runtime_.ids(), runtime_.clock(),
                                    *door_tokens_, runtime_.refusals()});
      handlers.push_back(oauth_.get());
    }
    if (config_.has_oidc()) {
      RONGHE_ASSIGN_OR_RETURN(
          oidc_, oidc::SignIn::Create(config_.oidc(), runtime_, policy_, Forgetting()));
      handlers.push_back(&oidc_->pages());
    }
    return handlers;
  }

  absl::Status OpenHttp() {
    const v1::Http& http = config_.http();
    RONGHE_ASSIGN_OR_RETURN(const http::FrontOptions front_options, http::FrontOptionsOf(http));
    RONGHE_ASSIGN_OR_RETURN(std::vector<http::PlainHandler*> plain, MakePlainHandlers());
    addresses_ = std::make_unique<http::AddressLimits>(http::AddressLimitOptionsOf(http));
    front_ = std::make_unique<http::Front>(http::FrontParts{
        *contracts_.schema, *contracts_.methods, *contracts_.router, *backends_, *doorman_, gate_,
        assets_, runtime_.metrics(), [this] { return runtime_.health().ready(); }, std::move(plain),
        addresses_.get(), &runtime_.refusals(), front_options});
    http::ServerOptions options = http::ServerOptionsOf(http, ThreadsOf(http));
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
    return absl::OkStatus();
  }

  absl::Status OpenGrpc() {
    RONGHE_ASSIGN_OR_RETURN(
        grpc_, passthrough::Server::Create(
                   GrpcOptionsOf(config_.grpc()),
                   {*contracts_.schema, *contracts_.methods, *backends_, *lanes_, *doorman_, gate_,
                    runtime_.metrics(), addresses_.get(), &runtime_.refusals()}));
    log::Info("grpc_listening", {{"port", grpc_->port()}});
    return absl::OkStatus();
  }

  const v1::Config config_;
  service::Runtime& runtime_;
  const access::LoginPolicy policy_;
  const Contracts contracts_;
  const http::Assets assets_;
  const std::unique_ptr<auth::TokenMinter> minter_;
  const std::unique_ptr<access::DoorTokens> door_tokens_;
  access::ClientDoor client_door_;
  access::StoredCredentials credentials_;
  access::Quotas quotas_;
  access::Gate gate_;
  access::Services services_;

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

absl::Status CheckConfig(const v1::Config& config) {
  if (config.common().keys().field_keyring_file().empty()) {
    return absl::InvalidArgumentError("common.keys.field_keyring_file is not set");
  }
  RONGHE_RETURN_IF_ERROR(access::LoadLoginPolicy(config.access()).status());
  RONGHE_ASSIGN_OR_RETURN(const Contracts contracts, LoadContracts(config.descriptor_set_file()));
  RONGHE_RETURN_IF_ERROR(LoadAssets(config, contracts).status());
  RONGHE_RETURN_IF_ERROR(http::FrontOptionsOf(config.http()).status());
  RONGHE_RETURN_IF_ERROR(auth::TokenMinter::Load(config.token().private_key_file()).status());
  if (config.has_oidc()) RONGHE_RETURN_IF_ERROR(oidc::CheckConfig(config.oidc()));
  const backend::Lanes lanes(1);
  // Where the process will listen is only known once it does.
  return backend::Backends::Create(BackendsOf(config, "127.0.0.1:1"), *contracts.methods, lanes)
      .status();
}

absl::StatusOr<std::unique_ptr<GatewayApp>> MakeGateway(const v1::Config& config,
                                                        service::Runtime& runtime) {
  if (runtime.keys() == nullptr) {
    return absl::InvalidArgumentError("common.keys.field_keyring_file is not set");
  }
  RONGHE_ASSIGN_OR_RETURN(access::LoginPolicy policy,
                          access::LoadLoginPolicy(config.access(), &runtime.rule_sets()));
  RONGHE_ASSIGN_OR_RETURN(Contracts contracts, LoadContracts(config.descriptor_set_file()));
  RONGHE_ASSIGN_OR_RETURN(http::Assets assets, LoadAssets(config, contracts));
  RONGHE_ASSIGN_OR_RETURN(std::unique_ptr<auth::TokenMinter> minter,
                          auth::TokenMinter::Load(config.token().private_key_file()));
  RONGHE_ASSIGN_OR_RETURN(std::unique_ptr<access::DoorTokens> door_tokens,
                          access::DoorTokens::Load(config.token().private_key_file(),
                                                   config.common().keys().token_public_keys_file(),
                                                   config.oauth().issuer()));
  RONGHE_ASSIGN_OR_RETURN(org::Projection* const organizations, access::CopyOrganizations(runtime));
  return std::make_unique<App>(config, runtime, *organizations, std::move(policy),
                               std::move(contracts), std::move(assets), std::move(minter),
                               std::move(door_tokens));
}

absl::StatusOr<std::unique_ptr<service::App>> MakeApp(const v1::Config& config,
                                                      service::Runtime& runtime) {
  return MakeGateway(config, runtime);
}

int PrintOpenApi(const std::string& descriptor_set_file) {
  const absl::StatusOr<Contracts> contracts = LoadContracts(descriptor_set_file);
  if (!contracts.ok()) {
    std::fprintf(stderr, "%s\n", contracts.status().ToString().c_str());
    return 1;
  }
  std::printf("%s\n", OpenApiOf(*contracts).c_str());
  return 0;
}

int CreateAdmin(const std::string& config_path, const std::string& login_name) {
  const auto made = [&]() -> absl::StatusOr<std::string> {
    RONGHE_ASSIGN_OR_RETURN(const v1::Config config, config::Load<v1::Config>(config_path));
    RONGHE_ASSIGN_OR_RETURN(const auto database, sql::Database::Open(config.common().database()));
    base::IdGenerator ids(static_cast<uint16_t>(config.common().server().node_id()),
                          base::Clock::Real());
    access::PasswordHasher hasher(access::HashCostOf(config.access()));
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

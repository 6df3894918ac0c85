#include "common/testing/test_server.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/time/clock.h"
#include "common/base/strings.h"

namespace ronghe::testing {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr std::string_view kCertificate = "certificate/";

[[noreturn]] void Fail(const char* what, const absl::Status& status) {
  std::fprintf(stderr, "%s: %s\n", what, status.ToString().c_str());
  std::abort();
}

}  // namespace

TestTokens MakeTestTokens() {
  crypto::Es256Signer signer = crypto::Es256Signer::Generate();
  auto verifier = auth::TokenVerifier::FromPem(signer.verifier().ToPem());
  if (!verifier.ok()) Fail("test tokens", verifier.status());
  return TestTokens{std::make_unique<auth::TokenMinter>(std::move(signer)), *std::move(verifier)};
}

absl::StatusOr<std::shared_ptr<const auth::Principal>> TestAuthenticator::Authenticate(
    const rpc::Credentials& credentials, absl::Time now) const {
  rpc::Credentials shown = credentials;
  if (shown.bearer.starts_with(kCertificate)) {
    shown.certificate = shown.bearer.substr(kCertificate.size());
    shown.bearer = {};
  }
  return ServiceAuthenticator::Authenticate(shown, now);
}

TestServer::TestServer(std::vector<rpc::ServiceTable> tables)
    : TestServer(std::move(tables), Options{}) {}

TestServer::TestServer(std::vector<rpc::ServiceTable> tables, const Options& options)
    : tokens_(MakeTestTokens()),
      authenticator_(*tokens_.verifier),
      authorizer_(options.roles == nullptr ? auth::RoleTable::Builtin() : *options.roles,
                  options.scope),
      registry_(std::make_unique<metrics::Registry>()) {
  health_.SetReady(true);
  rpc::ServerOptions server;
  server.listen = options.listen;
  server.tls = options.tls;
  server.callers = options.callers;
  server.workers = options.workers;
  server.queue = options.queue;
  server.streams = options.streams;
  server.authenticator = options.authenticator == nullptr ? &authenticator_ : options.authenticator;
  server.authorizer = &authorizer_;
  server.registry = registry_.get();
  server.refusals = options.refusals;
  server.clock = options.clock;
  server.reflection = options.reflection;
  server.pass_through = options.pass_through;
  server.health = &health_;
  auto started = rpc::Server::Create(std::move(server), std::move(tables));
  if (!started.ok()) Fail("test server", started.status());
  server_ = *std::move(started);
  channel_ = server_->InProcessChannel(rpc::ChannelOptions{.registry = registry_.get()});
}

std::string TestServer::Token(const auth::Principal& principal) const {
  auto token = tokens_.minter->Mint(principal, absl::Now(), absl::Minutes(30));
  if (!token.ok()) Fail("test token", token.status());
  return *std::move(token);
}

rpc::Outgoing TestServer::As(std::string_view role, int64_t organization, int64_t account) const {
  return As(auth::Principal{auth::Principal::Kind::kPerson,
                            base::Cat("accounts/", account),
                            {{std::string(role), organization}},
                            "session"});
}

rpc::Outgoing TestServer::As(const auth::Principal& principal) const {
  rpc::Outgoing out = AsNobody();
  out.bearer = Token(principal);
  return out;
}

rpc::Outgoing TestServer::AsService(std::string_view name) const {
  rpc::Outgoing out = AsNobody();
  out.bearer = base::Cat(kCertificate, name, ".ronghe");
  return out;
}

rpc::Outgoing TestServer::AsNobody() const { return rpc::Outgoing::Background(kPatience); }

}  // namespace ronghe::testing

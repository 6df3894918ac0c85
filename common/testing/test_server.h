// How does a test call handlers through the real pipeline?
#ifndef RONGHE_COMMON_TESTING_TEST_SERVER_H_
#define RONGHE_COMMON_TESTING_TEST_SERVER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/auth/authorizer.h"
#include "common/auth/token.h"
#include "common/metrics/metrics.h"
#include "common/rpc/channel.h"
#include "common/rpc/server.h"

namespace ronghe::testing {

// A key pair made for this process: the minter signs, the verifier accepts.
struct TestTokens {
  std::unique_ptr<auth::TokenMinter> minter;
  std::unique_ptr<auth::TokenVerifier> verifier;
};
TestTokens MakeTestTokens();

// As the services' own, for calls without TLS too: the bearer "certificate/X" stands for a client
// certificate of that name.
class TestAuthenticator : public rpc::ServiceAuthenticator {
 public:
  using ServiceAuthenticator::ServiceAuthenticator;
  absl::StatusOr<std::shared_ptr<const auth::Principal>> Authenticate(
      const rpc::Credentials& credentials, absl::Time now) const override;
};

// An in-process server over `tables` with the built-in roles, and tokens for any principal.
class TestServer {
 public:
  struct Options {
    // Null: a grant covers exactly the organization that it names. Must outlive the server.
    auth::OrgScope* scope = nullptr;
    // Null: the built-in roles.
    const auth::RoleTable* roles = nullptr;
    // Null: tokens and certificates, as services do. Must outlive the server.
    const rpc::Authenticator* authenticator = nullptr;
    // Null: refused calls leave no rows. Must outlive the server.
    audit::RefusalLog* refusals = nullptr;
    // Null: the real clock.
    const base::Clock* clock = nullptr;
    int workers = 4;
    int queue = 512;
    int streams = 16;
    bool reflection = false;
    bool pass_through = false;
    // Empty: in-process only.
    std::string listen;
    rpc::TlsFiles tls;
    std::vector<rpc::AllowedCallers> callers;
  };

  // Ends the test program when the server does not start. The handlers of `tables` must outlive it.
  explicit TestServer(std::vector<rpc::ServiceTable> tables);
  TestServer(std::vector<rpc::ServiceTable> tables, const Options& options);

  // For generated clients: MemberServiceClient client(server.channel()).
  const std::shared_ptr<rpc::Channel>& channel() const { return channel_; }
  rpc::Server& server() { return *server_; }
  rpc::Health& health() { return health_; }
  metrics::Registry& registry() { return *registry_; }
  const auth::Authorizer& authorizer() const { return authorizer_; }
  const rpc::Authenticator& authenticator() const { return authenticator_; }
  const auth::TokenMinter& minter() const { return *tokens_.minter; }

  // A token for `principal`, in force for half an hour.
  std::string Token(const auth::Principal& principal) const;

  // What a call made by accounts/`account` holding `role` on `organization` (0: all) carries; ten
  // seconds of time.
  rpc::Outgoing As(std::string_view role, int64_t organization, int64_t account = 1) const;
  rpc::Outgoing As(const auth::Principal& principal) const;
  // What a call of services/`name` carries, for example AsService("meeting").
  rpc::Outgoing AsService(std::string_view name) const;
  // A call that says nothing about its caller.
  rpc::Outgoing AsNobody() const;

 private:
  TestTokens tokens_;
  TestAuthenticator authenticator_;
  auth::Authorizer authorizer_;
  rpc::Health health_;
  std::unique_ptr<metrics::Registry> registry_;
  std::unique_ptr<rpc::Server> server_;
  std::shared_ptr<rpc::Channel> channel_;
};

}  // namespace ronghe::testing

#endif  // RONGHE_COMMON_TESTING_TEST_SERVER_H_

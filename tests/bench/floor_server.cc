// How fast is a call that does nothing, through the same server as every service's, without and
// with its pipeline? Prints its port and a token for its guarded method.

#include <csignal>
#include <cstdlib>
#include <iostream>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/auth/authorizer.h"
#include "common/auth/role_table.h"
#include "common/auth/token.h"
#include "common/org/org_tree.h"
#include "common/rpc/server.h"
#include "tests/bench/floor.ronghe.h"

ABSL_FLAG(std::string, listen, "127.0.0.1:0", "where to listen");
ABSL_FLAG(bool, pass_through, true, "leave the pipeline out");

namespace {

class Floor : public ronghe::bench::v1::FloorServiceHandler {
 public:
  absl::StatusOr<ronghe::bench::v1::DoNothingResponse> DoNothing(
      ronghe::rpc::Call&, const ronghe::bench::v1::DoNothingRequest& request) override {
    return Answer(request);
  }
  absl::StatusOr<ronghe::bench::v1::DoNothingResponse> DoNothingGuarded(
      ronghe::rpc::Call&, const ronghe::bench::v1::DoNothingRequest& request) override {
    return Answer(request);
  }

 private:
  static ronghe::bench::v1::DoNothingResponse Answer(
      const ronghe::bench::v1::DoNothingRequest& request) {
    ronghe::bench::v1::DoNothingResponse response;
    response.set_name(request.name());
    return response;
  }
};

// A county: organization 1, towns 2 to 21 below it, 20 branches below each town.
class County : public ronghe::auth::OrgScope {
 public:
  County() {
    Add(1, 0, "611");
    for (int64_t town = 2; town <= 21; ++town) {
      Add(town, 1, "612");
      for (int64_t branch = 0; branch < 20; ++branch) Add(1000 + town * 100 + branch, town, "631");
    }
  }
  bool Within(int64_t org, int64_t ancestor) override { return tree_.Within(org, ancestor); }
  void CatchUp(absl::Time) override {}

 private:
  void Add(int64_t id, int64_t parent, const char* kind) {
    ronghe::org::OrgNode node;
    node.id = id;
    node.parent = parent;
    node.kind = kind;
    if (!tree_.Upsert(node).ok()) std::abort();
  }

  ronghe::org::OrgTree tree_;
};

// Somebody as the suite knows them: three roles, the one that counts is the last.
ronghe::auth::Principal Visitor() {
  return {ronghe::auth::Principal::Kind::kPerson,
          "accounts/100000000000000001",
          {{"inspector", 5}, {"branch_secretary", 1400}, {"organization_department", 1}},
          "100000000000000002"};
}

}  // namespace

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  absl::ParseCommandLine(argc, argv);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const ronghe::crypto::Es256Signer signer = ronghe::crypto::Es256Signer::Generate();
  const auto verifier = ronghe::auth::TokenVerifier::FromPem(signer.verifier().ToPem());
  const auto token =
      ronghe::auth::TokenMinter(signer).Mint(Visitor(), absl::Now(), ronghe::auth::kMaxTokenLife);
  if (!verifier.ok() || !token.ok()) {
    std::cerr << verifier.status() << token.status() << "\n";
    return 1;
  }
  const ronghe::rpc::ServiceAuthenticator authenticator(**verifier);
  County county;
  const ronghe::auth::Authorizer authorizer(ronghe::auth::RoleTable::Builtin(), &county);

  Floor floor;
  ronghe::rpc::ServerOptions options;
  options.listen = absl::GetFlag(FLAGS_listen);
  options.pass_through = absl::GetFlag(FLAGS_pass_through);
  options.authenticator = &authenticator;
  options.authorizer = &authorizer;
  auto server = ronghe::rpc::Server::Create(std::move(options),
                                            {ronghe::bench::v1::FloorServiceTable(floor)});
  if (!server.ok()) {
    std::cerr << server.status() << "\n";
    return 1;
  }
  std::cout << (*server)->port() << "\n" << *token << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  (*server)->Shutdown(absl::Seconds(1));
  return 0;
}

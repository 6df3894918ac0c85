// How fast is a call that does nothing, through the same server as every service's, without and
// with its pipeline?

#include <csignal>
#include <iostream>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/synchronization/mutex.h"
#include "common/rpc/server.h"
#include "tests/bench/floor.ronghe.h"

ABSL_FLAG(std::string, listen, "127.0.0.1:0", "where to listen");
ABSL_FLAG(bool, pass_through, true, "leave the pipeline out");

namespace {

class Floor : public ronghe::bench::v1::FloorServiceHandler {
 public:
  absl::StatusOr<ronghe::bench::v1::DoNothingResponse> DoNothing(
      ronghe::rpc::Call&, const ronghe::bench::v1::DoNothingRequest& request) override {
    ronghe::bench::v1::DoNothingResponse response;
    response.set_name(request.name());
    return response;
  }
};

}  // namespace

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  absl::ParseCommandLine(argc, argv);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  Floor floor;
  ronghe::rpc::ServerOptions options;
  options.listen = absl::GetFlag(FLAGS_listen);
  options.pass_through = absl::GetFlag(FLAGS_pass_through);
  auto server = ronghe::rpc::Server::Create(std::move(options),
                                            {ronghe::bench::v1::FloorServiceTable(floor)});
  if (!server.ok()) {
    std::cerr << server.status() << "\n";
    return 1;
  }
  std::cout << (*server)->port() << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  (*server)->Shutdown(absl::Seconds(1));
  return 0;
}

// How does a process answer calls?
//
// Threads of our own drive gRPC's completion queues, look the method up in a table and hand the
// bytes over to a fixed pool of workers through a bounded queue; blocking handlers run there. A
// full queue refuses at once. Streams run on threads of their own, up to a limit. See pipeline.h
// for what happens to a call on its way.
#ifndef RONGHE_COMMON_RPC_SERVER_H_
#define RONGHE_COMMON_RPC_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/auth/authorizer.h"
#include "common/base/clock.h"
#include "common/rpc/authenticator.h"
#include "common/rpc/channel.h"
#include "common/rpc/health.h"
#include "common/rpc/method.h"
#include "common/rpc/tls.h"

namespace ronghe::audit {
class RefusalLog;
}
namespace ronghe::metrics {
class Registry;
}

namespace ronghe::rpc {

// The certificate names that may call one gRPC service.
struct AllowedCallers {
  std::string service;  // "pkg.Service"
  std::vector<std::string> names;
};

struct ServerOptions {
  // "host:port"; port 0 picks a free one. Empty: in-process calls only.
  std::string listen = "127.0.0.1:0";
  // Empty files: plain text, which is accepted on loopback and unix sockets only. With files the
  // server demands client certificates signed by the CA; it follows the files, see tls.h.
  TlsFiles tls;
  // Threads that run handlers, and calls that may wait for one.
  int workers = 8;
  int queue = 512;
  // Streams that may be open at once; each has a thread.
  int streams = 64;
  // Threads that drive gRPC; 0 chooses by the number of cores.
  int front_threads = 0;
  // The deadline of unary calls where neither the caller nor the policy gives one.
  absl::Duration default_timeout = absl::Seconds(10);
  // Calls that take longer are logged even when all is well.
  absl::Duration slow_call = absl::Milliseconds(500);
  // Over TLS a service that is named here answers only these callers, and one that is not named
  // answers nobody; Health and reflection answer everyone.
  std::vector<AllowedCallers> callers;
  // Who calls; required unless every method is public. Must outlive the server.
  const Authenticator* authenticator = nullptr;
  // May they; must outlive the server.
  const auth::Authorizer* authorizer = nullptr;
  // Where refused calls leave their audit row; null: nowhere. Must outlive the server.
  audit::RefusalLog* refusals = nullptr;
  // What digests of requests are made with.
  crypto::Suite suite = crypto::Suite::kAes;
  // Null: the default registry.
  metrics::Registry* registry = nullptr;
  // Null: the real clock.
  const base::Clock* clock = nullptr;
  // Serves server reflection v1alpha.
  bool reflection = false;
  // Null: no health service. Must outlive the server.
  const Health* health = nullptr;
  // For measuring only: from the transport straight to the handler, no stage between.
  bool pass_through = false;
  int max_receive_bytes = 4 * 1024 * 1024;
};

// Thread-safe.
class Server {
 public:
  struct Impl;

  // Starts a server for the methods of `tables`, whose handlers must outlive it. INVALID_ARGUMENT
  // naming every fault of a policy (see PolicyFaults), a method offered twice, plain text beyond
  // loopback; UNAVAILABLE when the port is taken; what reading the TLS files returns.
  static absl::StatusOr<std::unique_ptr<Server>> Create(ServerOptions options,
                                                        std::vector<ServiceTable> tables);

  // Shuts down at once where Shutdown was not called.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The port bound, also for listen ":0".
  int port() const;

  // A channel that reaches this server without a socket. It must not outlive the server.
  std::shared_ptr<Channel> InProcessChannel(const ChannelOptions& options = {});

  // Stops accepting, tells streams to end, lets running calls finish for `grace`, then cancels
  // them; returns when every handler has returned. Handlers that ignore cancellation delay it.
  // Idempotent.
  void Shutdown(absl::Duration grace);

  // Calls waiting for a worker.
  int queue_depth() const;

 private:
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace ronghe::rpc

#endif  // RONGHE_COMMON_RPC_SERVER_H_

// How do departments call the services directly? A gRPC port of their own: every RPC of the
// contracts passes through after the same check at the door as over HTTP, its bytes untouched both
// ways but for the fields that a client was not granted. A caller shows a client's token with its
// certificate, or a session token.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/refusal_log.h"
#include "common/metrics/metrics.h"
#include "common/rpc/tls.h"
#include "services/gateway/access/door/doorman.h"
#include "services/gateway/access/door/gate.h"
#include "services/gateway/backend/backends.h"
#include "services/gateway/backend/lanes.h"
#include "services/gateway/http/address_limits.h"
#include "services/gateway/transcode/router.h"

namespace ronghe::gateway::passthrough {

struct ServerOptions {
  // "host:port"; port 0 picks a free one.
  std::string listen = "127.0.0.1:0";
  // Empty: plain text, for loopback addresses only. Certificates are asked for where there is a CA.
  rpc::TlsFiles tls;
  int max_calls = 1024;
  int max_message_bytes = 4 * 1024 * 1024;
  // How long a call may do without its request when others come.
  absl::Duration request_patience = absl::Seconds(10);
};

struct ServerParts {
  const transcode::Schema& schema;
  const transcode::MethodTable& methods;
  const backend::Backends& backends;
  // Calls are moved by the threads of these lanes.
  const backend::Lanes& lanes;
  access::Doorman& doorman;
  access::Gate& gate;
  metrics::Registry& registry;
  // What one address may ask before it signs in; null: anything.
  http::AddressLimits* addresses = nullptr;
  // Where refusals leave their audit row; null: nowhere.
  audit::RefusalLog* refusals = nullptr;
};

class Server {
 public:
  // Everything in `parts` must outlive it. INVALID_ARGUMENT for plain text beyond loopback; those
  // of rpc::CheckTlsFiles; UNAVAILABLE LISTEN_FAILED when the port is taken.
  static absl::StatusOr<std::unique_ptr<Server>> Create(const ServerOptions& options,
                                                        const ServerParts& parts);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const;
  int calls() const;

  // Takes no more calls, lets those under way finish for `grace`, then cancels them. Idempotent.
  // Returns when none is left.
  void Shutdown(absl::Duration grace);

  struct Impl;

 private:
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace ronghe::gateway::passthrough

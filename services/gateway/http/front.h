// What happens to an HTTP request? Route, sign-in check, request bytes, call, JSON: the way of
// every RPC over HTTP, the same for all of them.
#pragma once

#include <functional>
#include <memory>

#include "common/metrics/metrics.h"
#include "services/gateway/access/doorman.h"
#include "services/gateway/backend/backends.h"
#include "services/gateway/http/assets.h"
#include "services/gateway/http/server.h"
#include "services/gateway/transcode/router.h"

namespace ronghe::gateway::http {

// The cookie that holds the session token.
inline constexpr std::string_view kSessionCookie = "ronghe_session";

struct FrontParts {
  const transcode::Schema& schema;
  const transcode::MethodTable& methods;
  const transcode::Router& router;
  const backend::Backends& backends;
  access::Doorman& doorman;
  const Assets& assets;
  metrics::Registry& registry;
  // Whether the process is ready, for /readyz.
  std::function<bool()> ready;
};

class Front : public Handler {
 public:
  // Everything in `parts` must outlive it.
  explicit Front(FrontParts parts);
  ~Front() override;
  std::unique_ptr<Responder> Open(Exchange& exchange) override;

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
};

}  // namespace ronghe::gateway::http

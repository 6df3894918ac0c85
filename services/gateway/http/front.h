// What happens to an HTTP request? Route, sign-in check, request bytes, call, JSON: the way of
// every RPC over HTTP, the same for all of them.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "common/audit/refusal_log.h"
#include "common/metrics/metrics.h"
#include "services/gateway/access/door/doorman.h"
#include "services/gateway/access/door/gate.h"
#include "services/gateway/backend/backends.h"
#include "services/gateway/http/address_limits.h"
#include "services/gateway/http/assets.h"
#include "services/gateway/http/origins.h"
#include "services/gateway/http/plain.h"
#include "services/gateway/http/server.h"
#include "services/gateway/transcode/router.h"

namespace ronghe::gateway::http {

struct FrontOptions {
  // Our names, for the Host header and for the pages that may send a session's cookie.
  Origins origins = {};
  // Largest body, and that of a method that takes files: one whose request holds bytes.
  uint64_t max_body_bytes = 1024 * 1024;
  uint64_t max_upload_bytes = 8 * 1024 * 1024;
};

struct FrontParts {
  const transcode::Schema& schema;
  const transcode::MethodTable& methods;
  const transcode::Router& router;
  const backend::Backends& backends;
  access::Doorman& doorman;
  access::Gate& gate;
  const Assets& assets;
  metrics::Registry& registry;
  // Whether the process is ready, for /readyz.
  std::function<bool()> ready;
  // Asked in this order for what is below no "/v1/".
  std::vector<PlainHandler*> plain = {};
  // What one address may ask before it signs in; null: anything.
  AddressLimits* addresses = nullptr;
  // Where refusals leave their audit row; null: nowhere.
  audit::RefusalLog* refusals = nullptr;
  FrontOptions options = {};
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

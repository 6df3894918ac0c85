// Which service answers an RPC, and over which connection?
#pragma once

#include <grpc/grpc.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "common/rpc/tls.h"
#include "services/gateway/backend/lanes.h"
#include "services/gateway/backend/trunk.h"
#include "services/gateway/transcode/router.h"

namespace ronghe::gateway::backend {

struct BackendOptions {
  // "services/membership"
  std::string service;
  std::vector<std::string> packages;
  std::string target;
  // The name that the certificate must hold; empty: the host of `target`.
  std::string server_name;
};

struct BackendsOptions {
  std::vector<BackendOptions> backends;
  // Empty for plain text; the connections follow the files.
  rpc::TlsFiles tls;
  int max_message_bytes = 16 * 1024 * 1024;
};

// One service with its connections, one per lane.
class Backend {
 public:
  // `credentials` stay the caller's.
  Backend(const BackendsOptions& common, BackendOptions options,
          grpc_channel_credentials* credentials, const transcode::MethodTable& methods,
          const Lanes& lanes);
  ~Backend();
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;

  // A new call of `method` that completes on `lane`. The caller owns it.
  grpc_call* CreateCall(const transcode::Method& method, size_t lane, gpr_timespec deadline) const;

  // Where unary calls that complete on `lane` may travel together.
  Trunk& trunk(size_t lane) const { return *lines_[lane % lines_.size()].trunk; }
  // Calls that travelled so.
  int64_t carried() const;

  const std::string& service() const { return options_.service; }
  const std::vector<std::string>& packages() const { return options_.packages; }
  // True when a connection stands or none was needed yet.
  bool Reachable() const;

 private:
  struct Line {
    grpc_channel* channel = nullptr;
    grpc_completion_queue* queue = nullptr;
    // By Method::index.
    std::vector<void*> methods;
    std::unique_ptr<Trunk> trunk;
  };
  const BackendOptions options_;
  std::vector<Line> lines_;
};

// Immutable after Create; thread-safe.
class Backends {
 public:
  // `methods` and `lanes` must outlive it. INVALID_ARGUMENT when two backends answer one package or
  // when a method of the contracts has neither a backend nor a route field; those of
  // rpc::CheckTlsFiles.
  static absl::StatusOr<std::unique_ptr<Backends>> Create(const BackendsOptions& options,
                                                          const transcode::MethodTable& methods,
                                                          const Lanes& lanes);

  // The backend of `method` for the request `wire`. INVALID_ARGUMENT FIELD_INVALID when the route
  // field names no service of the house.
  absl::StatusOr<const Backend*> Route(const transcode::Method& method,
                                       std::string_view wire) const;

  const std::vector<std::unique_ptr<Backend>>& all() const { return backends_; }

 private:
  std::vector<std::unique_ptr<Backend>> backends_;
  // By Method::index; nullptr where the route field decides.
  std::vector<const Backend*> by_method_;
  absl::flat_hash_map<std::string, const Backend*> by_service_;
};

}  // namespace ronghe::gateway::backend

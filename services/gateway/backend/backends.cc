#include "services/gateway/backend/backends.h"

#include <grpc/grpc_security.h>
#include <grpc/impl/codegen/grpc_types.h>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "services/gateway/transcode/wire.h"

namespace ronghe::gateway::backend {
namespace {

grpc_arg IntegerArg(const char* key, int value) {
  grpc_arg arg;
  arg.type = GRPC_ARG_INTEGER;
  arg.key = const_cast<char*>(key);
  arg.value.integer = value;
  return arg;
}

grpc_arg StringArg(const char* key, const std::string& value) {
  grpc_arg arg;
  arg.type = GRPC_ARG_STRING;
  arg.key = const_cast<char*>(key);
  arg.value.string = const_cast<char*>(value.c_str());
  return arg;
}

}  // namespace

Backend::Backend(const BackendsOptions& common, BackendOptions options,
                 grpc_channel_credentials* credentials, const transcode::MethodTable& methods,
                 const Lanes& lanes)
    : options_(std::move(options)) {
  grpc_init();
  for (size_t i = 0; i < lanes.size(); ++i) {
    std::vector<grpc_arg> args = {
        // A connection of its own per lane, not one shared by channels of equal settings.
        IntegerArg(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1),
        IntegerArg(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, common.max_message_bytes),
        IntegerArg(GRPC_ARG_MAX_SEND_MESSAGE_LENGTH, common.max_message_bytes),
        IntegerArg(GRPC_ARG_KEEPALIVE_TIME_MS, 30000),
        IntegerArg(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10000),
        IntegerArg(GRPC_ARG_ENABLE_RETRIES, 0),
        // Also how long one attempt to connect may take.
        IntegerArg(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5000),
        IntegerArg(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100),
        IntegerArg(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000),
        // No service config from DNS, no proxy from the environment.
        IntegerArg(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1),
        IntegerArg(GRPC_ARG_ENABLE_HTTP_PROXY, 0),
    };
    if (!options_.server_name.empty()) {
      args.push_back(StringArg(GRPC_SSL_TARGET_NAME_OVERRIDE_ARG, options_.server_name));
      args.push_back(StringArg(GRPC_ARG_DEFAULT_AUTHORITY, options_.server_name));
    }
    const grpc_channel_args all = {args.size(), args.data()};
    Line line;
    line.channel = grpc_channel_create(options_.target.c_str(), credentials, &all);
    line.queue = lanes.queue(i);
    for (const auto& method : methods.all()) {
      line.methods.push_back(
          grpc_channel_register_call(line.channel, method->path.c_str(), nullptr, nullptr));
    }
    line.trunk = std::make_unique<Trunk>(line.channel, lanes, i, methods.all().size(),
                                         static_cast<size_t>(common.max_message_bytes));
    lines_.push_back(std::move(line));
  }
}

Backend::~Backend() {
  for (Line& line : lines_) {
    line.trunk.reset();
    grpc_channel_destroy(line.channel);
  }
  grpc_shutdown();
}

grpc_call* Backend::CreateCall(const transcode::Method& method, size_t lane,
                               gpr_timespec deadline) const {
  const Line& line = lines_[lane % lines_.size()];
  return grpc_channel_create_registered_call(line.channel, nullptr, GRPC_PROPAGATE_DEFAULTS,
                                             line.queue, line.methods[method.index], deadline,
                                             nullptr);
}

int64_t Backend::carried() const {
  int64_t carried = 0;
  for (const Line& line : lines_) carried += line.trunk->carried();
  return carried;
}

bool Backend::Reachable() const {
  for (const Line& line : lines_) {
    const grpc_connectivity_state state = grpc_channel_check_connectivity_state(line.channel, 1);
    if (state == GRPC_CHANNEL_TRANSIENT_FAILURE || state == GRPC_CHANNEL_SHUTDOWN) return false;
  }
  return true;
}

absl::StatusOr<std::unique_ptr<Backends>> Backends::Create(const BackendsOptions& options,
                                                           const transcode::MethodTable& methods,
                                                           const Lanes& lanes) {
  grpc_init();
  const absl::Cleanup shutdown = [] { grpc_shutdown(); };
  grpc_channel_credentials* made = nullptr;
  if (options.tls.empty()) {
    made = grpc_insecure_credentials_create();
  } else {
    RONGHE_ASSIGN_OR_RETURN(made, rpc::CoreChannelCredentials(options.tls));
  }
  const std::unique_ptr<grpc_channel_credentials, decltype(&grpc_channel_credentials_release)>
      credentials(made, grpc_channel_credentials_release);
  auto backends = std::make_unique<Backends>();
  absl::flat_hash_map<std::string, const Backend*> by_package;
  for (const BackendOptions& one : options.backends) {
    auto backend = std::make_unique<Backend>(options, one, credentials.get(), methods, lanes);
    if (!backends->by_service_.emplace(one.service, backend.get()).second) {
      return absl::InvalidArgumentError(absl::StrCat("backend ", one.service, " stands twice"));
    }
    for (const std::string& package : one.packages) {
      if (!by_package.emplace(package, backend.get()).second) {
        return absl::InvalidArgumentError(absl::StrCat("package ", package, " has two backends"));
      }
    }
    backends->backends_.push_back(std::move(backend));
  }
  backends->by_method_.resize(methods.all().size(), nullptr);
  for (const auto& method : methods.all()) {
    const std::string& package = method->descriptor->file()->package();
    const auto it = by_package.find(package);
    if (it != by_package.end()) {
      backends->by_method_[method->index] = it->second;
    } else if (method->route_field == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("no backend for package ", package, " (", method->label, ")"));
    }
  }
  return backends;
}

absl::StatusOr<const Backend*> Backends::Route(const transcode::Method& method,
                                               std::string_view wire) const {
  if (method.route_field == nullptr) return by_method_[method.index];
  std::string_view service = transcode::PeekDelimited(wire, method.route_field->number);
  // A name below the service, as "services/meeting/approvals/1", leads to it too.
  service = service.substr(0, service.find('/', service.find('/') + 1));
  const auto it = by_service_.find(base::Sv(service));
  if (it != by_service_.end()) return it->second;
  return error::InvalidFields({{method.route_field->name, "没有这个名称的服务"}});
}

}  // namespace ronghe::gateway::backend

// How is the gateway put together?
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/service/app.h"
#include "common/service/runtime.h"
#include "services/gateway/config.pb.h"

namespace ronghe::gateway {

// The gateway as an app, with the ports that it got.
class GatewayApp : public service::App {
 public:
  // 0 before Start, or where there is no such port.
  virtual int http_port() const = 0;
  virtual int grpc_port() const = 0;
};

// The whole object graph. Errors: files that can't be read, contracts that can't be routed, a login
// policy out of range.
absl::StatusOr<std::unique_ptr<GatewayApp>> MakeGateway(const v1::Config& config,
                                                        service::Runtime& runtime);
absl::StatusOr<std::unique_ptr<service::App>> MakeApp(const v1::Config& config,
                                                      service::Runtime& runtime);

// What --check_config checks beyond the common part: the contracts, routes, policy, keys and pages.
absl::Status CheckConfig(const v1::Config& config);

// `--print_openapi`: prints the OpenAPI page of a descriptor set. What main returns: 0; 1 after an
// error, which is printed.
int PrintOpenApi(const std::string& descriptor_set_file);

// `--create_admin`: makes the first security administrator and prints its one-time password. What
// main returns: 0; 1 after an error, which is printed; 3 when there are accounts already.
int CreateAdmin(const std::string& config_path, const std::string& login_name);

}  // namespace ronghe::gateway

// The gateway. Besides the flags of every service: --create_admin[=LOGIN_NAME] makes the first
// security administrator and prints its one-time password; --print_openapi --descriptor_set FILE
// prints the OpenAPI page of the contracts in that file, for which nothing else needs to be there.
#include <string>
#include <string_view>

#include "services/gateway/app.h"

namespace {

// The value of "--NAME=VALUE" or "--NAME VALUE"; empty without it.
std::string FlagValue(int argc, char** argv, std::string_view name) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    if (!flag.starts_with(name)) continue;
    if (flag.size() == name.size()) return i + 1 < argc ? argv[i + 1] : "";
    if (flag[name.size()] == '=') return std::string(flag.substr(name.size() + 1));
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  std::string admin;
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    if (flag == "--print_openapi") {
      return ronghe::gateway::PrintOpenApi(FlagValue(argc, argv, "--descriptor_set"));
    }
    if (flag == "--create_admin") admin = "admin";
    if (flag.starts_with("--create_admin=")) admin = flag.substr(15);
  }
  if (!admin.empty()) {
    return ronghe::gateway::CreateAdmin(FlagValue(argc, argv, "--config"), admin);
  }
  return ronghe::service::RunMain<ronghe::gateway::v1::Config>(
      argc, argv,
      {.service = "gateway",
       .make = &ronghe::gateway::MakeApp,
       .check = &ronghe::gateway::CheckConfig});
}

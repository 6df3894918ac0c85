// The gateway. Besides the flags of every service: --create_admin[=LOGIN_NAME] makes the first
// security administrator and prints its one-time password.
#include <string>
#include <string_view>

#include "services/gateway/app.h"

int main(int argc, char** argv) {
  std::string config, admin;
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    if (flag == "--create_admin") admin = "admin";
    if (flag.starts_with("--create_admin=")) admin = flag.substr(15);
    if (flag.starts_with("--config=")) config = flag.substr(9);
    if (flag == "--config" && i + 1 < argc) config = argv[i + 1];
  }
  if (!admin.empty()) return ronghe::gateway::CreateAdmin(config, admin);
  return ronghe::service::RunMain<ronghe::gateway::v1::Config>(
      argc, argv,
      {.service = "gateway",
       .make = &ronghe::gateway::MakeApp,
       .check = &ronghe::gateway::CheckConfig});
}

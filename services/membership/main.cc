// The membership service's process.
#include "common/service/runtime.h"
#include "services/membership/app.h"
#include "services/membership/config.pb.h"

int main(int argc, char** argv) {
  return ronghe::service::RunMain<ronghe::membership::config::v1::Config>(
      argc, argv,
      {.service = "membership",
       .make = [](const auto& config,
                  auto& runtime) { return ronghe::membership::MakeApp(config, runtime); },
       .check = ronghe::membership::CheckConfig});
}

// The meeting service's process.
#include "common/service/runtime.h"
#include "services/meeting/app.h"
#include "services/meeting/config.pb.h"

int main(int argc, char** argv) {
  return ronghe::service::RunMain<ronghe::meeting::config::v1::Config>(
      argc, argv,
      {.service = "meeting",
       .make = [](const auto& config,
                  auto& runtime) { return ronghe::meeting::MakeApp(config, runtime); },
       .check = ronghe::meeting::CheckConfig});
}

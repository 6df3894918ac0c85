// The training service.
#include "common/service/runtime.h"
#include "services/training/app.h"

int main(int argc, char** argv) {
  using ronghe::training::config::v1::Config;
  return ronghe::service::RunMain<Config>(
      argc, argv,
      {.service = "training",
       .make =
           [](const Config& config, ronghe::service::Runtime& runtime) {
             return ronghe::training::MakeApp(config, runtime);
           },
       .check = ronghe::training::CheckConfig});
}

// The evaluation service.
#include "services/evaluation/app.h"

int main(int argc, char** argv) {
  return ronghe::service::RunMain<ronghe::evaluation::v1::Config>(
      argc, argv,
      {.service = "evaluation",
       .make = &ronghe::evaluation::MakeApp,
       .check = &ronghe::evaluation::CheckConfig});
}

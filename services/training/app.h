// What is the training service made of?
#ifndef RONGHE_SERVICES_TRAINING_APP_H_
#define RONGHE_SERVICES_TRAINING_APP_H_

#include <memory>

#include "absl/status/statusor.h"
#include "common/service/app.h"
#include "common/service/runtime.h"
#include "services/training/config.pb.h"

namespace ronghe::training {

// Builds the whole object graph on the runtime's parts.
//
// Errors: those of LoadRuleBook, Runtime::MakeProjection and Runtime::ConnectMembership.
absl::StatusOr<std::unique_ptr<service::App>> MakeApp(const config::v1::Config& config,
                                                      service::Runtime& runtime);

// What --check_config checks: the rule sets can be read.
absl::Status CheckConfig(const config::v1::Config& config);

}  // namespace ronghe::training

#endif  // RONGHE_SERVICES_TRAINING_APP_H_

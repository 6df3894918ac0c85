// What is the evaluation service made of?
#ifndef RONGHE_SERVICES_EVALUATION_APP_H_
#define RONGHE_SERVICES_EVALUATION_APP_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/service/runtime.h"
#include "services/evaluation/config.pb.h"

namespace ronghe::evaluation {

// Errors: INVALID_ARGUMENT when a peer is missing or its target is malformed.
absl::Status CheckConfig(const v1::Config& config);

// The object graph, in construction order. `runtime` must outlive it.
absl::StatusOr<std::unique_ptr<service::App>> MakeApp(const v1::Config& config,
                                                      service::Runtime& runtime);

}  // namespace ronghe::evaluation

#endif  // RONGHE_SERVICES_EVALUATION_APP_H_

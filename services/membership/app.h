// What is the membership service made of?
#ifndef RONGHE_SERVICES_MEMBERSHIP_APP_H_
#define RONGHE_SERVICES_MEMBERSHIP_APP_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/service/app.h"
#include "common/service/runtime.h"
#include "services/membership/config.pb.h"

namespace ronghe::membership {

// Errors: those of LoadOrganizationRules; INVALID_ARGUMENT without a key ring.
absl::StatusOr<std::unique_ptr<service::App>> MakeApp(const config::v1::Config& config,
                                                      service::Runtime& runtime);

// What --check_config checks beyond the common part. Errors: as MakeApp.
absl::Status CheckConfig(const config::v1::Config& config);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_APP_H_

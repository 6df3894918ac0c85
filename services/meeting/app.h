// What is the meeting service made of?
#ifndef RONGHE_SERVICES_MEETING_APP_H_
#define RONGHE_SERVICES_MEETING_APP_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/service/app.h"
#include "common/service/runtime.h"
#include "services/meeting/config.pb.h"

namespace ronghe::meeting {

// Errors: those of LoadRuleSets and Runtime::MakeProjection; INVALID_ARGUMENT for a calendar_start
// that is no day.
absl::StatusOr<std::unique_ptr<service::App>> MakeApp(const config::v1::Config& config,
                                                      service::Runtime& runtime);

// What --check_config checks beyond the common part. Errors: as MakeApp.
absl::Status CheckConfig(const config::v1::Config& config);

}  // namespace ronghe::meeting

#endif  // RONGHE_SERVICES_MEETING_APP_H_

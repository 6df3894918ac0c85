// What does a service add to what every service has? Its object graph.
#ifndef RONGHE_COMMON_SERVICE_APP_H_
#define RONGHE_COMMON_SERVICE_APP_H_

#include <vector>

#include "absl/status/status.h"
#include "common/auth/authorizer.h"
#include "common/rpc/authenticator.h"
#include "common/rpc/method.h"

namespace ronghe::service {

// The composition root of a service. Made after the runtime's parts and before anything runs.
class App {
 public:
  virtual ~App() = default;

  // The gRPC services to offer, made of the app's handlers. The runtime adds EventFeedService and
  // health. Called once, after the app is made.
  virtual std::vector<rpc::ServiceTable> Tables() = 0;

  // The tree for scope checks. Null: the runtime's projection, where there is one.
  virtual auth::OrgScope* scope() { return nullptr; }

  // Who says who calls. Null: the runtime's, which verifies tokens and certificates.
  virtual const rpc::Authenticator* authenticator() { return nullptr; }

  // Loads what must be in memory before the first call, with the database at hand and no job or
  // server running yet.
  virtual absl::Status Load() { return absl::OkStatus(); }

  // Starts what the app runs beside the server and the jobs; everything else is running.
  virtual absl::Status Start() { return absl::OkStatus(); }

  // Whether the app can serve, for readiness; asked every few seconds.
  virtual absl::Status Ready() { return absl::OkStatus(); }

  // Ends what Start started; the server has ended, jobs have not.
  virtual void Stop() {}
};

}  // namespace ronghe::service

#endif  // RONGHE_COMMON_SERVICE_APP_H_

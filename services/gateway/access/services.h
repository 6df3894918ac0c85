// How are the services of accounts, sessions, grants and clients put together, with the work that
// goes on behind them?
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/crypto/field_cipher.h"
#include "common/org/projection.h"
#include "common/service/runtime.h"
#include "services/gateway/access/api/accounts_api.h"
#include "services/gateway/access/api/attempts.h"
#include "services/gateway/access/api/clients_api.h"
#include "services/gateway/access/api/grants_api.h"
#include "services/gateway/access/api/identities_api.h"
#include "services/gateway/access/api/places_api.h"
#include "services/gateway/access/api/roles_api.h"
#include "services/gateway/access/api/second_factor_api.h"
#include "services/gateway/access/api/sessions_api.h"
#include "services/gateway/access/domain/policy.h"
#include "services/gateway/access/jobs/member_follower.h"
#include "services/gateway/access/session/password_hasher.h"
#include "services/gateway/access/subject_changed.h"
#include "services/gateway/transcode/router.h"

namespace ronghe::gateway::access {

struct ServicesParts {
  // With field keys.
  service::Runtime& runtime;
  // As CopyOrganizations made it.
  org::Projection& organizations;
  const transcode::MethodTable& methods;
  const LoginPolicy& policy;
  HashCost hash_cost;
  // The issuer whose identities accounts may be tied to; empty: none.
  std::string identity_issuer;
  SubjectChanged changed;
};

class Services {
 public:
  // Adds its jobs, sealed tables and metrics to the runtime. Everything in `parts` must outlive it.
  explicit Services(const ServicesParts& parts);

  std::vector<rpc::ServiceTable> Tables();

 private:
  void AddJobs(service::Runtime& runtime, const LoginPolicy& policy);
  absl::Status CountSessions(job::JobContext& job);

  PasswordHasher hasher_;
  const crypto::FieldCipher cipher_;
  Attempts attempts_;
  AccountsApi accounts_;
  SessionsApi sessions_;
  SecondFactorApi second_factors_;
  GrantsApi grants_;
  RolesApi roles_;
  PlacesApi places_;
  ClientsApi clients_;
  IdentitiesApi identities_;
  const MemberFollower member_follower_;
  metrics::Gauge& open_sessions_;
};

// The copy of membership's organizations, which tells the job of Services who moved. Errors: those
// of Runtime::MakeProjection.
absl::StatusOr<org::Projection*> CopyOrganizations(service::Runtime& runtime);

}  // namespace ronghe::gateway::access

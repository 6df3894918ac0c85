#include "services/gateway/access/services.h"

#include "common/base/status_macros.h"
#include "common/event/publisher.h"
#include "common/rotation/key_rotation.h"
#include "services/gateway/access/jobs/purge.h"
#include "services/gateway/access/jobs/unused_accounts.h"
#include "services/gateway/access/store/sealed_tables.h"
#include "services/gateway/access/store/session_store.h"

namespace ronghe::gateway::access {
namespace {

constexpr char kMembersJob[] = "access.members";

}  // namespace

Services::Services(const ServicesParts& parts)
    : hasher_(parts.hash_cost),
      cipher_(*parts.runtime.keys()),
      attempts_(parts.runtime.writer(), parts.policy, parts.runtime.metrics()),
      accounts_(parts.runtime.writer(), hasher_, parts.runtime.roles(), parts.organizations,
                parts.runtime.page_tokens(), parts.changed),
      sessions_(parts.runtime.writer(), hasher_, attempts_, parts.policy, parts.runtime.roles(),
                parts.runtime.metrics(), parts.changed),
      second_factors_(parts.runtime.writer(), cipher_, attempts_, parts.policy,
                      parts.runtime.roles(), parts.changed),
      grants_(parts.runtime.writer(), parts.runtime.roles(), parts.organizations, parts.policy,
              parts.runtime.page_tokens(), parts.changed),
      roles_(parts.runtime.roles()),
      places_(parts.organizations.tree(), parts.runtime.page_tokens()),
      clients_(parts.runtime.writer(), parts.runtime.page_tokens(), parts.methods, parts.changed),
      identities_(parts.runtime.writer(), parts.runtime.roles(), parts.identity_issuer,
                  parts.changed),
      member_follower_({parts.runtime.ids(), parts.organizations,
                        [&organizations = parts.organizations](absl::Time deadline) {
                          return organizations.TryCatchUp(deadline);
                        },
                        parts.changed,
                        [&runtime = parts.runtime] { runtime.publisher()->Nudge(); }}),
      open_sessions_(parts.runtime.metrics().AddGauge("ronghe_gateway_sessions",
                                                      "Sessions that have not ended.")) {
  for (auto& table : SealedTables()) parts.runtime.rotation()->Add(std::move(table));
  AddJobs(parts.runtime, parts.policy);
}

void Services::AddJobs(service::Runtime& runtime, const LoginPolicy& policy) {
  runtime.jobs().Add(kMembersJob, absl::Seconds(1),
                     [this](job::JobContext& job) { return member_follower_.Run(job); });
  runtime.jobs().Add(
      "access.unused_accounts", absl::Hours(1),
      [&ids = runtime.ids(), &policy](job::JobContext& job) {
        return DisableUnusedAccounts(job.database(), ids, policy, job.now()).status();
      });
  runtime.jobs().Add("access.purge", absl::Seconds(30),
                     [this](job::JobContext& job) -> absl::Status {
                       RONGHE_RETURN_IF_ERROR(CountSessions(job));
                       return Purge(job);
                     });
}

absl::Status Services::CountSessions(job::JobContext& job) {
  RONGHE_ASSIGN_OR_RETURN(
      const int64_t open,
      job.database().Read(job.DeadlineIn(absl::Seconds(5)), [&job](sql::Session& session) {
        return session_store::CountOpen(session, job.now());
      }));
  open_sessions_.Set(static_cast<double>(open));
  return absl::OkStatus();
}

std::vector<rpc::ServiceTable> Services::Tables() {
  std::vector<rpc::ServiceTable> tables;
  tables.push_back(::ronghe::access::v1::AccountServiceTable(accounts_));
  tables.push_back(::ronghe::access::v1::SessionServiceTable(sessions_));
  tables.push_back(::ronghe::access::v1::SecondFactorServiceTable(second_factors_));
  tables.push_back(::ronghe::access::v1::GrantServiceTable(grants_));
  tables.push_back(::ronghe::access::v1::RoleServiceTable(roles_));
  tables.push_back(::ronghe::access::v1::PlaceServiceTable(places_));
  tables.push_back(::ronghe::access::v1::ClientServiceTable(clients_));
  tables.push_back(::ronghe::access::v1::IdentityServiceTable(identities_));
  return tables;
}

absl::StatusOr<org::Projection*> CopyOrganizations(service::Runtime& runtime) {
  return runtime.MakeProjection(
      [&jobs = runtime.jobs()](std::span<const ::ronghe::event::v1::Event>) {
        jobs.Nudge(kMembersJob);
      },
      &MarkMembers);
}

}  // namespace ronghe::gateway::access

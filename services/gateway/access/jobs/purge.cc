#include "services/gateway/access/jobs/purge.h"

#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "services/gateway/access/store/account_store.h"
#include "services/gateway/access/store/client_store.h"
#include "services/gateway/access/store/identity_store.h"
#include "services/gateway/access/store/session_store.h"

namespace ronghe::gateway::access {
namespace {

// Kept this long after they mean anything, for whoever asks what happened.
constexpr absl::Duration kKeepSessions = absl::Hours(24 * 7);
constexpr absl::Duration kKeepGuards = absl::Hours(24);
constexpr int kKeepQuotaDays = 32;
// Rows of a transaction.
constexpr int64_t kBatch = 500;
constexpr absl::Duration kTimeout = absl::Seconds(5);

absl::Status PurgeSessions(job::JobContext& job) {
  const absl::Time before = job.now() - kKeepSessions;
  for (int64_t purged = kBatch; purged == kBatch && !job.cancelled();) {
    RONGHE_ASSIGN_OR_RETURN(
        purged, job.database().Transact(job.DeadlineIn(kTimeout), [&](sql::Session& session) {
          return session_store::Purge(session, before, kBatch);
        }));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Purge(job::JobContext& job) {
  RONGHE_RETURN_IF_ERROR(PurgeSessions(job));
  return job.database().Transact(
      job.DeadlineIn(kTimeout), [now = job.now()](sql::Session& session) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(
            account_store::PurgeGuards(session, now - kKeepGuards, kBatch).status());
        RONGHE_RETURN_IF_ERROR(client_store::PurgeAssertions(session, now, kBatch).status());
        RONGHE_RETURN_IF_ERROR(
            client_store::PurgeQuota(session, base::ShanghaiDay(now) - kKeepQuotaDays, kBatch)
                .status());
        return identity_store::Purge(session, now - kKeepSessions, now, kBatch);
      });
}

}  // namespace ronghe::gateway::access

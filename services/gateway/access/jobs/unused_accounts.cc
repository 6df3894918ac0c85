#include "services/gateway/access/jobs/unused_accounts.h"

#include "common/audit/audit.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "services/gateway/access/store/account_store.h"
#include "services/gateway/access/store/session_store.h"

namespace ronghe::gateway::access {
namespace {

constexpr int64_t kBatch = 100;
constexpr absl::Duration kTimeout = absl::Seconds(5);

absl::Status Disable(sql::Session& session, base::IdGenerator& ids, AccountRow account,
                     absl::Time now) {
  account.state = AccountState::kDisabled;
  RONGHE_RETURN_IF_ERROR(account_store::Update(session, &account));
  RONGHE_RETURN_IF_ERROR(session_store::EndOthers(session, account.id, 0, now));
  audit::Entry entry;
  entry.id = ids.Next();
  entry.time = now;
  entry.subject = "services/gateway";
  entry.method = "disable_unused";
  entry.organization_id = account.organization_id;
  entry.resource = base::Name("accounts", account.id);
  return audit::Record(session, entry);
}

}  // namespace

absl::StatusOr<int64_t> DisableUnusedAccounts(sql::Database& database, base::IdGenerator& ids,
                                              const LoginPolicy& policy, absl::Time now) {
  // One that was last used at this very moment counts as unused too.
  const absl::Time before =
      now - absl::Hours(24 * policy.unused_days.value) + absl::Microseconds(1);
  int64_t total = 0;
  for (int64_t done = kBatch; done == kBatch; total += done) {
    RONGHE_ASSIGN_OR_RETURN(
        done, database.Transact(
                  absl::Now() + kTimeout, [&](sql::Session& session) -> absl::StatusOr<int64_t> {
                    RONGHE_ASSIGN_OR_RETURN(const auto unused,
                                            account_store::UnusedSince(session, before, kBatch));
                    for (const AccountRow& account : unused) {
                      RONGHE_RETURN_IF_ERROR(Disable(session, ids, account, now));
                    }
                    return static_cast<int64_t>(unused.size());
                  }));
  }
  return total;
}

}  // namespace ronghe::gateway::access

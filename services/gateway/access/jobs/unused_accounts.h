// What becomes of an account that nobody uses? It is disabled, so that its password is no door that
// nobody watches (GB/T 22239-2019 8.1.4.2; the days are the login policy's).
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/ids.h"
#include "common/sql/database.h"
#include "services/gateway/access/domain/policy.h"

namespace ronghe::gateway::access {

// Disables the accounts that were not used for the policy's days before `now`, each with an audit
// row, and ends their sessions. Answers how many.
//
// Errors: those of the database; what was done before stays.
absl::StatusOr<int64_t> DisableUnusedAccounts(sql::Database& database, base::IdGenerator& ids,
                                              const LoginPolicy& policy, absl::Time now);

}  // namespace ronghe::gateway::access

// What of accounts and clients is kept only for a while?
#pragma once

#include "absl/status/status.h"
#include "common/job/job_runner.h"

namespace ronghe::gateway::access {

// Forgets sessions, guards of login names, proofs that clients have used, and counts of calls that
// mean nothing any more. Errors: those of the database; what was done before stays.
absl::Status Purge(job::JobContext& job);

}  // namespace ronghe::gateway::access

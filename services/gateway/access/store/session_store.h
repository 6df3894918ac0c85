// How are sessions kept? Every statement on auth_session.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"

namespace ronghe::gateway::access {

struct SessionRow {
  int64_t id = 0;
  sql::Bytes token_hash;
  sql::Bytes csrf_hash;
  int64_t account_id = 0;
  absl::Time created_at;
  absl::Time seen_at;
  absl::Time expires_at;
  std::optional<absl::Time> ended_at;
};

namespace session_store {

absl::Status Insert(sql::Session& session, const SessionRow& row);
absl::StatusOr<std::optional<SessionRow>> ByToken(sql::Session& session,
                                                  std::string_view token_hash);
absl::StatusOr<std::optional<SessionRow>> Load(sql::Session& session, int64_t id);
absl::Status MarkSeen(sql::Session& session, int64_t id, absl::Time now);
absl::Status End(sql::Session& session, int64_t id, absl::Time now);
// Ends the open sessions of an account but `except` (0: all of them).
absl::Status EndOthers(sql::Session& session, int64_t account_id, int64_t except, absl::Time now);
// Ends the oldest open sessions of an account until at most `keep` are open.
absl::Status EndOldest(sql::Session& session, int64_t account_id, int64_t keep, absl::Time now);
// Forgets sessions that expired before `before`, at most `limit`; answers how many.
absl::StatusOr<int64_t> Purge(sql::Session& session, absl::Time before, int64_t limit);
absl::StatusOr<int64_t> CountOpen(sql::Session& session, absl::Time now);

}  // namespace session_store
}  // namespace ronghe::gateway::access

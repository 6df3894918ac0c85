// How are sessions kept? Every statement on auth_session.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/gateway/access/domain/policy.h"

namespace ronghe::gateway::access {

// By what the person proved who they are.
enum class SignInMethod : int16_t { kPassword = 1, kIdentityProvider = 2 };

struct SessionRow {
  int64_t id = 0;
  sql::Bytes token_hash;
  sql::Bytes csrf_hash;
  int64_t account_id = 0;
  absl::Time created_at;
  absl::Time seen_at;
  absl::Time expires_at;
  std::optional<absl::Time> ended_at;
  SignInMethod method = SignInMethod::kPassword;
  SecondFactor second_factor = SecondFactor::kNone;
  // Without a port; empty for a session from before addresses were kept.
  std::string address;
  // When its present tokens were made.
  absl::Time issued_at;
};

namespace session_store {

absl::Status Insert(sql::Session& session, const SessionRow& row);
absl::StatusOr<std::optional<SessionRow>> ByToken(sql::Session& session,
                                                  std::string_view token_hash);
absl::StatusOr<std::optional<SessionRow>> Load(sql::Session& session, int64_t id);
// The same, locking the row until the transaction ends.
absl::StatusOr<std::optional<SessionRow>> LoadForUpdate(sql::Session& session, int64_t id);
// The open sessions of an account, newest first, at most 100.
absl::StatusOr<std::vector<SessionRow>> OpenOf(sql::Session& session, int64_t account_id,
                                               absl::Time now);
// Tokens, second factor, end and times.
absl::Status Update(sql::Session& session, const SessionRow& row);
absl::Status MarkSeen(sql::Session& session, int64_t id, absl::Time now);
// False when it had ended before.
absl::StatusOr<bool> End(sql::Session& session, int64_t id, absl::Time now);
// Ends the open sessions of an account but `except` (0: all of them) and the `keep` newest others.
absl::Status EndOthers(sql::Session& session, int64_t account_id, int64_t except, absl::Time now,
                       int64_t keep = 0);
// Forgets sessions that expired before `before`, at most `limit`; answers how many.
absl::StatusOr<int64_t> Purge(sql::Session& session, absl::Time before, int64_t limit);
absl::StatusOr<int64_t> CountOpen(sql::Session& session, absl::Time now);

}  // namespace session_store
}  // namespace ronghe::gateway::access

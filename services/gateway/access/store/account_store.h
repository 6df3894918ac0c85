// How are accounts and their passwords kept? Every statement on account, password_history and
// sign_in_guard.
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

enum class AccountState : int16_t {
  kNew = 1,
  kPasswordChangeRequired = 2,
  kActive = 3,
  kDisabled = 4,
};

struct AccountRow {
  int64_t id = 0;
  std::string login_name;
  std::string display_name;
  int64_t organization_id = 0;
  AccountState state = AccountState::kNew;
  std::string password_hash;
  absl::Time password_changed_at;
  absl::Time used_at;
  std::optional<absl::Time> signed_in_at;
  absl::Time created_at;
  int64_t etag = 1;
  std::optional<int64_t> member_id;
  // Since when the account has a second factor.
  std::optional<absl::Time> second_factor_at;
};

namespace account_store {

// ALREADY_EXISTS of key account_login_name.
absl::Status Insert(sql::Session& session, const AccountRow& account);
absl::StatusOr<std::optional<AccountRow>> Load(sql::Session& session, int64_t id);
// The same, locking the row until the transaction ends.
absl::StatusOr<std::optional<AccountRow>> LoadForUpdate(sql::Session& session, int64_t id);
// The account of a member, locked until the transaction ends.
absl::StatusOr<std::optional<AccountRow>> OfMemberForUpdate(sql::Session& session,
                                                            int64_t member_id);
absl::StatusOr<std::optional<AccountRow>> ByLoginName(sql::Session& session, std::string_view name);
// Up to `limit` accounts with an id above `after`, by id.
absl::StatusOr<std::vector<AccountRow>> List(sql::Session& session, int64_t after, int64_t limit);
// State, password, times, member and second factor; raises the etag in `account` and in the row.
// ALREADY_EXISTS of key account_member.
absl::Status Update(sql::Session& session, AccountRow* account);
absl::Status MarkUsed(sql::Session& session, int64_t id, absl::Time now);
// Up to `limit` accounts that may sign in and were last used before `before`, locked until the
// transaction ends.
absl::StatusOr<std::vector<AccountRow>> UnusedSince(sql::Session& session, absl::Time before,
                                                    int64_t limit);
// True when any account exists.
absl::StatusOr<bool> Any(sql::Session& session);

absl::Status AddHistory(sql::Session& session, int64_t id, int64_t account_id,
                        std::string_view password_hash, absl::Time now);
// The last `limit` hashes, newest first.
absl::StatusOr<std::vector<std::string>> History(sql::Session& session, int64_t account_id,
                                                 int64_t limit);

// The guard of a login name, made if there is none, locked until the transaction ends.
absl::StatusOr<Guard> LockGuard(sql::Session& session, int64_t new_id, std::string_view login_hash,
                                absl::Time now);
absl::Status SaveGuard(sql::Session& session, std::string_view login_hash, const Guard& guard,
                       absl::Time now);
// Forgets guards untouched since `before`, at most `limit`; answers how many.
absl::StatusOr<int64_t> PurgeGuards(sql::Session& session, absl::Time before, int64_t limit);

}  // namespace account_store
}  // namespace ronghe::gateway::access

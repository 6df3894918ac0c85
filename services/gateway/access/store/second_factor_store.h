// How is a second factor kept? Every statement on second_factor and recovery_code.
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

struct SecondFactorRow {
  int64_t account_id = 0;
  // Sealed; empty for none.
  sql::Bytes secret;
  sql::Bytes pending;
  int64_t last_step = 0;
  absl::Time updated_at;
};

// What ties a sealed secret to its account and column.
std::string SecretPlace(int64_t account_id);
std::string PendingPlace(int64_t account_id);

namespace second_factor_store {

// Locks the row until the transaction ends.
absl::StatusOr<std::optional<SecondFactorRow>> LoadForUpdate(sql::Session& session,
                                                             int64_t account_id);
// Inserts the row or takes its place.
absl::Status Save(sql::Session& session, const SecondFactorRow& row);
// Takes a step in; false when it or a later one was accepted before.
absl::StatusOr<bool> AcceptStep(sql::Session& session, int64_t account_id, int64_t step,
                                absl::Time now);
// The factor and its recovery codes.
absl::Status Erase(sql::Session& session, int64_t account_id);

absl::Status AddRecoveryCode(sql::Session& session, int64_t id, int64_t account_id,
                             std::string_view code_hash, absl::Time now);
absl::Status EraseRecoveryCodes(sql::Session& session, int64_t account_id);
// Marks the code as used; false when there is no such code, or it was used before.
absl::StatusOr<bool> UseRecoveryCode(sql::Session& session, int64_t account_id,
                                     std::string_view code_hash, absl::Time now);
// Those not used yet.
absl::StatusOr<int64_t> CountRecoveryCodes(sql::Session& session, int64_t account_id);

}  // namespace second_factor_store
}  // namespace ronghe::gateway::access

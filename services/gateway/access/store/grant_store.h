// How are grants kept? Every statement on role_grant.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"

namespace ronghe::gateway::access {

enum class HolderKind : int16_t { kAccount = 1, kClient = 2 };

struct GrantRow {
  int64_t id = 0;
  HolderKind holder_kind = HolderKind::kAccount;
  int64_t holder_id = 0;
  std::string role;
  int64_t organization_id = 0;
  absl::Time starts_at;
  std::optional<absl::Time> ends_at;
  absl::Time created_at;
  std::string creator;

  bool InForce(absl::Time now) const {
    return starts_at <= now && (!ends_at.has_value() || now < *ends_at);
  }
};

namespace grant_store {

// More grants than this no holder may have.
inline constexpr int64_t kMaxGrants = 1000;

absl::Status Insert(sql::Session& session, const GrantRow& grant);
absl::StatusOr<std::optional<GrantRow>> LoadForUpdate(sql::Session& session, int64_t id);
absl::Status End(sql::Session& session, int64_t id, absl::Time now);
// Every grant of a holder, oldest first, at most kMaxGrants.
absl::StatusOr<std::vector<GrantRow>> OfHolder(sql::Session& session, HolderKind kind,
                                               int64_t holder_id);
// Those in force at `now`.
absl::StatusOr<std::vector<GrantRow>> InForce(sql::Session& session, HolderKind kind,
                                              int64_t holder_id, absl::Time now);

}  // namespace grant_store
}  // namespace ronghe::gateway::access

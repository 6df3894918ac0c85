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

// Why a grant ended before its time.
enum class EndReason : int16_t {
  kNone = 0,
  kRevoked = 1,
  kSourceEnded = 2,
  kMemberMoved = 3,
  kMemberLeft = 4,
};

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
  std::string basis;
  int64_t source_id = 0;     // the grant that it was delegated from; 0: none
  int64_t delegator_id = 0;  // the account that delegated it; 0: none
  EndReason end_reason = EndReason::kNone;
  // The member of the account has been inside the subtree, so that moving out of it ends the grant.
  bool member_inside = false;

  bool Ended(absl::Time now) const { return ends_at.has_value() && *ends_at <= now; }
  bool InForce(absl::Time now) const { return starts_at <= now && !Ended(now); }
};

namespace grant_store {

// More grants than this that have not ended no holder has, and no account has delegated: they fit
// into one access token.
inline constexpr int64_t kMaxGrants = 64;

absl::Status Insert(sql::Session& session, const GrantRow& grant);
absl::StatusOr<std::optional<GrantRow>> LoadForUpdate(sql::Session& session, int64_t id);
// Ends the grants at `now`, and what was delegated of them; none of them may have ended before.
// Answers all of them as they are then, those given first. At most kMaxGrants.
absl::StatusOr<std::vector<GrantRow>> End(sql::Session& session, std::vector<GrantRow> grants,
                                          EndReason reason, absl::Time now);
absl::Status SetMemberInside(sql::Session& session, int64_t id);

// Up to `limit` grants with an id above `after`, by id: all of a holder, past ones too.
absl::StatusOr<std::vector<GrantRow>> List(sql::Session& session, HolderKind kind,
                                           int64_t holder_id, int64_t after, int64_t limit);
// Those on exactly this organization that have not ended at `now`.
absl::StatusOr<std::vector<GrantRow>> ListOnOrganization(sql::Session& session,
                                                         int64_t organization_id, absl::Time now,
                                                         int64_t after, int64_t limit);
// Those that this account has delegated and that have not ended at `now`.
absl::StatusOr<std::vector<GrantRow>> ListDelegated(sql::Session& session, int64_t delegator_id,
                                                    absl::Time now, int64_t after, int64_t limit);

// Those of a holder that have not ended at `now`, whether or not they have begun, by id.
absl::StatusOr<std::vector<GrantRow>> NotEnded(sql::Session& session, HolderKind kind,
                                               int64_t holder_id, absl::Time now);
// Those in force at `now`. What a disabled account delegated is not in force.
absl::StatusOr<std::vector<GrantRow>> InForce(sql::Session& session, HolderKind kind,
                                              int64_t holder_id, absl::Time now);

}  // namespace grant_store
}  // namespace ronghe::gateway::access

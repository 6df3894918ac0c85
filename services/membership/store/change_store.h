// Which SQL runs on membership_change, the history of why memberships began, changed and ended?
//
// One row per change; rows are only ever added. Statistics are drawn from them and from the
// intervals, for any past day. Functions answer the errors of sql::Session besides what they
// document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_CHANGE_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_CHANGE_STORE_H_

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/change_code.h"
#include "services/membership/domain/membership.h"
#include "services/membership/domain/subject.h"

namespace ronghe::membership {

struct MembershipChangeRow {
  int64_t id = 0;
  int64_t member_id = 0;
  ChangeCode code = ChangeCode::kOpening;
  absl::CivilDay day;                // on which it counts
  int64_t from_organization_id = 0;  // 0: belonged nowhere here
  int64_t to_organization_id = 0;    // 0: belongs nowhere here any more
  int32_t from_category = 0;         // of Category; 0: none
  int32_t to_category = 0;
  int32_t from_standing = 0;  // of Standing; 0: none
  int32_t to_standing = 0;
  std::string basis_collection;  // the case that decided it, "transfers"; empty: entered directly
  int64_t basis_id = 0;
  absl::Time create_time;
};

// The change from one membership to another; null: none. The caller gives it its id.
MembershipChangeRow MakeChange(int64_t id, int64_t member_id, const Membership* before,
                               const Membership* after, absl::CivilDay day, ChangeCode code,
                               const Subject& basis, absl::Time now);

absl::Status InsertChanges(sql::Session& session, std::span<const MembershipChangeRow> rows);

// Up to `limit` changes of a member before `before_id`, the newest first.
absl::StatusOr<std::vector<MembershipChangeRow>> ChangesOf(
    sql::Session& session, int64_t member_id,
    int64_t before_id = std::numeric_limits<int64_t>::max(), int32_t limit = 200);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_CHANGE_STORE_H_

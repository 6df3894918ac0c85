// Which SQL runs on delegation, delegation_unit and delegate?
//
// A delegation belongs to one election of a committee and bears its id. Functions answer the errors
// of sql::Session besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_DELEGATION_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_DELEGATION_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/codes.h"

namespace ronghe::membership {

// The most delegates that an election has.
inline constexpr int32_t kMaxDelegates = 1000;

struct DelegationRow {
  int64_t committee_election_id = 0;
  std::optional<absl::CivilDay> credentials_on;  // found in order
  int64_t etag = 1;
  absl::Time create_time;
  absl::Time update_time;
};

struct DelegationUnitRow {
  int64_t committee_election_id = 0;
  int64_t unit_id = 0;
  int32_t seats = 0;
  std::string election;  // name in the meeting service; empty before delegates are registered
  std::optional<absl::CivilDay> elected_on;
};

// A delegate, with what is known of the member now.
struct NamedDelegateRow {
  int64_t unit_id = 0;
  int64_t member_id = 0;
  std::string full_name;
  int64_t organization_id = 0;  // where the member belongs
  bool voting = false;
  Standing standing = Standing::kNormal;
};

// Puts a delegation with these units in the place of the one that the election had.
absl::Status ReplaceDelegation(sql::Session& session, const DelegationRow& row,
                               std::span<const DelegationUnitRow> units);
absl::Status DropDelegation(sql::Session& session, int64_t election_id);
absl::Status UpdateDelegation(sql::Session& session, const DelegationRow& row);
// Errors: NOT_FOUND.
absl::StatusOr<DelegationRow> LoadDelegation(sql::Session& session, int64_t election_id);
absl::StatusOr<DelegationRow> LockDelegation(sql::Session& session, int64_t election_id);

// By unit. At most 300.
absl::StatusOr<std::vector<DelegationUnitRow>> UnitsOfDelegation(sql::Session& session,
                                                                 int64_t election_id);
// By unit and member. At most kMaxDelegates.
absl::StatusOr<std::vector<NamedDelegateRow>> DelegatesOf(sql::Session& session,
                                                          int64_t election_id);
// Writes by which election a unit has sent whom, in the place of what it had sent before.
absl::Status ReplaceDelegates(sql::Session& session, const DelegationUnitRow& unit,
                              std::span<const int64_t> members);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_DELEGATION_STORE_H_

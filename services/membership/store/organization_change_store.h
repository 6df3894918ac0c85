// Which SQL runs on organization_change and its sources, and on everything that goes with an
// organization that ends?
//
// A source that a change is still to move holds its organization by a unique key: no second change
// of it can begin. Functions answer the errors of sql::Session besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_ORGANIZATION_CHANGE_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_ORGANIZATION_CHANGE_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/organization_store.h"
#include "services/membership/store/post_store.h"

namespace ronghe::membership {

enum class OrganizationChangeKind : int32_t { kMerge = 1, kSplit = 2, kDissolve = 3 };
enum class OrganizationChangeState : int32_t { kRunning = 1, kDone = 2, kFailed = 3 };

struct OrganizationChangeRow {
  int64_t id = 0;
  OrganizationChangeKind kind = OrganizationChangeKind::kMerge;
  OrganizationChangeState state = OrganizationChangeState::kRunning;
  int64_t target_id = 0;  // 0: none
  absl::CivilDay effective_on;
  int32_t moved = 0;
  int32_t total = 0;
  std::string error_reason;
  std::string subject;  // who began it, "accounts/7"
  absl::Time create_time;
  absl::Time update_time;
};

struct ChangeSourceRow {
  int64_t organization_change_id = 0;
  int64_t organization_id = 0;
  int32_t ordinal = 0;
  bool done = false;
  int32_t moved = 0;
};

absl::Status InsertOrganizationChange(sql::Session& session, const OrganizationChangeRow& row);
// Writes state, target, counts and error.
absl::Status UpdateOrganizationChange(sql::Session& session, const OrganizationChangeRow& row);
// Errors: NOT_FOUND.
absl::StatusOr<OrganizationChangeRow> LoadOrganizationChange(sql::Session& session, int64_t id);
absl::StatusOr<OrganizationChangeRow> LockOrganizationChange(sql::Session& session, int64_t id);
// The running change with the lowest id above `after`; nothing when none is left.
absl::StatusOr<std::optional<OrganizationChangeRow>> NextRunningChange(sql::Session& session,
                                                                       int64_t after);
// Up to `limit` changes that an organization is the target or a source of, with an id below
// `before_id`, the newest first.
absl::StatusOr<std::vector<OrganizationChangeRow>> ChangesOfOrganization(sql::Session& session,
                                                                         int64_t organization_id,
                                                                         int64_t before_id,
                                                                         int32_t limit);

// Errors: ORGANIZATION_CHANGING when a source is held by another change.
absl::Status InsertChangeSources(sql::Session& session, std::span<const ChangeSourceRow> rows);
// Writes done and moved; what is done holds its organization no longer.
absl::Status UpdateChangeSource(sql::Session& session, const ChangeSourceRow& row);
// Lets go of every source of a change.
absl::Status ReleaseChangeSources(sql::Session& session, int64_t change_id);
// By change and ordinal. At most 256 changes.
absl::StatusOr<std::vector<ChangeSourceRow>> SourcesOf(sql::Session& session,
                                                       std::span<const int64_t> change_ids);
// Whether a change still has to move or fill this organization.
absl::StatusOr<bool> IsChanging(sql::Session& session, int64_t organization_id);

// Locks the members that belong to an organization, of normal or suspended standing, by id.
absl::StatusOr<std::vector<MemberRow>> LockMembersOf(sql::Session& session, int64_t organization_id,
                                                     int64_t after_id, int32_t limit);
// Locks named members in the order of their ids. At most 256.
absl::StatusOr<std::vector<MemberRow>> LockMembers(sql::Session& session,
                                                   std::span<const int64_t> ids);
// How many members of normal or suspended standing belong to organizations. At most 256.
absl::StatusOr<int64_t> CountMembersOf(sql::Session& session,
                                       std::span<const int64_t> organization_ids);
// Locks the active organizations directly below one, by id. At most 999 can be there.
absl::StatusOr<std::vector<OrganizationRow>> LockChildren(sql::Session& session,
                                                          int64_t organization_id);
// Locks the posts held in an organization now.
absl::StatusOr<std::vector<PostRow>> LockPostsIn(sql::Session& session, int64_t organization_id);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_ORGANIZATION_CHANGE_STORE_H_

// Which SQL runs on organization and organization_tree?
//
// Lock order everywhere: the tree row, then organizations by id, then members by id. Functions
// answer the errors of sql::Session besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_ORGANIZATION_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_ORGANIZATION_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"

namespace ronghe::membership {

struct OrganizationRow {
  int64_t id = 0;
  int64_t parent_id = 0;  // 0: a root
  int32_t kind = 0;
  std::string code;
  std::string title;
  std::string short_title;
  int32_t sort = 0;
  absl::CivilDay founded_on;
  std::optional<absl::CivilDay> revoked_on;
  int32_t unit_situation = 0;
  std::string region_code;
  bool can_approve_probationary = false;  // A-20, M-08
  bool admits_floating = false;
  int32_t level = 0;                      // of a local committee (GB/T 12404); 0: not recorded
  int32_t next_child = 1;
  int64_t etag = 1;
  absl::Time create_time;
  absl::Time update_time;
};

// Organizations in the order of `ids`; unknown ones are left out. At most 256.
absl::StatusOr<std::vector<OrganizationRow>> LoadOrganizations(sql::Session& session,
                                                               std::span<const int64_t> ids);

// Up to `limit` organizations with an id above `after`, by id.
absl::StatusOr<std::vector<OrganizationRow>> OrganizationsAfter(sql::Session& session,
                                                                int64_t after, int32_t limit);

// Locks one for change.
//
// Errors: NOT_FOUND.
absl::StatusOr<OrganizationRow> LockOrganization(sql::Session& session, int64_t id);

// Locks several in the order of their ids; unknown ones are left out.
absl::StatusOr<std::vector<OrganizationRow>> LockOrganizations(sql::Session& session,
                                                               std::vector<int64_t> ids);

absl::Status InsertOrganization(sql::Session& session, const OrganizationRow& row);
absl::Status InsertOrganizations(sql::Session& session, std::span<const OrganizationRow> rows);

// Writes everything but id, kind, code and create_time, with the etag of `row`. A parent that
// changes is kept as the one until the day of update_time (ParentsOn).
absl::Status UpdateOrganization(sql::Session& session, const OrganizationRow& row);

// Organizations that moved after `day`, with the parent that each had at the end of it: the first
// row of an organization counts.
struct PastParentRow {
  int64_t organization_id = 0;
  int64_t parent_id = 0;
};
absl::StatusOr<std::vector<PastParentRow>> ParentsOn(sql::Session& session, absl::CivilDay day);

// Takes the number of the next child of a locked organization.
absl::Status TakeChildNumber(sql::Session& session, int64_t id);
// Sets the number of the next child of a locked organization, after several were taken.
absl::Status SetNextChild(sql::Session& session, int64_t id, int32_t next_child);

// Children of these parents that were recorded or changed since a time and are not revoked. At most
// 256 parents.
absl::StatusOr<std::vector<OrganizationRow>> ChildrenSince(sql::Session& session,
                                                           std::span<const int64_t> parents,
                                                           absl::Time since);

// Locks the tree against moves and new roots, and answers the number of the next root.
absl::StatusOr<int32_t> LockTree(sql::Session& session);
absl::Status TakeRootNumber(sql::Session& session);

// The parent of an organization; 0 for a root or an unknown one.
absl::StatusOr<int64_t> ParentOf(sql::Session& session, int64_t id);

absl::StatusOr<bool> HasActiveChildren(sql::Session& session, int64_t id);

// Whether anyone belongs to it, of normal or suspended standing.
absl::StatusOr<bool> HasMembers(sql::Session& session, int64_t id);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_ORGANIZATION_STORE_H_

// Which SQL says how organizations are set up, for many of them at once?
//
// Each function is one statement for a batch of at most 256 organizations and answers one row per
// organization at most where nothing else is said; organizations with nothing to tell are left out.
// Functions answer the errors of sql::Session.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_SETUP_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_SETUP_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/sql/session.h"
#include "services/membership/domain/organization/election.h"

namespace ronghe::membership {

// Secretaries on a day, with the day from which their standing counts.
struct SecretaryRow {
  int64_t organization_id = 0;
  int64_t post_id = 0;
  int64_t member_id = 0;
  std::optional<absl::CivilDay> converted_on;
  int32_t adjustment_months = 0;
};
absl::StatusOr<std::vector<SecretaryRow>> SecretariesAsOf(sql::Session& session,
                                                          std::span<const int64_t> organization_ids,
                                                          absl::CivilDay day);

struct OrganizationNumberRow {
  int64_t organization_id = 0;
  int64_t number = 0;
};
// Units that they stand in now.
absl::StatusOr<std::vector<OrganizationNumberRow>> UnitCounts(
    sql::Session& session, std::span<const int64_t> organization_ids);
// Members of normal standing who float.
absl::StatusOr<std::vector<OrganizationNumberRow>> FloatingCounts(
    sql::Session& session, std::span<const int64_t> organization_ids);

struct SetupFlagsRow {
  int64_t organization_id = 0;
  bool functional = false;
  bool scattered_sites = false;
  bool size_approved = false;
  int32_t level = 0;  // of a local committee; 0: not recorded
};
absl::StatusOr<std::vector<SetupFlagsRow>> SetupFlags(sql::Session& session,
                                                      std::span<const int64_t> organization_ids);

struct RunningTermRow {
  int64_t organization_id = 0;
  int64_t term_id = 0;
  absl::CivilDay expires_on;
  std::string rule_id;
  std::string rule_set;
  std::string source;
};
absl::StatusOr<std::vector<RunningTermRow>> RunningTerms(sql::Session& session,
                                                         std::span<const int64_t> organization_ids);

// The open elections.
absl::StatusOr<std::vector<OrganizationNumberRow>> OpenElections(
    sql::Session& session, std::span<const int64_t> organization_ids);

// Sites of the units that they keep, with at least `full` full members on `day` and no branch. At
// most `limit`, by organization and id.
struct OpenSiteRow {
  int64_t organization_id = 0;
  int64_t site_id = 0;
  int64_t unit_id = 0;
  absl::CivilDay starts_on;
  std::optional<absl::CivilDay> ends_on;
  int32_t full_members = 0;
};
absl::StatusOr<std::vector<OpenSiteRow>> OpenSites(sql::Session& session,
                                                   std::span<const int64_t> organization_ids,
                                                   int64_t full, absl::CivilDay day, int32_t limit);

// Units in which they are the topmost organization, with full-time Party workers of all
// organizations in the unit. Units without staff are left out. At most `limit`, by organization.
struct UnitStaffRow {
  int64_t organization_id = 0;
  int64_t unit_id = 0;
  int32_t nature = 0;
  int32_t staff_count = 0;
  int64_t full_time = 0;
};
absl::StatusOr<std::vector<UnitStaffRow>> UnitStaffs(sql::Session& session,
                                                     std::span<const int64_t> organization_ids,
                                                     int32_t limit);

// Open deadlines of a code that passed before `day`. At most `limit`, by organization and id.
struct PassedDeadlineRow {
  int64_t organization_id = 0;
  std::string subject_collection;
  int64_t subject_id = 0;
  absl::CivilDay due_on;
  std::string rule_id;
  std::string rule_set;
  std::string source;
};
absl::StatusOr<std::vector<PassedDeadlineRow>> PassedDeadlines(
    sql::Session& session, std::span<const int64_t> organization_ids, absl::CivilDay day,
    std::string_view code, int32_t limit);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_SETUP_STORE_H_

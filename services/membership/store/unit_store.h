// Which SQL runs on unit, organization_unit, unit_site and organization_profile?
//
// Functions answer the errors of sql::Session besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_UNIT_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_UNIT_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/membership.h"

namespace ronghe::membership {

struct UnitRow {
  int64_t id = 0;
  int64_t organization_id = 0;  // who keeps the record
  std::string title;
  std::optional<std::string> credit_code;
  int32_t nature = 0;
  bool legal_person = false;
  int32_t staff_count = 0;
  std::string affiliation;
  int32_t holding = 0;
  int32_t scale = 0;
  std::string region_code;
  std::optional<absl::CivilDay> closed_on;
  int64_t etag = 1;
  absl::Time create_time;
  absl::Time update_time;
};

// Errors: UNIT_EXISTS when the credit code is on record.
absl::Status InsertUnit(sql::Session& session, const UnitRow& row);
// Writes everything but id, organization and create_time. Errors: as InsertUnit.
absl::Status UpdateUnit(sql::Session& session, const UnitRow& row);
// Errors: NOT_FOUND.
absl::StatusOr<UnitRow> LoadUnit(sql::Session& session, int64_t id);
absl::StatusOr<UnitRow> LockUnit(sql::Session& session, int64_t id);
// Up to `limit` units of one keeper after `after_id`, by id.
absl::StatusOr<std::vector<UnitRow>> UnitsOf(sql::Session& session, int64_t organization_id,
                                             int64_t after_id, int32_t limit);

struct OrganizationUnitRow {
  int64_t id = 0;
  int64_t organization_id = 0;
  int64_t unit_id = 0;
  absl::CivilDay valid_from;
  absl::CivilDay valid_to = kOpenEnd;
};

// Errors: UNIT_ATTACHED when it already stands there.
absl::Status AttachUnit(sql::Session& session, const OrganizationUnitRow& row);
absl::Status DetachUnit(sql::Session& session, int64_t id, absl::CivilDay valid_to);
// Detaches an organization from every unit, on `day` or where it was attached later on that day.
absl::Status DetachUnits(sql::Session& session, int64_t organization_id, absl::CivilDay day);
// Errors: UNIT_NOT_ATTACHED.
absl::StatusOr<OrganizationUnitRow> LockAttachment(sql::Session& session, int64_t organization_id,
                                                   int64_t unit_id);
// Units in which an organization stands now, with what a list shows. At most 200.
struct StandingUnitRow {
  int64_t organization_id = 0;
  int64_t unit_id = 0;
  std::string title;
  int32_t nature = 0;
  absl::CivilDay valid_from;
};
absl::StatusOr<std::vector<StandingUnitRow>> StandingUnits(sql::Session& session,
                                                           int64_t organization_id);

struct SiteRow {
  int64_t id = 0;
  int64_t unit_id = 0;
  int64_t organization_id = 0;  // the unit's keeper
  std::string title;
  absl::CivilDay starts_on;
  std::optional<absl::CivilDay> ends_on;
  int32_t full_members = 0;
  int64_t branch_id = 0;  // 0: none serves it
  int64_t etag = 1;
  absl::Time create_time;
  absl::Time update_time;
};

absl::Status InsertSite(sql::Session& session, const SiteRow& row);
// Writes title, days, members and branch.
absl::Status UpdateSite(sql::Session& session, const SiteRow& row);
// Errors: NOT_FOUND.
absl::StatusOr<SiteRow> LockSite(sql::Session& session, int64_t id);
absl::StatusOr<std::vector<SiteRow>> SitesOf(sql::Session& session, int64_t unit_id,
                                             int64_t after_id, int32_t limit);

// Everything that an organization which ends had to do with units goes to another one: the records
// that it kept, and the sites that it served.
absl::Status RehomeUnits(sql::Session& session, int64_t from_organization, int64_t to_organization,
                         absl::Time now);

struct ProfileRow {
  int64_t organization_id = 0;
  std::string statistics_title;
  std::string former_titles;
  int64_t contact_member_id = 0;
  bool functional = false;
  int64_t founded_by_id = 0;
  bool new_business_form = false;
  int32_t stationed_outside = 0;
  bool scattered_sites = false;
  bool size_approved = false;
  int64_t etag = 0;  // 0: not on record
  absl::Time update_time;
};

// The profile of an organization; an empty one when none is on record.
absl::StatusOr<ProfileRow> LoadProfile(sql::Session& session, int64_t organization_id);
absl::Status SaveProfile(sql::Session& session, const ProfileRow& row);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_UNIT_STORE_H_

#include "services/membership/store/unit_store.h"

#include "common/base/status_macros.h"
#include "services/membership/domain/organization/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_UNIT_COLUMNS                                                      \
  "id, organization_id, title, credit_code, nature, legal_person, staff_count, " \
  "affiliation, holding, scale, region_code, closed_on, etag, create_time, update_time"
#define RONGHE_SITE_COLUMNS                                                                  \
  "id, unit_id, organization_id, title, starts_on, ends_on, full_members, branch_id, etag, " \
  "create_time, update_time"
#define RONGHE_PROFILE_COLUMNS                                                        \
  "organization_id, statistics_title, former_titles, contact_member_id, functional, " \
  " founded_by_id, new_business_form, stationed_outside, scattered_sites, "           \
  "size_approved, etag, update_time"

const sql::Command kInsertUnit("unit.insert",
                               "INSERT INTO unit (" RONGHE_UNIT_COLUMNS
                               ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Command kUpdateUnit(
    "unit.update",
    "UPDATE unit SET title = ?, credit_code = ?, nature = ?, legal_person = ?, staff_count = ?, "
    "affiliation = ?, holding = ?, scale = ?, region_code = ?, closed_on = ?, etag = ?, "
    "update_time = ? WHERE id = ?");
const sql::Query<UnitRow> kUnit("unit.by_id",
                                "SELECT " RONGHE_UNIT_COLUMNS " FROM unit WHERE id = ?");
const sql::Query<UnitRow> kLockUnit("unit.lock", "SELECT " RONGHE_UNIT_COLUMNS
                                                 " FROM unit WHERE id = ? FOR UPDATE");
const sql::Query<UnitRow> kUnitsOf("unit.of_organization",
                                   "SELECT " RONGHE_UNIT_COLUMNS
                                   " FROM unit WHERE organization_id = ? AND id > ? ORDER BY id "
                                   "LIMIT ?");

const sql::Command kAttach(
    "organization_unit.attach",
    "INSERT INTO organization_unit (id, organization_id, unit_id, valid_from, valid_to, "
    "open_unit_id) VALUES (?, ?, ?, ?, ?, ?)");
const sql::Command kDetach("organization_unit.detach",
                           "UPDATE organization_unit SET valid_to = ?, open_unit_id = NULL WHERE "
                           "id = ?");
const sql::Command kDetachAll(
    "organization_unit.detach_all",
    "UPDATE organization_unit SET valid_to = CASE WHEN valid_from > ? THEN valid_from ELSE ? END, "
    "open_unit_id = NULL WHERE organization_id = ? AND open_unit_id IS NOT NULL");
const sql::Query<OrganizationUnitRow> kLockAttachment(
    "organization_unit.lock",
    "SELECT id, organization_id, unit_id, valid_from, valid_to FROM organization_unit WHERE "
    "organization_id = ? AND open_unit_id = ? FOR UPDATE");
const sql::Query<StandingUnitRow> kStanding(
    "organization_unit.standing",
    "SELECT o.organization_id, o.unit_id, u.title, u.nature, o.valid_from FROM organization_unit o "
    "JOIN unit u ON u.id = o.unit_id WHERE o.organization_id = ? AND o.open_unit_id IS NOT NULL "
    "ORDER BY o.unit_id LIMIT 200");

const sql::Command kInsertSite("unit_site.insert", "INSERT INTO unit_site (" RONGHE_SITE_COLUMNS
                                                   ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Command kUpdateSite(
    "unit_site.update",
    "UPDATE unit_site SET title = ?, starts_on = ?, ends_on = ?, full_members = ?, branch_id = ?, "
    "etag = ?, update_time = ? WHERE id = ?");
const sql::Query<SiteRow> kLockSite("unit_site.lock", "SELECT " RONGHE_SITE_COLUMNS
                                                      " FROM unit_site WHERE id = ? FOR UPDATE");
const sql::Query<SiteRow> kSitesOf(
    "unit_site.of_unit", "SELECT " RONGHE_SITE_COLUMNS
                         " FROM unit_site WHERE unit_id = ? AND id > ? ORDER BY id LIMIT ?");

const sql::Command kRehomeUnits("unit.rehome",
                                "UPDATE unit SET organization_id = ?, update_time = ? WHERE "
                                "organization_id = ?");
const sql::Command kRehomeSites("unit_site.rehome",
                                "UPDATE unit_site SET organization_id = ?, update_time = ? WHERE "
                                "organization_id = ?");
const sql::Command kServeSites("unit_site.serve",
                               "UPDATE unit_site SET branch_id = ?, update_time = ? WHERE "
                               "branch_id = ?");

const sql::Query<ProfileRow> kProfile("organization_profile.by_id",
                                      "SELECT " RONGHE_PROFILE_COLUMNS
                                      " FROM organization_profile WHERE organization_id = ?");
const sql::Command kSaveProfile(
    "organization_profile.save",
    "INSERT INTO organization_profile (" RONGHE_PROFILE_COLUMNS
    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
    "statistics_title = VALUES(statistics_title), former_titles = VALUES(former_titles), "
    "contact_member_id = VALUES(contact_member_id), "
    "functional = VALUES(functional), "
    "founded_by_id = VALUES(founded_by_id), new_business_form = VALUES(new_business_form), "
    "stationed_outside = VALUES(stationed_outside), scattered_sites = VALUES(scattered_sites), "
    "size_approved = VALUES(size_approved), etag = VALUES(etag), "
    "update_time = VALUES(update_time)");

// The unique key of a credit code speaks of the unit, not of the row.
absl::Status NameDuplicate(absl::Status status, absl::Status duplicate) {
  return status.code() == absl::StatusCode::kAlreadyExists ? duplicate : status;
}

}  // namespace

absl::Status InsertUnit(sql::Session& session, const UnitRow& row) {
  return NameDuplicate(session.InsertMany(kInsertUnit, std::span(&row, 1)), UnitExists());
}

absl::Status UpdateUnit(sql::Session& session, const UnitRow& row) {
  return NameDuplicate(
      session
          .Execute(kUpdateUnit, row.title, row.credit_code, row.nature, row.legal_person,
                   row.staff_count, row.affiliation, row.holding, row.scale, row.region_code,
                   row.closed_on, row.etag, row.update_time, row.id)
          .status(),
      UnitExists());
}

absl::StatusOr<UnitRow> LoadUnit(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<UnitRow> row, session.SelectOne(kUnit, id));
  if (!row) return UnitNotFound(id);
  return *row;
}

absl::StatusOr<UnitRow> LockUnit(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<UnitRow> row, session.SelectOne(kLockUnit, id));
  if (!row) return UnitNotFound(id);
  return *row;
}

absl::StatusOr<std::vector<UnitRow>> UnitsOf(sql::Session& session, int64_t organization_id,
                                             int64_t after_id, int32_t limit) {
  return session.Select(kUnitsOf, organization_id, after_id, limit);
}

absl::Status AttachUnit(sql::Session& session, const OrganizationUnitRow& row) {
  return NameDuplicate(session
                           .Execute(kAttach, row.id, row.organization_id, row.unit_id,
                                    row.valid_from, row.valid_to, row.unit_id)
                           .status(),
                       UnitAttached());
}

absl::Status DetachUnit(sql::Session& session, int64_t id, absl::CivilDay valid_to) {
  return session.Execute(kDetach, valid_to, id).status();
}

absl::Status DetachUnits(sql::Session& session, int64_t organization_id, absl::CivilDay day) {
  return session.Execute(kDetachAll, day, day, organization_id).status();
}

absl::StatusOr<OrganizationUnitRow> LockAttachment(sql::Session& session, int64_t organization_id,
                                                   int64_t unit_id) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<OrganizationUnitRow> row,
                          session.SelectOne(kLockAttachment, organization_id, unit_id));
  if (!row) return UnitNotAttached();
  return *row;
}

absl::StatusOr<std::vector<StandingUnitRow>> StandingUnits(sql::Session& session,
                                                           int64_t organization_id) {
  return session.Select(kStanding, organization_id);
}

absl::Status InsertSite(sql::Session& session, const SiteRow& row) {
  return session.InsertMany(kInsertSite, std::span(&row, 1));
}

absl::Status UpdateSite(sql::Session& session, const SiteRow& row) {
  return session
      .Execute(kUpdateSite, row.title, row.starts_on, row.ends_on, row.full_members, row.branch_id,
               row.etag, row.update_time, row.id)
      .status();
}

absl::StatusOr<SiteRow> LockSite(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<SiteRow> row, session.SelectOne(kLockSite, id));
  if (!row) return SiteNotFound(id);
  return *row;
}

absl::StatusOr<std::vector<SiteRow>> SitesOf(sql::Session& session, int64_t unit_id,
                                             int64_t after_id, int32_t limit) {
  return session.Select(kSitesOf, unit_id, after_id, limit);
}

absl::Status RehomeUnits(sql::Session& session, int64_t from_organization, int64_t to_organization,
                         absl::Time now) {
  for (const sql::Command* command : {&kRehomeUnits, &kRehomeSites, &kServeSites}) {
    RONGHE_RETURN_IF_ERROR(
        session.Execute(*command, to_organization, now, from_organization).status());
  }
  return absl::OkStatus();
}

absl::StatusOr<ProfileRow> LoadProfile(sql::Session& session, int64_t organization_id) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<ProfileRow> row,
                          session.SelectOne(kProfile, organization_id));
  return row.value_or(ProfileRow{.organization_id = organization_id});
}

absl::Status SaveProfile(sql::Session& session, const ProfileRow& row) {
  return session
      .Execute(kSaveProfile, row.organization_id, row.statistics_title, row.former_titles,
               row.contact_member_id, row.functional, row.founded_by_id, row.new_business_form,
               row.stationed_outside, row.scattered_sites, row.size_approved, row.etag,
               row.update_time)
      .status();
}

}  // namespace ronghe::membership

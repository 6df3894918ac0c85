#include "services/membership/store/setup_store.h"

namespace ronghe::membership {
namespace {

const sql::Query<SecretaryRow> kSecretaries(
    "setup.secretaries",
    "SELECT p.organization_id, p.id, p.member_id, m.converted_on, m.adjustment_months FROM post p "
    "JOIN member m ON m.id = p.member_id WHERE p.organization_id IN (?*) AND p.valid_from <= ? AND "
    "p.valid_to > ? AND p.code = 1 ORDER BY p.organization_id, p.id");
const sql::Query<OrganizationNumberRow> kUnits(
    "setup.units",
    "SELECT organization_id, COUNT(*) FROM organization_unit WHERE organization_id IN (?*) AND "
    "open_unit_id IS NOT NULL GROUP BY organization_id");
const sql::Query<OrganizationNumberRow> kFloating(
    "setup.floating",
    "SELECT organization_id, COUNT(*) FROM member WHERE organization_id IN (?*) AND floating = 1 "
    "AND standing = 10 GROUP BY organization_id");
const sql::Query<SetupFlagsRow> kFlags(
    "setup.flags",
    "SELECT o.id, COALESCE(p.functional, 0), COALESCE(p.scattered_sites, 0), "
    "COALESCE(p.size_approved, 0), o.level FROM organization o LEFT JOIN organization_profile p ON "
    "p.organization_id = o.id WHERE o.id IN (?*)");
const sql::Query<RunningTermRow> kTerms(
    "setup.terms",
    "SELECT organization_id, id, expires_on, rule_id, rule_set, source FROM term WHERE "
    "running_organization_id IN (?*)");
const sql::Query<OrganizationNumberRow> kElections(
    "setup.elections",
    "SELECT organization_id, id FROM committee_election WHERE open_organization_id IN (?*)");
const sql::Query<OpenSiteRow> kSites(
    "setup.sites",
    "SELECT organization_id, id, unit_id, starts_on, ends_on, full_members FROM unit_site WHERE "
    "organization_id IN (?*) AND branch_id = 0 AND full_members >= ? AND starts_on <= ? AND "
    "COALESCE(ends_on, '9999-12-31') >= ? ORDER BY organization_id, id LIMIT ?");
const sql::Query<UnitStaffRow> kStaff(
    "setup.staff",
    "SELECT a.organization_id, u.id, u.nature, u.staff_count, COALESCE((SELECT COUNT(*) FROM "
    "organization_unit b JOIN party_worker w ON w.organization_id = b.organization_id WHERE "
    "b.unit_id = u.id AND b.open_unit_id IS NOT NULL AND w.ended_on = '9999-12-31' AND "
    "w.full_time = 1), 0) FROM organization_unit a JOIN organization o ON o.id = a.organization_id "
    "JOIN unit u ON u.id = a.unit_id WHERE a.organization_id IN (?*) AND a.open_unit_id IS NOT "
    "NULL AND u.closed_on IS NULL AND u.staff_count > 0 AND NOT EXISTS (SELECT 1 FROM "
    "organization_unit c WHERE c.organization_id = o.parent_id AND c.open_unit_id = u.id) ORDER BY "
    "a.organization_id, u.id LIMIT ?");
const sql::Query<PassedDeadlineRow> kDeadlines(
    "setup.deadlines",
    "SELECT organization_id, subject_collection, subject_id, due_on, rule_id, rule_set, source "
    "FROM deadline WHERE organization_id IN (?*) AND state = 1 AND due_on < ? AND code = ? ORDER "
    "BY organization_id, id LIMIT ?");

}  // namespace

absl::StatusOr<std::vector<SecretaryRow>> SecretariesAsOf(sql::Session& session,
                                                          std::span<const int64_t> organization_ids,
                                                          absl::CivilDay day) {
  return session.Select(kSecretaries, organization_ids, day, day);
}

absl::StatusOr<std::vector<OrganizationNumberRow>> UnitCounts(
    sql::Session& session, std::span<const int64_t> organization_ids) {
  return session.Select(kUnits, organization_ids);
}

absl::StatusOr<std::vector<OrganizationNumberRow>> FloatingCounts(
    sql::Session& session, std::span<const int64_t> organization_ids) {
  return session.Select(kFloating, organization_ids);
}

absl::StatusOr<std::vector<SetupFlagsRow>> SetupFlags(sql::Session& session,
                                                      std::span<const int64_t> organization_ids) {
  return session.Select(kFlags, organization_ids);
}

absl::StatusOr<std::vector<RunningTermRow>> RunningTerms(
    sql::Session& session, std::span<const int64_t> organization_ids) {
  return session.Select(kTerms, organization_ids);
}

absl::StatusOr<std::vector<OrganizationNumberRow>> OpenElections(
    sql::Session& session, std::span<const int64_t> organization_ids) {
  return session.Select(kElections, organization_ids);
}

absl::StatusOr<std::vector<OpenSiteRow>> OpenSites(sql::Session& session,
                                                   std::span<const int64_t> organization_ids,
                                                   int64_t full, absl::CivilDay day,
                                                   int32_t limit) {
  return session.Select(kSites, organization_ids, full, day, day, limit);
}

absl::StatusOr<std::vector<UnitStaffRow>> UnitStaffs(sql::Session& session,
                                                     std::span<const int64_t> organization_ids,
                                                     int32_t limit) {
  return session.Select(kStaff, organization_ids, limit);
}

absl::StatusOr<std::vector<PassedDeadlineRow>> PassedDeadlines(
    sql::Session& session, std::span<const int64_t> organization_ids, absl::CivilDay day,
    std::string_view code, int32_t limit) {
  return session.Select(kDeadlines, organization_ids, day, code, limit);
}

}  // namespace ronghe::membership

#include "services/meeting/store/duty_store.h"

#include "common/base/status_macros.h"

namespace ronghe::meeting {
namespace {

#define RONGHE_DUTY_COLUMNS \
  "id, rule_id, window_start, window_end, organization_id, standing, met_by, rule_set, etag"

const sql::Command kInsertMissing("duty.insert_missing",
                                  "INSERT INTO duty (" RONGHE_DUTY_COLUMNS
                                  ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                                  " ON DUPLICATE KEY UPDATE duty.id = duty.id");
const sql::Command kMarkMet("duty.mark_met",
                            "INSERT INTO duty (" RONGHE_DUTY_COLUMNS
                            ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE"
                            " met_by = IF(standing = 1, met_by, VALUES(met_by)),"
                            " etag = IF(standing = 1, etag, etag + 1), standing = 1");
const sql::Command kRelease("duty.release",
                            "UPDATE duty SET standing = ?, met_by = ?, etag = etag + 1"
                            " WHERE id = ? AND met_by = ?");
const sql::Command kSetStanding("duty.set_standing",
                                "UPDATE duty SET standing = ?, etag = etag + 1"
                                " WHERE id IN (?*) AND standing <> 1");
const sql::Query<DutyRow> kById("duty.by_id",
                                "SELECT " RONGHE_DUTY_COLUMNS " FROM duty WHERE id = ?");
const sql::Query<DutyRow> kOfWindow("duty.of_window",
                                    "SELECT " RONGHE_DUTY_COLUMNS
                                    " FROM duty WHERE rule_id = ? AND window_start = ?"
                                    " AND organization_id IN (?*) ORDER BY organization_id");
const sql::Query<DutyStandingRow> kStandings(
    "duty.standings",
    "SELECT organization_id, standing, etag FROM duty WHERE rule_id = ? AND window_start = ?"
    " AND organization_id > ? ORDER BY organization_id LIMIT ?");
const sql::Query<DutyRow> kOfOrganizations(
    "duty.of_organizations",
    "SELECT " RONGHE_DUTY_COLUMNS " FROM duty WHERE organization_id IN (?*) AND window_end > ?");
const sql::Query<DutyRow> kMetBy("duty.met_by",
                                 "SELECT " RONGHE_DUTY_COLUMNS
                                 " FROM duty WHERE organization_id = ? AND met_by = ? FOR UPDATE");
const sql::Query<DutyRow> kList(
    "duty.list",
    "SELECT " RONGHE_DUTY_COLUMNS
    " FROM duty WHERE organization_id = ? AND standing <> 3 AND window_end > ?"
    " AND window_start < ? AND (window_start < ? OR (window_start = ? AND rule_id > ?))"
    " ORDER BY window_start DESC, rule_id LIMIT ?");

}  // namespace

absl::Status DutyStore::InsertMissing(sql::Session& session,
                                      const std::vector<DutyRow>& rows) const {
  return session.InsertMany(kInsertMissing, rows);
}

absl::Status DutyStore::MarkMet(sql::Session& session, const DutyRow& row) const {
  return session.InsertMany(kMarkMet, std::vector<DutyRow>{row});
}

absl::StatusOr<bool> DutyStore::Release(sql::Session& session, const DutyRow& duty,
                                        int64_t old_meeting, std::optional<int64_t> new_meeting,
                                        DutyStanding standing) const {
  RONGHE_ASSIGN_OR_RETURN(
      const int64_t found,
      session.Execute(kRelease, new_meeting.has_value() ? DutyStanding::kMet : standing,
                      new_meeting, duty.id, old_meeting));
  return found > 0;
}

absl::Status DutyStore::SetStanding(sql::Session& session, std::span<const int64_t> ids,
                                    DutyStanding standing) const {
  return session.Execute(kSetStanding, standing, ids).status();
}

absl::StatusOr<std::optional<DutyRow>> DutyStore::Load(sql::Session& session, int64_t id) const {
  return session.SelectOne(kById, id);
}

absl::StatusOr<std::vector<DutyRow>> DutyStore::OfWindow(
    sql::Session& session, std::string_view rule_id, absl::CivilDay window_start,
    std::span<const int64_t> organization_ids) const {
  return session.Select(kOfWindow, rule_id, window_start, organization_ids);
}

absl::StatusOr<std::vector<DutyStandingRow>> DutyStore::Standings(sql::Session& session,
                                                                  std::string_view rule_id,
                                                                  absl::CivilDay window_start,
                                                                  int64_t after_organization,
                                                                  int32_t limit) const {
  return session.Select(kStandings, rule_id, window_start, after_organization, limit);
}

absl::StatusOr<std::vector<DutyRow>> DutyStore::OfOrganizations(
    sql::Session& session, std::span<const int64_t> organization_ids, absl::CivilDay day) const {
  return session.Select(kOfOrganizations, organization_ids, day);
}

absl::StatusOr<std::vector<DutyRow>> DutyStore::MetBy(sql::Session& session,
                                                      int64_t organization_id,
                                                      int64_t meeting_id) const {
  return session.Select(kMetBy, organization_id, meeting_id);
}

absl::StatusOr<std::vector<DutyRow>> DutyStore::List(sql::Session& session, int64_t organization_id,
                                                     absl::CivilDay from, absl::CivilDay to,
                                                     absl::CivilDay after_window,
                                                     std::string_view after_rule,
                                                     int32_t limit) const {
  return session.Select(kList, organization_id, from, to, after_window, after_window, after_rule,
                        limit);
}

}  // namespace ronghe::meeting

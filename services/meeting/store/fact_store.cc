#include "services/meeting/store/fact_store.h"

namespace ronghe::meeting {
namespace {

const sql::Query<DutySumRow> kSumDuties(
    "fact.sum_duties",
    "SELECT organization_id, rule_id, COALESCE(SUM(standing = 1), 0),"
    " COALESCE(SUM(standing IN (0, 1)), 0)"
    " FROM duty WHERE organization_id IN (?*) AND window_end > ? AND window_end <= ?"
    " GROUP BY organization_id, rule_id");

const sql::Query<RecordSumRow> kSumRecords(
    "fact.sum_records",
    "SELECT organization_id,"
    " COALESCE(SUM(state IN (4, 5)), 0),"
    " COALESCE(SUM(state IN (4, 5) AND missing_items = 0), 0),"
    " COALESCE(SUM(state IN (4, 5) AND late_entry = 0), 0),"
    " COALESCE(SUM(state = 5), 0),"
    " COALESCE(SUM(state = 6), 0),"
    " COALESCE(SUM(IF(state IN (4, 5), motion_count, 0)), 0),"
    " COALESCE(SUM(IF(state IN (4, 5), motions_quorate, 0)), 0),"
    " COALESCE(SUM(IF(state IN (4, 5), attended, 0)), 0),"
    " COALESCE(SUM(IF(state IN (4, 5), should_attend - care_exempt, 0)), 0)"
    " FROM meeting WHERE organization_id IN (?*) AND event_day >= ? AND event_day < ?"
    " AND state IN (4, 5, 6) GROUP BY organization_id");

const sql::Query<DutyRow> kDuties(
    "fact.duties",
    "SELECT id, rule_id, window_start, window_end, organization_id, standing, met_by, rule_set,"
    " etag FROM duty WHERE organization_id IN (?*) AND rule_id = ? AND window_end > ?"
    " AND window_end <= ? AND standing IN (0, 1)"
    " AND (window_start > ? OR (window_start = ? AND id > ?)) ORDER BY window_start, id LIMIT ?");

const sql::Query<RecordRow> kRecords(
    "fact.records",
    "SELECT id, organization_id, title, kinds, state, event_day, late_entry, missing_items,"
    " motion_count, motions_quorate, attended, should_attend, care_exempt"
    " FROM meeting WHERE organization_id IN (?*) AND ((1 << state) & ?) <> 0 AND motion_count >= ?"
    " AND event_day >= ? AND event_day < ? AND (event_day > ? OR (event_day = ? AND id > ?))"
    " ORDER BY event_day, id LIMIT ?");

}  // namespace

absl::StatusOr<std::vector<DutySumRow>> FactStore::SumDuties(
    sql::Session& session, std::span<const int64_t> organization_ids, absl::CivilDay start,
    absl::CivilDay end) const {
  return session.Select(kSumDuties, organization_ids, start, end);
}

absl::StatusOr<std::vector<RecordSumRow>> FactStore::SumRecords(
    sql::Session& session, std::span<const int64_t> organization_ids, absl::CivilDay start,
    absl::CivilDay end) const {
  return session.Select(kSumRecords, organization_ids, start, end);
}

absl::StatusOr<std::vector<DutyRow>> FactStore::Duties(sql::Session& session,
                                                       std::span<const int64_t> organization_ids,
                                                       std::string_view rule_id,
                                                       absl::CivilDay start, absl::CivilDay end,
                                                       absl::CivilDay after_window,
                                                       int64_t after_id, int32_t limit) const {
  return session.Select(kDuties, organization_ids, rule_id, start, end, after_window, after_window,
                        after_id, limit);
}

absl::StatusOr<std::vector<RecordRow>> FactStore::Records(sql::Session& session,
                                                          std::span<const int64_t> organization_ids,
                                                          int32_t state_bits, int32_t min_motions,
                                                          absl::CivilDay start, absl::CivilDay end,
                                                          absl::CivilDay after_day,
                                                          int64_t after_id, int32_t limit) const {
  return session.Select(kRecords, organization_ids, state_bits, min_motions, start, end, after_day,
                        after_day, after_id, limit);
}

}  // namespace ronghe::meeting

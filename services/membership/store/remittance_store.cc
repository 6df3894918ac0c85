#include "services/membership/store/remittance_store.h"

#include <utility>

#include "common/base/status_macros.h"
#include "services/membership/domain/dues/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_REMITTANCE_COLUMNS                                                           \
  "id, organization_id, parent_id, period, first_month, last_month, base_fen, ratio_bp, "   \
  "ratio_fen, central_fen, sent_fen, received_fen, state, rule_id, entry_id, create_time, " \
  "receive_time"
#define RONGHE_REMITTANCE_PERIOD_COLUMNS                                           \
  "organization_id, period, first_month, last_month, remittance_count, paid_fen, " \
  "received_fen, central_fen, close_time"

const sql::Command kSetRatio(
    "remittance_ratio.set",
    "INSERT INTO remittance_ratio (organization_id, from_year, basis, ratio_bp, update_time) "
    "VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE basis = VALUES(basis), ratio_bp = "
    "VALUES(ratio_bp), update_time = VALUES(update_time)");
const sql::Query<RemittanceRatioRow> kRatioIn(
    "remittance_ratio.in_year",
    "SELECT organization_id, from_year, basis, ratio_bp, update_time FROM remittance_ratio WHERE "
    "organization_id = ? AND from_year <= ? ORDER BY from_year DESC LIMIT 1");
const sql::Command kInsert("remittance.insert",
                           "INSERT INTO remittance (" RONGHE_REMITTANCE_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<RemittanceRow> kLoad("remittance.load", "SELECT " RONGHE_REMITTANCE_COLUMNS
                                                         " FROM remittance WHERE id = ?");
const sql::Query<RemittanceRow> kLock("remittance.lock",
                                      "SELECT " RONGHE_REMITTANCE_COLUMNS
                                      " FROM remittance WHERE id = ? FOR UPDATE");
const sql::Command kUpdate("remittance.update",
                           "UPDATE remittance SET received_fen = ?, state = ?, receive_time = ? "
                           "WHERE id = ?");
const sql::Query<RemittanceRow> kOverlapping("remittance.overlapping",
                                             "SELECT " RONGHE_REMITTANCE_COLUMNS
                                             " FROM remittance WHERE organization_id = ? AND "
                                             "last_month >= ? AND first_month <= ? AND state <> 3 "
                                             "ORDER BY id DESC LIMIT 1");
const sql::Query<RemittanceRow> kTo("remittance.to_parent",
                                    "SELECT " RONGHE_REMITTANCE_COLUMNS
                                    " FROM remittance WHERE parent_id = ? AND id < ? ORDER BY id "
                                    "DESC LIMIT ?");
const sql::Query<RemittanceRow> kOfPeriod(
    "remittance.of_period", "SELECT " RONGHE_REMITTANCE_COLUMNS
                            " FROM remittance WHERE parent_id = ? AND last_month >= ? AND "
                            "first_month <= ? AND state <> 3 AND id > ? ORDER BY id LIMIT ?");
const sql::Command kInsertPeriod("remittance_period.insert",
                                 "INSERT INTO remittance_period (" RONGHE_REMITTANCE_PERIOD_COLUMNS
                                 ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<RemittancePeriodRow> kPeriodsWithin(
    "remittance_period.within", "SELECT " RONGHE_REMITTANCE_PERIOD_COLUMNS
                                " FROM remittance_period WHERE first_month >= ? AND last_month <= "
                                "? AND organization_id IN (?*) ORDER BY organization_id, period");
const sql::Query<RemittancePeriodRow> kPeriodOverlapping(
    "remittance_period.overlapping",
    "SELECT " RONGHE_REMITTANCE_PERIOD_COLUMNS
    " FROM remittance_period WHERE organization_id = ? AND last_month >= ? AND first_month <= ? "
    "ORDER BY period LIMIT 1");
const sql::Query<ReceivedSum> kReceivedFrom(
    "remittance.received_from",
    "SELECT organization_id, COALESCE(SUM(received_fen), 0) FROM remittance WHERE "
    "organization_id IN (?*) AND state <> 3 GROUP BY organization_id");
const sql::Query<ReceivedSum> kReceivedBy(
    "remittance.received_by",
    "SELECT parent_id, COALESCE(SUM(received_fen), 0) FROM remittance WHERE parent_id IN (?*) AND "
    "state <> 3 GROUP BY parent_id");
const sql::Command kInsertReport("dues_report.insert",
                                 "INSERT INTO dues_report (organization_id, year, figures, "
                                 "publish_time) VALUES (?, ?, ?, ?)");
const sql::Query<DuesReportRow> kLoadReport(
    "dues_report.load",
    "SELECT organization_id, year, figures, publish_time FROM dues_report WHERE organization_id = "
    "? AND year = ?");
const sql::Query<DuesReportRow> kReportsOf(
    "dues_report.of_organization",
    "SELECT organization_id, year, figures, publish_time FROM dues_report WHERE organization_id = "
    "? ORDER BY year DESC LIMIT 200");

absl::StatusOr<RemittanceRow> Found(absl::StatusOr<std::optional<RemittanceRow>> row, int64_t id) {
  RONGHE_RETURN_IF_ERROR(row.status());
  if (!row->has_value()) return DuesNotFound("remittances", id);
  return **std::move(row);
}

}  // namespace

absl::Status SetRatio(sql::Session& session, const RemittanceRatioRow& row) {
  return session.InsertMany(kSetRatio, std::span<const RemittanceRatioRow>(&row, 1));
}

absl::StatusOr<std::optional<RemittanceRatioRow>> RatioIn(sql::Session& session,
                                                          int64_t organization_id, int32_t year) {
  return session.SelectOne(kRatioIn, organization_id, year);
}

absl::Status InsertRemittance(sql::Session& session, const RemittanceRow& row) {
  return session.InsertMany(kInsert, std::span<const RemittanceRow>(&row, 1));
}

absl::StatusOr<RemittanceRow> LoadRemittance(sql::Session& session, int64_t id) {
  return Found(session.SelectOne(kLoad, id), id);
}

absl::StatusOr<RemittanceRow> LockRemittance(sql::Session& session, int64_t id) {
  return Found(session.SelectOne(kLock, id), id);
}

absl::Status UpdateRemittance(sql::Session& session, const RemittanceRow& row) {
  return session.Execute(kUpdate, row.received_fen, row.state, row.receive_time, row.id).status();
}

absl::StatusOr<std::optional<RemittanceRow>> RemittanceOverlapping(sql::Session& session,
                                                                   int64_t organization_id,
                                                                   int32_t first, int32_t last) {
  return session.SelectOne(kOverlapping, organization_id, first, last);
}

absl::StatusOr<std::vector<RemittanceRow>> RemittancesTo(sql::Session& session, int64_t parent_id,
                                                         int64_t before_id, int32_t limit) {
  return session.Select(kTo, parent_id, before_id, limit);
}

absl::StatusOr<std::vector<RemittanceRow>> RemittancesOfPeriod(sql::Session& session,
                                                               int64_t parent_id, int32_t first,
                                                               int32_t last, int64_t after_id,
                                                               int32_t limit) {
  return session.Select(kOfPeriod, parent_id, first, last, after_id, limit);
}

absl::Status InsertPeriod(sql::Session& session, const RemittancePeriodRow& row) {
  return session.InsertMany(kInsertPeriod, std::span<const RemittancePeriodRow>(&row, 1));
}

absl::StatusOr<std::vector<RemittancePeriodRow>> PeriodsWithin(
    sql::Session& session, int32_t first, int32_t last, std::span<const int64_t> organization_ids) {
  return session.Select(kPeriodsWithin, first, last, organization_ids);
}

absl::StatusOr<std::optional<RemittancePeriodRow>> PeriodOverlapping(sql::Session& session,
                                                                     int64_t organization_id,
                                                                     int32_t first, int32_t last) {
  return session.SelectOne(kPeriodOverlapping, organization_id, first, last);
}

absl::StatusOr<std::vector<ReceivedSum>> ReceivedFrom(sql::Session& session,
                                                      std::span<const int64_t> organization_ids) {
  return session.Select(kReceivedFrom, organization_ids);
}

absl::StatusOr<std::vector<ReceivedSum>> ReceivedBy(sql::Session& session,
                                                    std::span<const int64_t> organization_ids) {
  return session.Select(kReceivedBy, organization_ids);
}

absl::Status InsertReport(sql::Session& session, const DuesReportRow& row) {
  return session.InsertMany(kInsertReport, std::span<const DuesReportRow>(&row, 1));
}

absl::StatusOr<std::optional<DuesReportRow>> LoadReport(sql::Session& session,
                                                        int64_t organization_id, int32_t year) {
  return session.SelectOne(kLoadReport, organization_id, year);
}

absl::StatusOr<std::vector<DuesReportRow>> ReportsOf(sql::Session& session,
                                                     int64_t organization_id) {
  return session.Select(kReportsOf, organization_id);
}

}  // namespace ronghe::membership

#include "services/membership/store/report_store.h"

#include "common/base/status_macros.h"
#include "common/sql/error.h"
#include "services/membership/domain/statistics/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_REPORT_COLUMNS                                                                      \
  "id, organization_id, form, kind, period_from, snapshot_day, state, phase, organization_count, " \
  "computed_count, difference_count, requested_by, failure_reason, etag, create_time, "            \
  "update_time, compute_time, submit_time"
#define RONGHE_REPORT_ORGANIZATION_COLUMNS \
  "report_id, position, last_position, organization_id, parent_id, level, title, own_cells, cells"
#define RONGHE_DIFFERENCE_COLUMNS                                                            \
  "report_id, position, ordinal, organization_id, table_no, row_no, column_no, check_text, " \
  "expected, actual"

const sql::Command kInsert("statistics_report.insert",
                           "INSERT INTO statistics_report (" RONGHE_REPORT_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<ReportRow> kLoad("statistics_report.load", "SELECT " RONGHE_REPORT_COLUMNS
                                                            " FROM statistics_report WHERE id = ?");
const sql::Query<ReportRow> kLock("statistics_report.lock",
                                  "SELECT " RONGHE_REPORT_COLUMNS
                                  " FROM statistics_report WHERE id = ? FOR UPDATE");
const sql::Command kUpdate(
    "statistics_report.update",
    "UPDATE statistics_report SET state = ?, phase = ?, organization_count = ?, "
    "computed_count = ?, difference_count = ?, failure_reason = ?, etag = ?, update_time = ?, "
    "compute_time = ?, submit_time = ? WHERE id = ?");
const sql::Query<ReportRow> kOf("statistics_report.of_organization",
                                "SELECT " RONGHE_REPORT_COLUMNS
                                " FROM statistics_report WHERE organization_id IN (?*) AND id < ? "
                                "ORDER BY id DESC LIMIT ?");
const sql::Query<ReportRow> kNext("statistics_report.next",
                                  "SELECT " RONGHE_REPORT_COLUMNS
                                  " FROM statistics_report WHERE state = ? ORDER BY id LIMIT 1");

const sql::Command kPutOrganization(
    "report_organization.put",
    "INSERT INTO report_organization (" RONGHE_REPORT_ORGANIZATION_COLUMNS
    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
    "last_position = VALUES(last_position), own_cells = VALUES(own_cells), "
    "cells = VALUES(cells)");
const sql::Query<ReportOrganizationRow> kLoadOrganization(
    "report_organization.load",
    "SELECT " RONGHE_REPORT_ORGANIZATION_COLUMNS
    " FROM report_organization WHERE report_id = ? AND organization_id = ?");
const sql::Query<ReportOrganizationRow> kOrganizationsFrom(
    "report_organization.from",
    "SELECT " RONGHE_REPORT_ORGANIZATION_COLUMNS
    " FROM report_organization WHERE report_id = ? AND position >= ? AND position <= ? "
    "ORDER BY position LIMIT ?");
const sql::Query<ReportOrganizationRow> kChildren(
    "report_organization.children",
    "SELECT " RONGHE_REPORT_ORGANIZATION_COLUMNS
    " FROM report_organization WHERE report_id = ? AND parent_id = ? AND position > ? "
    "ORDER BY position LIMIT ?");
const sql::Query<ReportPosition> kPositions(
    "report_organization.positions",
    "SELECT organization_id, position FROM report_organization "
    "WHERE report_id = ? AND organization_id IN (?*)");
const sql::Command kDeleteOrganizations(
    "report_organization.delete", "DELETE FROM report_organization WHERE report_id = ? LIMIT ?");
const sql::Command kDeleteDifferences("report_difference.delete",
                                      "DELETE FROM report_difference WHERE report_id = ? LIMIT ?");
const sql::Command kInsertDifference("report_difference.insert",
                                     "INSERT INTO report_difference (" RONGHE_DIFFERENCE_COLUMNS
                                     ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<ReportDifferenceRow> kDifferences(
    "report_difference.page",
    "SELECT " RONGHE_DIFFERENCE_COLUMNS
    " FROM report_difference WHERE report_id = ? AND position >= ? AND position <= ? "
    "AND (position > ? OR ordinal > ?) ORDER BY position, ordinal LIMIT ?");

}  // namespace

absl::Status InsertReport(sql::Session& session, const ReportRow& row) {
  absl::Status status = session.InsertMany(kInsert, std::span<const ReportRow>(&row, 1));
  if (sql::ViolatedKey(status) == "statistics_report_by_period") return ReportExists();
  return status;
}

absl::StatusOr<std::optional<ReportRow>> LoadReport(sql::Session& session, int64_t id) {
  return session.SelectOne(kLoad, id);
}

absl::StatusOr<ReportRow> LockReport(sql::Session& session, int64_t id) {
  RONGHE_ASSIGN_OR_RETURN(std::optional<ReportRow> row, session.SelectOne(kLock, id));
  if (!row) return ReportNotFound(id);
  return *std::move(row);
}

absl::Status UpdateReport(sql::Session& session, const ReportRow& row) {
  return session
      .Execute(kUpdate, row.state, row.phase, row.organization_count, row.computed_count,
               row.difference_count, row.failure_reason, row.etag, row.update_time,
               row.compute_time, row.submit_time, row.id)
      .status();
}

absl::StatusOr<std::vector<ReportRow>> ReportsOf(sql::Session& session,
                                                 std::span<const int64_t> organization_ids,
                                                 int64_t before_id, int32_t limit) {
  return session.Select(kOf, organization_ids, before_id, limit);
}

absl::StatusOr<std::optional<ReportRow>> NextReport(sql::Session& session, ReportState state) {
  return session.SelectOne(kNext, state);
}

absl::Status PutReportOrganizations(sql::Session& session,
                                    std::span<const ReportOrganizationRow> rows) {
  return session.InsertMany(kPutOrganization, rows);
}

absl::StatusOr<std::optional<ReportOrganizationRow>> LoadReportOrganization(
    sql::Session& session, int64_t report_id, int64_t organization_id) {
  return session.SelectOne(kLoadOrganization, report_id, organization_id);
}

absl::StatusOr<std::vector<ReportOrganizationRow>> ReportOrganizationsFrom(sql::Session& session,
                                                                           int64_t report_id,
                                                                           int32_t position,
                                                                           int32_t last_position,
                                                                           int32_t limit) {
  return session.Select(kOrganizationsFrom, report_id, position, last_position, limit);
}

absl::StatusOr<std::vector<ReportOrganizationRow>> ReportChildren(sql::Session& session,
                                                                  int64_t report_id,
                                                                  int64_t parent_id,
                                                                  int32_t after_position,
                                                                  int32_t limit) {
  return session.Select(kChildren, report_id, parent_id, after_position, limit);
}

absl::StatusOr<std::vector<ReportPosition>> ReportPositions(
    sql::Session& session, int64_t report_id, std::span<const int64_t> organization_ids) {
  return session.Select(kPositions, report_id, organization_ids);
}

absl::StatusOr<int64_t> DeleteReportOrganizations(sql::Session& session, int64_t report_id,
                                                  int32_t limit) {
  return session.Execute(kDeleteOrganizations, report_id, limit);
}

absl::StatusOr<int64_t> DeleteReportDifferences(sql::Session& session, int64_t report_id,
                                                int32_t limit) {
  return session.Execute(kDeleteDifferences, report_id, limit);
}

absl::Status InsertReportDifferences(sql::Session& session,
                                     std::span<const ReportDifferenceRow> rows) {
  return session.InsertMany(kInsertDifference, rows);
}

absl::StatusOr<std::vector<ReportDifferenceRow>> ReportDifferences(
    sql::Session& session, int64_t report_id, int32_t after_position, int32_t after_ordinal,
    int32_t last_position, int32_t limit) {
  return session.Select(kDifferences, report_id, after_position, last_position, after_position,
                        after_ordinal, limit);
}

}  // namespace ronghe::membership

// Which SQL runs on statistics_report, report_organization and report_difference?
//
// A report has one row for each organization it covers, numbered in tree order, so that a subtree
// is a range of positions. The row holds the organization's figures, only those that are not zero,
// in the form of EncodeFigures. Functions answer the errors of sql::Session besides what they
// document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_REPORT_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_REPORT_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"

namespace ronghe::membership {

enum class ReportState : int32_t {
  kDraft = 1,
  kComputing = 2,
  kComputed = 3,
  kSubmitted = 4,
  kUnlocked = 5,
  kFailed = 6,
};

// What the job does next with a report that is computed.
enum class ReportPhase : int32_t {
  kNone = 0,
  kFrame = 1,   // deletes what stands there, writes down the organizations of the snapshot day
  kCount = 2,   // counts them one after the other
  kVerify = 3,  // adds every level up again
};

struct ReportRow {
  int64_t id = 0;
  int64_t organization_id = 0;
  std::string form;
  int32_t kind = 0;
  absl::CivilDay period_from;
  absl::CivilDay snapshot_day;
  ReportState state = ReportState::kDraft;
  ReportPhase phase = ReportPhase::kNone;
  int32_t organization_count = 0;
  int32_t computed_count = 0;
  int32_t difference_count = 0;
  std::string requested_by;
  std::string failure_reason;
  int64_t etag = 1;
  absl::Time create_time;
  absl::Time update_time;
  std::optional<absl::Time> compute_time;
  std::optional<absl::Time> submit_time;
};

struct ReportOrganizationRow {
  int64_t report_id = 0;
  int32_t position = 0;       // in tree order, from 0
  int32_t last_position = 0;  // of its subtree
  int64_t organization_id = 0;
  int64_t parent_id = 0;
  int32_t level = 0;  // below the report's top, which has 0
  std::string title;
  // What the organization itself adds to its figures, without those below it; empty where nothing
  // is below it. Transfers between two organizations below it stand here as negative figures: seen
  // from it nobody came or went.
  sql::Bytes own_cells;
  sql::Bytes cells;
};

struct ReportDifferenceRow {
  int64_t report_id = 0;
  int32_t position = 0;
  int32_t ordinal = 0;
  int64_t organization_id = 0;
  std::string table_no;
  int32_t row_no = 0;
  int32_t column_no = 0;
  std::string check_text;
  int64_t expected = 0;
  int64_t actual = 0;
};

// Errors: REPORT_EXISTS.
absl::Status InsertReport(sql::Session& session, const ReportRow& row);
absl::StatusOr<std::optional<ReportRow>> LoadReport(sql::Session& session, int64_t id);
// Errors: NOT_FOUND.
absl::StatusOr<ReportRow> LockReport(sql::Session& session, int64_t id);
// Writes what changes after creation, with the etag of `row`.
absl::Status UpdateReport(sql::Session& session, const ReportRow& row);
// Up to `limit` reports of organizations with an id below `before_id`, the newest first.
absl::StatusOr<std::vector<ReportRow>> ReportsOf(sql::Session& session,
                                                 std::span<const int64_t> organization_ids,
                                                 int64_t before_id, int32_t limit);
// The oldest report in a state.
absl::StatusOr<std::optional<ReportRow>> NextReport(sql::Session& session, ReportState state);

// Writes organizations, in place of what stands at their positions.
absl::Status PutReportOrganizations(sql::Session& session,
                                    std::span<const ReportOrganizationRow> rows);
absl::StatusOr<std::optional<ReportOrganizationRow>> LoadReportOrganization(
    sql::Session& session, int64_t report_id, int64_t organization_id);
// Up to `limit` organizations from a position on, up to `last_position`.
absl::StatusOr<std::vector<ReportOrganizationRow>> ReportOrganizationsFrom(sql::Session& session,
                                                                           int64_t report_id,
                                                                           int32_t position,
                                                                           int32_t last_position,
                                                                           int32_t limit);
// Up to `limit` children of an organization after a position.
absl::StatusOr<std::vector<ReportOrganizationRow>> ReportChildren(sql::Session& session,
                                                                  int64_t report_id,
                                                                  int64_t parent_id,
                                                                  int32_t after_position,
                                                                  int32_t limit);
// Positions of organizations in a report; those outside it are left out. At most 256.
struct ReportPosition {
  int64_t organization_id = 0;
  int32_t position = 0;
};
absl::StatusOr<std::vector<ReportPosition>> ReportPositions(
    sql::Session& session, int64_t report_id, std::span<const int64_t> organization_ids);
// Deletes up to `limit` organizations of a report, or differences, and answers how many.
absl::StatusOr<int64_t> DeleteReportOrganizations(sql::Session& session, int64_t report_id,
                                                  int32_t limit);
absl::StatusOr<int64_t> DeleteReportDifferences(sql::Session& session, int64_t report_id,
                                                int32_t limit);

absl::Status InsertReportDifferences(sql::Session& session,
                                     std::span<const ReportDifferenceRow> rows);
// Up to `limit` differences of the organizations in a range of positions, after one of them.
absl::StatusOr<std::vector<ReportDifferenceRow>> ReportDifferences(
    sql::Session& session, int64_t report_id, int32_t after_position, int32_t after_ordinal,
    int32_t last_position, int32_t limit);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_REPORT_STORE_H_

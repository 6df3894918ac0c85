#include "services/membership/domain/statistics/errors.h"

#include <string>

#include "common/base/civil.h"
#include "common/base/strings.h"
#include "common/error/error.h"

namespace ronghe::membership {
namespace {

using absl::StatusCode;
using base::Cat;

absl::Status NotFound(std::string_view message, std::string name) {
  return error::Make(StatusCode::kNotFound, "NOT_FOUND", message, {{"name", std::move(name)}});
}

absl::Status Refused(std::string_view reason, std::string_view message,
                     error::Metadata metadata = {}) {
  return error::Make(StatusCode::kFailedPrecondition, reason, message, std::move(metadata));
}

// "1 + 2 − 9", as a user reads it.
std::string SumText(const Line& line) {
  std::string text;
  for (const Term& term : line.sum) {
    if (!text.empty() || term.factor < 0) text += term.factor < 0 ? " − " : " + ";
    text += Cat(term.row);
  }
  return text;
}

}  // namespace

absl::Status ReportNotFound(int64_t id) {
  return NotFound("没有这份统计报表。", Cat("statisticsReports/", id));
}

absl::Status FormNotFound(std::string_view name) {
  return NotFound("没有这套统计表式。", Cat("reportForms/", name));
}

absl::Status ReportTableNotFound(std::string_view number) {
  return NotFound("统计表式中没有这张表。", Cat("tables/", number));
}

absl::Status FormUnknown(std::string_view name) {
  return error::Make(StatusCode::kInvalidArgument, "FORM_UNKNOWN", "没有这套统计表式。",
                     {{"form", std::string(name)}});
}

absl::Status CellUnknown(const FormTable& table, int32_t row, int32_t column) {
  return error::Make(StatusCode::kInvalidArgument, "CELL_UNKNOWN",
                     Cat("第", table.number, "表没有第", row, "行第", column, "列。"),
                     {{"table", table.number}, {"row", Cat(row)}, {"column", Cat(column)}});
}

absl::Status ReportExists() {
  return error::Make(StatusCode::kAlreadyExists, "REPORT_EXISTS", "该党组织已有同一期的统计报表。");
}

absl::Status PeriodNotOver(absl::CivilDay snapshot, absl::CivilDay today) {
  return Refused("PERIOD_NOT_OVER", "统计截止日当天结束后才能生成报表。",
                 {{"snapshot_day", base::FormatDay(snapshot)}, {"today", base::FormatDay(today)}});
}

absl::Status ReportLocked() { return Refused("REPORT_LOCKED", "报表已上报并上锁，请先解锁。"); }

absl::Status ReportComputing() { return Refused("REPORT_COMPUTING", "报表正在计算，请稍候。"); }

absl::Status ReportNotComputed() { return Refused("REPORT_NOT_COMPUTED", "报表尚未计算完成。"); }

absl::Status ReportNotSubmitted() { return Refused("REPORT_NOT_SUBMITTED", "报表尚未上报。"); }

absl::Status ReportHasDifferences(int32_t count, std::string_view table, int32_t row,
                                  int32_t column, std::string_view check, int64_t expected,
                                  int64_t actual) {
  return Refused("REPORT_HAS_DIFFERENCES",
                 Cat("校验未通过，共", count, "处。第", table, "表第", row, "行第", column, "列：",
                     check, "，应为", expected, "，实为", actual, "。"),
                 {{"count", Cat(count)},
                  {"table", std::string(table)},
                  {"row", Cat(row)},
                  {"column", Cat(column)},
                  {"rule_id", "8.2"},
                  {"required", Cat(expected)},
                  {"actual", Cat(actual)}});
}

absl::Status CellIsComputed(const FormTable& table, const Line& line) {
  const std::string& provider = table.provided_by.empty() ? line.provided_by : table.provided_by;
  const std::string message =
      provider.empty()
          ? Cat("第", line.number, "行(列)由", SumText(line), "算出，请打开这些行(列)。")
          : Cat("该单元格的数由其他服务(", provider, ")提供。");
  return Refused("CELL_IS_COMPUTED", message,
                 {{"table", table.number}, {"line", Cat(line.number)}});
}

}  // namespace ronghe::membership

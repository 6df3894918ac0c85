// What can be refused about annual reports?
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STATISTICS_ERRORS_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STATISTICS_ERRORS_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "services/membership/domain/statistics/figures.h"

namespace ronghe::membership {

// NOT_FOUND
absl::Status ReportNotFound(int64_t id);
absl::Status FormNotFound(std::string_view name);
absl::Status ReportTableNotFound(std::string_view number);

// INVALID_ARGUMENT
absl::Status FormUnknown(std::string_view name);
absl::Status CellUnknown(const FormTable& table, int32_t row, int32_t column);

// ALREADY_EXISTS
absl::Status ReportExists();

// FAILED_PRECONDITION
absl::Status PeriodNotOver(absl::CivilDay snapshot, absl::CivilDay today);
absl::Status ReportLocked();
absl::Status ReportComputing();
absl::Status ReportNotComputed();
absl::Status ReportNotSubmitted();
// Names the first of `count` differences: table, lines and both figures.
absl::Status ReportHasDifferences(int32_t count, std::string_view table, int32_t row,
                                  int32_t column, std::string_view check, int64_t expected,
                                  int64_t actual);
// The cell adds up others, or another service knows it; `line` is the one that does not count.
absl::Status CellIsComputed(const FormTable& table, const Line& line);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STATISTICS_ERRORS_H_

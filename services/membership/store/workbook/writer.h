// How do the template of an import and the list of its failed rows look as workbooks?
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_WORKBOOK_WRITER_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_WORKBOOK_WRITER_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/membership/domain/import/sheet.h"
#include "services/membership/domain/roster.h"

namespace ronghe::membership {

// A branch that the template offers in its list.
struct BranchChoice {
  std::string code;
  std::string title;
};

// The XLSX to fill in: one column for each of RosterColumns() with its note, drop-down lists for
// codes and branches, a sheet that explains and a sheet with the lists.
//
// Errors: INTERNAL WORKBOOK_FAILED.
absl::StatusOr<std::string> WriteRosterTemplate(std::string_view organization_title,
                                                std::span<const BranchChoice> branches);

// The XLSX to fill in for a kind of sheet: its columns with their notes, a list of codes where
// there is one, and of up to so many organizations as are given.
//
// Errors: INTERNAL WORKBOOK_FAILED.
absl::StatusOr<std::string> WriteSheetTemplate(ImportKind kind, std::string_view organization_title,
                                               std::span<const BranchChoice> organizations);

// A failed row as it stood in the file, and what is wrong with it.
struct FailedRow {
  std::vector<Cell> cells;
  std::string reason;
};

// The XLSX with the header and the failed rows of a file, and a last column 错误原因. All cells are
// text: it can be corrected and uploaded again as it is.
//
// Errors: INTERNAL WORKBOOK_FAILED.
absl::StatusOr<std::string> WriteErrors(std::string_view sheet, std::span<const Cell> header,
                                        std::span<const FailedRow> rows);

inline constexpr std::string_view kXlsxType =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_WORKBOOK_WRITER_H_

// How does a report look as a workbook? One sheet for each table, laid out as the form is.
#ifndef RONGHE_SERVICES_MEMBERSHIP_API_REPORT_WORKBOOK_H_
#define RONGHE_SERVICES_MEMBERSHIP_API_REPORT_WORKBOOK_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/workbook/xlsx_stream.h"
#include "services/membership/domain/statistics/figures.h"

namespace ronghe::membership {

// A sheet and its rows, below the row of the watermark.
struct ReportSheet {
  workbook::XlsxSheet sheet;
  std::vector<std::vector<workbook::XlsxCell>> rows;
};

// The sheet of a table: title, `heading` (organization and day) with the unit, column headings with
// their groups above them, one row for each line with its number, the note, and every identity with
// what came of it. `figures` have their sums filled in; `differences` are those of this table.
ReportSheet LayOut(const FormTable& table, const Figures& figures, std::string_view heading,
                   std::span<const Difference> differences);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_API_REPORT_WORKBOOK_H_

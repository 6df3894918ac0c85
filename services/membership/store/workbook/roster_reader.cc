#include <algorithm>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/ascii.h"
#include "common/base/status_macros.h"
#include "services/membership/store/workbook/refusals.h"
#include "services/membership/store/workbook/table.h"

namespace ronghe::membership {
namespace {

constexpr size_t kHeaderWithin = 10;

absl::StatusOr<Table> ReadTable(std::string_view file_name, std::string_view bytes,
                                const TableLimits& limits) {
  RONGHE_ASSIGN_OR_RETURN(const RosterFormat format, FormatOf(file_name));
  return format == RosterFormat::kXlsx ? ReadXlsx(bytes, limits) : ReadCsv(bytes, limits);
}

// Takes the header, and what stands above it, off the table: the first of the first rows that is
// one, else the first row.
std::vector<Cell> TakeHeader(Table& table,
                             absl::FunctionRef<bool(std::span<const Cell>)> is_header) {
  const size_t within = std::min(kHeaderWithin, table.rows.size());
  size_t at = 0;
  while (at < within && !is_header(table.rows[at].cells)) ++at;
  if (at == within) at = 0;
  std::vector<Cell> header = std::move(table.rows[at].cells);
  table.rows.erase(table.rows.begin(), table.rows.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  return header;
}

}  // namespace

absl::StatusOr<RosterFormat> FormatOf(std::string_view file_name) {
  const std::string lower = absl::AsciiStrToLower(base::Sv(file_name));
  if (lower.ends_with(".xlsx")) return RosterFormat::kXlsx;
  if (lower.ends_with(".csv")) return RosterFormat::kCsv;
  return RosterFormatUnsupported();
}

absl::StatusOr<Roster> ReadRoster(std::string_view file_name, std::string_view bytes,
                                  const TableLimits& limits) {
  RONGHE_ASSIGN_OR_RETURN(Table table, ReadTable(file_name, bytes, limits));
  std::vector<Cell> header = TakeHeader(table, &IsRosterHeader);
  RONGHE_ASSIGN_OR_RETURN(const RosterLayout layout, RosterLayout::FromHeader(header));
  if (table.rows.empty()) return TableEmpty();
  return Roster{layout, std::move(header), std::move(table.rows), table.date1904};
}

absl::StatusOr<Sheet> ReadSheet(std::span<const SheetColumn> columns, std::string_view file_name,
                                std::string_view bytes, const TableLimits& limits) {
  RONGHE_ASSIGN_OR_RETURN(Table table, ReadTable(file_name, bytes, limits));
  std::vector<Cell> header = TakeHeader(
      table, [columns](std::span<const Cell> row) { return IsSheetHeader(columns, row); });
  RONGHE_ASSIGN_OR_RETURN(SheetLayout layout, SheetLayout::FromHeader(columns, header));
  if (table.rows.empty()) return TableEmpty();
  return Sheet{std::move(layout), std::move(header), std::move(table.rows), table.date1904};
}

absl::StatusOr<PlainSheet> ReadPlainSheet(ImportKind kind, std::string_view file_name,
                                          std::string_view bytes) {
  if (kind == ImportKind::kMembers) {
    RONGHE_ASSIGN_OR_RETURN(Roster roster, ReadRoster(file_name, bytes));
    return PlainSheet{std::move(roster.header), std::move(roster.rows)};
  }
  RONGHE_ASSIGN_OR_RETURN(Sheet sheet, ReadSheet(ColumnsOf(kind), file_name, bytes));
  return PlainSheet{std::move(sheet.header), std::move(sheet.rows)};
}

}  // namespace ronghe::membership

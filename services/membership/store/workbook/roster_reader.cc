#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "common/base/status_macros.h"
#include "services/membership/store/workbook/refusals.h"
#include "services/membership/store/workbook/table.h"

namespace ronghe::membership {
namespace {

constexpr size_t kHeaderWithin = 10;

}  // namespace

absl::StatusOr<RosterFormat> FormatOf(std::string_view file_name) {
  const std::string lower = absl::AsciiStrToLower(base::Sv(file_name));
  if (lower.ends_with(".xlsx")) return RosterFormat::kXlsx;
  if (lower.ends_with(".csv")) return RosterFormat::kCsv;
  return RosterFormatUnsupported();
}

absl::StatusOr<Roster> ReadRoster(std::string_view file_name, std::string_view bytes,
                                  const TableLimits& limits) {
  RONGHE_ASSIGN_OR_RETURN(const RosterFormat format, FormatOf(file_name));
  RONGHE_ASSIGN_OR_RETURN(Table table, format == RosterFormat::kXlsx ? ReadXlsx(bytes, limits)
                                                                     : ReadCsv(bytes, limits));
  size_t at = 0;
  while (at < std::min(kHeaderWithin, table.rows.size()) && !IsRosterHeader(table.rows[at].cells)) {
    ++at;
  }
  if (at == std::min(kHeaderWithin, table.rows.size())) at = 0;
  std::vector<Cell> header = std::move(table.rows[at].cells);
  RONGHE_ASSIGN_OR_RETURN(const RosterLayout layout, RosterLayout::FromHeader(header));
  table.rows.erase(table.rows.begin(), table.rows.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  if (table.rows.empty()) return TableEmpty();
  return Roster{layout, std::move(header), std::move(table.rows), table.date1904};
}

}  // namespace ronghe::membership

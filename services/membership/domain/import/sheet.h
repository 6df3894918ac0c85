// Which kinds of files can be imported, which columns has each, and which cell is which?
//
// Rosters of members have a layout of their own (domain/roster.h); what else is imported is a sheet
// of these columns.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_IMPORT_SHEET_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_IMPORT_SHEET_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "services/membership/domain/codes.h"
#include "services/membership/domain/roster.h"

namespace ronghe::membership {

// As ronghe.membership.v1.ImportKind.
enum class ImportKind : int32_t {
  kMembers = 1,
  kOrganizations = 2,
  kPosts = 3,
  kDuesBases = 4,
};

struct SheetColumn {
  std::string_view title;
  bool required;  // a file without the column, or a row without the cell, is refused
  bool text;      // kept as text in a workbook, so that digits survive
  bool date;
  std::string_view note;  // for the one who fills it in
};

// What is wrong with a cell, in words for the user, without personal data.
struct CellProblem {
  size_t column = 0;
  std::string message;

  friend bool operator==(const CellProblem&, const CellProblem&) = default;
};

// Which cell of a row holds which column.
class SheetLayout {
 public:
  // Reads the header as RosterLayout does.
  //
  // Errors: INVALID_ARGUMENT ROSTER_HEADER_MISSING naming the required columns that are not there,
  // or a column that is there twice.
  static absl::StatusOr<SheetLayout> FromHeader(std::span<const SheetColumn> columns,
                                                std::span<const Cell> header);

  // The trimmed cell of a column; an empty one where the row or the header does not have it.
  Cell At(std::span<const Cell> row, size_t column) const;

  // The same as a day; a problem where it is none.
  std::optional<absl::CivilDay> DayAt(std::span<const Cell> row, size_t column, bool date1904,
                                      std::vector<CellProblem>& problems) const;

  // A problem for each required cell that is empty.
  void CheckRequired(std::span<const Cell> row, std::vector<CellProblem>& problems) const;

  // True for a row with a cell behind the last one of the header: a comma that nobody quoted has
  // split one.
  bool Spills(std::span<const Cell> row) const;

 private:
  explicit SheetLayout(std::span<const SheetColumn> columns)
      : columns_(columns), position_(columns.size(), -1) {}

  std::span<const SheetColumn> columns_;
  std::vector<int> position_;
  size_t width_ = 0;  // cells of the header
};

// True for a row that is the header of such a sheet: it has two of the required columns.
bool IsSheetHeader(std::span<const SheetColumn> columns, std::span<const Cell> row);

// A title without its mark (*), spaces and line ends, with its brackets half as wide.
std::string NormalTitle(std::string_view title);

// Organizations below others: a row for each, those above before those below.
namespace organization_sheet {
enum Column : size_t {
  kParentCode,
  kParent,
  kTitle,
  kShortTitle,
  kKind,
  kFoundedOn,
  kRegionCode,
};
std::span<const SheetColumn> Columns();
}  // namespace organization_sheet

// Posts of members: a row for each.
namespace post_sheet {
enum Column : size_t {
  kFullName,
  kIdentityNumber,
  kOrganizationCode,
  kOrganization,
  kPost,
  kValidFrom,
  kValidTo,
};
std::span<const SheetColumn> Columns();
}  // namespace post_sheet

// Bases that dues are reckoned from: a row for each member and year.
namespace dues_base_sheet {
enum Column : size_t {
  kFullName,
  kIdentityNumber,
  kYear,
  kCategory,
  kBase,
  kFixed,
};
std::span<const SheetColumn> Columns();
}  // namespace dues_base_sheet

// The columns of a kind; none for members, who have a layout of their own.
std::span<const SheetColumn> ColumnsOf(ImportKind kind);

// What a sheet of a kind is called, "党组织".
std::string_view SheetTitle(ImportKind kind);

// A row of an organization sheet, as it stands.
struct OrganizationRecord {
  std::string parent_code;
  std::string parent_title;
  std::string title;
  std::string short_title;
  int32_t kind = 0;
  std::optional<absl::CivilDay> founded_on;
  std::string region_code;
};
std::vector<CellProblem> ReadOrganizationRow(const SheetLayout& layout, std::span<const Cell> row,
                                             bool date1904, absl::CivilDay today,
                                             OrganizationRecord& record);

// A row of a post sheet, as it stands.
struct PostRecord {
  std::string full_name;
  std::string identity_number;  // in its normal form
  std::string organization_code;
  std::string organization_title;
  Post post = Post::kSecretary;
  std::optional<absl::CivilDay> valid_from;
  std::optional<absl::CivilDay> valid_to;
};
std::vector<CellProblem> ReadPostRow(const SheetLayout& layout, std::span<const Cell> row,
                                     bool date1904, absl::CivilDay today, PostRecord& record);

// What DuesCategory (domain/dues/rates.h) is called in a sheet: "1" 按月领取工资.
std::span<const CodeName> DuesCategories();

// An amount in yuan, "3000" or "3000.01", as fen. Nothing for any other text: a sign, a separator
// of thousands, a third decimal, more than the largest base of SetDuesStandard.
std::optional<int64_t> ParseYuan(std::string_view text);

// A row of a sheet of dues bases, as it stands.
struct DuesBaseRecord {
  std::string full_name;
  std::string identity_number;  // in its normal form
  int32_t year = 0;
  int32_t category = 0;
  int64_t base_fen = 0;              // 0: not given
  std::optional<int64_t> fixed_fen;  // of who pays a fixed amount; none: the rules' own
};
std::vector<CellProblem> ReadDuesBaseRow(const SheetLayout& layout, std::span<const Cell> row,
                                         absl::CivilDay today, DuesBaseRecord& record);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_IMPORT_SHEET_H_

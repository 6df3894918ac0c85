// What stands in a roster: which columns, and what does a row say about a member?
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ROSTER_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ROSTER_H_

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "services/membership/domain/member.h"

namespace ronghe::membership {

// A cell as read from a file. Dates of a workbook come as "2026-11-23".
struct Cell {
  std::string text;
  bool number = false;  // the file kept it as a number, not as text
};

// One column of a roster.
struct RosterColumn {
  Field field;
  std::string_view title;
  bool required;          // a roster without the column is refused
  bool text;              // kept as text in a workbook, so that digits survive
  std::string_view note;  // for the one who fills it in
};

// All columns in the order of the template.
std::span<const RosterColumn> RosterColumns();
// The title of a field's column.
std::string_view ColumnTitle(Field field);

// Which cell of a row holds which field.
class RosterLayout {
 public:
  // Reads the header. Titles may carry a mark of required columns (*) and spaces; columns that are
  // not known are left alone.
  //
  // Errors: INVALID_ARGUMENT ROSTER_HEADER_MISSING naming the required columns that are not there,
  // or a column that is there twice.
  static absl::StatusOr<RosterLayout> FromHeader(std::span<const Cell> header);

  bool Has(Field field) const { return position_[static_cast<size_t>(field)] >= 0; }
  // The trimmed cell of a field; an empty one where the row or the header does not have it.
  Cell At(std::span<const Cell> row, Field field) const;

 private:
  static constexpr size_t kFields = static_cast<size_t>(Field::kOutOfContact) + 1;
  RosterLayout() { position_.fill(-1); }
  std::array<int, kFields> position_;
};

// True for a row that is the header of a roster: it has the columns 姓名 and 公民身份号码.
bool IsRosterHeader(std::span<const Cell> row);

// A row that could be read. Which of the optional cells were filled in is kept, because an empty
// cell leaves what is recorded as it is.
struct RosterRecord {
  Particulars particulars;
  std::string branch_code;
  std::string branch_title;
  std::vector<Post> posts;
  bool has_degree = false;
  bool has_phone = false;
  bool has_posts = false;
  bool has_occupation = false;
  bool has_technical_post = false;
  bool has_migrant_worker = false;
  bool has_floating = false;
  bool has_out_of_contact = false;
};

// Reads a row. `date1904` is the date system of the workbook, for dates that stand there as bare
// numbers. With problems the record is not to be used.
std::vector<Problem> ReadRosterRow(const RosterLayout& layout, std::span<const Cell> row,
                                   bool date1904, absl::CivilDay today, RosterRecord& record);

// 2026-11-23, 2026/11/23, 2026.11.23, 2026年11月23日, 20261123, or a workbook's day number.
std::optional<absl::CivilDay> ParseRosterDate(std::string_view text, bool date1904);

// The day of a workbook's day number: 1 is 1900-01-01, with the day 1900-02-29 that never was; in
// the 1904 system 0 is 1904-01-01. Nothing outside 0 to 2958465.
std::optional<absl::CivilDay> DayOfSerial(int64_t serial, bool date1904);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_ROSTER_H_

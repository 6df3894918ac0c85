// Which tables does an annual report have, and what does each of their cells count?
//
// A form is data (rules/forms/*.textproto). A cell is where a row and a column meet: it counts the
// items that pass both. Rows and columns are lines; a line passes the items of any of its clauses,
// or adds up other lines (年底应有 = 上年底 + 增加 − 减少). What can be asked of an item is the
// closed list of attributes below, so that a new year's form needs no code.
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STATISTICS_FORM_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STATISTICS_FORM_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"

namespace ronghe::membership {

// Whom or what an item stands for.
enum class Source : int32_t {
  kMemberAtStart = 1,   // a member at the end of the day before the period
  kMemberAtEnd = 2,     // a member at the end of the snapshot day
  kGain = 3,            // somebody who came to be counted in an organization during the period
  kLoss = 4,            // somebody who ceased to be
  kChange = 5,          // a change of a member who stayed in the organization
  kApplicantAtEnd = 6,  // an applicant, activist or candidate at the end of the snapshot day
  kAdmission = 7,       // a person whose admission was approved during the period
  kOrganization = 8,    // an organization at the end of the snapshot day
  kFloatingAtEnd = 9,   // a member who floats at the end of the snapshot day
};
inline constexpr int32_t kSources = 9;

// What an item is asked for. A value is a number: a code, a count, 1 for yes, a day (DayNumber), or
// the number of a text (Form::TextCode). 0: none or unknown.
enum class Attribute : int32_t {
  kGender = 1,          // GB/T 2261.1
  kEthnicity = 2,       // GB/T 3304
  kAge = 3,             // whole years on the snapshot day
  kEducation = 4,       // GB/T 4658
  kDegree = 5,          // GB/T 6864
  kCategory = 6,        // 1 full, 2 probationary; after the change, before it for a loss
  kJoinedOn = 7,        // day
  kOccupation = 8,      // text
  kTechnicalPost = 9,   // text
  kMigrantWorker = 10,  // yes
  kChangeCode = 11,     // of ChangeCode
  kProbationOver = 12,  // yes: probation had ended by the day of the change or the snapshot day
  kExtended = 13,       // yes: probation was extended
  kUnitNature = 14,     // of the unit the organization stands in
  kStage = 15,          // 3 candidate, 4 activist, 5 applicant
  kKind = 16,           // of the organization
  kTermExpired = 17,    // yes: its committee's term ran out during the period or before
  kReelected = 18,      // yes: a new committee's term began during the period
  kReach = 19,          // how far a floating member went
  kDestination = 20,    // where to
  kFormerWork = 21,     // out of what
  kCertificate = 22,    // yes
  kAffiliation = 23,    // GB/T 12404, of the unit
  kPostponed = 24,      // yes: the talk about conversion was put off
};
inline constexpr size_t kAttributes = 25;

// The number of the first text that a form's conditions name; below it 0 for none and 1 for any
// other.
inline constexpr int32_t kFirstText = 2;

// One who is counted.
class Item {
 public:
  explicit Item(Source source) : source_(source) {}

  Source source() const { return source_; }
  int32_t operator[](Attribute attribute) const { return values_[static_cast<size_t>(attribute)]; }
  void Set(Attribute attribute, int32_t value) { values_[static_cast<size_t>(attribute)] = value; }

 private:
  Source source_;
  std::array<int32_t, kAttributes> values_{};
};

// Days as numbers that can be compared.
inline int32_t DayNumber(absl::CivilDay day) {
  return static_cast<int32_t>(day - absl::CivilDay(1970, 1, 1));
}

// Holds for an attribute whose value is one of `codes`, or from `from` to `to` where there are
// none.
struct Condition {
  Attribute attribute = Attribute::kGender;
  std::vector<int32_t> codes;
  int32_t from = std::numeric_limits<int32_t>::min();
  int32_t to = std::numeric_limits<int32_t>::max();

  bool Holds(const Item& item) const;
};

// Passes the items of a source (of any source when there is none) for which all conditions hold.
struct Clause {
  std::optional<Source> source;
  std::vector<Condition> conditions;

  bool Passes(const Item& item) const;
};

// One summand of a sum or side of an identity. Table and column are set where cells are named.
struct Term {
  int32_t factor = 1;
  std::string table;
  int32_t row = 0;
  int32_t column = 0;

  friend bool operator==(const Term&, const Term&) = default;
};

// A row or a column.
struct Line {
  int32_t number = 0;
  std::string title;
  std::string group;
  int32_t part_of = 0;          // the line of which this is a part; 0: none
  std::vector<Clause> clauses;  // none: passes every item
  std::vector<Term> sum;        // not empty: adds up these lines (row of a term: the line)
  std::string provided_by;      // not empty: membership knows nothing of it

  bool counts() const { return sum.empty() && provided_by.empty(); }
  bool Passes(const Item& item) const;
};

// What an identity runs over: rows for every column, columns for every row, or single cells.
enum class Axis { kRows, kColumns, kCells };

struct Identity {
  Axis axis = Axis::kRows;
  std::string text;  // "15 = 1 + 2 − 9"
  std::vector<Term> left;
  std::vector<Term> right;
};

struct FormTable {
  int32_t id = 0;  // of its cells in the database: never given to another table
  std::string number;
  std::string title;
  std::string unit;
  std::string note;
  std::string provided_by;
  std::optional<Source> source;  // of every item; absent: the lines say it
  std::vector<Line> rows;
  std::vector<Line> columns;
  std::vector<Identity> identities;

  // Where its cells stand in Figures; set by Form::Create.
  size_t first_cell = 0;
  size_t cell(size_t row, size_t column) const {
    return first_cell + row * columns.size() + column;
  }
  // The places of lines by their numbers.
  std::optional<size_t> FindRow(int32_t row_number) const;
  std::optional<size_t> FindColumn(int32_t column_number) const;
  // Whether the cell counts items; else it adds up or is somebody else's.
  bool Counts(size_t row, size_t column) const {
    return provided_by.empty() && rows[row].counts() && columns[column].counts();
  }
};

// Reads "1 + 2 - 9", or with `cells` "1.16.1 + 2.1.1" (table.row.column); "0" is the empty sum.
//
// Errors: INVALID_ARGUMENT RULES_INVALID.
absl::StatusOr<std::vector<Term>> ParseSum(std::string_view text, bool cells);

// Reads "15 = 1 + 2 - 9". Errors: as ParseSum.
absl::StatusOr<Identity> ParseIdentity(std::string_view text, Axis axis);

// All tables of a year. Immutable.
class Form {
 public:
  // Checks that numbers and ids are unique and that whatever a line or an identity names is there.
  // `texts` are those that conditions on texts name.
  //
  // Errors: INVALID_ARGUMENT RULES_INVALID naming table and line.
  static absl::StatusOr<Form> Create(std::string name, std::string title, int32_t year,
                                     std::vector<FormTable> tables, std::vector<std::string> texts);

  const std::string& name() const { return name_; }
  const std::string& title() const { return title_; }
  int32_t year() const { return year_; }
  const std::vector<FormTable>& tables() const { return tables_; }
  // Null when there is none of this number.
  const FormTable* Find(std::string_view number) const;
  size_t cell_count() const { return cell_count_; }

  // The number of a text: 0 for none, 1 for one that no condition names, above that by text.
  int32_t TextCode(std::string_view text) const;

 private:
  Form() = default;
  absl::Status Check() const;
  absl::Status CheckLines(const FormTable& table, const std::vector<Line>& lines) const;
  absl::Status CheckIdentity(const FormTable& table, const Identity& identity) const;

  std::string name_;
  std::string title_;
  int32_t year_ = 0;
  std::vector<FormTable> tables_;
  absl::flat_hash_map<std::string, int32_t> texts_;
  size_t cell_count_ = 0;
};

// Every form, the oldest first.
class FormBook {
 public:
  // Errors: INVALID_ARGUMENT RULES_INVALID without a form or with two of a name or year.
  static absl::StatusOr<FormBook> Create(std::vector<Form> forms);

  const std::vector<Form>& forms() const { return forms_; }
  const Form* Find(std::string_view name) const;
  // The newest whose year is not after `year`; the oldest before all of them.
  const Form& Of(int32_t year) const;

 private:
  explicit FormBook(std::vector<Form> forms) : forms_(std::move(forms)) {}

  std::vector<Form> forms_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STATISTICS_FORM_H_

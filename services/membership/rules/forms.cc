#include "services/membership/rules/forms.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/config/config.h"
#include "services/membership/domain/errors.h"
#include "services/membership/rules/forms.pb.h"

namespace ronghe::membership {
namespace {

// Reads a form; texts get their numbers in the order in which conditions name them, which is how
// Form numbers them too.
class FormReader {
 public:
  absl::StatusOr<Form> Read(const rules::v1::Form& form) {
    std::vector<FormTable> tables;
    for (const rules::v1::Table& table : form.table()) {
      RONGHE_ASSIGN_OR_RETURN(tables.emplace_back(), ReadTable(table));
    }
    return Form::Create(form.name(), form.title(), form.year(), std::move(tables),
                        std::move(texts_));
  }

 private:
  absl::StatusOr<FormTable> ReadTable(const rules::v1::Table& table) {
    FormTable read{.id = table.id(),
                   .number = table.number(),
                   .title = table.title(),
                   .unit = table.unit(),
                   .note = table.note(),
                   .provided_by = table.provided_by(),
                   .source = SourceOf(table.source()),
                   .rows = {},
                   .columns = {},
                   .identities = {}};
    for (const rules::v1::Line& line : table.row()) {
      RONGHE_ASSIGN_OR_RETURN(read.rows.emplace_back(), ReadLine(line));
    }
    for (const rules::v1::Line& line : table.column()) {
      RONGHE_ASSIGN_OR_RETURN(read.columns.emplace_back(), ReadLine(line));
    }
    RONGHE_RETURN_IF_ERROR(ReadIdentities(table.row_identity(), Axis::kRows, read));
    RONGHE_RETURN_IF_ERROR(ReadIdentities(table.column_identity(), Axis::kColumns, read));
    RONGHE_RETURN_IF_ERROR(ReadIdentities(table.cell_identity(), Axis::kCells, read));
    return read;
  }

  template <class Texts>
  static absl::Status ReadIdentities(const Texts& texts, Axis axis, FormTable& table) {
    for (const std::string& text : texts) {
      RONGHE_ASSIGN_OR_RETURN(table.identities.emplace_back(), ParseIdentity(text, axis));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Line> ReadLine(const rules::v1::Line& line) {
    Line read{.number = line.number(),
              .title = line.title(),
              .group = line.group(),
              .part_of = line.part_of(),
              .clauses = {},
              .sum = {},
              .provided_by = line.provided_by()};
    for (const rules::v1::Clause& clause : line.clause()) {
      RONGHE_ASSIGN_OR_RETURN(read.clauses.emplace_back(), ReadClause(clause));
    }
    if (!line.where().empty()) {
      rules::v1::Clause clause;
      *clause.mutable_where() = line.where();
      RONGHE_ASSIGN_OR_RETURN(read.clauses.emplace_back(), ReadClause(clause));
    }
    if (!line.sum().empty()) {
      RONGHE_ASSIGN_OR_RETURN(read.sum, ParseSum(line.sum(), false));
    }
    return read;
  }

  absl::StatusOr<Clause> ReadClause(const rules::v1::Clause& clause) {
    Clause read{.source = SourceOf(clause.source()), .conditions = {}};
    for (const rules::v1::Where& where : clause.where()) {
      RONGHE_ASSIGN_OR_RETURN(read.conditions.emplace_back(), ReadCondition(where));
    }
    return read;
  }

  absl::StatusOr<Condition> ReadCondition(const rules::v1::Where& where) {
    if (where.attribute() == rules::v1::NO_ATTRIBUTE) return RulesInvalid("where of nothing");
    Condition condition{.attribute = static_cast<Attribute>(where.attribute()),
                        .codes = {where.codes().begin(), where.codes().end()}};
    for (const std::string& text : where.texts()) condition.codes.push_back(TextCode(text));
    std::sort(condition.codes.begin(), condition.codes.end());
    if (where.has_from()) condition.from = where.from();
    if (where.has_to()) condition.to = where.to();
    if (where.has_from_day()) condition.from = DayOf(where.from_day());
    if (where.has_to_day()) condition.to = DayOf(where.to_day());
    if (condition.from > condition.to) return RulesInvalid("where from is after to");
    return condition;
  }

  static int32_t DayOf(const google::type::Date& date) {
    return DayNumber(absl::CivilDay(date.year(), date.month(), date.day()));
  }

  static std::optional<Source> SourceOf(rules::v1::Source source) {
    if (source == rules::v1::ANY_SOURCE) return std::nullopt;
    return static_cast<Source>(source);
  }

  int32_t TextCode(const std::string& text) {
    const auto it = std::find(texts_.begin(), texts_.end(), text);
    const auto index = static_cast<int32_t>(it - texts_.begin());
    if (it == texts_.end()) texts_.push_back(text);
    return kFirstText + index;
  }

  std::vector<std::string> texts_;
};

}  // namespace

absl::StatusOr<Form> LoadForm(const std::string& path) {
  RONGHE_ASSIGN_OR_RETURN(const auto form, config::Load<rules::v1::Form>(path));
  return FormReader().Read(form);
}

absl::StatusOr<FormBook> LoadForms(const std::string& directory) {
  std::map<std::string, std::string> paths;  // by file name
  std::vector<std::filesystem::path> folders = {RONGHE_MEMBERSHIP_FORMS};
  if (!directory.empty()) folders.push_back(std::filesystem::path(directory) / "forms");
  for (const std::filesystem::path& folder : folders) {
    if (!std::filesystem::is_directory(folder)) continue;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
      paths[file.path().filename().string()] = file.path().string();
    }
  }
  std::vector<Form> forms;
  for (const auto& [name, path] : paths) {
    RONGHE_ASSIGN_OR_RETURN(Form form, LoadForm(path));
    forms.push_back(std::move(form));
  }
  return FormBook::Create(std::move(forms));
}

}  // namespace ronghe::membership

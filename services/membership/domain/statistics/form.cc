#include "services/membership/domain/statistics/form.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "services/membership/domain/errors.h"

namespace ronghe::membership {
namespace {

constexpr int32_t kOtherText = kFirstText - 1;
constexpr int32_t kMaxNumber = 999;

std::optional<size_t> FindLine(const std::vector<Line>& lines, int32_t number) {
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].number == number) return i;
  }
  return std::nullopt;
}

absl::StatusOr<Term> ParseTerm(absl::string_view text, int32_t factor, bool cells) {
  Term term{.factor = factor};
  const std::vector<std::string> parts = absl::StrSplit(text, '.');
  const bool read = cells ? parts.size() == 3 && absl::SimpleAtoi(parts[1], &term.row) &&
                                absl::SimpleAtoi(parts[2], &term.column)
                          : parts.size() == 1 && absl::SimpleAtoi(parts[0], &term.row);
  if (!read || term.row < 0) return RulesInvalid(base::Cat("no line: ", base::Sv(text)));
  if (cells) term.table = parts[0];
  return term;
}

}  // namespace

bool Condition::Holds(const Item& item) const {
  const int32_t value = item[attribute];
  if (codes.empty()) return value >= from && value <= to;
  return std::binary_search(codes.begin(), codes.end(), value);
}

bool Clause::Passes(const Item& item) const {
  if (source && *source != item.source()) return false;
  return std::all_of(conditions.begin(), conditions.end(),
                     [&](const Condition& condition) { return condition.Holds(item); });
}

bool Line::Passes(const Item& item) const {
  return clauses.empty() || std::any_of(clauses.begin(), clauses.end(),
                                        [&](const Clause& clause) { return clause.Passes(item); });
}

std::optional<size_t> FormTable::FindRow(int32_t row_number) const {
  return FindLine(rows, row_number);
}

std::optional<size_t> FormTable::FindColumn(int32_t column_number) const {
  return FindLine(columns, column_number);
}

absl::StatusOr<std::vector<Term>> ParseSum(std::string_view text, bool cells) {
  std::vector<Term> terms;
  int32_t factor = 1;
  const std::string plain = absl::StrReplaceAll(base::Sv(text), {{"−", "-"}});
  for (absl::string_view word : absl::StrSplit(plain, ' ', absl::SkipEmpty())) {
    if (word == "+" || word == "-") {
      factor = word == "+" ? 1 : -1;
      continue;
    }
    if (word == "0") continue;
    RONGHE_ASSIGN_OR_RETURN(Term term, ParseTerm(word, factor, cells));
    terms.push_back(std::move(term));
  }
  return terms;
}

absl::StatusOr<Identity> ParseIdentity(std::string_view text, Axis axis) {
  const std::vector<std::string> sides = absl::StrSplit(base::Sv(text), " = ");
  if (sides.size() != 2) return RulesInvalid(base::Cat("no identity: ", text));
  Identity identity{.axis = axis, .text = std::string(text), .left = {}, .right = {}};
  const bool cells = axis == Axis::kCells;
  RONGHE_ASSIGN_OR_RETURN(identity.left, ParseSum(sides[0], cells));
  RONGHE_ASSIGN_OR_RETURN(identity.right, ParseSum(sides[1], cells));
  if (identity.left.empty()) return RulesInvalid(base::Cat("nothing on the left: ", text));
  return identity;
}

absl::StatusOr<Form> Form::Create(std::string name, std::string title, int32_t year,
                                  std::vector<FormTable> tables, std::vector<std::string> texts) {
  Form form;
  form.name_ = std::move(name);
  form.title_ = std::move(title);
  form.year_ = year;
  form.tables_ = std::move(tables);
  for (std::string& text : texts) {
    const int32_t next = kFirstText + static_cast<int32_t>(form.texts_.size());
    form.texts_.emplace(std::move(text), next);
  }
  for (FormTable& table : form.tables_) {
    table.first_cell = form.cell_count_;
    form.cell_count_ += table.rows.size() * table.columns.size();
  }
  RONGHE_RETURN_IF_ERROR(form.Check());
  return form;
}

absl::Status Form::Check() const {
  absl::flat_hash_set<int32_t> ids;
  absl::flat_hash_set<std::string> numbers;
  for (const FormTable& table : tables_) {
    if (table.id < 1 || table.id > kMaxNumber || !ids.insert(table.id).second ||
        table.number.empty() || !numbers.insert(table.number).second) {
      return RulesInvalid(base::Cat(name_, ": table ", table.number, " stands twice"));
    }
    RONGHE_RETURN_IF_ERROR(CheckLines(table, table.rows));
    RONGHE_RETURN_IF_ERROR(CheckLines(table, table.columns));
    for (const Identity& identity : table.identities) {
      RONGHE_RETURN_IF_ERROR(CheckIdentity(table, identity));
    }
  }
  return absl::OkStatus();
}

absl::Status Form::CheckLines(const FormTable& table, const std::vector<Line>& lines) const {
  const auto invalid = [&](int32_t number, std::string_view what) {
    return RulesInvalid(base::Cat(name_, ": table ", table.number, ", ", number, ": ", what));
  };
  if (lines.empty()) return invalid(0, "no lines");
  for (size_t i = 0; i < lines.size(); ++i) {
    const Line& line = lines[i];
    if (line.number < 1 || line.number > kMaxNumber || FindLine(lines, line.number) != i) {
      return invalid(line.number, "number stands twice or is none");
    }
    if (line.part_of != 0 && !FindLine(lines, line.part_of)) {
      return invalid(line.number, "is part of a line that is not there");
    }
    for (const Term& term : line.sum) {
      const std::optional<size_t> summand = FindLine(lines, term.row);
      if (!summand || (*summand >= i && !lines[*summand].sum.empty())) {
        return invalid(line.number, "adds up a line that is not there or not yet added up");
      }
      if (!lines[*summand].provided_by.empty()) return invalid(line.number, "adds up the unknown");
    }
  }
  return absl::OkStatus();
}

absl::Status Form::CheckIdentity(const FormTable& table, const Identity& identity) const {
  for (const std::vector<Term>* side : {&identity.left, &identity.right}) {
    for (const Term& term : *side) {
      const FormTable* named = identity.axis == Axis::kCells ? Find(term.table) : &table;
      const bool found = named != nullptr &&
                         (identity.axis == Axis::kColumns ? named->FindColumn(term.row)
                                                          : named->FindRow(term.row)) &&
                         (identity.axis != Axis::kCells || named->FindColumn(term.column));
      if (!found) {
        return RulesInvalid(base::Cat(name_, ": table ", table.number, ": ", identity.text));
      }
    }
  }
  return absl::OkStatus();
}

const FormTable* Form::Find(std::string_view number) const {
  for (const FormTable& table : tables_) {
    if (table.number == number) return &table;
  }
  return nullptr;
}

int32_t Form::TextCode(std::string_view text) const {
  if (text.empty()) return 0;
  const auto it = texts_.find(base::Sv(text));
  return it == texts_.end() ? kOtherText : it->second;
}

absl::StatusOr<FormBook> FormBook::Create(std::vector<Form> forms) {
  if (forms.empty()) return RulesInvalid("no form");
  std::sort(forms.begin(), forms.end(),
            [](const Form& a, const Form& b) { return a.year() < b.year(); });
  for (size_t i = 1; i < forms.size(); ++i) {
    if (forms[i].year() == forms[i - 1].year()) {
      return RulesInvalid(base::Cat("two forms of ", forms[i].year()));
    }
  }
  return FormBook(std::move(forms));
}

const Form* FormBook::Find(std::string_view name) const {
  for (const Form& form : forms_) {
    if (form.name() == name) return &form;
  }
  return nullptr;
}

const Form& FormBook::Of(int32_t year) const {
  const Form* newest = &forms_.front();
  for (const Form& form : forms_) {
    if (form.year() <= year) newest = &form;
  }
  return *newest;
}

}  // namespace ronghe::membership

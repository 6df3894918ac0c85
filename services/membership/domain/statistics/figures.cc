#include "services/membership/domain/statistics/figures.h"

#include <algorithm>

#include "absl/container/inlined_vector.h"
#include "common/base/strings.h"
#include "common/error/error.h"

namespace ronghe::membership {
namespace {

// Key of a cell in the database: table id, row and column in three decimal digits each.
constexpr uint64_t kKeyBase = 1000;

uint64_t KeyOf(const FormTable& table, size_t row, size_t column) {
  return (static_cast<uint64_t>(table.id) * kKeyBase +
          static_cast<uint64_t>(table.rows[row].number)) *
             kKeyBase +
         static_cast<uint64_t>(table.columns[column].number);
}

void AppendVarint(std::string& out, uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

bool ReadVarint(std::string_view& bytes, uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

uint64_t ZigZag(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}
int64_t UnZigZag(uint64_t value) {
  return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
}

absl::Status Damaged() {
  return error::Make(absl::StatusCode::kInternal, "FIGURES_DAMAGED", "系统内部错误", {});
}

bool MayPass(const Line& line, Source source) {
  return line.clauses.empty() ||
         std::any_of(line.clauses.begin(), line.clauses.end(), [source](const Clause& clause) {
           return !clause.source || *clause.source == source;
         });
}

bool NamesSource(const std::vector<Line>& lines, Source source) {
  return std::any_of(lines.begin(), lines.end(), [source](const Line& line) {
    return line.counts() &&
           std::any_of(line.clauses.begin(), line.clauses.end(),
                       [source](const Clause& clause) { return clause.source == source; });
  });
}

// Whether the table counts items of the source: it says so itself, or some of its lines do.
bool TableAsks(const FormTable& table, Source source) {
  if (!table.provided_by.empty()) return false;
  if (table.source) return *table.source == source;
  return NamesSource(table.rows, source) || NamesSource(table.columns, source);
}

void FillLines(const std::vector<Line>& lines, size_t across,
               absl::FunctionRef<size_t(size_t line, size_t other)> cell, Figures& figures) {
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].sum.empty()) continue;
    for (size_t other = 0; other < across; ++other) {
      int64_t sum = 0;
      for (const Term& term : lines[i].sum) {
        const auto summand = std::find_if(
            lines.begin(), lines.end(), [&](const Line& line) { return line.number == term.row; });
        sum += term.factor * figures[cell(static_cast<size_t>(summand - lines.begin()), other)];
      }
      figures[cell(i, other)] = sum;
    }
  }
}

// Evaluates the identities of a form on one organization's figures.
class Checker {
 public:
  Checker(const Form& form, const Figures& figures) : form_(form), figures_(figures) {}

  std::vector<Difference> Run() {
    for (const FormTable& table : form_.tables()) {
      if (!table.provided_by.empty()) continue;
      for (const Identity& identity : table.identities) Check(table, identity);
      CheckParts(table);
    }
    return std::move(differences_);
  }

 private:
  struct Cell {
    const FormTable* table = nullptr;
    size_t row = 0;
    size_t column = 0;
  };

  // The cell of a term; `other` is the place of the line that it is crossed with.
  Cell CellOf(const FormTable& table, Axis axis, const Term& term, size_t other) const {
    switch (axis) {
      case Axis::kRows:
        return {&table, *table.FindRow(term.row), other};
      case Axis::kColumns:
        return {&table, other, *table.FindColumn(term.row)};
      case Axis::kCells:
        break;
    }
    const FormTable& named = *form_.Find(term.table);
    return {&named, *named.FindRow(term.row), *named.FindColumn(term.column)};
  }

  int64_t Value(const Cell& cell) const {
    return figures_[cell.table->cell(cell.row, cell.column)];
  }

  int64_t Sum(const FormTable& table, Axis axis, const std::vector<Term>& terms,
              size_t other) const {
    int64_t sum = 0;
    for (const Term& term : terms) sum += term.factor * Value(CellOf(table, axis, term, other));
    return sum;
  }

  void Check(const FormTable& table, const Identity& identity) {
    const std::vector<Line>& others = identity.axis == Axis::kColumns ? table.rows : table.columns;
    const size_t count = identity.axis == Axis::kCells ? 1 : others.size();
    for (size_t other = 0; other < count; ++other) {
      if (identity.axis != Axis::kCells && !others[other].provided_by.empty()) continue;
      const int64_t expected = Sum(table, identity.axis, identity.right, other);
      const int64_t actual = Sum(table, identity.axis, identity.left, other);
      if (expected == actual) continue;
      Add(CellOf(table, identity.axis, identity.left.front(), other), identity.text, expected,
          actual);
    }
  }

  void CheckParts(const FormTable& table) {
    for (size_t row = 0; row < table.rows.size(); ++row) {
      for (size_t column = 0; column < table.columns.size(); ++column) {
        if (!table.Counts(row, column)) continue;
        const Cell part{&table, row, column};
        if (const int32_t whole = table.rows[row].part_of; whole != 0) {
          CheckPart(part, {&table, *table.FindRow(whole), column}, table.rows[row].number, whole);
        }
        if (const int32_t whole = table.columns[column].part_of; whole != 0) {
          CheckPart(part, {&table, row, *table.FindColumn(whole)}, table.columns[column].number,
                    whole);
        }
      }
    }
  }

  void CheckPart(const Cell& part, const Cell& whole, int32_t part_number, int32_t whole_number) {
    if (Value(part) <= Value(whole)) return;
    Add(part, base::Cat(part_number, " ≤ ", whole_number), Value(whole), Value(part));
  }

  void Add(const Cell& cell, std::string check, int64_t expected, int64_t actual) {
    differences_.push_back({cell.table, cell.row, cell.column, std::move(check), expected, actual});
  }

  const Form& form_;
  const Figures& figures_;
  std::vector<Difference> differences_;
};

}  // namespace

CellFinder::CellFinder(const Form& form) : tables_(kSources + 1) {
  for (int32_t source = 1; source <= kSources; ++source) {
    for (const FormTable& table : form.tables()) {
      if (TableAsks(table, static_cast<Source>(source))) {
        tables_[static_cast<size_t>(source)].push_back(&table);
      }
    }
  }
}

void CellFinder::Find(const Item& item, absl::FunctionRef<void(size_t cell)> hit) const {
  absl::InlinedVector<size_t, 32> columns;
  for (const FormTable* table : tables_[static_cast<size_t>(item.source())]) {
    columns.clear();
    for (size_t column = 0; column < table->columns.size(); ++column) {
      const Line& line = table->columns[column];
      if (line.counts() && line.Passes(item)) columns.push_back(column);
    }
    if (columns.empty()) continue;
    for (size_t row = 0; row < table->rows.size(); ++row) {
      const Line& line = table->rows[row];
      if (!line.counts() || !line.Passes(item)) continue;
      for (const size_t column : columns) hit(table->cell(row, column));
    }
  }
}

bool MayCount(const FormTable& table, size_t row, size_t column, Source source) {
  return table.Counts(row, column) && TableAsks(table, source) &&
         MayPass(table.rows[row], source) && MayPass(table.columns[column], source);
}

void FillSums(const Form& form, Figures& figures) {
  for (const FormTable& table : form.tables()) {
    FillLines(
        table.rows, table.columns.size(),
        [&](size_t line, size_t other) { return table.cell(line, other); }, figures);
    FillLines(
        table.columns, table.rows.size(),
        [&](size_t line, size_t other) { return table.cell(other, line); }, figures);
  }
}

std::string EncodeFigures(const Form& form, const Figures& figures) {
  std::string bytes;
  uint64_t last = 0;
  for (const FormTable& table : form.tables()) {
    for (size_t row = 0; row < table.rows.size(); ++row) {
      for (size_t column = 0; column < table.columns.size(); ++column) {
        const int64_t value = figures[table.cell(row, column)];
        if (value == 0 || !table.Counts(row, column)) continue;
        const uint64_t key = KeyOf(table, row, column);
        AppendVarint(bytes, ZigZag(static_cast<int64_t>(key - last)));
        AppendVarint(bytes, ZigZag(value));
        last = key;
      }
    }
  }
  return bytes;
}

absl::StatusOr<Figures> DecodeFigures(const Form& form, std::string_view bytes) {
  Figures figures(form.cell_count());
  uint64_t key = 0;
  while (!bytes.empty()) {
    uint64_t step = 0;
    uint64_t value = 0;
    if (!ReadVarint(bytes, step) || !ReadVarint(bytes, value)) return Damaged();
    key += static_cast<uint64_t>(UnZigZag(step));
    const auto table =
        std::find_if(form.tables().begin(), form.tables().end(), [&](const FormTable& one) {
          return static_cast<uint64_t>(one.id) == key / (kKeyBase * kKeyBase);
        });
    if (table == form.tables().end()) continue;
    const auto row = table->FindRow(static_cast<int32_t>(key / kKeyBase % kKeyBase));
    const auto column = table->FindColumn(static_cast<int32_t>(key % kKeyBase));
    if (row && column) figures[table->cell(*row, *column)] = UnZigZag(value);
  }
  return figures;
}

std::vector<Difference> CheckFigures(const Form& form, const Figures& figures) {
  return Checker(form, figures).Run();
}

std::vector<Difference> CheckLevel(const Form& form, const Figures& own, const Figures& children,
                                   const Figures& whole) {
  std::vector<Difference> differences;
  for (const FormTable& table : form.tables()) {
    for (size_t row = 0; row < table.rows.size(); ++row) {
      for (size_t column = 0; column < table.columns.size(); ++column) {
        const size_t cell = table.cell(row, column);
        const int64_t expected = own[cell] + children[cell];
        if (!table.Counts(row, column) || expected == whole[cell]) continue;
        differences.push_back({&table, row, column, "本级 + 下级合计", expected, whole[cell]});
      }
    }
  }
  return differences;
}

}  // namespace ronghe::membership

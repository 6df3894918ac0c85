#include "services/membership/api/report_workbook.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/strings.h"

namespace ronghe::membership {
namespace {

using workbook::XlsxCell;

constexpr int kTitleWidth = 28;
constexpr int kNumberWidth = 6;
constexpr int kFigureWidth = 12;
// Columns before the figures: the row's title and number.
constexpr size_t kLead = 2;
// Watermark, title, heading, groups, column titles, column numbers.
constexpr int kHeadRows = 6;
constexpr int kGroupRow = 4;
constexpr std::string_view kUnknown = "—";

std::string Letters(size_t column) {
  std::string letters;
  for (size_t n = column + 1; n > 0; n = (n - 1) / 26) {
    letters.insert(letters.begin(), static_cast<char>('A' + (n - 1) % 26));
  }
  return letters;
}

std::string Range(size_t first, size_t last, int row) {
  return absl::StrCat(Letters(first), row, ":", Letters(last), row);
}

// Writes one table down.
class Layout {
 public:
  Layout(const FormTable& table, const Figures& figures) : table_(table), figures_(figures) {
    out_.sheet.title = base::Cat("表", table.number);
    out_.sheet.widths = {kTitleWidth, kNumberWidth};
    out_.sheet.widths.resize(kLead + table.columns.size(), kFigureWidth);
    out_.sheet.frozen_rows = kHeadRows;
  }

  ReportSheet Run(std::string_view heading, std::span<const Difference> differences) {
    Whole(base::Cat("表", table_.number, "  ", table_.title));
    Whole(base::Cat(heading, "  单位：", table_.unit));
    Groups();
    Heads();
    for (size_t row = 0; row < table_.rows.size(); ++row) FigureRow(row);
    if (!table_.note.empty()) Text(base::Cat("说明：", table_.note));
    for (const Identity& identity : table_.identities) Check(identity, differences);
    return std::move(out_);
  }

 private:
  size_t width() const { return kLead + table_.columns.size(); }

  void Text(std::string text) { out_.rows.push_back({XlsxCell{std::move(text)}}); }

  // A row that is one cell over the table's width.
  void Whole(std::string text) {
    Text(std::move(text));
    const int row = static_cast<int>(out_.rows.size()) + 1;
    out_.sheet.merges.push_back(Range(0, width() - 1, row));
  }

  // Headings that neighbours share, each one cell over them.
  void Groups() {
    std::vector<XlsxCell> cells(width());
    for (size_t first = 0; first < table_.columns.size();) {
      const std::string& group = table_.columns[first].group;
      size_t last = first;
      while (last + 1 < table_.columns.size() && table_.columns[last + 1].group == group) ++last;
      if (!group.empty()) {
        cells[kLead + first].text = group;
        if (last > first) {
          out_.sheet.merges.push_back(Range(kLead + first, kLead + last, kGroupRow));
        }
      }
      first = last + 1;
    }
    out_.rows.push_back(std::move(cells));
  }

  void Heads() {
    std::vector<XlsxCell> titles = {{"项目"}, {"行次"}};
    std::vector<XlsxCell> numbers = {{"甲"}, {"乙"}};
    for (const Line& column : table_.columns) {
      titles.push_back({column.title});
      numbers.push_back({"", column.number});
    }
    out_.rows.push_back(std::move(titles));
    out_.rows.push_back(std::move(numbers));
  }

  void FigureRow(size_t row) {
    std::vector<XlsxCell> cells = {{table_.rows[row].title}, {"", table_.rows[row].number}};
    for (size_t column = 0; column < table_.columns.size(); ++column) {
      const bool known = table_.provided_by.empty() && table_.rows[row].provided_by.empty() &&
                         table_.columns[column].provided_by.empty();
      if (known) {
        cells.push_back({"", figures_[table_.cell(row, column)]});
      } else {
        cells.push_back({std::string(kUnknown)});
      }
    }
    out_.rows.push_back(std::move(cells));
  }

  void Check(const Identity& identity, std::span<const Difference> differences) {
    const std::string_view axis = identity.axis == Axis::kRows      ? "行"
                                  : identity.axis == Axis::kColumns ? "列"
                                                                    : "表.行.列";
    std::string text = base::Cat("校验(", axis, ") ", identity.text, "：");
    bool good = true;
    for (const Difference& difference : differences) {
      if (difference.check != identity.text) continue;
      good = false;
      text += base::Cat(" 第", table_.rows[difference.row].number, "行第",
                        table_.columns[difference.column].number, "列应为", difference.expected,
                        "、实为", difference.actual, "；");
    }
    Text(good ? base::Cat(text, "通过") : text);
  }

  const FormTable& table_;
  const Figures& figures_;
  ReportSheet out_;
};

}  // namespace

ReportSheet LayOut(const FormTable& table, const Figures& figures, std::string_view heading,
                   std::span<const Difference> differences) {
  return Layout(table, figures).Run(heading, differences);
}

}  // namespace ronghe::membership

// What stands in the cells of a report, how is it added up, kept small, and checked?
#ifndef RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STATISTICS_FIGURES_H_
#define RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STATISTICS_FIGURES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "services/membership/domain/statistics/form.h"

namespace ronghe::membership {

// One figure for each cell of a form, by FormTable::cell().
using Figures = std::vector<int64_t>;

// Says which cells count an item. Immutable.
class CellFinder {
 public:
  // `form` must outlive it.
  explicit CellFinder(const Form& form);

  // Calls `hit` with each cell that counts the item.
  void Find(const Item& item, absl::FunctionRef<void(size_t cell)> hit) const;

  // Whether any cell counts items of the source.
  bool Asks(Source source) const { return !tables_[static_cast<size_t>(source)].empty(); }

 private:
  // By source: the tables with a cell that may count its items.
  std::vector<std::vector<const FormTable*>> tables_;
};

// Whether items of the source can be counted by the cell, whatever their attributes.
bool MayCount(const FormTable& table, size_t row, size_t column, Source source);

// Fills in the lines that add up others.
void FillSums(const Form& form, Figures& figures);

// The counted figures that are not zero, each under its table's id and its lines' numbers, so that
// they can be read with a form whose tables stand in another order.
std::string EncodeFigures(const Form& form, const Figures& figures);

// The figures, sums not filled in. Figures of cells that the form lacks are left out.
//
// Errors: INTERNAL FIGURES_DAMAGED.
absl::StatusOr<Figures> DecodeFigures(const Form& form, std::string_view bytes);

// A cell that is not what a check says.
struct Difference {
  const FormTable* table = nullptr;
  size_t row = 0;
  size_t column = 0;
  std::string check;
  int64_t expected = 0;
  int64_t actual = 0;
};

// Checks the identities of the form, and that a part (其中) is not more than its whole. `figures`
// have their sums filled in.
std::vector<Difference> CheckFigures(const Form& form, const Figures& figures);

// Checks that an organization's figures are its own and those of its children together.
std::vector<Difference> CheckLevel(const Form& form, const Figures& own, const Figures& children,
                                   const Figures& whole);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_DOMAIN_STATISTICS_FIGURES_H_

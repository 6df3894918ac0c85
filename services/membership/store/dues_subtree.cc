#include "services/membership/store/dues_subtree.h"

#include <map>
#include <optional>

#include "common/base/status_macros.h"
#include "common/sql/statement.h"

namespace ronghe::membership {

absl::Status ForSubtree(const org::OrgTree& tree, int64_t root,
                        absl::FunctionRef<absl::Status(std::span<const int64_t>)> visit) {
  std::optional<org::OrgPath> after;
  while (true) {
    const std::vector<org::OrgStop> stops =
        tree.SubtreeStops(root, after, sql::kMaxList, [](const org::OrgBrief&) { return true; });
    if (stops.empty()) return absl::OkStatus();
    std::vector<int64_t> ids;
    for (const org::OrgStop& stop : stops) ids.push_back(stop.id);
    RONGHE_RETURN_IF_ERROR(visit(ids));
    after = stops.back().path;
  }
}

absl::StatusOr<std::vector<DuesMonthRow>> SubtreeMonths(sql::Session& session,
                                                        const org::OrgTree& tree, int64_t root,
                                                        int32_t first, int32_t last) {
  std::map<int32_t, DuesMonthRow> months;
  RONGHE_RETURN_IF_ERROR(ForSubtree(tree, root, [&](std::span<const int64_t> ids) -> absl::Status {
    RONGHE_ASSIGN_OR_RETURN(const std::vector<DuesMonthRow> rows,
                            DuesMonthSums(session, first, last, ids));
    for (const DuesMonthRow& row : rows) {
      DuesMonthRow& sum = months[row.month];
      sum.month = row.month;
      sum.members += row.members;
      sum.billed_members += row.billed_members;
      sum.billed_fen += row.billed_fen;
      sum.settled_fen += row.settled_fen;
      sum.collected_fen += row.collected_fen;
    }
    return absl::OkStatus();
  }));
  std::vector<DuesMonthRow> sums;
  for (auto& [month, sum] : months) {
    sum.organization_id = root;
    sums.push_back(sum);
  }
  return sums;
}

}  // namespace ronghe::membership

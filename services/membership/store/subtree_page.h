// How are rows that belong to branches (cases, overlays, counters) read page by page for a subtree?
//
// Some branches at a time, in tree order, by the rows' own key within them: one statement where the
// subtree has few branches, a bounded number for the province. A page may be shorter than asked for
// while more follow.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_SUBTREE_PAGE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_SUBTREE_PAGE_H_

#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/org/org_tree.h"

namespace ronghe::membership {

// Where a page goes on: in the branches behind `walked`, behind the row (`after_id`, `after_part`).
struct SubtreePosition {
  std::optional<org::OrgPath> walked;
  int64_t after_id = 0;
  int32_t after_part = 0;  // of rows whose key has two parts
};

inline std::string FormatPosition(const SubtreePosition& at) {
  return base::Cat(at.walked ? org::FormatPath(*at.walked) : "", "|", at.after_id, "|",
                   at.after_part);
}

// Errors: INVALID_ARGUMENT.
inline absl::StatusOr<SubtreePosition> ParsePosition(std::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(base::Sv(text), '|');
  SubtreePosition at;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[1], &at.after_id) ||
      !absl::SimpleAtoi(parts[2], &at.after_part)) {
    return absl::InvalidArgumentError("position");
  }
  if (!parts[0].empty()) RONGHE_RETURN_IF_ERROR(org::ParsePath(parts[0], &at.walked.emplace()));
  return at;
}

template <class Row>
struct SubtreePage {
  std::vector<Row> rows;
  bool more = false;
  SubtreePosition next;
};

// The rows of the subtree of `root` from `at` on, at most `size`. `read` answers up to `limit` rows
// of branches behind a position, by key; `note` writes the key of a row into a position.
template <class Row>
absl::StatusOr<SubtreePage<Row>> ReadSubtreePage(
    const org::OrgTree& tree, int64_t root, const SubtreePosition& at, int32_t size,
    absl::FunctionRef<absl::StatusOr<std::vector<Row>>(std::span<const int64_t> branches,
                                                       const SubtreePosition& at, int32_t limit)>
        read,
    absl::FunctionRef<void(const Row&, SubtreePosition&)> note) {
  constexpr size_t kBranches = 256;
  constexpr int kStatements = 4;
  SubtreePage<Row> page{.next = at};
  for (int i = 0; i < kStatements && static_cast<int32_t>(page.rows.size()) < size; ++i) {
    const std::vector<org::OrgStop> stops =
        tree.SubtreeStops(root, page.next.walked, kBranches,
                          [](const org::OrgBrief& brief) { return org::IsBranchKind(brief.kind); });
    if (stops.empty()) return page;
    std::vector<int64_t> branches;
    for (const org::OrgStop& stop : stops) branches.push_back(stop.id);
    const size_t need = static_cast<size_t>(size) - page.rows.size();
    RONGHE_ASSIGN_OR_RETURN(std::vector<Row> rows,
                            read(branches, page.next, static_cast<int32_t>(need) + 1));
    const bool more_here = rows.size() > need;
    if (more_here) rows.resize(need);
    std::move(rows.begin(), rows.end(), std::back_inserter(page.rows));
    if (more_here) {
      note(page.rows.back(), page.next);
      page.more = true;
      return page;
    }
    if (stops.size() < kBranches) return page;
    page.next = {.walked = stops.back().path};
  }
  page.more = true;
  return page;
}

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_SUBTREE_PAGE_H_

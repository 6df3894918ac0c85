#include "services/membership/store/past_tree.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace ronghe::membership {

PastTree::PastTree(const org::OrgTree& tree, std::span<const PastParentRow> moved) : tree_(tree) {
  for (const PastParentRow& row : moved) {
    if (!parents_.try_emplace(row.organization_id, row.parent_id).second) continue;
    if (std::optional<org::OrgNode> node = tree.Node(row.organization_id)) {
      arrivals_[row.parent_id].push_back(*std::move(node));
    }
  }
}

std::vector<PastNode> PastTree::Subtree(int64_t root, size_t limit, Filter with) const {
  std::vector<PastNode> nodes;
  std::vector<PastNode> open;
  if (std::optional<org::OrgNode> node = tree_.Node(root)) open.push_back({*std::move(node)});
  while (!open.empty() && nodes.size() < limit) {
    PastNode& next = nodes.emplace_back(std::move(open.back()));
    open.pop_back();
    std::vector<org::OrgNode> children = Children(next.node.id, with);
    std::for_each(children.rbegin(), children.rend(), [&](org::OrgNode& child) {
      open.push_back({std::move(child), next.node.id, next.level + 1});
    });
  }
  return nodes;
}

std::vector<org::OrgNode> PastTree::Children(int64_t id, Filter with) const {
  std::vector<org::OrgNode> children = tree_.Children(id);
  std::erase_if(children, [&](const org::OrgNode& child) {
    const auto moved = parents_.find(child.id);
    return moved != parents_.end() && moved->second != id;
  });
  if (const auto arrived = arrivals_.find(id); arrived != arrivals_.end()) {
    for (const org::OrgNode& node : arrived->second) {
      if (node.parent != id) children.push_back(node);
    }
    std::sort(children.begin(), children.end(), [](const auto& a, const auto& b) {
      return std::pair(a.sort, a.id) < std::pair(b.sort, b.id);
    });
  }
  std::erase_if(children, [&](const org::OrgNode& child) { return !with(child); });
  return children;
}

}  // namespace ronghe::membership

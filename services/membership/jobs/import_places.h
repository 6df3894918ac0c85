// Which organization does a row of a sheet mean, by its code or its name?
#ifndef RONGHE_SERVICES_MEMBERSHIP_JOBS_IMPORT_PLACES_H_
#define RONGHE_SERVICES_MEMBERSHIP_JOBS_IMPORT_PLACES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/base/strings.h"
#include "common/org/org_tree.h"
#include "services/membership/domain/import/sheet.h"

namespace ronghe::membership {

// The organizations at and below the one of an import that are not revoked.
class ImportPlaces {
 public:
  ImportPlaces(const org::OrgTree& tree, int64_t root) {
    nodes_ = tree.SubtreeWalk(root, 0, tree.size(),
                              [](const org::OrgBrief& brief) { return brief.active; });
    for (size_t i = 0; i < nodes_.size(); ++i) {
      by_code_.emplace(nodes_[i].code, i);
      by_title_[nodes_[i].name].push_back(i);
    }
  }

  const std::vector<org::OrgNode>& nodes() const { return nodes_; }

  // Nothing, with a problem at one of the two columns, where a row names none.
  const org::OrgNode* Find(std::string_view code, std::string_view title, size_t code_column,
                           size_t title_column, std::vector<CellProblem>& problems) const {
    if (!code.empty()) {
      const auto found = by_code_.find(base::Sv(code));
      if (found == by_code_.end()) {
        problems.push_back({code_column, "本次导入的范围内没有这个编码的党组织。"});
        return nullptr;
      }
      const org::OrgNode& node = nodes_[found->second];
      if (!title.empty() && title != node.name) {
        problems.push_back({title_column, "党组织的名称与编码不一致。"});
        return nullptr;
      }
      return &node;
    }
    const auto found = by_title_.find(base::Sv(title));
    if (found == by_title_.end()) {
      problems.push_back({title_column, "本次导入的范围内没有这个名称的党组织。"});
      return nullptr;
    }
    if (found->second.size() > 1) {
      problems.push_back({title_column, "有多个同名的党组织，请填写编码。"});
      return nullptr;
    }
    return &nodes_[found->second.front()];
  }

  bool HasTitle(std::string_view title) const { return by_title_.contains(base::Sv(title)); }

 private:
  std::vector<org::OrgNode> nodes_;
  absl::flat_hash_map<std::string, size_t> by_code_;
  absl::flat_hash_map<std::string, std::vector<size_t>> by_title_;
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_JOBS_IMPORT_PLACES_H_

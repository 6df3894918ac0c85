// How did the tree stand at the end of a past day?
//
// The tree in memory is the one of now; what moved since stands under the parent that it had then
// (ParentsOn). Kind, title and order of an organization are those that it has now.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_PAST_TREE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_PAST_TREE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "common/org/org_tree.h"
#include "services/membership/store/organization_store.h"

namespace ronghe::membership {

// An organization of a past subtree.
struct PastNode {
  org::OrgNode node;
  int64_t parent = 0;  // 0: the root of the walk
  int32_t level = 0;   // below the root
};

class PastTree {
 public:
  using Filter = absl::FunctionRef<bool(const org::OrgNode&)>;

  // `moved` is what ParentsOn says of the day. `tree` must outlive it.
  PastTree(const org::OrgTree& tree, std::span<const PastParentRow> moved);

  // The organizations below and with `root` in tree order, up to `limit`; one that `with` leaves
  // out takes what is below it along. Empty when `root` is unknown.
  std::vector<PastNode> Subtree(int64_t root, size_t limit, Filter with) const;

 private:
  std::vector<org::OrgNode> Children(int64_t id, Filter with) const;

  const org::OrgTree& tree_;
  absl::flat_hash_map<int64_t, int64_t> parents_;                     // of what moved
  absl::flat_hash_map<int64_t, std::vector<org::OrgNode>> arrivals_;  // under their old parents
};

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_PAST_TREE_H_

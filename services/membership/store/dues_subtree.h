// How are the dues of a whole subtree summed up, whatever its size?
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_DUES_SUBTREE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_DUES_SUBTREE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/org/org_tree.h"
#include "common/sql/session.h"
#include "services/membership/store/dues_bill_store.h"

namespace ronghe::membership {

// Calls `visit` with the organizations of a subtree in tree order, up to 256 at a time.
absl::Status ForSubtree(const org::OrgTree& tree, int64_t root,
                        absl::FunctionRef<absl::Status(std::span<const int64_t>)> visit);

// The sums of dues_month over a subtree in [first, last], by month.
absl::StatusOr<std::vector<DuesMonthRow>> SubtreeMonths(sql::Session& session,
                                                        const org::OrgTree& tree, int64_t root,
                                                        int32_t first, int32_t last);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_DUES_SUBTREE_H_

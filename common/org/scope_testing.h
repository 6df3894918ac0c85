// What does a test's server judge scopes by? A tree that the test fills itself and that follows no
// feed.
#ifndef RONGHE_COMMON_ORG_SCOPE_TESTING_H_
#define RONGHE_COMMON_ORG_SCOPE_TESTING_H_

#include <cstdint>
#include <functional>
#include <utility>

#include "absl/time/time.h"
#include "common/auth/authorizer.h"
#include "common/org/org_tree.h"

namespace ronghe::org {

// The tree must outlive it.
class TreeScope : public auth::OrgScope {
 public:
  explicit TreeScope(const OrgTree& tree) : tree_(tree) {}
  bool Contains(int64_t org) override { return tree_.Contains(org); }
  bool Within(int64_t org, int64_t ancestor) override { return tree_.Within(org, ancestor); }
  void CatchUp(absl::Time) override {
    if (on_catch_up) std::exchange(on_catch_up, nullptr)();
  }

  // What arrives at the next catching up.
  std::function<void()> on_catch_up;

 private:
  const OrgTree& tree_;
};

}  // namespace ronghe::org

#endif  // RONGHE_COMMON_ORG_SCOPE_TESTING_H_

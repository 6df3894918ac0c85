// To which organization does a member belong on a day, as far as this service knows?
#ifndef RONGHE_SERVICES_TRAINING_API_MEMBERS_H_
#define RONGHE_SERVICES_TRAINING_API_MEMBERS_H_

#include <cstdint>
#include <map>
#include <span>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/auth/authorizer.h"
#include "common/org/org_tree.h"
#include "common/sql/database.h"

namespace ronghe::training {

class Members {
 public:
  // `scope` catches up with membership when something is not known here. All must outlive this.
  Members(sql::Database& database, const org::OrgTree& tree, auth::OrgScope& scope)
      : database_(database), tree_(tree), scope_(scope) {}

  // Where each member belonged on `day`; 0 for one who then belonged nowhere.
  //
  // Errors: NOT_FOUND MEMBER_UNKNOWN for one who never did; those of sql::Database::Read.
  absl::StatusOr<std::map<int64_t, int64_t>> OrganizationsOf(absl::Time deadline,
                                                             std::span<const int64_t> members,
                                                             absl::CivilDay day);

  // Where the member belonged on `day`, or else where the member belonged last. Errors: as above.
  absl::StatusOr<int64_t> OwnerOf(absl::Time deadline, int64_t member, absl::CivilDay day);

  // Whether the organization is known, after catching up once.
  bool Knows(absl::Time deadline, int64_t organization);

  // Whether `organization` is `top` or below it.
  bool Within(int64_t organization, int64_t top) const { return tree_.Within(organization, top); }

  const org::OrgTree& tree() const { return tree_; }

 private:
  struct Place {
    int64_t on_day = 0;
    int64_t last = 0;
  };
  absl::StatusOr<std::map<int64_t, Place>> Places(absl::Time deadline,
                                                  std::span<const int64_t> members,
                                                  absl::CivilDay day);

  sql::Database& database_;
  const org::OrgTree& tree_;
  auth::OrgScope& scope_;
};

}  // namespace ronghe::training

#endif  // RONGHE_SERVICES_TRAINING_API_MEMBERS_H_

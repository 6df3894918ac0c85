// Which SQL counts members and committee posts as of a day, for the facts of evaluation?
//
// Functions answer the errors of sql::Session.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_FACT_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_FACT_STORE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/sql/session.h"
#include "services/membership/domain/codes.h"

namespace ronghe::membership {

// Members in normal standing of an organization.
struct OrganizationSizeRow {
  int64_t organization_id = 0;
  int64_t full = 0;
  int64_t probationary = 0;
};

// Different members who hold a committee post in an organization.
struct CommitteeSizeRow {
  int64_t organization_id = 0;
  int64_t members = 0;
};

// A member of an organization.
struct MemberOnDayRow {
  int64_t member_id = 0;
  Category category = Category::kFull;
};

// A committee post in an organization.
struct PostOnDayRow {
  int64_t id = 0;
  int64_t member_id = 0;
  Post code = Post::kSecretary;
};

// Organizations without a member, or without a committee post, are left out. At most 256 ids.
absl::StatusOr<std::vector<OrganizationSizeRow>> SizesOn(sql::Session& session,
                                                         std::span<const int64_t> organization_ids,
                                                         absl::CivilDay day);
absl::StatusOr<std::vector<CommitteeSizeRow>> CommitteesOn(
    sql::Session& session, std::span<const int64_t> organization_ids, absl::CivilDay day);

// Members in normal standing by id, after `after_member_id`.
absl::StatusOr<std::vector<MemberOnDayRow>> MembersOn(sql::Session& session,
                                                      int64_t organization_id, absl::CivilDay day,
                                                      int64_t after_member_id, int32_t limit);
// Committee posts by id, after `after_id`.
absl::StatusOr<std::vector<PostOnDayRow>> CommitteePostsOn(sql::Session& session,
                                                           int64_t organization_id,
                                                           absl::CivilDay day, int64_t after_id,
                                                           int32_t limit);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_FACT_STORE_H_

// Which SQL runs on post?
//
// Functions answer the errors of sql::Session besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_POST_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_POST_STORE_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/sql/session.h"
#include "services/membership/domain/codes.h"
#include "services/membership/domain/membership.h"

namespace ronghe::membership {

struct PostRow {
  int64_t id = 0;
  int64_t member_id = 0;
  int64_t organization_id = 0;
  Post code = Post::kSecretary;
  absl::CivilDay valid_from;
  absl::CivilDay valid_to = kOpenEnd;

  bool open() const { return valid_to == kOpenEnd; }
};

// A post with its holder's name.
struct HeldPostRow {
  int64_t id = 0;
  int64_t member_id = 0;
  std::string full_name;
  int64_t organization_id = 0;
  Post code = Post::kSecretary;
  absl::CivilDay valid_from;
  absl::CivilDay valid_to = kOpenEnd;
};

absl::Status InsertPosts(sql::Session& session, std::span<const PostRow> rows);

// Locks a post for change.
//
// Errors: NOT_FOUND.
absl::StatusOr<PostRow> LockPost(sql::Session& session, int64_t id);

// Ends posts on a day. At most 256 ids.
absl::Status EndPosts(sql::Session& session, std::span<const int64_t> ids, absl::CivilDay valid_to);

// Posts that members hold now. At most 256 ids.
absl::StatusOr<std::vector<PostRow>> OpenPosts(sql::Session& session,
                                               std::span<const int64_t> member_ids);

// All posts that members hold or held. At most 256 ids.
absl::StatusOr<std::vector<PostRow>> PostsOfMembers(sql::Session& session,
                                                    std::span<const int64_t> member_ids);

// Posts held in an organization on `day`, by code and id, after (`after_code`, `after_id`).
absl::StatusOr<std::vector<HeldPostRow>> PostsAsOf(sql::Session& session, int64_t organization_id,
                                                   absl::CivilDay day, int32_t after_code,
                                                   int64_t after_id, int32_t limit);

// Posts of a member with an id below `before_id`, the newest first.
absl::StatusOr<std::vector<HeldPostRow>> PostsOf(sql::Session& session, int64_t member_id,
                                                 int64_t before_id, int32_t limit);

// Members of organizations' committees (posts 01 to 08) on a day. At most 256 organizations.
struct CommitteeSize {
  int64_t organization_id = 0;
  int64_t members = 0;
};
absl::StatusOr<std::vector<CommitteeSize>> CommitteeSizesAsOf(
    sql::Session& session, std::span<const int64_t> organization_ids, absl::CivilDay day);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_POST_STORE_H_

// Which SQL runs on role_post, role_post_holder and role_post_review?
//
// Functions answer the errors of sql::Session besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_ROLE_POST_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_ROLE_POST_STORE_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/care/care.h"
#include "services/membership/domain/membership.h"

namespace ronghe::membership {

struct RolePostRow {
  int64_t id = 0;
  int64_t organization_id = 0;
  int32_t kind = 0;  // of the proto
  std::string title;
  std::string coverage;
  std::string duty;
  bool displayed = false;
  absl::CivilDay valid_from;
  absl::CivilDay valid_to = kOpenEnd;
  std::string goal;
  std::string indicator;
  ProjectStage stage = ProjectStage::kNone;
  std::string result;
  int64_t etag = 1;
  absl::Time create_time;
  absl::Time update_time;

  bool open() const { return valid_to == kOpenEnd; }
};

struct RolePostHolderRow {
  int64_t id = 0;
  int64_t role_post_id = 0;
  int64_t member_id = 0;
  absl::CivilDay valid_from;
  absl::CivilDay valid_to = kOpenEnd;
};

// A holder with the name.
struct NamedHolderRow {
  int64_t member_id = 0;
  std::string full_name;
  absl::CivilDay valid_from;
  absl::CivilDay valid_to = kOpenEnd;
};

struct RolePostReviewRow {
  int64_t role_post_id = 0;
  int32_t year = 0;
  int64_t meeting_id = 0;
  absl::CivilDay day;
  int32_t result = 0;  // of the proto
  absl::Time create_time;
};

absl::Status InsertRolePost(sql::Session& session, const RolePostRow& row);
// Errors: NOT_FOUND.
absl::StatusOr<RolePostRow> LockRolePost(sql::Session& session, int64_t id);
absl::StatusOr<RolePostRow> LoadRolePost(sql::Session& session, int64_t id);
// Writes valid_to, stage, result, etag and update_time.
absl::Status UpdateRolePost(sql::Session& session, const RolePostRow& row);
// Up to `limit` role posts of an organization after `after_id`, by id.
absl::StatusOr<std::vector<RolePostRow>> RolePostsOf(sql::Session& session, int64_t organization_id,
                                                     bool with_ended, int64_t after_id,
                                                     int32_t limit);

absl::Status InsertHolders(sql::Session& session, std::span<const RolePostHolderRow> rows);
// Ends all who hold a role post.
absl::Status EndHolders(sql::Session& session, int64_t role_post_id, absl::CivilDay day);
// The holders, the present ones first. At most 200.
absl::StatusOr<std::vector<NamedHolderRow>> HoldersOf(sql::Session& session, int64_t role_post_id);

// Errors: FAILED_PRECONDITION RP_REVIEWED.
absl::Status InsertReview(sql::Session& session, const RolePostReviewRow& row);
// The reviews, the latest first. At most 100.
absl::StatusOr<std::vector<RolePostReviewRow>> ReviewsOf(sql::Session& session,
                                                         int64_t role_post_id);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_ROLE_POST_STORE_H_

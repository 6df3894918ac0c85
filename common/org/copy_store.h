// Who belonged to an organization, and who held which post there, on any day: what does this
// service's own copy of membership say?
#ifndef RONGHE_COMMON_ORG_COPY_STORE_H_
#define RONGHE_COMMON_ORG_COPY_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/sql/session.h"

namespace ronghe::org {

// The valid_to of an interval that has no end yet.
inline constexpr absl::CivilDay kOpenEnd(9999, 12, 31);

// A stretch of membership, [valid_from, valid_to).
struct IntervalRow {
  int64_t id = 0;
  int64_t member_id = 0;
  int64_t organization_id = 0;
  int32_t category = 0;  // 1 full, 2 probationary
  std::string standing;  // "10" normal
  bool voting = false;   // may vote where the category allows it
  absl::CivilDay valid_from;
  absl::CivilDay valid_to;  // kOpenEnd while it lasts

  friend bool operator==(const IntervalRow&, const IntervalRow&) = default;
};

// A post held, [valid_from, valid_to).
struct PostRow {
  int64_t id = 0;
  int64_t member_id = 0;
  int64_t organization_id = 0;
  std::string post_code;  // "01" secretary
  absl::CivilDay valid_from;
  absl::CivilDay valid_to;

  friend bool operator==(const PostRow&, const PostRow&) = default;
};

// Members in office of an organization as of a day.
struct OrgSizeRow {
  int64_t organization_id = 0;
  int64_t full = 0;
  int64_t probationary = 0;

  friend bool operator==(const OrgSizeRow&, const OrgSizeRow&) = default;
};

// All of these return the errors of sql::Session. Results are ordered by organization, then member,
// then id. A span takes at most 256 ids.

// Membership of one organization on `day`.
absl::StatusOr<std::vector<IntervalRow>> IntervalsAsOf(sql::Session& session,
                                                       int64_t organization_id, absl::CivilDay day);
// The same for several organizations.
absl::StatusOr<std::vector<IntervalRow>> IntervalsAsOf(sql::Session& session,
                                                       std::span<const int64_t> organization_ids,
                                                       absl::CivilDay day);
// Every stretch in the organizations that touches [from, to).
absl::StatusOr<std::vector<IntervalRow>> IntervalsWithin(sql::Session& session,
                                                         std::span<const int64_t> organization_ids,
                                                         absl::CivilDay from, absl::CivilDay to);
// Every stretch of the members, wherever it was spent.
absl::StatusOr<std::vector<IntervalRow>> IntervalsOfMembers(sql::Session& session,
                                                            std::span<const int64_t> member_ids);
// Where the member belonged on `day`.
absl::StatusOr<std::optional<IntervalRow>> IntervalOfMember(sql::Session& session,
                                                            int64_t member_id, absl::CivilDay day);

// Posts in one organization on `day`.
absl::StatusOr<std::vector<PostRow>> PostsAsOf(sql::Session& session, int64_t organization_id,
                                               absl::CivilDay day);
// The same for several organizations.
absl::StatusOr<std::vector<PostRow>> PostsAsOf(sql::Session& session,
                                               std::span<const int64_t> organization_ids,
                                               absl::CivilDay day);
// Posts of the members on `day`, in whatever organization.
absl::StatusOr<std::vector<PostRow>> PostsOfMembers(sql::Session& session,
                                                    std::span<const int64_t> member_ids,
                                                    absl::CivilDay day);
// Every post of the organizations that touches [from, to).
absl::StatusOr<std::vector<PostRow>> PostsWithin(sql::Session& session,
                                                 std::span<const int64_t> organization_ids,
                                                 absl::CivilDay from, absl::CivilDay to);

// Members of the organizations on `day` with a standing of 10, by category.
absl::StatusOr<std::vector<OrgSizeRow>> SizesAsOf(sql::Session& session,
                                                  std::span<const int64_t> organization_ids,
                                                  absl::CivilDay day);

}  // namespace ronghe::org

#endif  // RONGHE_COMMON_ORG_COPY_STORE_H_

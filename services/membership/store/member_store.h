// Which SQL runs on member and membership_interval?
//
// A member row carries the member's present organization, category and standing beside the
// particulars, so that reading a member or a page is one statement; the intervals are the history,
// and both change in one transaction. Functions answer the errors of sql::Session besides what they
// document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_MEMBER_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_MEMBER_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/codes.h"
#include "services/membership/domain/membership.h"

namespace ronghe::membership {

struct MemberRow {
  int64_t id = 0;
  int64_t organization_id = 0;
  Category category = Category::kFull;
  Standing standing = Standing::kNormal;
  bool voting = false;
  std::string full_name;
  Gender gender = Gender::kUnknown;
  sql::Bytes identity_cipher;
  sql::Bytes identity_index;
  std::string ethnicity;
  absl::CivilDay birth_date;
  std::string education;
  std::string degree;
  sql::Bytes phone_cipher;  // empty: none
  absl::CivilDay joined_on;
  std::optional<absl::CivilDay> converted_on;
  int32_t adjustment_months = 0;
  std::string occupation;
  std::string technical_post;
  bool migrant_worker = false;
  bool floating = false;
  bool out_of_contact = false;
  std::string residence_region;
  std::string household_region;
  int64_t etag = 1;
  absl::Time create_time;
  absl::Time update_time;
  int64_t transfer_id = 0;  // in transit by it; 0: not in transit. Written by transfer_store alone

  // What the open interval says.
  Membership membership() const;
  void set_membership(const Membership& membership);
};

// What a list shows.
struct MemberBrief {
  int64_t id = 0;
  int64_t organization_id = 0;
  Category category = Category::kFull;
  Standing standing = Standing::kNormal;
  bool voting = false;
  std::string full_name;
  Gender gender = Gender::kUnknown;
  int64_t etag = 1;
};

struct MemberIntervalRow {
  int64_t id = 0;
  int64_t member_id = 0;
  int64_t organization_id = 0;
  Category category = Category::kFull;
  Standing standing = Standing::kNormal;
  bool voting = false;
  absl::CivilDay valid_from;
  absl::CivilDay valid_to = kOpenEnd;

  bool open() const { return valid_to == kOpenEnd; }
  Interval interval() const;
  void set_membership(const Membership& membership);
};

// What a page is filtered by.
struct MemberFilter {
  int32_t category = 0;  // 0: any
  int32_t standing = static_cast<int32_t>(Standing::kNormal);
  std::string name_prefix;
  bool floating = false;        // true: only those
  bool out_of_contact = false;  // true: only those
  // Only full members whose standing counts from this day or before (VeteranRow alone).
  std::optional<absl::CivilDay> standing_since_by = std::nullopt;

  // Whether the number of members kept in memory says how many rows there will be.
  bool unfiltered() const {
    return category == 0 && standing == static_cast<int32_t>(Standing::kNormal) &&
           name_prefix.empty() && !floating && !out_of_contact && !standing_since_by;
  }
};

// Members by id in any order; unknown ones are left out. At most 256.
absl::StatusOr<std::vector<MemberRow>> LoadMembers(sql::Session& session,
                                                   std::span<const int64_t> ids);
// Locks one for change.
//
// Errors: NOT_FOUND.
absl::StatusOr<MemberRow> LockMember(sql::Session& session, int64_t id);

// Members by the blind index of their identity number. At most 256.
absl::StatusOr<std::vector<MemberRow>> MembersByIdentity(sql::Session& session,
                                                         std::span<const std::string> indexes);

// Errors: MEMBER_EXISTS when an identity number is already recorded.
absl::Status InsertMembers(sql::Session& session, std::span<const MemberRow> rows);

// Writes everything but id and create_time.
//
// Errors: MEMBER_EXISTS when the identity number belongs to someone else.
absl::Status UpdateMember(sql::Session& session, const MemberRow& row);

// The same for many whose identity numbers stay as they are.
absl::Status UpdateMembersKeepingIdentity(sql::Session& session, std::span<const MemberRow> rows);

// Up to `limit` members of one organization after `after_id`, by id.
absl::StatusOr<std::vector<MemberRow>> MembersOf(sql::Session& session, int64_t organization_id,
                                                 int64_t after_id, const MemberFilter& filter,
                                                 int32_t limit);
absl::StatusOr<std::vector<MemberBrief>> MemberBriefsOf(sql::Session& session,
                                                        int64_t organization_id, int64_t after_id,
                                                        const MemberFilter& filter, int32_t limit);

// Up to `limit` members of `first_organization` after `after_id` and of all `organizations` (at
// most 256), in one statement, by organization id and id.
absl::StatusOr<std::vector<MemberRow>> MembersAcross(sql::Session& session,
                                                     int64_t first_organization, int64_t after_id,
                                                     std::span<const int64_t> organizations,
                                                     const MemberFilter& filter, int32_t limit);
absl::StatusOr<std::vector<MemberBrief>> MemberBriefsAcross(
    sql::Session& session, int64_t first_organization, int64_t after_id,
    std::span<const int64_t> organizations, const MemberFilter& filter, int32_t limit);

// Up to `limit` members whose name begins with `prefix`, of normal or suspended standing, by name
// and id, after (`after_name`, `after_id`).
absl::StatusOr<std::vector<MemberRow>> MembersByName(sql::Session& session, std::string_view prefix,
                                                     std::string_view after_name, int64_t after_id,
                                                     int32_t limit);

// The open intervals of members. At most 256 ids.
absl::StatusOr<std::vector<MemberIntervalRow>> OpenIntervals(sql::Session& session,
                                                             std::span<const int64_t> member_ids);
absl::Status InsertIntervals(sql::Session& session, std::span<const MemberIntervalRow> rows);
// Ends intervals on a day. At most 256 ids.
absl::Status CloseIntervals(sql::Session& session, std::span<const int64_t> ids,
                            absl::CivilDay valid_to);
// Writes organization, category, standing and voting of open intervals.
absl::Status AmendIntervals(sql::Session& session, std::span<const MemberIntervalRow> rows);
// The intervals of a member that end on `latest_end` or before, the newest first.
absl::StatusOr<std::vector<MemberIntervalRow>> IntervalsOf(sql::Session& session, int64_t member_id,
                                                           absl::CivilDay latest_end,
                                                           int32_t limit);

// Members of normal standing by organization and category.
struct MemberCount {
  int64_t organization_id = 0;
  Category category = Category::kFull;
  int64_t count = 0;
};
absl::StatusOr<std::vector<MemberCount>> CountOpenIntervals(sql::Session& session);
// The same as of a day. At most 256 organizations.
absl::StatusOr<std::vector<MemberCount>> CountIntervalsAsOf(
    sql::Session& session, std::span<const int64_t> organization_ids, absl::CivilDay day);

// The members behind such a count: up to `limit` after `after_id`, by member id.
struct MemberAsOf {
  int64_t member_id = 0;
  std::string full_name;
  Category category = Category::kFull;
};
absl::StatusOr<std::vector<MemberAsOf>> MembersAsOf(sql::Session& session, int64_t organization_id,
                                                    absl::CivilDay day, int64_t after_id,
                                                    int32_t limit);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_MEMBER_STORE_H_

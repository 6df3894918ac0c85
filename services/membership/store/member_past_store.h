// Which SQL runs on member_past, what members' changing particulars were until a day?
//
// A row says what held before the day on which something of it changed; the member row says what
// holds since the last. Functions answer the errors of sql::Session.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_MEMBER_PAST_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_MEMBER_PAST_STORE_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/sql/session.h"
#include "services/membership/store/member_store.h"

namespace ronghe::membership {

struct MemberPastRow {
  int64_t member_id = 0;
  absl::CivilDay valid_to;  // the day of the change
  std::string education;
  std::string degree;
  std::string occupation;
  std::string technical_post;
  bool migrant_worker = false;
};

// What `before` said until `day`, as a row to keep.
MemberPastRow PastOf(const MemberRow& before, absl::CivilDay day);
// Whether something that the past keeps differs.
bool PastDiffers(const MemberRow& before, const MemberRow& after);

// Keeps rows; where a member has one of the same day, that one stands: it is what the day began
// with.
absl::Status KeepPast(sql::Session& session, std::span<const MemberPastRow> rows);

// Whether anything changed after `day`.
absl::StatusOr<bool> AnyPast(sql::Session& session, absl::CivilDay day);
// What held at the end of `day` for members whose particulars changed later: the rows of each
// member by day, of which the first counts. At most 256 members.
absl::StatusOr<std::vector<MemberPastRow>> PastOn(sql::Session& session,
                                                  std::span<const int64_t> member_ids,
                                                  absl::CivilDay day);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_MEMBER_PAST_STORE_H_

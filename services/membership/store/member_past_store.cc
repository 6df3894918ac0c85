#include "services/membership/store/member_past_store.h"

#include <tuple>

#include "common/base/status_macros.h"

namespace ronghe::membership {
namespace {

#define RONGHE_PAST_COLUMNS \
  "member_id, valid_to, education, degree, occupation, technical_post, migrant_worker"

struct MemberId {
  int64_t member_id = 0;
};

const sql::Command kKeep("member_past.keep",
                         "INSERT INTO member_past (" RONGHE_PAST_COLUMNS
                         ") VALUES (?, ?, ?, ?, ?, ?, ?) "
                         "ON DUPLICATE KEY UPDATE member_id = VALUES(member_id)");
const sql::Query<MemberId> kAny("member_past.any",
                                "SELECT member_id FROM member_past WHERE valid_to > ? LIMIT 1");
const sql::Query<MemberPastRow> kOn("member_past.on",
                                    "SELECT " RONGHE_PAST_COLUMNS
                                    " FROM member_past WHERE member_id IN (?*) AND valid_to > ? "
                                    "ORDER BY member_id, valid_to");

auto Kept(const MemberRow& row) {
  return std::tie(row.education, row.degree, row.occupation, row.technical_post,
                  row.migrant_worker);
}

}  // namespace

MemberPastRow PastOf(const MemberRow& before, absl::CivilDay day) {
  return {before.id,
          day,
          before.education,
          before.degree,
          before.occupation,
          before.technical_post,
          before.migrant_worker};
}

bool PastDiffers(const MemberRow& before, const MemberRow& after) {
  return Kept(before) != Kept(after);
}

absl::Status KeepPast(sql::Session& session, std::span<const MemberPastRow> rows) {
  return session.InsertMany(kKeep, rows);
}

absl::StatusOr<bool> AnyPast(sql::Session& session, absl::CivilDay day) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<MemberId> row, session.SelectOne(kAny, day));
  return row.has_value();
}

absl::StatusOr<std::vector<MemberPastRow>> PastOn(sql::Session& session,
                                                  std::span<const int64_t> member_ids,
                                                  absl::CivilDay day) {
  return session.Select(kOn, member_ids, day);
}

}  // namespace ronghe::membership

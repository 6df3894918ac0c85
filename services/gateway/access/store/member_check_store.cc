#include "services/gateway/access/store/member_check_store.h"

#include <algorithm>

#include "common/base/status_macros.h"
#include "common/sql/statement.h"

namespace ronghe::gateway::access::member_check_store {
namespace {

struct IdRow {
  int64_t member_id = 0;
};

const sql::Query<IdRow> kLinked("member_check.linked",
                                "SELECT COALESCE(member_id, 0) FROM account WHERE member_id IN "
                                "(?*) ORDER BY member_id");
const sql::Command kMark("member_check.mark",
                         "INSERT INTO member_check (member_id, changed_at) VALUES (?, ?) "
                         "ON DUPLICATE KEY UPDATE changed_at = VALUES(changed_at)");
const sql::Query<MemberCheckRow> kOldest(
    "member_check.oldest",
    "SELECT member_id, changed_at FROM member_check ORDER BY changed_at, member_id LIMIT ?");
const sql::Command kUnmark("member_check.unmark",
                           "DELETE FROM member_check WHERE member_id = ? AND changed_at = ?");

}  // namespace

absl::Status MarkLinked(sql::Session& session, std::span<const int64_t> members, absl::Time now) {
  for (size_t from = 0; from < members.size(); from += sql::kMaxList) {
    const auto part = members.subspan(from, std::min(sql::kMaxList, members.size() - from));
    RONGHE_ASSIGN_OR_RETURN(const auto linked, session.Select(kLinked, part));
    for (const IdRow& row : linked) {
      RONGHE_RETURN_IF_ERROR(Mark(session, row.member_id, now));
    }
  }
  return absl::OkStatus();
}

absl::Status Mark(sql::Session& session, int64_t member_id, absl::Time now) {
  return session.Execute(kMark, member_id, now).status();
}

absl::StatusOr<std::vector<MemberCheckRow>> Oldest(sql::Session& session, int64_t limit) {
  return session.Select(kOldest, limit);
}

absl::Status Unmark(sql::Session& session, const MemberCheckRow& check) {
  return session.Execute(kUnmark, check.member_id, check.changed_at).status();
}

}  // namespace ronghe::gateway::access::member_check_store

// Whose grants are to be looked at again, because their member may have moved or left? Every
// statement on member_check.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"

namespace ronghe::gateway::access {

// A member to be looked at since an event that arrived at `changed_at`.
struct MemberCheckRow {
  int64_t member_id = 0;
  absl::Time changed_at;
};

namespace member_check_store {

// Marks those of the members that an account belongs to; at most 256.
absl::Status MarkLinked(sql::Session& session, std::span<const int64_t> members, absl::Time now);
// Marks a member whose account was just linked.
absl::Status Mark(sql::Session& session, int64_t member_id, absl::Time now);
// Up to `limit` marks, oldest first.
absl::StatusOr<std::vector<MemberCheckRow>> Oldest(sql::Session& session, int64_t limit);
// Takes a mark away, unless the member was marked again since.
absl::Status Unmark(sql::Session& session, const MemberCheckRow& check);

}  // namespace member_check_store
}  // namespace ronghe::gateway::access

#include "services/membership/store/unmask_store.h"

#include <optional>

#include "common/base/status_macros.h"
#include "common/sql/statement.h"

namespace ronghe::membership {
namespace {

#define RONGHE_UNMASK_COLUMNS \
  "id, member_id, subject, role, organization_id, kind, fields, purpose, reason, time"

const sql::Command kInsert("unmask_read.insert", "INSERT INTO unmask_read (" RONGHE_UNMASK_COLUMNS
                                                 ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<UnmaskReadRow> kOfMember("unmask_read.of_member",
                                          "SELECT " RONGHE_UNMASK_COLUMNS
                                          " FROM unmask_read WHERE member_id = ? AND id < ? "
                                          "ORDER BY id DESC LIMIT ?");
// A maximum may be NULL as far as the server knows.
struct RecentRow {
  int64_t member_id = 0;
  std::optional<absl::Time> time;
};

const sql::Query<RecentRow> kRecent("unmask_read.recent",
                                    "SELECT member_id, MAX(time) FROM unmask_read "
                                    "WHERE subject = ? AND kind = 1 AND time > ? "
                                    "GROUP BY member_id");
const sql::Command kGuard("unmask_guard.lock",
                          "INSERT INTO unmask_guard (subject, last_read) VALUES (?, ?) "
                          "ON DUPLICATE KEY UPDATE last_read = VALUES(last_read)");

}  // namespace

absl::Status InsertUnmaskReads(sql::Session& session, std::span<const UnmaskReadRow> rows) {
  return session.InsertMany(kInsert, rows);
}

absl::StatusOr<std::vector<UnmaskReadRow>> UnmaskReadsOf(sql::Session& session, int64_t member_id,
                                                         int64_t before_id, int32_t limit) {
  return session.Select(kOfMember, member_id, before_id, limit);
}

absl::Status LockUnmaskGuard(sql::Session& session, std::string_view subject, absl::Time now) {
  return session.Execute(kGuard, subject, now).status();
}

absl::StatusOr<std::vector<RecentRead>> RecentUnmaskReads(sql::Session& session,
                                                          std::string_view subject,
                                                          absl::Time since) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<RecentRow> rows,
                          session.Select(kRecent, subject, since));
  std::vector<RecentRead> reads;
  reads.reserve(rows.size());
  for (const RecentRow& row : rows) reads.push_back({row.member_id, row.time.value_or(since)});
  return reads;
}

}  // namespace ronghe::membership

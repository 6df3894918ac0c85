// Which SQL runs on unmask_read and unmask_guard?
//
// A row per member whose numbers were read in full, in the transaction of the reading; rows are
// never changed. The guard has a row per account, which its reads take one after the other.
// Functions answer the errors of sql::Session.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_UNMASK_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_UNMASK_STORE_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/unmask.h"

namespace ronghe::membership {

// How a member's numbers were read.
enum class ReadKind : int32_t {
  kUnmask = 1,  // UnmaskMember
  kExport = 2,  // in an export
  kOwn = 3,     // by the member
};

struct UnmaskReadRow {
  int64_t id = 0;
  int64_t member_id = 0;
  std::string subject;          // "accounts/7"
  std::string role;             // of the grant that allowed it; empty for kOwn
  int64_t organization_id = 0;  // of that grant; 0: all
  ReadKind kind = ReadKind::kUnmask;
  std::string fields;   // "identity_number,phone"
  std::string purpose;  // its code; empty for kOwn
  std::string reason;
  absl::Time time;
};

absl::Status InsertUnmaskReads(sql::Session& session, std::span<const UnmaskReadRow> rows);

// The reads of a member, the newest first, made before `before_id`.
absl::StatusOr<std::vector<UnmaskReadRow>> UnmaskReadsOf(sql::Session& session, int64_t member_id,
                                                         int64_t before_id, int32_t limit);

// Lets nobody else count or add to the subject's reads until the transaction ends.
absl::Status LockUnmaskGuard(sql::Session& session, std::string_view subject, absl::Time now);

// The members that the subject read by UnmaskMember after `since`, and when last.
absl::StatusOr<std::vector<RecentRead>> RecentUnmaskReads(sql::Session& session,
                                                          std::string_view subject,
                                                          absl::Time since);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_UNMASK_STORE_H_

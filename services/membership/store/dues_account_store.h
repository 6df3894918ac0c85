// Which SQL runs on dues_account: through which day has a member paid, and how much is missing?
//
// One row a member, from the first standard on. It follows from the bills and is written with them;
// whoever writes a member's bills locks it first. Functions answer the errors of sql::Session
// besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_DUES_ACCOUNT_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_DUES_ACCOUNT_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/sql/session.h"

namespace ronghe::membership {

struct DuesAccountRow {
  int64_t member_id = 0;
  int64_t organization_id = 0;  // the branch whose bill or payment wrote it last
  // Last day of the last month up to which all is paid; nothing before the first such month.
  std::optional<absl::CivilDay> paid_through;
  int32_t arrears_months = 0;  // past months that are not wholly paid
  int32_t unpaid_months = 0;   // past months in a row on which nothing was paid (C-09)
  int64_t arrears_fen = 0;
  std::optional<absl::CivilDay> last_paid_on;
  absl::Time update_time;
};

// The accounts of members, by member; those that have none are missing. At most 256 ids.
absl::StatusOr<std::vector<DuesAccountRow>> PaidThrough(sql::Session& session,
                                                        std::span<const int64_t> member_ids);

// Makes the accounts of members that have none; the others stay as they are.
absl::Status OpenDuesAccounts(sql::Session& session, std::span<const DuesAccountRow> rows);

// Locks an account for change; nothing when the member has none.
absl::StatusOr<std::optional<DuesAccountRow>> LockDuesAccount(sql::Session& session,
                                                              int64_t member_id);

// The same for several, by member. At most 256 ids.
absl::StatusOr<std::vector<DuesAccountRow>> LockDuesAccounts(sql::Session& session,
                                                             std::span<const int64_t> member_ids);

// Writes rows of accounts that are locked.
absl::Status UpdateDuesAccounts(sql::Session& session, std::span<const DuesAccountRow> rows);

// A member of a branch who has months in arrears.
struct ArrearsRow {
  int64_t member_id = 0;
  std::string full_name;
  int64_t organization_id = 0;
  std::optional<absl::CivilDay> paid_through;
  int32_t arrears_months = 0;
  int32_t unpaid_months = 0;
  int64_t arrears_fen = 0;
  std::optional<absl::CivilDay> last_paid_on;
};

// Members of a branch with at least `min_months` months in arrears, by id after `after_member`.
absl::StatusOr<std::vector<ArrearsRow>> ArrearsOf(sql::Session& session, int64_t organization_id,
                                                  int64_t after_member, int32_t min_months,
                                                  int32_t limit);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_DUES_ACCOUNT_STORE_H_

// Which SQL runs on dues_bill and dues_month: what is due and paid, for whom, month by month?
//
// Bills of a month are made branch by branch inside the server, from intervals and standards; no
// statement runs for one member. dues_month holds the sums of a branch and month; whoever changes
// bills of a branch and month, or collects money in it, changes its row in the same transaction.
// Functions answer the errors of sql::Session besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_DUES_BILL_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_DUES_BILL_STORE_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/dues/payment.h"

namespace ronghe::membership {

struct DuesBillRow {
  int64_t member_id = 0;
  int32_t month = 0;
  int64_t organization_id = 0;
  int64_t amount_fen = 0;
  int64_t paid_fen = 0;
  BillState state = BillState::kBilled;
  bool settled = false;
};

// Errors: ALREADY_EXISTS when the member has a bill of the month.
absl::Status InsertBills(sql::Session& session, std::span<const DuesBillRow> rows);
// One bill that was not there when the transaction looked.
//
// Errors: sql::Conflict() when the month's bill run wrote it meanwhile: tried again, it is there.
absl::Status AddBill(sql::Session& session, const DuesBillRow& row);
// Writes amount, paid, state and settled.
absl::Status UpdateBill(sql::Session& session, const DuesBillRow& row);

// Bills of members that are not settled, by member and month, locked. At most 256 members.
absl::StatusOr<std::vector<DuesBillRow>> LockOpenBills(sql::Session& session, int64_t member_id);
absl::StatusOr<std::optional<DuesBillRow>> LockBill(sql::Session& session, int64_t member_id,
                                                    int32_t month);
// Bills of members from a month on, by member and month. At most 256 members.
absl::StatusOr<std::vector<DuesBillRow>> BillsFrom(sql::Session& session, int32_t month,
                                                   std::span<const int64_t> member_ids);
// The same in [first, last].
absl::StatusOr<std::vector<DuesBillRow>> BillsBetween(sql::Session& session, int32_t first,
                                                      int32_t last,
                                                      std::span<const int64_t> member_ids);
// Bills of a member before a month, the newest first.
absl::StatusOr<std::vector<DuesBillRow>> BillsOfMember(sql::Session& session, int64_t member_id,
                                                       int32_t before_month, int32_t limit);

// A bill with its member's name.
struct NamedBillRow {
  int64_t member_id = 0;
  int32_t month = 0;
  int64_t organization_id = 0;
  int64_t amount_fen = 0;
  int64_t paid_fen = 0;
  BillState state = BillState::kBilled;
  std::string full_name;
};
// Bills of a branch and month by member, after `after_member`.
absl::StatusOr<std::vector<NamedBillRow>> BillsOfBranch(sql::Session& session,
                                                        int64_t organization_id, int32_t month,
                                                        int64_t after_member, int32_t limit);

// Members of a branch or of several, those in (after_member, up_to_member].
struct MemberRange {
  int64_t after_member = 0;
  int64_t up_to_member = std::numeric_limits<int64_t>::max();
};

// Makes the bills of a month for the members of branches: those with the formal relation and of
// normal standing on the first day, or whose first membership began within the month (C-05, C-06).
// Who has a bill or no standard gets none. At most 256 organizations.
absl::Status MakeBills(sql::Session& session, Month month,
                       std::span<const int64_t> organization_ids, const MemberRange& range);

// The last of the next `limit` members of a branch behind `after_member`; 0: none.
absl::StatusOr<int64_t> LastOfNextMembers(sql::Session& session, int64_t organization_id,
                                          int64_t after_member, int32_t limit);

// Members of branches who may have months in arrears once `month` is billed, or whose dues of that
// month are waived: their accounts must be looked at. By id, each once. At most 256 organizations.
absl::StatusOr<std::vector<int64_t>> MembersToReview(sql::Session& session, Month month,
                                                     std::span<const int64_t> organization_ids,
                                                     const MemberRange& range);

struct DuesMonthRow {
  int64_t organization_id = 0;
  int32_t month = 0;
  int64_t members = 0;
  int64_t billed_members = 0;
  int64_t billed_fen = 0;
  int64_t settled_fen = 0;
  int64_t collected_fen = 0;
};

// Makes rows of a month that are missing and locks them all, by organization. At most 256
// organizations.
absl::StatusOr<std::vector<DuesMonthRow>> LockDuesMonths(sql::Session& session, int32_t month,
                                                         std::span<const int64_t> organization_ids);
struct RecountedMonths {
  int64_t billed_members = 0;
  int64_t without_bill = 0;  // members on the rolls who have no bill
};
// Counts roll and bills of a month anew into rows that are locked, and answers the sums over them.
// At most 256 rows of one month.
absl::StatusOr<RecountedMonths> RecountDuesMonths(sql::Session& session, Month month,
                                                  std::span<const int64_t> organization_ids);
// Adds to a row, which is made if need be, and locks it.
absl::Status AddToDuesMonth(sql::Session& session, const DuesMonthRow& delta);

// Rows of organizations in [first, last], summed by month. At most 256 organizations.
absl::StatusOr<std::vector<DuesMonthRow>> DuesMonthSums(sql::Session& session, int32_t first,
                                                        int32_t last,
                                                        std::span<const int64_t> organization_ids);
// What organizations collected in [first, last], one row each where it isn't 0. At most 256.
struct Collected {
  int64_t organization_id = 0;
  int64_t fen = 0;
};
absl::StatusOr<std::vector<Collected>> CollectedBy(sql::Session& session, int32_t first,
                                                   int32_t last,
                                                   std::span<const int64_t> organization_ids);

enum class RunState : int32_t { kRunning = 1, kDone = 2 };

struct BillRunRow {
  int64_t id = 0;
  int64_t organization_id = 0;
  int32_t month = 0;
  RunState state = RunState::kRunning;
  std::string position;      // path of the branch worked through last; empty: none
  int64_t after_member = 0;  // where in the branch behind `position` to go on
  int64_t branches_done = 0;
  int64_t bills_made = 0;
  int64_t without_standard = 0;
  std::string requested_by;
  std::string trace_id;
  absl::Time create_time;
  std::optional<absl::Time> end_time;
};

absl::Status InsertBillRun(sql::Session& session, const BillRunRow& row);
// Errors: NOT_FOUND.
absl::StatusOr<BillRunRow> LoadBillRun(sql::Session& session, int64_t id);
absl::StatusOr<BillRunRow> LockBillRun(sql::Session& session, int64_t id);
absl::Status UpdateBillRun(sql::Session& session, const BillRunRow& row);
// Adds to the bills that a run made.
absl::Status AddToBillRun(sql::Session& session, int64_t id, int64_t bills_made);
// The oldest run that is not done.
absl::StatusOr<std::optional<BillRunRow>> NextBillRun(sql::Session& session);
// The newest run of an organization and month.
absl::StatusOr<std::optional<BillRunRow>> BillRunOf(sql::Session& session, int64_t organization_id,
                                                    int32_t month);
absl::StatusOr<std::vector<BillRunRow>> BillRunsOf(sql::Session& session, int64_t organization_id,
                                                   int64_t before_id, int32_t limit);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_DUES_BILL_STORE_H_

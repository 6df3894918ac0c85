#include "services/membership/store/dues_bill_store.h"

#include <algorithm>
#include <initializer_list>

#include "absl/container/flat_hash_map.h"
#include "common/base/status_macros.h"
#include "common/sql/error.h"
#include "services/membership/domain/dues/errors.h"

namespace ronghe::membership {
namespace {

#define RONGHE_DUES_BILL_COLUMNS \
  "member_id, month, organization_id, amount_fen, paid_fen, state, settled"
#define RONGHE_DUES_MONTH_COLUMNS \
  "organization_id, month, members, billed_members, billed_fen, settled_fen, collected_fen"
#define RONGHE_BILL_RUN_COLUMNS                                                            \
  "id, organization_id, month, state, position, after_member, branches_done, bills_made, " \
  "without_standard, requested_by, trace_id, create_time, end_time"
// The roll of a month: intervals that cover its first day (bound twice), or that are a member's
// first and begin by its last day.
#define RONGHE_DUES_ROLL                                                                    \
  "i.organization_id IN (?*) AND i.standing = 10 AND i.valid_to > ? AND i.valid_from <= ? " \
  "AND (i.valid_from <= ? OR NOT EXISTS (SELECT 1 FROM membership_interval e WHERE "        \
  "e.member_id = i.member_id AND e.valid_from < i.valid_from)) "

struct Number {
  int64_t number = 0;
};
struct RollCount {
  int64_t organization_id = 0;
  int64_t members = 0;
  int64_t without_bill = 0;
};
struct BillSum {
  int64_t organization_id = 0;
  int64_t bills = 0;
  int64_t amount_fen = 0;
  int64_t paid_fen = 0;
};

const sql::Command kInsert("dues_bill.insert", "INSERT INTO dues_bill (" RONGHE_DUES_BILL_COLUMNS
                                               ") VALUES (?, ?, ?, ?, ?, ?, ?)");
const sql::Command kUpdate("dues_bill.update",
                           "UPDATE dues_bill SET amount_fen = ?, paid_fen = ?, state = ?, settled "
                           "= ? WHERE member_id = ? AND month = ?");
const sql::Query<DuesBillRow> kLockOpen("dues_bill.lock_open",
                                        "SELECT " RONGHE_DUES_BILL_COLUMNS
                                        " FROM dues_bill WHERE member_id = ? AND settled = 0 "
                                        "ORDER BY month FOR UPDATE");
const sql::Query<DuesBillRow> kLock("dues_bill.lock",
                                    "SELECT " RONGHE_DUES_BILL_COLUMNS
                                    " FROM dues_bill WHERE member_id = ? AND month = ? FOR UPDATE");
const sql::Query<DuesBillRow> kFrom("dues_bill.from",
                                    "SELECT " RONGHE_DUES_BILL_COLUMNS
                                    " FROM dues_bill WHERE month >= ? AND member_id IN (?*) "
                                    "ORDER BY member_id, month");
const sql::Query<DuesBillRow> kBetween("dues_bill.between",
                                       "SELECT " RONGHE_DUES_BILL_COLUMNS
                                       " FROM dues_bill WHERE month BETWEEN ? AND ? AND member_id "
                                       "IN (?*) ORDER BY member_id, month");
const sql::Query<DuesBillRow> kOfMember("dues_bill.of_member",
                                        "SELECT " RONGHE_DUES_BILL_COLUMNS
                                        " FROM dues_bill WHERE member_id = ? AND month < ? "
                                        "ORDER BY month DESC LIMIT ?");
const sql::Query<NamedBillRow> kOfBranch(
    "dues_bill.of_branch",
    "SELECT b.member_id, b.month, b.organization_id, b.amount_fen, b.paid_fen, b.state, "
    "m.full_name FROM dues_bill b JOIN member m ON m.id = b.member_id WHERE b.organization_id = ? "
    "AND b.settled IN (0, 1) AND b.month = ? AND b.member_id > ? ORDER BY b.member_id LIMIT ?");

const sql::Command kMake(
    "dues_bill.make",
    "INSERT INTO dues_bill (" RONGHE_DUES_BILL_COLUMNS
    ") SELECT i.member_id, ?, i.organization_id, s.amount_fen, 0, "
    "CASE s.kind WHEN 4 THEN 4 WHEN 3 THEN 5 ELSE 1 END, s.amount_fen = 0 "
    "FROM membership_interval i JOIN dues_standard s ON s.member_id = i.member_id AND s.year = ? "
    "AND s.from_month <= ? AND s.to_month >= ? WHERE " RONGHE_DUES_ROLL
    "AND i.member_id > ? AND i.member_id <= ? "
    "ON DUPLICATE KEY UPDATE month = dues_bill.month");
const sql::Query<RollCount> kRoll(
    "dues_bill.roll",
    "SELECT i.organization_id, COUNT(*), COALESCE(SUM(b.member_id IS NULL), 0) "
    "FROM membership_interval i LEFT JOIN dues_bill b ON b.member_id = i.member_id AND b.month = ? "
    "WHERE " RONGHE_DUES_ROLL "GROUP BY i.organization_id");
const sql::Query<BillSum> kSums(
    "dues_bill.sums",
    "SELECT organization_id, COUNT(*), COALESCE(SUM(amount_fen), 0), COALESCE(SUM(paid_fen), 0) "
    "FROM dues_bill WHERE organization_id IN (?*) AND settled IN (0, 1) AND month = ? "
    "GROUP BY organization_id");
// NULLs never come: a page that exists has members.
const sql::Query<Number> kNextMembers(
    "dues_bill.next_members",
    "SELECT COALESCE(MAX(p.member_id), 0) FROM (SELECT DISTINCT i.member_id FROM "
    "membership_interval i WHERE i.organization_id = ? AND i.member_id > ? ORDER BY i.member_id "
    "LIMIT ?) p");
const sql::Query<Number> kOpenBefore(
    "dues_bill.open_before",
    "SELECT member_id FROM dues_bill WHERE organization_id IN (?*) AND settled = 0 AND "
    "month < ? AND member_id > ? AND member_id <= ?");
const sql::Query<Number> kWaived(
    "dues_bill.waived",
    "SELECT member_id FROM dues_bill WHERE organization_id IN (?*) AND settled = 1 AND "
    "month = ? AND state = 4 AND member_id > ? AND member_id <= ?");

const sql::Command kOpenMonth("dues_month.open",
                              "INSERT INTO dues_month (" RONGHE_DUES_MONTH_COLUMNS
                              ") VALUES (?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
                              "month = month");
const sql::Query<DuesMonthRow> kLockMonth("dues_month.lock",
                                          "SELECT " RONGHE_DUES_MONTH_COLUMNS
                                          " FROM dues_month WHERE month = ? AND organization_id "
                                          "IN (?*) ORDER BY organization_id FOR UPDATE");
const sql::Command kRecountMonth(
    "dues_month.recount",
    "INSERT INTO dues_month (" RONGHE_DUES_MONTH_COLUMNS
    ") VALUES (?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE members = VALUES(members), "
    "billed_members = VALUES(billed_members), billed_fen = VALUES(billed_fen), "
    "settled_fen = VALUES(settled_fen)");
const sql::Command kAddMonth("dues_month.add",
                             "INSERT INTO dues_month (" RONGHE_DUES_MONTH_COLUMNS
                             ") VALUES (?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
                             "billed_members = billed_members + VALUES(billed_members), "
                             "billed_fen = billed_fen + VALUES(billed_fen), "
                             "settled_fen = settled_fen + VALUES(settled_fen), "
                             "collected_fen = collected_fen + VALUES(collected_fen)");
const sql::Query<DuesMonthRow> kMonthSums(
    "dues_month.sums",
    "SELECT 0, month, COALESCE(SUM(members), 0), COALESCE(SUM(billed_members), 0), "
    "COALESCE(SUM(billed_fen), 0), COALESCE(SUM(settled_fen), 0), COALESCE(SUM(collected_fen), 0) "
    "FROM dues_month WHERE month >= ? AND month <= ? AND organization_id IN (?*) GROUP BY month "
    "ORDER BY month");
const sql::Query<Collected> kCollected(
    "dues_month.collected",
    "SELECT organization_id, COALESCE(SUM(collected_fen), 0) FROM dues_month WHERE month >= ? AND "
    "month <= ? AND organization_id IN (?*) GROUP BY organization_id HAVING SUM(collected_fen) <> "
    "0 ORDER BY organization_id");

const sql::Command kInsertRun("bill_run.insert",
                              "INSERT INTO bill_run (" RONGHE_BILL_RUN_COLUMNS
                              ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Query<BillRunRow> kLoadRun("bill_run.load", "SELECT " RONGHE_BILL_RUN_COLUMNS
                                                       " FROM bill_run WHERE id = ?");
const sql::Query<BillRunRow> kLockRun("bill_run.lock", "SELECT " RONGHE_BILL_RUN_COLUMNS
                                                       " FROM bill_run WHERE id = ? FOR UPDATE");
const sql::Command kUpdateRun("bill_run.update",
                              "UPDATE bill_run SET state = ?, position = ?, after_member = ?, "
                              "branches_done = ?, bills_made = ?, without_standard = ?, end_time "
                              "= ? WHERE id = ?");
const sql::Command kAddToRun("bill_run.add",
                             "UPDATE bill_run SET bills_made = bills_made + ? WHERE id = ?");
const sql::Query<BillRunRow> kNextRun("bill_run.next",
                                      "SELECT " RONGHE_BILL_RUN_COLUMNS
                                      " FROM bill_run WHERE state = 1 ORDER BY id LIMIT 1");
const sql::Query<BillRunRow> kRunOf("bill_run.of_month",
                                    "SELECT " RONGHE_BILL_RUN_COLUMNS
                                    " FROM bill_run WHERE organization_id = ? AND month = ? "
                                    "ORDER BY id DESC LIMIT 1");
const sql::Query<BillRunRow> kRunsOf("bill_run.of_organization",
                                     "SELECT " RONGHE_BILL_RUN_COLUMNS
                                     " FROM bill_run WHERE organization_id = ? AND id < ? "
                                     "ORDER BY id DESC LIMIT ?");

template <class Row>
absl::StatusOr<Row> Found(absl::StatusOr<std::optional<Row>> row, const char* collection,
                          int64_t id) {
  RONGHE_RETURN_IF_ERROR(row.status());
  if (!row->has_value()) return DuesNotFound(collection, id);
  return **std::move(row);
}

}  // namespace

absl::Status InsertBills(sql::Session& session, std::span<const DuesBillRow> rows) {
  return session.InsertMany(kInsert, rows);
}

absl::Status AddBill(sql::Session& session, const DuesBillRow& row) {
  absl::Status added = InsertBills(session, std::span<const DuesBillRow>(&row, 1));
  return sql::ViolatedKey(added) == "PRIMARY" ? sql::Conflict() : added;
}

absl::Status UpdateBill(sql::Session& session, const DuesBillRow& row) {
  return session
      .Execute(kUpdate, row.amount_fen, row.paid_fen, row.state, row.settled, row.member_id,
               row.month)
      .status();
}

absl::StatusOr<std::vector<DuesBillRow>> LockOpenBills(sql::Session& session, int64_t member_id) {
  return session.Select(kLockOpen, member_id);
}

absl::StatusOr<std::optional<DuesBillRow>> LockBill(sql::Session& session, int64_t member_id,
                                                    int32_t month) {
  return session.SelectOne(kLock, member_id, month);
}

absl::StatusOr<std::vector<DuesBillRow>> BillsFrom(sql::Session& session, int32_t month,
                                                   std::span<const int64_t> member_ids) {
  return session.Select(kFrom, month, member_ids);
}

absl::StatusOr<std::vector<DuesBillRow>> BillsBetween(sql::Session& session, int32_t first,
                                                      int32_t last,
                                                      std::span<const int64_t> member_ids) {
  return session.Select(kBetween, first, last, member_ids);
}

absl::StatusOr<std::vector<DuesBillRow>> BillsOfMember(sql::Session& session, int64_t member_id,
                                                       int32_t before_month, int32_t limit) {
  return session.Select(kOfMember, member_id, before_month, limit);
}

absl::StatusOr<std::vector<NamedBillRow>> BillsOfBranch(sql::Session& session,
                                                        int64_t organization_id, int32_t month,
                                                        int64_t after_member, int32_t limit) {
  return session.Select(kOfBranch, organization_id, month, after_member, limit);
}

absl::Status MakeBills(sql::Session& session, Month month,
                       std::span<const int64_t> organization_ids, const MemberRange& range) {
  const int32_t code = MonthCode(month);
  return session
      .Execute(kMake, code, static_cast<int32_t>(month.year()), code, code, organization_ids,
               FirstDay(month), LastDay(month), FirstDay(month), range.after_member,
               range.up_to_member)
      .status();
}

absl::StatusOr<int64_t> LastOfNextMembers(sql::Session& session, int64_t organization_id,
                                          int64_t after_member, int32_t limit) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<Number> last,
                          session.SelectOne(kNextMembers, organization_id, after_member, limit));
  return last ? last->number : 0;
}

absl::StatusOr<std::vector<int64_t>> MembersToReview(sql::Session& session, Month month,
                                                     std::span<const int64_t> organization_ids,
                                                     const MemberRange& range) {
  std::vector<int64_t> ids;
  for (const sql::Query<Number>* const query : {&kOpenBefore, &kWaived}) {
    RONGHE_ASSIGN_OR_RETURN(const std::vector<Number> rows,
                            session.Select(*query, organization_ids, MonthCode(month),
                                           range.after_member, range.up_to_member));
    for (const Number& row : rows) ids.push_back(row.number);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

absl::StatusOr<std::vector<DuesMonthRow>> LockDuesMonths(
    sql::Session& session, int32_t month, std::span<const int64_t> organization_ids) {
  std::vector<DuesMonthRow> rows;
  for (const int64_t id : organization_ids) rows.push_back({.organization_id = id, .month = month});
  RONGHE_RETURN_IF_ERROR(session.InsertMany(kOpenMonth, rows));
  return session.Select(kLockMonth, month, organization_ids);
}

absl::StatusOr<RecountedMonths> RecountDuesMonths(sql::Session& session, Month month,
                                                  std::span<const int64_t> organization_ids) {
  absl::flat_hash_map<int64_t, DuesMonthRow> rows;
  for (const int64_t id : organization_ids) {
    rows[id] = {.organization_id = id, .month = MonthCode(month)};
  }
  RecountedMonths recounted;
  RONGHE_ASSIGN_OR_RETURN(const std::vector<RollCount> roll,
                          session.Select(kRoll, MonthCode(month), organization_ids, FirstDay(month),
                                         LastDay(month), FirstDay(month)));
  for (const RollCount& count : roll) {
    rows[count.organization_id].members = count.members;
    recounted.without_bill += count.without_bill;
  }
  RONGHE_ASSIGN_OR_RETURN(const std::vector<BillSum> sums,
                          session.Select(kSums, organization_ids, MonthCode(month)));
  for (const BillSum& sum : sums) {
    DuesMonthRow& row = rows[sum.organization_id];
    row.billed_members = sum.bills;
    recounted.billed_members += sum.bills;
    row.billed_fen = sum.amount_fen;
    row.settled_fen = sum.paid_fen;
  }
  std::vector<DuesMonthRow> all;
  for (const int64_t id : organization_ids) all.push_back(rows[id]);
  RONGHE_RETURN_IF_ERROR(session.InsertMany(kRecountMonth, all));
  return recounted;
}

absl::Status AddToDuesMonth(sql::Session& session, const DuesMonthRow& delta) {
  return session.InsertMany(kAddMonth, std::span<const DuesMonthRow>(&delta, 1));
}

absl::StatusOr<std::vector<DuesMonthRow>> DuesMonthSums(sql::Session& session, int32_t first,
                                                        int32_t last,
                                                        std::span<const int64_t> organization_ids) {
  return session.Select(kMonthSums, first, last, organization_ids);
}

absl::StatusOr<std::vector<Collected>> CollectedBy(sql::Session& session, int32_t first,
                                                   int32_t last,
                                                   std::span<const int64_t> organization_ids) {
  return session.Select(kCollected, first, last, organization_ids);
}

absl::Status InsertBillRun(sql::Session& session, const BillRunRow& row) {
  return session.InsertMany(kInsertRun, std::span<const BillRunRow>(&row, 1));
}

absl::StatusOr<BillRunRow> LoadBillRun(sql::Session& session, int64_t id) {
  return Found(session.SelectOne(kLoadRun, id), "billRuns", id);
}

absl::StatusOr<BillRunRow> LockBillRun(sql::Session& session, int64_t id) {
  return Found(session.SelectOne(kLockRun, id), "billRuns", id);
}

absl::Status UpdateBillRun(sql::Session& session, const BillRunRow& row) {
  return session
      .Execute(kUpdateRun, row.state, row.position, row.after_member, row.branches_done,
               row.bills_made, row.without_standard, row.end_time, row.id)
      .status();
}

absl::Status AddToBillRun(sql::Session& session, int64_t id, int64_t bills_made) {
  return session.Execute(kAddToRun, bills_made, id).status();
}

absl::StatusOr<std::optional<BillRunRow>> NextBillRun(sql::Session& session) {
  return session.SelectOne(kNextRun);
}

absl::StatusOr<std::optional<BillRunRow>> BillRunOf(sql::Session& session, int64_t organization_id,
                                                    int32_t month) {
  return session.SelectOne(kRunOf, organization_id, month);
}

absl::StatusOr<std::vector<BillRunRow>> BillRunsOf(sql::Session& session, int64_t organization_id,
                                                   int64_t before_id, int32_t limit) {
  return session.Select(kRunsOf, organization_id, before_id, limit);
}

}  // namespace ronghe::membership

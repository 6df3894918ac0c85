#include "services/training/store/account_store.h"

#include <algorithm>
#include <map>

#include "common/base/status_macros.h"
#include "common/org/copy_store.h"
#include "common/sql/statement.h"

namespace ronghe::training {
namespace {

struct AccountRow {
  int64_t member_id;
  int32_t year;
  int64_t organization_id;
  Role role;
  int32_t months;
  int32_t required;
  int32_t credited;
  int32_t credits;
  std::string exemption;
  absl::Time updated;
};

struct SummaryRow {
  int32_t year;
  int64_t organization_id;
  int64_t members;
  int64_t exempt;
  int64_t due;
  int64_t reached;
  int64_t covered;
  int64_t missing_half_hours;
  int64_t leaders_due;
  int64_t leaders_reached;
};

struct KeyRow {
  int64_t member_id;
  int32_t year;
};

struct MemberRow {
  int64_t member_id;
};

struct CountRow {
  int64_t count;
};

struct ExemptionRow {
  int64_t member_id;
  std::string reason;
};

struct CreditSumRow {
  int64_t member_id;
  int64_t half_hours;
  int64_t credits;
};

#define ACCOUNT_COLUMNS                                                           \
  "member_id, year, organization_id, role, months, required, credited, credits, " \
  "exemption, updated"
#define SUMMARY_COLUMNS                                                                 \
  "year, organization_id, members, exempt, due, reached, covered, missing_half_hours, " \
  "leaders_due, leaders_reached"

const sql::Command kOpen("hour_account.open",
                         "INSERT INTO hour_account (member_id, year) VALUES (?, ?) "
                         "ON DUPLICATE KEY UPDATE member_id = member_id");
const sql::Query<AccountRow> kLock("hour_account.lock",
                                   "SELECT " ACCOUNT_COLUMNS
                                   " FROM hour_account WHERE year = ? AND member_id IN (?*) "
                                   "ORDER BY member_id FOR UPDATE");
const sql::Command kSave(
    "hour_account.save",
    "INSERT INTO hour_account (" ACCOUNT_COLUMNS
    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
    "organization_id = VALUES(organization_id), role = VALUES(role), months = VALUES(months), "
    "required = VALUES(required), credited = VALUES(credited), credits = VALUES(credits), "
    "exemption = VALUES(exemption), updated = VALUES(updated)");
const sql::Query<AccountRow> kAccount("hour_account.by_key",
                                      "SELECT " ACCOUNT_COLUMNS
                                      " FROM hour_account WHERE member_id = ? AND year = ?");
const sql::Query<AccountRow> kShort("hour_account.short",
                                    "SELECT " ACCOUNT_COLUMNS
                                    " FROM hour_account WHERE organization_id = ? AND year = ? "
                                    "AND member_id > ? AND exemption = '' "
                                    "AND credited < required ORDER BY member_id LIMIT ?");
const sql::Query<MemberRow> kWithAccount("hour_account.exists",
                                         "SELECT member_id FROM hour_account WHERE year = ? "
                                         "AND member_id IN (?*) ORDER BY member_id");
const sql::Command kAddSummary(
    "hour_summary.add", "INSERT INTO hour_summary (" SUMMARY_COLUMNS
                        ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
                        "members = members + VALUES(members), exempt = exempt + VALUES(exempt), "
                        "due = due + VALUES(due), reached = reached + VALUES(reached), "
                        "covered = covered + VALUES(covered), "
                        "missing_half_hours = missing_half_hours + VALUES(missing_half_hours), "
                        "leaders_due = leaders_due + VALUES(leaders_due), "
                        "leaders_reached = leaders_reached + VALUES(leaders_reached)");
const sql::Query<SummaryRow> kSummaries("hour_summary.by_organizations",
                                        "SELECT " SUMMARY_COLUMNS
                                        " FROM hour_summary WHERE year = ? "
                                        "AND organization_id IN (?*)");
const sql::Query<SummaryRow> kSummariesAfter("hour_summary.after",
                                             "SELECT " SUMMARY_COLUMNS
                                             " FROM hour_summary WHERE year = ? "
                                             "AND organization_id > ? "
                                             "ORDER BY organization_id LIMIT ?");
const sql::Query<CountRow> kCountShort("hour_summary.count_short",
                                       "SELECT COALESCE(SUM(due - reached), 0) "
                                       "FROM hour_summary WHERE year = ?");
const sql::Query<ExemptionRow> kExemptions("hour_exemption.of_members",
                                           "SELECT member_id, reason FROM hour_exemption "
                                           "WHERE year = ? AND member_id IN (?*)");
const sql::Command kSaveExemption(
    "hour_exemption.save",
    "INSERT INTO hour_exemption (member_id, year, reason, decided_by, updated) "
    "VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE reason = VALUES(reason), "
    "decided_by = VALUES(decided_by), updated = VALUES(updated)");
const sql::Query<CreditSumRow> kCreditSums(
    "credit.sums",
    "SELECT member_id, COALESCE(SUM(half_hours), 0), COUNT(DISTINCT source_id) FROM credit "
    "WHERE day >= ? AND day < ? AND member_id IN (?*) GROUP BY member_id");
const sql::Command kInsertDue("account_due.insert",
                              "INSERT INTO account_due (id, due_on, member_id, sequence) "
                              "VALUES (?, ?, ?, ?) "
                              "ON DUPLICATE KEY UPDATE member_id = member_id");
const sql::Query<DueRow> kDue("account_due.list",
                              "SELECT id, due_on, member_id, sequence FROM account_due "
                              "WHERE due_on <= ? AND sequence <= ? "
                              "ORDER BY due_on, member_id LIMIT ?");
const sql::Command kDeleteDue("account_due.delete", "DELETE FROM account_due WHERE id IN (?*)");
const sql::Query<RollRow> kRoll("account_roll.read",
                                "SELECT last_member_id, done FROM account_roll WHERE year = ?");
const sql::Command kSaveRoll("account_roll.save",
                             "INSERT INTO account_roll (year, last_member_id, done) "
                             "VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE "
                             "last_member_id = VALUES(last_member_id), done = VALUES(done)");
const sql::Query<MemberRow> kMembersAfter("interval_copy.members_after",
                                          "SELECT DISTINCT member_id FROM interval_copy "
                                          "WHERE member_id > ? AND valid_from <= ? "
                                          "AND valid_to > ? ORDER BY member_id LIMIT ?");

#undef ACCOUNT_COLUMNS
#undef SUMMARY_COLUMNS

constexpr char kNormalStanding[] = "10";

// Calls `fn` with the ids in portions that a statement takes.
template <class F>
absl::Status ForPortions(std::span<const int64_t> ids, F fn) {
  while (!ids.empty()) {
    const std::span<const int64_t> some = ids.first(std::min(ids.size(), sql::kMaxList));
    RONGHE_RETURN_IF_ERROR(fn(some));
    ids = ids.subspan(some.size());
  }
  return absl::OkStatus();
}

std::vector<int64_t> Sorted(std::span<const int64_t> ids) {
  std::vector<int64_t> sorted(ids.begin(), ids.end());
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  return sorted;
}

Account FromRow(const AccountRow& row) {
  Account account;
  account.member_id = row.member_id;
  account.year = row.year;
  account.organization_id = row.organization_id;
  account.role = row.role;
  account.months = row.months;
  account.required = row.required;
  account.credited = row.credited;
  account.credits = row.credits;
  account.exemption = row.exemption;
  return account;
}

AccountRow ToRow(const Account& account, absl::Time now) {
  return {.member_id = account.member_id,
          .year = account.year,
          .organization_id = account.organization_id,
          .role = account.role,
          .months = account.months,
          .required = account.required,
          .credited = account.credited,
          .credits = account.credits,
          .exemption = account.exemption,
          .updated = now};
}

Summary FromRow(const SummaryRow& row) {
  return {.members = row.members,
          .exempt = row.exempt,
          .due = row.due,
          .reached = row.reached,
          .covered = row.covered,
          .missing_half_hours = row.missing_half_hours,
          .leaders_due = row.leaders_due,
          .leaders_reached = row.leaders_reached};
}

SummaryRow ToRow(int year, int64_t organization_id, const Summary& summary) {
  return {.year = year,
          .organization_id = organization_id,
          .members = summary.members,
          .exempt = summary.exempt,
          .due = summary.due,
          .reached = summary.reached,
          .covered = summary.covered,
          .missing_half_hours = summary.missing_half_hours,
          .leaders_due = summary.leaders_due,
          .leaders_reached = summary.leaders_reached};
}

// What the copies, exemptions and credits say of the members (sorted).
absl::StatusOr<std::map<int64_t, MemberFacts>> Gather(sql::Session& session, const Span& span,
                                                      std::span<const int64_t> members) {
  std::map<int64_t, MemberFacts> facts;
  const int year = static_cast<int>(span.day.year());
  const absl::CivilDay credits_to = std::min(span.to, span.day + 1);
  RONGHE_RETURN_IF_ERROR(ForPortions(members, [&](std::span<const int64_t> some) -> absl::Status {
    RONGHE_ASSIGN_OR_RETURN(const std::vector<org::IntervalRow> intervals,
                            org::IntervalsOfMembers(session, some));
    for (const org::IntervalRow& row : intervals) {
      facts[row.member_id].stretches.push_back({.organization_id = row.organization_id,
                                                .normal = row.standing == kNormalStanding,
                                                .from = row.valid_from,
                                                .to = row.valid_to});
    }
    RONGHE_ASSIGN_OR_RETURN(const std::vector<org::PostRow> posts,
                            org::PostsOfMembers(session, some, span.day));
    for (const org::PostRow& row : posts) facts[row.member_id].posts.push_back(row.post_code);
    RONGHE_ASSIGN_OR_RETURN(const std::vector<ExemptionRow> exemptions,
                            session.Select(kExemptions, year, some));
    for (const ExemptionRow& row : exemptions) facts[row.member_id].exemption = row.reason;
    RONGHE_ASSIGN_OR_RETURN(const std::vector<CreditSumRow> sums,
                            session.Select(kCreditSums, span.from, credits_to, some));
    for (const CreditSumRow& row : sums) {
      facts[row.member_id].credited = static_cast<int32_t>(row.half_hours);
      facts[row.member_id].credits = static_cast<int32_t>(row.credits);
    }
    return absl::OkStatus();
  }));
  return facts;
}

}  // namespace

absl::StatusOr<std::vector<Account>> RefreshAccounts(sql::Session& session, const RuleSet& rules,
                                                     int year, absl::CivilDay today, absl::Time now,
                                                     std::span<const int64_t> members) {
  const std::vector<int64_t> sorted = Sorted(members);
  // The upsert creates what is missing and locks what is there, so that two transactions that open
  // the same account do not both judge it from what they alone have written.
  std::vector<KeyRow> keys;
  keys.reserve(sorted.size());
  for (const int64_t member : sorted) keys.push_back({.member_id = member, .year = year});
  RONGHE_RETURN_IF_ERROR(session.InsertMany(kOpen, keys));
  std::map<int64_t, Account> before;
  RONGHE_RETURN_IF_ERROR(ForPortions(sorted, [&](std::span<const int64_t> some) -> absl::Status {
    RONGHE_ASSIGN_OR_RETURN(const std::vector<AccountRow> rows, session.Select(kLock, year, some));
    for (const AccountRow& row : rows) before[row.member_id] = FromRow(row);
    return absl::OkStatus();
  }));
  const Span span = Span::OfYear(year, ReferenceDay(year, today));
  RONGHE_ASSIGN_OR_RETURN(auto facts, Gather(session, span, sorted));
  std::vector<Account> changed;
  std::vector<AccountRow> rows;
  std::map<int64_t, Summary> deltas;
  for (const int64_t member : sorted) {
    Account account = Assess(rules, span.from, span.to, span.day, facts[member]);
    account.member_id = member;
    account.year = year;
    const Account& old = before[member];
    if (account == old) continue;
    if (old.member()) deltas[old.organization_id] -= Contribution(old);
    if (account.member()) deltas[account.organization_id] += Contribution(account);
    rows.push_back(ToRow(account, now));
    changed.push_back(std::move(account));
  }
  RONGHE_RETURN_IF_ERROR(session.InsertMany(kSave, rows));
  std::vector<SummaryRow> summaries;
  for (const auto& [organization, delta] : deltas) {
    if (delta != Summary{}) summaries.push_back(ToRow(year, organization, delta));
  }
  RONGHE_RETURN_IF_ERROR(session.InsertMany(kAddSummary, summaries));
  return changed;
}

absl::StatusOr<std::vector<Account>> JudgeMembers(sql::Session& session, const RuleSet& rules,
                                                  const Span& span,
                                                  std::span<const int64_t> members) {
  RONGHE_ASSIGN_OR_RETURN(const auto facts, Gather(session, span, Sorted(members)));
  std::vector<Account> accounts;
  for (const auto& [member, known] : facts) {
    if (known.stretches.empty()) continue;
    Account account = Assess(rules, span.from, span.to, span.day, known);
    account.member_id = member;
    accounts.push_back(std::move(account));
  }
  return accounts;
}

absl::StatusOr<std::vector<Account>> JudgeOrganizations(sql::Session& session, const RuleSet& rules,
                                                        const Span& span,
                                                        std::span<const int64_t> organizations) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<org::IntervalRow> intervals,
                          org::IntervalsAsOf(session, organizations, span.day));
  std::vector<int64_t> members;
  members.reserve(intervals.size());
  for (const org::IntervalRow& row : intervals) {
    if (row.standing == kNormalStanding) members.push_back(row.member_id);
  }
  return JudgeMembers(session, rules, span, members);
}

absl::StatusOr<std::optional<StoredAccount>> LoadAccount(sql::Session& session, int64_t member_id,
                                                         int year) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<AccountRow> row,
                          session.SelectOne(kAccount, member_id, year));
  if (!row.has_value()) return std::nullopt;
  return StoredAccount{.account = FromRow(*row), .updated = row->updated};
}

absl::StatusOr<std::vector<Account>> ListShort(sql::Session& session, int64_t organization_id,
                                               int year, int64_t after_member, int32_t limit) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<AccountRow> rows,
                          session.Select(kShort, organization_id, year, after_member, limit));
  std::vector<Account> accounts;
  accounts.reserve(rows.size());
  for (const AccountRow& row : rows) accounts.push_back(FromRow(row));
  return accounts;
}

absl::StatusOr<absl::flat_hash_map<int64_t, Summary>> Summaries(
    sql::Session& session, int year, std::span<const int64_t> organizations) {
  absl::flat_hash_map<int64_t, Summary> result;
  RONGHE_RETURN_IF_ERROR(
      ForPortions(organizations, [&](std::span<const int64_t> some) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(const std::vector<SummaryRow> rows,
                                session.Select(kSummaries, year, some));
        for (const SummaryRow& row : rows) result[row.organization_id] = FromRow(row);
        return absl::OkStatus();
      }));
  return result;
}

absl::StatusOr<std::vector<std::pair<int64_t, Summary>>> SummariesAfter(sql::Session& session,
                                                                        int year,
                                                                        int64_t after_organization,
                                                                        int32_t limit) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<SummaryRow> rows,
                          session.Select(kSummariesAfter, year, after_organization, limit));
  std::vector<std::pair<int64_t, Summary>> result;
  result.reserve(rows.size());
  for (const SummaryRow& row : rows) result.emplace_back(row.organization_id, FromRow(row));
  return result;
}

absl::StatusOr<int64_t> CountShort(sql::Session& session, int year) {
  RONGHE_ASSIGN_OR_RETURN(const std::optional<CountRow> row, session.SelectOne(kCountShort, year));
  return row.has_value() ? row->count : 0;
}

absl::Status SaveExemption(sql::Session& session, int64_t member_id, int year,
                           std::string_view reason, std::string_view decided_by, absl::Time now) {
  return session.Execute(kSaveExemption, member_id, year, reason, decided_by, now).status();
}

absl::Status InsertDue(sql::Session& session, const std::vector<DueRow>& rows) {
  return session.InsertMany(kInsertDue, rows);
}

absl::StatusOr<std::vector<DueRow>> ListDue(sql::Session& session, absl::CivilDay today,
                                            int64_t applied, int32_t limit) {
  return session.Select(kDue, today, applied, limit);
}

absl::Status DeleteDue(sql::Session& session, std::span<const int64_t> ids) {
  return ForPortions(ids, [&session](std::span<const int64_t> some) {
    return session.Execute(kDeleteDue, some).status();
  });
}

absl::StatusOr<std::vector<int64_t>> WithAccount(sql::Session& session, int year,
                                                 std::span<const int64_t> members) {
  std::vector<int64_t> result;
  RONGHE_RETURN_IF_ERROR(ForPortions(members, [&](std::span<const int64_t> some) -> absl::Status {
    RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> rows,
                            session.Select(kWithAccount, year, some));
    for (const MemberRow& row : rows) result.push_back(row.member_id);
    return absl::OkStatus();
  }));
  return result;
}

absl::StatusOr<std::optional<RollRow>> LoadRoll(sql::Session& session, int year) {
  return session.SelectOne(kRoll, year);
}

absl::Status SaveRoll(sql::Session& session, int year, const RollRow& row) {
  return session.Execute(kSaveRoll, year, row.last_member_id, row.done).status();
}

absl::StatusOr<std::vector<int64_t>> MembersAfter(sql::Session& session, absl::CivilDay day,
                                                  int64_t after, int32_t limit) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberRow> rows,
                          session.Select(kMembersAfter, after, day, day, limit));
  std::vector<int64_t> members;
  members.reserve(rows.size());
  for (const MemberRow& row : rows) members.push_back(row.member_id);
  return members;
}

}  // namespace ronghe::training

// How are the hour accounts of members and their sums by organization kept right and ready?
//
// An account row says how a member stands in a year; a summary row is the sum of the accounts of
// one organization's own members. Whatever can change an account (a credit, an exemption, a change
// of membership or post) calls RefreshAccounts in its transaction: that locks the accounts, judges
// them anew and adds the differences to the summaries. There is no row above the organization that
// the members belong to, so no row is hot.
#ifndef RONGHE_SERVICES_TRAINING_STORE_ACCOUNT_STORE_H_
#define RONGHE_SERVICES_TRAINING_STORE_ACCOUNT_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/training/domain/account.h"
#include "services/training/domain/rule_set.h"

namespace ronghe::training {

// A stretch of time whose hours are judged as of a day: an hour year, or a period of an appraisal.
struct Span {
  absl::CivilDay from;
  absl::CivilDay to;   // exclusive
  absl::CivilDay day;  // decides organization and posts; credits count up to it

  static Span OfYear(int year, absl::CivilDay day) {
    return {absl::CivilDay(year, 1, 1), absl::CivilDay(year + 1, 1, 1), day};
  }
};

// All answer the errors of sql::Session.

// Judges the accounts of `members` for `year` anew, in the caller's transaction, and answers those
// that changed. Members in any order and number, without repetition; locks are taken in id order.
absl::StatusOr<std::vector<Account>> RefreshAccounts(sql::Session& session, const RuleSet& rules,
                                                     int year, absl::CivilDay today, absl::Time now,
                                                     std::span<const int64_t> members);

// Judges members without writing, from the copies and the credits. In member order; members whose
// membership is not known here are left out.
absl::StatusOr<std::vector<Account>> JudgeMembers(sql::Session& session, const RuleSet& rules,
                                                  const Span& span,
                                                  std::span<const int64_t> members);

// The same for all who belonged to the organizations (at most 256) on the day.
absl::StatusOr<std::vector<Account>> JudgeOrganizations(sql::Session& session, const RuleSet& rules,
                                                        const Span& span,
                                                        std::span<const int64_t> organizations);

struct StoredAccount {
  Account account;
  absl::Time updated;
};
absl::StatusOr<std::optional<StoredAccount>> LoadAccount(sql::Session& session, int64_t member_id,
                                                         int year);

// Members of an organization who are short of hours, after a member, in member order.
absl::StatusOr<std::vector<Account>> ListShort(sql::Session& session, int64_t organization_id,
                                               int year, int64_t after_member, int32_t limit);

// The summaries of the organizations; those without members are left out. Any number.
absl::StatusOr<absl::flat_hash_map<int64_t, Summary>> Summaries(
    sql::Session& session, int year, std::span<const int64_t> organizations);

// At most `limit` summaries of the year after an organization, in id order.
absl::StatusOr<std::vector<std::pair<int64_t, Summary>>> SummariesAfter(sql::Session& session,
                                                                        int year,
                                                                        int64_t after_organization,
                                                                        int32_t limit);

// Members short of hours in the year, over all organizations.
absl::StatusOr<int64_t> CountShort(sql::Session& session, int year);

// An empty reason ends the exemption.
absl::Status SaveExemption(sql::Session& session, int64_t member_id, int year,
                           std::string_view reason, std::string_view decided_by, absl::Time now);

// Accounts that must be judged anew from a day on, because of membership's event `sequence` (0 for
// a reason of our own).
struct DueRow {
  int64_t id;
  absl::CivilDay due_on;
  int64_t member_id;
  int64_t sequence;
};
absl::Status InsertDue(sql::Session& session, const std::vector<DueRow>& rows);
// Those due by `today` whose event the copies of membership hold (sequence <= `applied`).
absl::StatusOr<std::vector<DueRow>> ListDue(sql::Session& session, absl::CivilDay today,
                                            int64_t applied, int32_t limit);
absl::Status DeleteDue(sql::Session& session, std::span<const int64_t> ids);
// Members, of those given, who have an account in the year.
absl::StatusOr<std::vector<int64_t>> WithAccount(sql::Session& session, int year,
                                                 std::span<const int64_t> members);

// How far the accounts of a new year are opened.
struct RollRow {
  int64_t last_member_id;
  bool done;
};
absl::StatusOr<std::optional<RollRow>> LoadRoll(sql::Session& session, int year);
absl::Status SaveRoll(sql::Session& session, int year, const RollRow& row);
// Members after `after` who belong to an organization on `day`, in order.
absl::StatusOr<std::vector<int64_t>> MembersAfter(sql::Session& session, absl::CivilDay day,
                                                  int64_t after, int32_t limit);

}  // namespace ronghe::training

#endif  // RONGHE_SERVICES_TRAINING_STORE_ACCOUNT_STORE_H_

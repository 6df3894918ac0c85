// Which SQL runs on the ledger: entries, lines, balances and the banks of funds?
//
// Entries and lines are only ever added (the service's user may do no more); balances are their
// sums by account and year, kept in the same transaction. Functions answer the errors of
// sql::Session besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_LEDGER_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_LEDGER_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/dues/ledger.h"
#include "services/membership/domain/subject.h"

namespace ronghe::membership {

struct LedgerEntryRow {
  int64_t id = 0;
  int64_t organization_id = 0;
  LedgerFund fund = LedgerFund::kDues;
  EntryKind kind = EntryKind::kPayment;
  absl::CivilDay day;
  FundUse use = FundUse::kNone;
  std::string decision;
  std::string reference_collection;  // what it belongs to, "duesPayments"; empty: nothing
  int64_t reference_id = 0;
  std::optional<int64_t> reverses_id;
  std::string posted_by;
  absl::Time create_time;

  Subject reference() const { return {reference_collection, reference_id}; }
  void set_reference(const Subject& subject) {
    reference_collection = subject.collection;
    reference_id = subject.id;
  }
};

struct LedgerLineRow {
  int64_t entry_id = 0;
  int32_t line = 0;
  int64_t organization_id = 0;
  LedgerFund fund = LedgerFund::kDues;
  LedgerAccount account = LedgerAccount::kBank;
  int32_t year = 0;
  int64_t debit_fen = 0;
  int64_t credit_fen = 0;
};

// Adds an entry with the lines of `posting`, whose organization and fund it takes, and moves the
// balances. Locks the balances of the organization and fund until the transaction ends.
//
// Errors: those of CheckPosting and CheckBalances.
absl::Status PostEntry(sql::Session& session, LedgerEntryRow& entry, const Posting& posting);

// Takes an entry back on a day by a new one of id `id`.
//
// Errors: FAILED_PRECONDITION LEDGER_ENTRY_REVERSED when it is taken back or takes one back itself;
// those of PostEntry.
absl::StatusOr<LedgerEntryRow> PostReversal(sql::Session& session, int64_t id,
                                            const LedgerEntryRow& entry, absl::CivilDay day,
                                            const std::string& posted_by, absl::Time now);

// Errors: NOT_FOUND.
absl::StatusOr<LedgerEntryRow> LoadEntry(sql::Session& session, int64_t id);
// The entries of a resource that are no reversals, by id.
absl::StatusOr<std::vector<LedgerEntryRow>> EntriesOf(sql::Session& session,
                                                      const Subject& reference);
// Entries of an organization and fund before `before_id`, the newest first.
absl::StatusOr<std::vector<LedgerEntryRow>> EntriesBefore(sql::Session& session,
                                                          int64_t organization_id, LedgerFund fund,
                                                          int64_t before_id, int32_t limit);
// The lines of entries, by entry and line. At most 256 entries.
absl::StatusOr<std::vector<LedgerLineRow>> LinesOf(sql::Session& session,
                                                   std::span<const int64_t> entry_ids);

struct LedgerBalanceRow {
  int64_t organization_id = 0;
  LedgerFund fund = LedgerFund::kDues;
  LedgerAccount account = LedgerAccount::kBank;
  int32_t year = 0;
  int64_t debit_fen = 0;
  int64_t credit_fen = 0;
};
// All balances of organizations, by key. At most 256 organizations.
absl::StatusOr<std::vector<LedgerBalanceRow>> BalancesOf(sql::Session& session,
                                                         std::span<const int64_t> organization_ids);
// Debit minus credit of each account of a fund over all years, locked.
absl::StatusOr<FundBalances> LockBalances(sql::Session& session, int64_t organization_id,
                                          LedgerFund fund);
// The same sums from the lines themselves, by key. At most 256 organizations.
absl::StatusOr<std::vector<LedgerBalanceRow>> LineSumsOf(sql::Session& session,
                                                         std::span<const int64_t> organization_ids);
// What organizations spent of dues in a year, by use. At most 256 organizations.
struct UseSum {
  FundUse use = FundUse::kNone;
  int64_t fen = 0;
};
absl::StatusOr<std::vector<UseSum>> UsesOf(sql::Session& session, LedgerFund fund, int32_t year,
                                           std::span<const int64_t> organization_ids);
// What left a fund's bank account as expenses in a year before a day.
absl::StatusOr<int64_t> SpentBefore(sql::Session& session, int64_t organization_id, LedgerFund fund,
                                    absl::CivilDay first, absl::CivilDay before);

struct FundAccountRow {
  int64_t organization_id = 0;
  LedgerFund fund = LedgerFund::kDues;
  std::string bank;
  absl::CivilDay opened_on;
  absl::Time update_time;
};
absl::Status SetFundAccount(sql::Session& session, const FundAccountRow& row);

enum class RequestState : int32_t { kAsked = 1, kApproved = 2, kRefused = 3 };

struct FundRequestRow {
  int64_t id = 0;
  int64_t organization_id = 0;
  int64_t decider_id = 0;
  FundUse use = FundUse::kNone;
  int64_t amount_fen = 0;
  int64_t allotted_fen = 0;
  std::string motion;
  std::string decision;
  RequestState state = RequestState::kAsked;
  absl::Time create_time;
  std::optional<absl::Time> decide_time;
};
absl::Status InsertFundRequest(sql::Session& session, const FundRequestRow& row);
// Errors: NOT_FOUND.
absl::StatusOr<FundRequestRow> LoadFundRequest(sql::Session& session, int64_t id);
absl::StatusOr<FundRequestRow> LockFundRequest(sql::Session& session, int64_t id);
absl::Status UpdateFundRequest(sql::Session& session, const FundRequestRow& row);
// Requests that an organization made or decides, before `before_id`, the newest first.
absl::StatusOr<std::vector<FundRequestRow>> FundRequestsOf(sql::Session& session,
                                                           int64_t organization_id,
                                                           int64_t before_id, int32_t limit);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_LEDGER_STORE_H_

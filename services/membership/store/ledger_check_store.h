// Which SQL proves the books: what the ledger, the bills, the payments and the remittances of
// organizations come to, each from its own rows?
//
// Functions answer the errors of sql::Session besides what they document.
#ifndef RONGHE_SERVICES_MEMBERSHIP_STORE_LEDGER_CHECK_STORE_H_
#define RONGHE_SERVICES_MEMBERSHIP_STORE_LEDGER_CHECK_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/session.h"
#include "services/membership/domain/dues/ledger.h"

namespace ronghe::membership {

enum class CheckState : int32_t { kRunning = 1, kProven = 2, kDifferent = 3 };

struct LedgerCheckRow {
  int64_t id = 0;
  int64_t organization_id = 0;
  CheckState state = CheckState::kRunning;
  std::string position;  // path of the organization checked last; empty: none
  int64_t organizations_done = 0;
  int64_t debit_fen = 0;
  int64_t credit_fen = 0;
  int64_t difference_count = 0;
  absl::Time create_time;
  std::optional<absl::Time> end_time;
};
absl::Status InsertLedgerCheck(sql::Session& session, const LedgerCheckRow& row);
// Errors: NOT_FOUND.
absl::StatusOr<LedgerCheckRow> LoadLedgerCheck(sql::Session& session, int64_t id);
absl::StatusOr<LedgerCheckRow> LockLedgerCheck(sql::Session& session, int64_t id);
absl::Status UpdateLedgerCheck(sql::Session& session, const LedgerCheckRow& row);
absl::StatusOr<std::optional<LedgerCheckRow>> NextLedgerCheck(sql::Session& session);

struct LedgerDifferenceRow {
  int64_t check_id = 0;
  int64_t ordinal = 0;
  std::string rule;
  int64_t organization_id = 0;
  LedgerFund fund = LedgerFund::kDues;
  int64_t expected_fen = 0;
  int64_t actual_fen = 0;
};
absl::Status InsertLedgerDifferences(sql::Session& session,
                                     std::span<const LedgerDifferenceRow> rows);
// The first differences of a check.
absl::StatusOr<std::vector<LedgerDifferenceRow>> LedgerDifferencesOf(sql::Session& session,
                                                                     int64_t check_id,
                                                                     int32_t limit);

// One sum of an organization.
struct OrganizationSum {
  int64_t organization_id = 0;
  int64_t fen = 0;
};
// What is paid on bills of branches; the allocations of payments that stand on the same bills; and
// what dues_month says of both. At most 256 organizations.
absl::StatusOr<std::vector<OrganizationSum>> PaidOnBills(sql::Session& session,
                                                         std::span<const int64_t> ids);
absl::StatusOr<std::vector<OrganizationSum>> AllocatedToBills(sql::Session& session,
                                                              std::span<const int64_t> ids);
absl::StatusOr<std::vector<OrganizationSum>> SettledByMonth(sql::Session& session,
                                                            std::span<const int64_t> ids);
// Payments that stand, without those for the Centre, and what dues_month says was collected.
absl::StatusOr<std::vector<OrganizationSum>> PaidToOrganizations(sql::Session& session,
                                                                 std::span<const int64_t> ids);
absl::StatusOr<std::vector<OrganizationSum>> CollectedByMonth(sql::Session& session,
                                                              std::span<const int64_t> ids);
// What closed periods say was received, and what the remittances in them say was paid.
absl::StatusOr<std::vector<OrganizationSum>> ReceivedInPeriods(sql::Session& session,
                                                               std::span<const int64_t> ids);
absl::StatusOr<std::vector<OrganizationSum>> PaidInPeriods(sql::Session& session,
                                                           std::span<const int64_t> ids);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_STORE_LEDGER_CHECK_STORE_H_

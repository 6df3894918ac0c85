// Do the books agree with what they were made from, in every organization?
//
// The job takes waiting checks in order and walks the subtree of each in tree order, some
// organizations a snapshot. For each it adds up lines, balances, bills, payments and remittances,
// each from its own rows, and writes down what differs together with its position. Killed anywhere,
// it goes on after the last step; its memory does not depend on the size of the tree.
#ifndef RONGHE_SERVICES_MEMBERSHIP_JOBS_LEDGER_CHECKER_H_
#define RONGHE_SERVICES_MEMBERSHIP_JOBS_LEDGER_CHECKER_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/job/job_runner.h"
#include "services/membership/store/ledger_check_store.h"
#include "services/membership/store/membership_tree.h"

namespace ronghe::membership {

inline constexpr char kLedgerCheckJob[] = "ledger.check";

// What a step of a check found.
struct CheckedBooks {
  int64_t debit_fen = 0;
  int64_t credit_fen = 0;
  std::vector<LedgerDifferenceRow> differences;  // without check and ordinal
};

// Checks the books of organizations: debit and credit of each fund and year, balances against lines
// (BALANCE); money paid on bills against allocations and sums (BILLS); payments against accounts
// and sums (PAYMENTS); remittances against what was handed up and received, and what was paid in
// each closed period against what was received in it (REMITTANCES). At most
// 256 ids; all reads must see one moment.
absl::StatusOr<CheckedBooks> CheckBooks(sql::Session& session, std::span<const int64_t> ids);

// The references must outlive it. One run at a time, which the jobs' lease sees to.
class LedgerChecker {
 public:
  explicit LedgerChecker(MembershipTree& tree) : tree_(tree) {}

  // Works until nothing waits or the run is cancelled.
  //
  // Errors: those of sql::Database; LEASE_LOST.
  absl::Status Run(job::JobContext& context);

 private:
  absl::Status Step(job::JobContext& context, LedgerCheckRow& check);

  MembershipTree& tree_;
};

// Adds the job to `jobs`. `checker` must outlive the runner's threads.
void AddLedgerJobs(job::JobRunner& jobs, LedgerChecker& checker);

}  // namespace ronghe::membership

#endif  // RONGHE_SERVICES_MEMBERSHIP_JOBS_LEDGER_CHECKER_H_

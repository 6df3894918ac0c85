// How fast are the monthly bills of dues made, against nothing but multi-row INSERTs of the same
// rows into the same table?
//
//   ronghe-with-mariadb ronghe-bench-bills --members 200000
//
// Loads a county of branches with members and standards, inserts the rows of one month with 100 a
// statement and 500 a transaction (the floor), then lets the job bill another month, twice: the
// second month finds everybody one month behind. Prints bills a second, the ratio to the floor and
// the greatest memory of the process.

#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/time/clock.h"
#include "common/base/status_macros.h"
#include "common/event/publisher.h"
#include "common/job/job_runner.h"
#include "common/metrics/metrics.h"
#include "common/sql/database.h"
#include "services/membership/jobs/bill_runner.h"
#include "services/membership/rules/load.h"
#include "services/membership/store/dues_account_store.h"
#include "services/membership/store/dues_bill_store.h"
#include "services/membership/store/dues_standard_store.h"
#include "services/membership/store/store_testing.h"

ABSL_FLAG(int, members, 200'000, "members to bill");
ABSL_FLAG(int, branch, 22, "members of a branch");

namespace ronghe::membership {
namespace {

constexpr int64_t kCounty = 1;
constexpr int64_t kFirstBranch = 10;
constexpr int64_t kFirstMember = 10'000'000;
constexpr int kRowsATransaction = 500;

absl::Time Later() { return absl::Now() + absl::Minutes(10); }

// Runs `fn` over [0, count) in transactions of a bounded number of rows.
template <class F>
absl::Status InSteps(sql::Database& database, int count, F fn) {
  for (int from = 0; from < count; from += kRowsATransaction) {
    const int to = std::min(count, from + kRowsATransaction);
    RONGHE_RETURN_IF_ERROR(database.Transact(
        Later(), [&](sql::Session& session) -> absl::Status { return fn(session, from, to); }));
  }
  return absl::OkStatus();
}

absl::Status Load(sql::Database& database, int members, int branch_size) {
  RONGHE_RETURN_IF_ERROR(database.Transact(Later(), [](sql::Session& session) {
    return InsertOrganization(session, TestOrganization(kCounty, 0, 611));
  }));
  const int branches = (members + branch_size - 1) / branch_size;
  RONGHE_RETURN_IF_ERROR(InSteps(database, branches, [](sql::Session& session, int from, int to) {
    for (int i = from; i < to; ++i) {
      RONGHE_RETURN_IF_ERROR(
          InsertOrganization(session, TestOrganization(kFirstBranch + i, kCounty, 631)));
    }
    return absl::OkStatus();
  }));
  return InSteps(database, members, [&](sql::Session& session, int from, int to) {
    std::vector<MemberIntervalRow> intervals;
    std::vector<DuesStandardRow> standards;
    std::vector<DuesAccountRow> accounts;
    for (int i = from; i < to; ++i) {
      const int64_t id = kFirstMember + i;
      const int64_t organization = kFirstBranch + i / branch_size;
      intervals.push_back({.id = id,
                           .member_id = id,
                           .organization_id = organization,
                           .voting = true,
                           .valid_from = absl::CivilDay(2020, 1, 1)});
      DuesStandardRow standard{.member_id = id, .rule_set = "bench", .source = "bench"};
      standard.set_standard({.dues = {.base_fen = 300'000, .rate_bp = 50, .amount_fen = 1'500},
                             .from = Month(2025, 1),
                             .to = Month(2025, 12)});
      standards.push_back(standard);
      accounts.push_back({.member_id = id, .organization_id = organization});
    }
    RONGHE_RETURN_IF_ERROR(InsertIntervals(session, intervals));
    RONGHE_RETURN_IF_ERROR(OpenDuesAccounts(session, accounts));
    return InsertStandards(session, standards);
  });
}

// Rows a second of the floor. The rows are those of a month before all others; they are settled, so
// that no later run counts them as unpaid.
absl::StatusOr<double> Floor(sql::Database& database, int members, int branch_size) {
  const absl::Time start = absl::Now();
  RONGHE_RETURN_IF_ERROR(InSteps(database, members, [&](sql::Session& session, int from, int to) {
    std::vector<DuesBillRow> rows;
    for (int i = from; i < to; ++i) {
      rows.push_back({.member_id = kFirstMember + i,
                      .month = 202412,
                      .organization_id = kFirstBranch + i / branch_size,
                      .amount_fen = 1'500,
                      .paid_fen = 1'500,
                      .state = BillState::kPaid,
                      .settled = true});
    }
    return InsertBills(session, rows);
  }));
  return members / absl::ToDoubleSeconds(absl::Now() - start);
}

// Bills a second of the job.
absl::StatusOr<double> Run(sql::Database& database, job::JobRunner& jobs, int32_t month,
                           int members) {
  RONGHE_RETURN_IF_ERROR(database.Transact(Later(), [month](sql::Session& session) {
    return InsertBillRun(session, {.id = month,
                                   .organization_id = kCounty,
                                   .month = month,
                                   .requested_by = "bench",
                                   .create_time = absl::Now()});
  }));
  const absl::Time start = absl::Now();
  RONGHE_RETURN_IF_ERROR(jobs.RunOnce(kBillRunJob));
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  RONGHE_ASSIGN_OR_RETURN(const BillRunRow done,
                          database.Read(Later(), [month](sql::Session& session) {
                            return LoadBillRun(session, month);
                          }));
  if (done.bills_made != members || done.state != RunState::kDone) {
    return absl::InternalError("the run did not bill everybody");
  }
  return members / seconds;
}

absl::Status Main() {
  const int members = absl::GetFlag(FLAGS_members);
  const int branch_size = absl::GetFlag(FLAGS_branch);
  testing::TestSchema schema = NewMembershipSchema();
  RONGHE_ASSIGN_OR_RETURN(const auto database, sql::Database::Open(schema.options()));
  RONGHE_RETURN_IF_ERROR(Load(*database, members, branch_size));

  event::Publisher publisher(*database, nullptr, base::Clock::Real(), "services/membership");
  base::IdGenerator ids(1);
  metrics::Registry metrics;
  RONGHE_ASSIGN_OR_RETURN(const RuleBooks books, LoadRuleBooks());
  MembershipTree tree(*database, publisher);
  RONGHE_RETURN_IF_ERROR(tree.Start());
  BillRunner runner(ids, tree, books, metrics, [] {});
  job::JobRunner jobs(*database, base::Clock::Real(), "bench");
  AddBillJobs(jobs, runner);

  RONGHE_ASSIGN_OR_RETURN(const double floor, Floor(*database, members, branch_size));
  RONGHE_ASSIGN_OR_RETURN(const double first, Run(*database, jobs, 202501, members));
  RONGHE_ASSIGN_OR_RETURN(const double behind, Run(*database, jobs, 202502, members));
  tree.Stop();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("members                      %12d\n", members);
  std::printf("floor, rows/s                %12.0f\n", floor);
  std::printf("bills/s                      %12.0f  ratio %.2f\n", first, first / floor);
  std::printf("bills/s, everybody behind    %12.0f  ratio %.2f\n", behind, behind / floor);
  std::printf("greatest memory, MB          %12ld\n", usage.ru_maxrss / 1024);
  return absl::OkStatus();
}

}  // namespace
}  // namespace ronghe::membership

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  const absl::Status status = ronghe::membership::Main();
  if (status.ok()) return EXIT_SUCCESS;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return EXIT_FAILURE;
}

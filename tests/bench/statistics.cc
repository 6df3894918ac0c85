// How long do the tables of a report take, for a county and for everybody?
//
//   build/bin/ronghe-with-mariadb build/bin/ronghe-bench-statistics --members 300000
//
// Fills a schema of its own with members in branches of 22, 20 branches to a town, 80 towns to a
// county; every tenth member has a change in the period. Prints seconds and rows a second; nothing
// of it is an aim that a test holds, because it belongs to the machine.

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/event/publisher.h"
#include "common/testing/mariadb.h"
#include "services/membership/jobs/report_computer.h"
#include "services/membership/rules/forms.h"
#include "services/membership/rules/load.h"
#include "services/membership/store/change_store.h"
#include "services/membership/store/store_testing.h"

ABSL_FLAG(int, members, 300'000, "members to be counted");

namespace ronghe::membership {
namespace {

constexpr int kPerBranch = 22;
constexpr int kPerTown = 20;
constexpr int kPerCounty = 80 * kPerTown;
constexpr int64_t kTop = 1;
constexpr int64_t kFirstCounty = 1'000'000;
constexpr int64_t kFirstTown = 2'000'000;
constexpr int64_t kFirstBranch = 10'000'000;
constexpr int64_t kFirstMember = 100'000'000;
constexpr int kChunk = 2000;

void Must(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

template <class F>
double Seconds(F&& work) {
  const absl::Time from = absl::Now();
  work();
  return absl::ToDoubleSeconds(absl::Now() - from);
}

void FillOrganizations(sql::Database& database, int branches) {
  std::vector<OrganizationRow> rows = {TestOrganization(kTop, 0, 611)};
  for (int branch = 0; branch < branches; ++branch) {
    const int64_t county = kFirstCounty + branch / kPerCounty;
    const int64_t town = kFirstTown + branch / kPerTown;
    if (branch % kPerCounty == 0) rows.push_back(TestOrganization(county, kTop, 611));
    if (branch % kPerTown == 0) rows.push_back(TestOrganization(town, county, 611));
    rows.push_back(TestOrganization(kFirstBranch + branch, town, 631));
  }
  for (size_t from = 0; from < rows.size(); from += kChunk) {
    Must(database.Transact(absl::Now() + absl::Minutes(1), [&](sql::Session& session) {
      for (size_t i = from; i < std::min(rows.size(), from + kChunk); ++i) {
        absl::Status status = InsertOrganization(session, rows[i]);
        if (!status.ok()) return status;
      }
      return absl::OkStatus();
    }));
  }
}

class People {
 public:
  explicit People(int branches) : branches_(branches) {}

  // Members from..to-1 with their history.
  absl::Status Insert(sql::Session& session, int from, int to) {
    std::vector<MemberRow> members;
    std::vector<MemberIntervalRow> intervals;
    std::vector<MembershipChangeRow> changes;
    for (int i = from; i < to; ++i) {
      MemberRow row = TestMember(kFirstMember + i, kFirstBranch + i / kPerBranch);
      row.gender = Pick(10) < 4 ? Gender::kFemale : Gender::kMale;
      row.ethnicity = Pick(10) == 0 ? "03" : "01";
      row.birth_date = absl::CivilDay(1940 + Pick(65), 1 + Pick(12), 1 + Pick(28));
      row.joined_on = absl::CivilDay(1960 + Pick(60), 7, 1);
      row.education = kEducations_[static_cast<size_t>(Pick(5))];
      row.occupation = kOccupations_[static_cast<size_t>(Pick(5))];
      AddHistory(row, intervals, changes);
      members.push_back(std::move(row));
    }
    if (absl::Status status = InsertMembers(session, members); !status.ok()) return status;
    if (absl::Status status = InsertIntervals(session, intervals); !status.ok()) return status;
    return InsertChanges(session, changes);
  }

 private:
  int Pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

  void AddHistory(MemberRow& row, std::vector<MemberIntervalRow>& intervals,
                  std::vector<MembershipChangeRow>& changes) {
    const absl::CivilDay opened(2020, 1, 1);
    intervals.push_back(TestInterval(row.id, row, opened));
    const Membership before = row.membership();
    changes.push_back(MakeChange(row.id, row.id, nullptr, &before, opened, ChangeCode::kOpening, {},
                                 row.create_time));
    if (Pick(10) != 0) return;
    const absl::CivilDay day = absl::CivilDay(2025, 1, 1) + Pick(364);
    Membership after = before;
    ChangeCode code = ChangeCode::kMoved;
    if (Pick(2) == 0) {
      after.organization_id = kFirstBranch + Pick(branches_);
    } else {
      after.standing = Standing::kDeceased;
      code = ChangeCode::kDeceased;
    }
    if (after == before) return;
    intervals.back().valid_to = day;
    row.set_membership(after);
    changes.push_back(
        MakeChange(row.id + kFirstMember, row.id, &before, &after, day, code, {}, row.create_time));
    if (!IsMember(after.standing)) return;
    intervals.push_back(TestInterval(row.id + kFirstMember, row, day));
  }

  const int branches_;
  const std::vector<std::string> kEducations_ = {"14", "21", "31", "61", "71"};
  const std::vector<std::string> kOccupations_ = {"工人", "农牧渔民", "公务员", "离退休人员", ""};
  std::mt19937 random_{1};
};

void Compute(sql::Database& database, MembershipTree& tree, const FormBook& forms,
             const RuleBooks& books, int64_t id, int64_t organization, const char* title) {
  metrics::Registry registry;
  ReportComputer computer(tree, forms, books, registry);
  job::JobRunner jobs(database, base::Clock::Real(), "bench", absl::Minutes(30));
  AddReportJob(jobs, computer);
  const ReportRow report{.id = id,
                         .organization_id = organization,
                         .form = forms.Of(2025).name(),
                         .kind = 1,
                         .period_from = absl::CivilDay(2025, 1, 1),
                         .snapshot_day = absl::CivilDay(2025, 12, 31),
                         .state = ReportState::kComputing,
                         .phase = ReportPhase::kFrame,
                         .create_time = absl::Now(),
                         .update_time = absl::Now()};
  Must(database.Transact(absl::Now() + absl::Seconds(10),
                         [&](sql::Session& session) { return InsertReport(session, report); }));
  const double seconds = Seconds([&] { Must(jobs.RunOnce(kReportJob)); });
  const auto done = database.Read(absl::Now() + absl::Seconds(10),
                                  [&](sql::Session& session) { return LoadReport(session, id); });
  Must(done.status());
  const org::OrgCounts counts = tree.tree().Count(organization);
  const auto members = static_cast<double>(counts.full + counts.probationary);
  std::printf("%-8s %9.0f members %7d organizations %8.2f s %9.0f members/s %d differences\n",
              title, members, (*done)->organization_count, seconds, members / seconds,
              (*done)->difference_count);
}

// The 99th percentile of reading the count of a subtree of any level.
void CountSubtrees(const MembershipTree& tree, int branches) {
  std::mt19937 random(2);
  std::vector<double> micros;
  for (int i = 0; i < 100'000; ++i) {
    const int branch = static_cast<int>(random() % static_cast<unsigned>(branches));
    const int64_t level[] = {kTop, kFirstCounty + branch / kPerCounty,
                             kFirstTown + branch / kPerTown, kFirstBranch + branch};
    micros.push_back(1e6 * Seconds([&] {
                       volatile int64_t full = tree.tree().Count(level[i % 4]).full;
                       static_cast<void>(full);
                     }));
  }
  std::nth_element(micros.begin(), micros.begin() + 99'000, micros.end());
  std::printf("subtree count p99 %.2f us\n", micros[99'000]);
}

int Main() {
  const int members = absl::GetFlag(FLAGS_members);
  const int branches = (members + kPerBranch - 1) / kPerBranch;
  const testing::TestSchema schema = NewMembershipSchema();
  const std::unique_ptr<sql::Database> database = *sql::Database::Open(schema.options());
  const double filled = Seconds([&] {
    FillOrganizations(*database, branches);
    People people(branches);
    for (int from = 0; from < members; from += kChunk) {
      Must(database->Transact(absl::Now() + absl::Minutes(1), [&](sql::Session& session) {
        return people.Insert(session, from, std::min(members, from + kChunk));
      }));
    }
  });
  std::printf("filled in %.0f s\n", filled);
  event::Publisher publisher(*database, nullptr, base::Clock::Real(), "services/membership");
  MembershipTree tree(*database, publisher);
  Must(tree.Start());
  const FormBook forms = *LoadForms();
  const RuleBooks books = *LoadRuleBooks();
  Compute(*database, tree, forms, books, 1, kFirstCounty, "county");
  Compute(*database, tree, forms, books, 2, kTop, "all");
  CountSubtrees(tree, branches);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("peak memory %ld MB\n", usage.ru_maxrss / 1024);
  tree.Stop();
  return 0;
}

}  // namespace
}  // namespace ronghe::membership

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return ronghe::membership::Main();
}

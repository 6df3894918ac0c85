// How fast does a first roster go in, against nothing but multi-row INSERTs of the same rows?
//
//   ronghe-with-mariadb ronghe-bench-rosters --members 200000
//
// Writes rosters of new members of a county's branches, one after the other as a province sends
// them, and lets the job import them: parsing, encryption, blind index, locks, history, events and
// their numbering, counts. The floor are INSERTs of as many member rows into an empty schema, and
// of the history and events that go with them. Prints members a second, the ratio to both floors
// and the greatest memory of the process.

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
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/base/status_macros.h"
#include "common/crypto/key_store.h"
#include "common/event/event.h"
#include "common/event/publisher.h"
#include "common/job/job_runner.h"
#include "common/metrics/metrics.h"
#include "common/sql/database.h"
#include "services/membership/domain/identity_number.h"
#include "services/membership/jobs/importer.h"
#include "services/membership/rules/load.h"
#include "services/membership/store/change_store.h"
#include "services/membership/store/events.h"
#include "services/membership/store/roster_import_store.h"
#include "services/membership/store/store_testing.h"

ABSL_FLAG(int, members, 200'000, "members to import");
ABSL_FLAG(int, branch, 20, "members of a branch");
ABSL_FLAG(int, file, 40'000, "rows of a file");

namespace ronghe::membership {
namespace {

constexpr int64_t kCounty = 1;
constexpr int64_t kFirstBranch = 10;
constexpr size_t kRowsATransaction = 500;
constexpr absl::CivilDay kSince(2026, 1, 1);

absl::Time Later() { return absl::Now() + absl::Minutes(10); }

// A valid number that nobody has (area 999), another for each `n`.
std::string IdentityOf(int64_t n) {
  const std::string digits = absl::StrFormat("530399%04d%02d%02d%03d", 1950 + n % 50,
                                             1 + n / 50 % 12, 1 + n / 600 % 28, n / 16800 % 1000);
  return digits + IdentityCheckCharacter(digits);
}

std::string RosterOf(int from, int to, int branch_size) {
  std::string file =
      "姓名,性别,公民身份号码,民族,学历,人员类别,所在党支部编码,手机号码,入党日期,转正日期,"
      "党内职务\n";
  for (int n = from; n < to; ++n) {
    const std::string identity = IdentityOf(n);
    absl::StrAppend(&file, "王小", n, ",", (identity[16] - '0') % 2 == 1 ? "男" : "女", ",",
                    identity, ",汉族,大学本科毕业,正式党员,t", kFirstBranch + n / branch_size,
                    ",1990", absl::StrFormat("%07d", n % 10'000'000), ",2010-07-01,2011-07-01,",
                    n % branch_size == 0 ? "书记" : "", "\n");
  }
  return file;
}

absl::Status Found(sql::Database& database, int members, int branch_size) {
  std::vector<OrganizationRow> rows = {TestOrganization(kCounty, 0, 611)};
  for (int i = 0; i * branch_size < members; ++i) {
    rows.push_back(TestOrganization(kFirstBranch + i, kCounty, 631));
  }
  return database.Transact(Later(), [&](sql::Session& session) {
    return InsertOrganizations(session, std::span<const OrganizationRow>(rows));
  });
}

absl::Status Upload(sql::Database& database, const PersonalFields& fields, int64_t id,
                    const std::string& file) {
  return database.Transact(Later(), [&](sql::Session& session) -> absl::Status {
    const auto size = static_cast<int64_t>(file.size());
    RONGHE_RETURN_IF_ERROR(InsertRosterImport(session, {.id = id,
                                                        .organization_id = kCounty,
                                                        .file_name = "bench.csv",
                                                        .size = size,
                                                        .uploaded = size,
                                                        .state = RosterState::kRunning,
                                                        .effective_date = kSince,
                                                        .requested_by = "bench",
                                                        .create_time = absl::Now(),
                                                        .update_time = absl::Now(),
                                                        .kind = ImportKind::kMembers}));
    RONGHE_ASSIGN_OR_RETURN(sql::Bytes sealed, fields.SealRosterBytes(file, id, 0));
    return InsertRosterChunk(session, {id, 0, size, sql::Bytes(), std::move(sealed)});
  });
}

// Rows a second of bare INSERTs into an empty schema: the floor. The rows stand ready beforehand.
// `everything`: what else the import writes about a member too.
absl::StatusOr<double> Floor(int members, int branch_size, bool everything) {
  testing::TestSchema schema = NewMembershipSchema();
  RONGHE_ASSIGN_OR_RETURN(const auto database, sql::Database::Open(schema.options()));
  base::IdGenerator ids(1);
  const std::string cipher(49, 'c');
  std::vector<MemberRow> rows;
  std::vector<MemberIntervalRow> intervals;
  std::vector<MembershipChangeRow> changes;
  for (int n = 0; n < members; ++n) {
    MemberRow row = TestMember(ids.Next(), kFirstBranch + n / branch_size);
    row.full_name = absl::StrCat("王小", n);
    row.identity_cipher = sql::Bytes(cipher);
    row.phone_cipher = sql::Bytes(cipher);
    const MemberIntervalRow interval = TestInterval(ids.Next(), row, kSince);
    const Membership membership = row.membership();
    changes.push_back(MakeChange(ids.Next(), row.id, nullptr, &membership, kSince,
                                 ChangeCode::kOpening, {"rosterImports", 1}, absl::Now()));
    intervals.push_back(interval);
    rows.push_back(std::move(row));
  }
  const auto part = [](const auto& all, size_t from) {
    return std::span(all).subspan(from, std::min(kRowsATransaction, all.size() - from));
  };
  const absl::Time start = absl::Now();
  for (size_t from = 0; from < rows.size(); from += kRowsATransaction) {
    RONGHE_RETURN_IF_ERROR(database->Transact(Later(), [&](sql::Session& session) -> absl::Status {
      RONGHE_RETURN_IF_ERROR(InsertMembers(session, part(rows, from)));
      if (!everything) return absl::OkStatus();
      RONGHE_RETURN_IF_ERROR(InsertIntervals(session, part(intervals, from)));
      RONGHE_RETURN_IF_ERROR(InsertChanges(session, part(changes, from)));
      std::vector<event::Draft> events = OpenedEvents(part(intervals, from));
      for (event::Draft& draft : events) draft.id = ids.Next();
      return event::EmitMany(session, events);
    }));
  }
  return members / absl::ToDoubleSeconds(absl::Now() - start);
}

absl::Status Main() {
  const int members = absl::GetFlag(FLAGS_members);
  const int branch_size = absl::GetFlag(FLAGS_branch);
  testing::TestSchema schema = NewMembershipSchema();
  RONGHE_ASSIGN_OR_RETURN(const auto database, sql::Database::Open(schema.options()));
  RONGHE_RETURN_IF_ERROR(Found(*database, members, branch_size));

  crypto::KeyStore keys(crypto::KeyRing::ForTesting(crypto::Suite::kSm));
  const PersonalFields fields(keys);
  job::JobRunner publishing(*database, base::Clock::Real(), "publishing");
  event::Publisher publisher(*database, &publishing, base::Clock::Real(), "services/membership");
  base::IdGenerator ids(1);
  metrics::Registry metrics;
  RONGHE_ASSIGN_OR_RETURN(const OrganizationRuleBook rules,
                          LoadOrganizationRules(BuiltinOrganizationRulesFile()));
  MembershipTree tree(*database, publisher);
  RONGHE_RETURN_IF_ERROR(tree.Start());
  job::JobRunner jobs(*database, base::Clock::Real(), "bench");
  Importer importer(ids, tree, rules, fields, metrics, [&publisher] { publisher.Nudge(); });
  AddRosterJobs(jobs, importer);

  for (int from = 0; from < members; from += absl::GetFlag(FLAGS_file)) {
    const int to = std::min(members, from + absl::GetFlag(FLAGS_file));
    RONGHE_RETURN_IF_ERROR(Upload(*database, fields, ids.Next(), RosterOf(from, to, branch_size)));
  }
  publishing.Start();
  const absl::Time start = absl::Now();
  RONGHE_RETURN_IF_ERROR(jobs.RunOnce(kRosterImportJob));
  RONGHE_RETURN_IF_ERROR(tree.TryCatchUp(Later()));
  const double imported = members / absl::ToDoubleSeconds(absl::Now() - start);
  const int64_t counted = tree.tree().Count(kCounty).full;
  if (counted != members) {
    return absl::InternalError(absl::StrCat("only ", counted, " members went in"));
  }
  tree.Stop();
  publishing.Stop();
  RONGHE_ASSIGN_OR_RETURN(const double floor, Floor(members, branch_size, false));
  RONGHE_ASSIGN_OR_RETURN(const double everything, Floor(members, branch_size, true));
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("members                      %12d\n", members);
  std::printf("floor, member rows/s         %12.0f\n", floor);
  std::printf("floor with history, events/s %12.0f\n", everything);
  std::printf("members/s                    %12.0f  ratio %.2f, %.2f\n", imported, imported / floor,
              imported / everything);
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

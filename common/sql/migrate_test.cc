#include "common/sql/migrate.h"

#include <filesystem>
#include <fstream>
#include <thread>

#include "common/base/status_macros.h"
#include "common/metrics/metrics.h"
#include "common/sql/session.h"
#include "common/sql/statement.h"
#include "common/testing/mariadb.h"
#include "common/testing/matchers.h"
#include "gtest/gtest.h"

namespace ronghe::sql {
namespace {

using ronghe::testing::HasReason;
using ronghe::testing::IsOkAndHolds;
using ronghe::testing::StatusIs;
using ::testing::AllOf;

constexpr char kTable[] =
    "-- A table; nothing else.\nCREATE TABLE IF NOT EXISTS one (id BIGINT NOT NULL, PRIMARY KEY "
    "(id));\n";

class MigrateTest : public ::testing::Test {
 protected:
  MigrateTest()
      : schema_(testing::SharedMariaDb().NewSchema({})),
        directory_(std::filesystem::path(::testing::TempDir()) / ("migrate-" + schema_.name())) {
    std::filesystem::create_directories(directory_);
  }
  ~MigrateTest() override { std::filesystem::remove_all(directory_); }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ / name) << text;
  }
  absl::StatusOr<int> Run(const MigrateOptions& options = {}) {
    return Migrate(schema_.options(), {directory_.string()}, options);
  }
  absl::Status Check() {
    auto database = Database::Open(schema_.options(), registry_);
    if (!database.ok()) return database.status();
    return CheckVersion(**database, {directory_.string()}, absl::Now() + absl::Seconds(10));
  }
  absl::StatusOr<int64_t> Version() {
    auto database = Database::Open(schema_.options(), registry_);
    if (!database.ok()) return database.status();
    return SchemaVersion(**database, absl::Now() + absl::Seconds(10));
  }

  metrics::Registry registry_;
  testing::TestSchema schema_;
  std::filesystem::path directory_;
};

TEST_F(MigrateTest, AppliesEachFileOnceInOrder) {
  Write("V0002__column.sql", "ALTER TABLE one ADD COLUMN a INT NULL");
  Write("V0001__one.sql", kTable);
  EXPECT_THAT(Version(), IsOkAndHolds(0));
  EXPECT_THAT(Check(),
              AllOf(StatusIs(absl::StatusCode::kFailedPrecondition), HasReason("SCHEMA_BEHIND")));
  EXPECT_THAT(Run(), IsOkAndHolds(2));
  EXPECT_THAT(Run(), IsOkAndHolds(0));
  EXPECT_OK(Check());
  EXPECT_THAT(Version(), IsOkAndHolds(2));
}

TEST_F(MigrateTest, OtherFilesOfTheDirectoryAreNotRun) {
  Write("V0001__one.sql", kTable);
  Write("schema.sql", "CREATE TABLE one (id BIGINT); CREATE TABLE two (id BIGINT);");
  Write("users.sql", "CREATE USER 'x'@'%'; GRANT ALL ON *.* TO 'x'@'%';");
  EXPECT_THAT(Run(), IsOkAndHolds(1));
  EXPECT_OK(Check());
}

TEST_F(MigrateTest, FillsGapsOfAnotherDirectoryLater) {
  Write("V0100__one.sql", kTable);
  EXPECT_THAT(Run(), IsOkAndHolds(1));
  Write("V0003__two.sql", "CREATE TABLE IF NOT EXISTS two (id BIGINT NOT NULL, PRIMARY KEY (id))");
  EXPECT_THAT(Check(), HasReason("SCHEMA_BEHIND"));
  EXPECT_THAT(Run(), IsOkAndHolds(1));
  EXPECT_OK(Check());
}

TEST_F(MigrateTest, RefusesAChangedFile) {
  Write("V0001__one.sql", kTable);
  ASSERT_OK(Run());
  Write("V0001__one.sql", std::string(kTable) + "-- later\n");
  EXPECT_THAT(Run(), AllOf(StatusIs(absl::StatusCode::kFailedPrecondition),
                           HasReason("MIGRATION_CHANGED")));
  EXPECT_THAT(Check(), HasReason("MIGRATION_CHANGED"));
}

// A crash between the statement and its record leaves the statement done.
TEST_F(MigrateTest, StatementsThatAreDoneAlreadyAreRecorded) {
  Write("V0001__one.sql", kTable);
  ASSERT_OK(Run());
  Write("V0002__column.sql", "ALTER TABLE one ADD COLUMN a INT NULL");
  Write("V0003__key.sql", "CREATE INDEX one_by_a ON one (a)");
  Write("V0004__gone.sql", "ALTER TABLE one DROP INDEX never");
  ASSERT_OK_AND_ASSIGN(auto database, Database::Open(schema_.options(), registry_));
  ASSERT_OK(database->Read(absl::Now() + absl::Seconds(10), [](Session& session) -> absl::Status {
    RONGHE_RETURN_IF_ERROR(session.RunText("test", "ALTER TABLE one ADD COLUMN a INT NULL"));
    return session.RunText("test", "CREATE INDEX one_by_a ON one (a)");
  }));
  EXPECT_THAT(Run(), IsOkAndHolds(3));
}

TEST_F(MigrateTest, AFailingFileStopsTheRunAndIsNamed) {
  Write("V0001__one.sql", kTable);
  Write("V0002__bad.sql", "CREATE TABLE IF NOT EXISTS bad (id NOTHING)");
  Write("V0003__two.sql", "CREATE TABLE IF NOT EXISTS two (id BIGINT NOT NULL, PRIMARY KEY (id))");
  const absl::Status status = Run().status();
  EXPECT_THAT(status, HasReason("MIGRATION_FAILED"));
  EXPECT_THAT(error::MetadataValue(status, "file"), ::testing::HasSubstr("V0002__bad.sql"));
  EXPECT_THAT(Version(), IsOkAndHolds(1));
}

TEST_F(MigrateTest, MalformedFilesAreNamed) {
  EXPECT_THAT(Run(), AllOf(StatusIs(absl::StatusCode::kNotFound), HasReason("MIGRATIONS_MISSING")));
  Write("V0001__one.sql", std::string(kTable) + "SELECT 1");
  EXPECT_THAT(Run(),
              AllOf(StatusIs(absl::StatusCode::kInvalidArgument), HasReason("MIGRATION_INVALID")));
  Write("V0001__one.sql", "-- nothing\n;");
  EXPECT_THAT(Run(), HasReason("MIGRATION_INVALID"));
  Write("V0001__one.sql", kTable);
  Write("V1__other.sql", kTable);
  EXPECT_THAT(Run(), HasReason("MIGRATION_INVALID"));
  std::filesystem::remove(directory_ / "V1__other.sql");
  Write("Vx__other.sql", kTable);
  EXPECT_THAT(Run(), HasReason("MIGRATION_INVALID"));
}

TEST_F(MigrateTest, TwoAtOnceDoTheWorkOnce) {
  for (int i = 1; i <= 9; ++i) {
    Write(absl::StrCat("V000", i, "__t.sql"),
          absl::StrCat("CREATE TABLE t", i, " (id BIGINT NOT NULL, PRIMARY KEY (id))"));
  }
  absl::StatusOr<int> other;
  std::thread thread([&] { other = Run(); });
  const absl::StatusOr<int> mine = Run();
  thread.join();
  ASSERT_OK(mine);
  ASSERT_OK(other);
  EXPECT_EQ(*mine + *other, 9);
}

TEST_F(MigrateTest, AHeldLeaseIsRespectedUntilItEnds) {
  Write("V0001__one.sql", kTable);
  ASSERT_OK(Run());
  ASSERT_OK_AND_ASSIGN(auto database, Database::Open(schema_.options(), registry_));
  const auto hold = [&](const std::string& until) {
    return database->Read(absl::Now() + absl::Seconds(10), [&](Session& session) {
      return session.RunText("test",
                             "UPDATE schema_lease SET owner = 'other', held_until = " + until);
    });
  };
  ASSERT_OK(hold("TIMESTAMPADD(SECOND, 60, UTC_TIMESTAMP(6))"));
  EXPECT_THAT(Run({.wait = absl::Milliseconds(10)}),
              AllOf(StatusIs(absl::StatusCode::kAborted), HasReason("MIGRATION_LOCKED")));
  ASSERT_OK(hold("TIMESTAMPADD(SECOND, -1, UTC_TIMESTAMP(6))"));
  EXPECT_OK(Run({.wait = absl::Milliseconds(10)}));
}

}  // namespace
}  // namespace ronghe::sql

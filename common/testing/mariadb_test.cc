#include "common/testing/mariadb.h"

#include "common/config/common.pb.h"
#include "common/metrics/metrics.h"
#include "common/sql/database.h"
#include "common/sql/statement.h"
#include "common/testing/matchers.h"
#include "gtest/gtest.h"

namespace ronghe::testing {
namespace {

struct CountRow {
  int64_t count;
};
const sql::Query<CountRow> kCount("testing_test.count", "SELECT COUNT(*) AS count FROM thing");
const sql::Command kAdd("testing_test.add", "INSERT INTO thing (id) VALUES (?)");

absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

absl::Status MakeTable(sql::Database& database) {
  return database.Read(Soon(), [](sql::Session& session) {
    return session.RunText("testing_test.create",
                           "CREATE TABLE thing (id BIGINT NOT NULL, PRIMARY KEY (id))");
  });
}

TEST(MariaDbTest, SchemasKnowNothingOfEachOther) {
  metrics::Registry registry;
  const TestSchema first = SharedMariaDb().NewSchema({});
  const TestSchema second = SharedMariaDb().NewSchema({});
  EXPECT_NE(first.name(), second.name());
  ASSERT_OK_AND_ASSIGN(auto one, sql::Database::Open(first.options(), registry));
  ASSERT_OK_AND_ASSIGN(auto two, sql::Database::Open(second.tcp_config(), registry));
  ASSERT_OK(MakeTable(*one));
  ASSERT_OK(MakeTable(*two));
  ASSERT_OK(one->Read(Soon(), [](sql::Session& session) { return session.Execute(kAdd, 1); }));
  ASSERT_OK_AND_ASSIGN(
      auto rows, two->Read(Soon(), [](sql::Session& session) { return session.Select(kCount); }));
  EXPECT_EQ(rows.at(0).count, 0);
}

TEST(MariaDbTest, DroppedSchemasAreGone) {
  metrics::Registry registry;
  sql::Options options;
  {
    const TestSchema schema = SharedMariaDb().NewSchema({});
    options = schema.options();
    ASSERT_OK(sql::Database::Open(options, registry));
  }
  EXPECT_THAT(sql::Database::Open(options, registry),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(MariaDbTest, AcknowledgedRowsSurviveAKill) {
  metrics::Registry registry;
  ASSERT_OK_AND_ASSIGN(const auto server, MariaDb::StartPrivate());
  const TestSchema schema = server->NewSchema({});
  ASSERT_OK_AND_ASSIGN(auto database, sql::Database::Open(schema.options(), registry));
  ASSERT_OK(MakeTable(*database));
  for (int i = 0; i < 20; ++i) {
    ASSERT_OK(database->Transact(
        Soon(), [i](sql::Session& session) { return session.Execute(kAdd, i).status(); }));
  }
  ASSERT_OK(server->KillAndRestart());
  ASSERT_OK_AND_ASSIGN(auto row, database->Read(Soon(), [](sql::Session& session) {
    return session.SelectOne(kCount);
  }));
  EXPECT_EQ(row->count, 20);
}

TEST(MariaDbTest, SharedMigrationsAreLintedAndApply) {
  EXPECT_THAT(LintMigrations({"common/sql/migrations"}), ::testing::IsEmpty());
  metrics::Registry registry;
  const TestSchema schema = SharedMariaDb().NewSchema({"common/sql/migrations"});
  ASSERT_OK(sql::Database::Open(schema.options(), registry));
}

}  // namespace
}  // namespace ronghe::testing

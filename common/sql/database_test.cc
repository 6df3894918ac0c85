#include "common/sql/database.h"

#include <barrier>
#include <condition_variable>
#include <mutex>
#include <numeric>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "common/error/error.h"
#include "common/log/log.h"
#include "common/metrics/metrics.h"
#include "common/sql/error.h"
#include "common/sql/session.h"
#include "common/sql/statement.h"
#include "common/testing/mariadb.h"
#include "common/testing/matchers.h"
#include "gtest/gtest.h"

namespace ronghe::sql {
namespace {

using ronghe::testing::HasReason;
using ronghe::testing::IsOk;
using ronghe::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

enum class Color : int32_t { kNone = 0, kRed = 1, kBlue = 7 };

struct ValueRow {
  int64_t id;
  uint64_t big;
  int32_t small;
  bool flag;
  double ratio;
  std::string name;
  Bytes octets;
  absl::Time at;
  absl::CivilDay day;
  Color color;
  std::optional<int64_t> maybe_number;
  std::optional<std::string> maybe_text;
  std::optional<Bytes> maybe_octets;
  std::optional<absl::Time> maybe_time;
  std::optional<absl::CivilDay> maybe_day;
  std::optional<Color> maybe_color;
  bool operator==(const ValueRow&) const = default;
};

#define VALUE_COLUMNS                                                                     \
  "id, big, small, flag, ratio, name, octets, at, day, color, maybe_number, maybe_text, " \
  "maybe_octets, maybe_time, maybe_day, maybe_color"

const Command kInsertValue("database_test.insert_value",
                           "INSERT INTO specimen (" VALUE_COLUMNS
                           ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const Query<ValueRow> kValue("database_test.value",
                             "SELECT " VALUE_COLUMNS " FROM specimen WHERE id = ?");
const Query<ValueRow> kValuesByOctets("database_test.by_octets",
                                      "SELECT " VALUE_COLUMNS " FROM specimen WHERE octets = ?");
const Query<ValueRow> kValues("database_test.values",
                              "SELECT " VALUE_COLUMNS
                              " FROM specimen WHERE flag = ? AND id IN (?*) ORDER BY id");

struct ThingRow {
  int64_t id;
  int64_t amount;
  bool operator==(const ThingRow&) const = default;
};
const Command kAddThing("thing.add", "INSERT INTO thing (id, amount) VALUES (?, ?)");
const Command kUpsertThing(
    "thing.upsert",
    "INSERT INTO thing (id, amount) VALUES (?, ?) ON DUPLICATE KEY UPDATE amount = VALUES(amount)");
const Command kSetThing("thing.set", "UPDATE thing SET amount = ? WHERE id = ?");
const Command kBumpThing("thing.bump", "UPDATE thing SET amount = amount + ? WHERE id = ?");
const Command kBumpThings("thing.bump_many",
                          "UPDATE thing SET amount = amount + ? WHERE id IN (?*)");
const Command kClearThings("thing.clear", "DELETE FROM thing WHERE id >= 0");
const Query<ThingRow> kThing("thing.by_id", "SELECT id, amount FROM thing WHERE id = ?");
const Query<ThingRow> kThings("thing.all", "SELECT id, amount FROM thing ORDER BY id");

struct NumberRow {
  int64_t number;
};
const Query<NumberRow> kConnection("database_test.connection", "SELECT CONNECTION_ID() AS number");
const Query<NumberRow> kServerLogged(
    "database_test.server_logged",
    "SELECT COUNT(*) AS number FROM mysql.slow_log WHERE sql_text LIKE '%SLEEP%'");
const Query<NumberRow> kSleep("database_test.sleep", "SELECT COALESCE(SLEEP(?), 0) AS number");
const Query<NumberRow> kSum("database_test.sum",
                            "SELECT COALESCE(SUM(amount), 0) AS number FROM thing");

absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

class DatabaseTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    schema_ = new testing::TestSchema(testing::SharedMariaDb().NewSchema({}));
    auto database = Database::Open(schema_->options(), *registry_);
    ASSERT_THAT(database, IsOk());
    database_ = database->release();
    ASSERT_OK(
        Text("CREATE TABLE specimen (id BIGINT NOT NULL, big BIGINT UNSIGNED NOT NULL, "
             "small INT NOT NULL, flag TINYINT(1) NOT NULL, ratio DOUBLE NOT NULL, "
             "name VARCHAR(200) NOT NULL, octets VARBINARY(300) NOT NULL, "
             "at DATETIME(6) NOT NULL, day DATE NOT NULL, color INT NOT NULL, "
             "maybe_number BIGINT NULL, maybe_text VARCHAR(200) NULL, "
             "maybe_octets MEDIUMBLOB NULL, maybe_time DATETIME(6) NULL, maybe_day DATE NULL, "
             "maybe_color INT NULL, PRIMARY KEY (id), KEY by_octets (octets)) "
             "DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"));
    ASSERT_OK(
        Text("CREATE TABLE thing (id BIGINT NOT NULL, amount BIGINT NOT NULL, "
             "PRIMARY KEY (id)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"));
    ASSERT_OK(
        Text("CREATE TABLE part (id BIGINT NOT NULL, thing_id BIGINT NOT NULL, "
             "code VARCHAR(8) NOT NULL, PRIMARY KEY (id), UNIQUE KEY part_by_code (code), "
             "FOREIGN KEY (thing_id) REFERENCES thing (id)) "
             "DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"));
  }

  static void TearDownTestSuite() {
    delete database_;
    delete schema_;
  }

  void SetUp() override {
    ASSERT_OK(Text("DELETE FROM part"));
    ASSERT_OK(Text("DELETE FROM thing"));
    ASSERT_OK(Text("DELETE FROM specimen"));
  }

  static absl::Status Text(const std::string& text) {
    return database_->Read(Soon(), [&](Session& session) { return session.RunText("test", text); });
  }

  static absl::StatusOr<std::unique_ptr<Database>> OpenWithPool(int pool) {
    Options options = schema_->options();
    options.pool = pool;
    return Database::Open(options, *registry_);
  }

  static absl::Status Kill(int64_t connection) {
    return testing::SharedMariaDb().Admin(absl::StrCat("KILL ", connection));
  }

  static absl::StatusOr<int64_t> ConnectionId(Session& session) {
    RONGHE_ASSIGN_OR_RETURN(const auto row, session.SelectOne(kConnection));
    return row->number;
  }

  static absl::Status Add(Session& session, int64_t id, int64_t amount = 0) {
    return session.Execute(kAddThing, id, amount).status();
  }

  static std::vector<int64_t> Ids() {
    const auto rows =
        database_->Read(Soon(), [](Session& session) { return session.Select(kThings); });
    EXPECT_THAT(rows, IsOk());
    std::vector<int64_t> ids;
    if (rows.ok()) {
      for (const ThingRow& row : *rows) ids.push_back(row.id);
    }
    return ids;
  }

  static ValueRow Sample(int64_t id) {
    std::string octets;
    for (int i = 0; i < 256; ++i) octets += static_cast<char>(i);
    return {.id = id,
            .big = UINT64_MAX,
            .small = INT32_MIN,
            .flag = true,
            .ratio = 0.1,
            .name = "中共𠮷林县委员会 '\\",
            .octets = Bytes(octets),
            .at = absl::FromCivil(absl::CivilSecond(2026, 11, 23, 1, 2, 3), absl::UTCTimeZone()) +
                  absl::Microseconds(4),
            .day = absl::CivilDay(2024, 2, 29),
            .color = Color::kBlue,
            .maybe_number = -5,
            .maybe_text = "",
            .maybe_octets = Bytes(std::string(300'000, '\xff')),
            .maybe_time = absl::FromUnixSeconds(-1),
            .maybe_day = absl::CivilDay(1921, 7, 1),
            .maybe_color = Color::kRed};
  }

  static absl::Status InsertValue(Session& session, const ValueRow& row) {
    return session.InsertMany(kInsertValue, std::vector<ValueRow>{row});
  }

  static metrics::Registry* registry_;
  static testing::TestSchema* schema_;
  static Database* database_;
};

metrics::Registry* DatabaseTest::registry_ = new metrics::Registry;
testing::TestSchema* DatabaseTest::schema_ = nullptr;
Database* DatabaseTest::database_ = nullptr;

// Types

TEST_F(DatabaseTest, EveryTypeComesBackAsItWent) {
  const ValueRow full = Sample(1);
  ValueRow empty = Sample(2);
  empty.at = absl::FromUnixSeconds(1'700'000'000);
  empty.maybe_number.reset();
  empty.maybe_text.reset();
  empty.maybe_octets.reset();
  empty.maybe_time.reset();
  empty.maybe_day.reset();
  empty.maybe_color.reset();
  ASSERT_OK(database_->Transact(Soon(), [&](Session& session) -> absl::Status {
    RONGHE_RETURN_IF_ERROR(InsertValue(session, full));
    return InsertValue(session, empty);
  }));
  for (const ValueRow& expected : {full, empty}) {
    ASSERT_OK_AND_ASSIGN(const auto row, database_->Read(Soon(), [&](Session& session) {
      return session.SelectOne(kValue, expected.id);
    }));
    ASSERT_TRUE(row.has_value());
    EXPECT_TRUE(*row == expected);
  }
}

TEST_F(DatabaseTest, OctetsThatAreNoTextAreFoundByIndex) {
  const ValueRow row = Sample(1);
  ASSERT_OK(database_->Read(Soon(), [&](Session& session) { return InsertValue(session, row); }));
  ASSERT_OK_AND_ASSIGN(const auto rows, database_->Read(Soon(), [&](Session& session) {
    return session.Select(kValuesByOctets, row.octets);
  }));
  EXPECT_EQ(rows.size(), 1);
}

TEST_F(DatabaseTest, EqualityIsByCodePoint) {
  ValueRow row = Sample(1);
  row.name = "𠮷";
  ASSERT_OK(database_->Read(Soon(), [&](Session& session) { return InsertValue(session, row); }));
  static const Query<NumberRow> kByName("database_test.by_name",
                                        "SELECT id AS number FROM specimen WHERE name = ?");
  const auto count = [&](std::string_view name) {
    return database_->Read(Soon(), [&](Session& session) { return session.Select(kByName, name); })
        ->size();
  };
  EXPECT_EQ(count("𠮷"), 1);
  EXPECT_EQ(count("𡈽"), 0);
}

TEST_F(DatabaseTest, MissingRowIsNoError) {
  ASSERT_OK_AND_ASSIGN(const auto row, database_->Read(Soon(), [](Session& session) {
    return session.SelectOne(kValue, 99);
  }));
  EXPECT_FALSE(row.has_value());
}

TEST_F(DatabaseTest, SumsAreWholeNumbers) {
  ASSERT_OK(database_->Read(Soon(), [](Session& session) -> absl::Status {
    RONGHE_RETURN_IF_ERROR(Add(session, 1, 9'000'000'000'000'000'000));
    return Add(session, 2, -1);
  }));
  ASSERT_OK_AND_ASSIGN(const auto row, database_->Read(Soon(), [](Session& session) {
    return session.SelectOne(kSum);
  }));
  EXPECT_EQ(row->number, 8'999'999'999'999'999'999);
}

TEST_F(DatabaseTest, TimesOutsideTheCalendarAreRefused) {
  ValueRow row = Sample(1);
  row.at = absl::InfiniteFuture();
  EXPECT_THAT(database_->Read(Soon(), [&](Session& session) { return InsertValue(session, row); }),
              StatusIs(absl::StatusCode::kInternal));
}

// The row struct against the columns

template <class T>
struct Single {
  T value;
};

template <class T>
absl::Status CheckColumn(Database& database, const char* name, const char* text) {
  const Query<Single<T>> query(name, text);
  return database.Read(Soon(), [&](Session& session) { return session.Check(query.info()); });
}

TEST_F(DatabaseTest, ColumnsMustFitTheirFields) {
  const auto refused = [](std::string_view what) {
    return StatusIs(absl::StatusCode::kInternal, HasSubstr(std::string(what)));
  };
  Database& db = *database_;
  EXPECT_THAT(CheckColumn<int64_t>(db, "fit.1", "SELECT id FROM specimen"), IsOk());
  EXPECT_THAT(CheckColumn<int32_t>(db, "fit.2", "SELECT id FROM specimen"), refused("fit.2"));
  EXPECT_THAT(CheckColumn<int64_t>(db, "fit.3", "SELECT big FROM specimen"), refused("unsigned"));
  EXPECT_THAT(CheckColumn<uint64_t>(db, "fit.4", "SELECT id FROM specimen"), refused("fit.4"));
  EXPECT_THAT(CheckColumn<std::string>(db, "fit.5", "SELECT octets FROM specimen"),
              refused("fit.5"));
  EXPECT_THAT(CheckColumn<Bytes>(db, "fit.6", "SELECT name FROM specimen"), refused("fit.6"));
  EXPECT_THAT(CheckColumn<absl::Time>(db, "fit.7", "SELECT day FROM specimen"), refused("fit.7"));
  EXPECT_THAT(CheckColumn<absl::CivilDay>(db, "fit.8", "SELECT at FROM specimen"),
              refused("fit.8"));
  EXPECT_THAT(CheckColumn<int64_t>(db, "fit.9", "SELECT name FROM specimen"), refused("fit.9"));
  EXPECT_THAT(CheckColumn<int64_t>(db, "fit.10", "SELECT maybe_number FROM specimen"),
              refused("NULL"));
  EXPECT_THAT(CheckColumn<std::optional<int64_t>>(db, "fit.11", "SELECT id FROM specimen"), IsOk());
  EXPECT_THAT(CheckColumn<int64_t>(db, "fit.12", "SELECT id, big FROM specimen"),
              refused("2 columns"));
  EXPECT_THAT(CheckColumn<bool>(db, "fit.13", "SELECT flag FROM specimen"), IsOk());
  EXPECT_THAT(CheckColumn<int64_t>(db, "fit.14", "SELECT COUNT(*) FROM specimen"), IsOk());
  EXPECT_THAT(CheckColumn<int64_t>(db, "fit.15", "SELECT MAX(id) FROM specimen"), refused("NULL"));
  EXPECT_THAT(CheckColumn<int64_t>(db, "fit.16", "SELECT COALESCE(MAX(id), 0) FROM specimen"),
              IsOk());
  EXPECT_THAT(
      CheckColumn<int64_t>(
          db, "fit.17",
          "SELECT t.amount FROM specimen v LEFT JOIN thing t ON t.id = v.id WHERE v.id = ?"),
      refused("NULL"));
  EXPECT_THAT(CheckColumn<int64_t>(
                  db, "fit.18",
                  "SELECT d.amount FROM specimen v LEFT JOIN (SELECT id, amount FROM thing) d "
                  "ON d.id = v.id"),
              refused("NULL"));
  EXPECT_THAT(CheckColumn<Color>(db, "fit.19", "SELECT color FROM specimen"), IsOk());
  EXPECT_THAT(CheckColumn<bool>(db, "fit.20", "SELECT id > 5 FROM specimen"), IsOk());
  EXPECT_THAT(CheckColumn<std::string>(db, "fit.21", "SELECT nothing FROM specimen"),
              StatusIs(absl::StatusCode::kInternal));
}

TEST_F(DatabaseTest, ParametersAreCounted) {
  EXPECT_THAT(
      database_->Read(Soon(), [](Session& session) { return session.Select(kValue, 1, 2); }),
      StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(database_->Read(Soon(), [](Session& session) { return session.Select(kValue); }),
              StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(
      database_->Read(Soon(), [](Session& session) { return session.Execute(kSetThing, 1); }),
      StatusIs(absl::StatusCode::kInternal));
}

TEST_F(DatabaseTest, SelectOneRefusesTwo) {
  ASSERT_OK(database_->Read(Soon(), [](Session& session) -> absl::Status {
    RONGHE_RETURN_IF_ERROR(Add(session, 1));
    return Add(session, 2);
  }));
  EXPECT_THAT(database_->Read(Soon(), [](Session& session) { return session.SelectOne(kThings); }),
              StatusIs(absl::StatusCode::kInternal));
}

TEST_F(DatabaseTest, AllRegisteredStatementsOfTheTestPrepare) {
  EXPECT_THAT(testing::PrepareAllStatements(*database_, "thing."), ::testing::IsEmpty());
  EXPECT_THAT(testing::PrepareAllStatements(*database_, "database."), ::testing::IsEmpty());
}

// Lists and batches

TEST_F(DatabaseTest, ListsOfEveryLength) {
  std::vector<ThingRow> things;
  for (int64_t id = 0; id < 300; ++id) things.push_back({id, 0});
  ASSERT_OK(database_->Transact(
      Soon(), [&](Session& session) { return session.InsertMany(kAddThing, things); }));
  static const Query<ThingRow> kSome(
      "thing.some", "SELECT id, amount FROM thing WHERE amount = ? AND id IN (?*) ORDER BY id");
  for (size_t length : {1, 2, 4, 5, 16, 17, 64, 65, 255, 256}) {
    std::vector<int64_t> ids(length);
    for (size_t i = 0; i < length; ++i) ids[i] = static_cast<int64_t>(i);
    ASSERT_OK_AND_ASSIGN(const auto rows, database_->Read(Soon(), [&](Session& session) {
      return session.Select(kSome, 0, std::span<const int64_t>(ids));
    }));
    EXPECT_EQ(rows.size(), length);
    ASSERT_OK_AND_ASSIGN(const int64_t found, database_->Read(Soon(), [&](Session& session) {
      return session.Execute(kBumpThings, 0, ids);
    }));
    EXPECT_EQ(found, static_cast<int64_t>(length));
  }
  ASSERT_OK_AND_ASSIGN(const auto none, database_->Read(Soon(), [&](Session& session) {
    return session.Select(kSome, 0, std::vector<int64_t>{});
  }));
  EXPECT_TRUE(none.empty());
  EXPECT_THAT(database_->Read(Soon(),
                              [&](Session& session) {
                                return session.Select(kSome, 0, std::vector<int64_t>(257, 1));
                              }),
              StatusIs(absl::StatusCode::kInternal));
}

TEST_F(DatabaseTest, BatchesInsertEveryRowOnce) {
  for (size_t count : {0, 1, 9, 10, 99, 100, 237}) {
    std::vector<ThingRow> things;
    for (size_t i = 0; i < count; ++i) things.push_back({static_cast<int64_t>(i), 1});
    ASSERT_OK(database_->Transact(Soon(), [&](Session& session) -> absl::Status {
      RONGHE_RETURN_IF_ERROR(session.Execute(kClearThings).status());
      return session.InsertMany(kAddThing, things);
    }));
    EXPECT_EQ(Ids().size(), count);
  }
  std::vector<ThingRow> again = {{0, 5}, {500, 5}};
  ASSERT_OK(database_->Transact(
      Soon(), [&](Session& session) { return session.InsertMany(kUpsertThing, again); }));
  EXPECT_EQ(Ids().size(), 238);
}

// Refusals

TEST_F(DatabaseTest, RefusalsHaveMeanings) {
  static const Command kAddPart("part.add",
                                "INSERT INTO part (id, thing_id, code) VALUES (?, ?, ?)");
  ASSERT_OK(database_->Read(Soon(), [](Session& session) -> absl::Status {
    RONGHE_RETURN_IF_ERROR(Add(session, 1));
    return session.Execute(kAddPart, 1, 1, "a").status();
  }));
  const auto add = [&](int64_t id, int64_t thing, std::string_view code) {
    return database_
        ->Read(Soon(), [&](Session& session) { return session.Execute(kAddPart, id, thing, code); })
        .status();
  };
  EXPECT_EQ(ViolatedKey(add(1, 1, "b")), "PRIMARY");
  EXPECT_EQ(ViolatedKey(add(2, 1, "a")), "part_by_code");
  EXPECT_THAT(add(2, 7, "b"),
              AllOf(StatusIs(absl::StatusCode::kFailedPrecondition), HasReason("ROW_REFERENCED")));
  EXPECT_THAT(add(2, 1, "123456789"),
              AllOf(StatusIs(absl::StatusCode::kInvalidArgument), HasReason("VALUE_REJECTED")));
  EXPECT_THAT(add(2, 1, "\xff\xfe"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(registry_->Text(),
              HasSubstr("ronghe_sql_errors_total{code=\"1062\",statement=\"part.add\"} 2"));
}

TEST_F(DatabaseTest, UnchangedRowsCountAsFound) {
  ASSERT_OK_AND_ASSIGN(const int64_t found,
                       database_->Read(Soon(), [](Session& session) -> absl::StatusOr<int64_t> {
                         RONGHE_RETURN_IF_ERROR(Add(session, 1, 5));
                         return session.Execute(kSetThing, 5, 1);
                       }));
  EXPECT_EQ(found, 1);
}

TEST_F(DatabaseTest, WrongPasswordIsNotWorthARetry) {
  Options options = schema_->options();
  options.password = "wrong";
  EXPECT_THAT(
      Database::Open(options, *registry_),
      AllOf(StatusIs(absl::StatusCode::kFailedPrecondition), HasReason("DATABASE_REFUSED")));
  options.host = "/nowhere/socket";
  EXPECT_THAT(Database::Open(options, *registry_), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(DatabaseTest, TlsIsEnforcedWhenAskedFor) {
  Options options = schema_->options();
  options.host = "127.0.0.1";
  options.port = testing::SharedMariaDb().port();
  options.tls_ca_file = "/etc/ssl/certs/ca-certificates.crt";
  EXPECT_THAT(Database::Open(options, *registry_), StatusIs(absl::StatusCode::kUnavailable));
}

// Transactions

TEST_F(DatabaseTest, AnErrorRollsBack) {
  EXPECT_THAT(database_->Transact(Soon(),
                                  [](Session& session) -> absl::Status {
                                    RONGHE_RETURN_IF_ERROR(Add(session, 1));
                                    EXPECT_TRUE(session.in_transaction());
                                    return absl::FailedPreconditionError("rule");
                                  }),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_TRUE(Ids().empty());
}

TEST_F(DatabaseTest, AnExceptionRollsBackAndDropsTheConnection) {
  EXPECT_THROW(database_
                   ->Transact(Soon(),
                              [](Session& session) -> absl::Status {
                                RONGHE_RETURN_IF_ERROR(Add(session, 1));
                                throw std::runtime_error("surprise");
                              })
                   .IgnoreError(),
               std::runtime_error);
  EXPECT_TRUE(Ids().empty());
}

TEST_F(DatabaseTest, AnErrorOfTheFunctionIsNotRetried) {
  int runs = 0;
  EXPECT_THAT(database_->Transact(Soon(),
                                  [&](Session& session) -> absl::Status {
                                    ++runs;
                                    RONGHE_RETURN_IF_ERROR(Add(session, 1));
                                    return absl::AbortedError("etag");
                                  }),
              StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(runs, 1);
}

TEST_F(DatabaseTest, RefusedRowLeavesTheTransactionUsable) {
  ASSERT_OK(database_->Transact(Soon(), [](Session& session) -> absl::Status {
    RONGHE_RETURN_IF_ERROR(Add(session, 1));
    EXPECT_THAT(Add(session, 1), StatusIs(absl::StatusCode::kAlreadyExists));
    return Add(session, 2);
  }));
  EXPECT_THAT(Ids(), ::testing::ElementsAre(1, 2));
}

// Two transactions that take two rows in opposite orders: one is the victim and runs again.
TEST_F(DatabaseTest, DeadlocksRunAgain) {
  ASSERT_OK(database_->Read(Soon(), [](Session& session) -> absl::Status {
    RONGHE_RETURN_IF_ERROR(Add(session, 1));
    return Add(session, 2);
  }));
  std::barrier both_hold_one(2);
  std::atomic<int> runs{0};
  const auto work = [&](int64_t first, int64_t second) {
    bool met = false;
    return database_->Transact(Soon(), [&](Session& session) -> absl::Status {
      ++runs;
      RONGHE_RETURN_IF_ERROR(session.Execute(kBumpThing, 1, first).status());
      if (!std::exchange(met, true)) both_hold_one.arrive_and_wait();
      return session.Execute(kBumpThing, 1, second).status();
    });
  };
  absl::Status other;
  std::thread thread([&] { other = work(2, 1); });
  const absl::Status mine = work(1, 2);
  thread.join();
  EXPECT_OK(mine);
  EXPECT_OK(other);
  EXPECT_EQ(runs, 3);
  ASSERT_OK_AND_ASSIGN(const auto rows, database_->Read(Soon(), [](Session& session) {
    return session.Select(kThings);
  }));
  EXPECT_EQ(rows.at(0).amount, 2);
  EXPECT_EQ(rows.at(1).amount, 2);
}

// The victim of a deadlock may ignore the error; what it did before is gone all the same.
TEST_F(DatabaseTest, SwallowedConflictsAreNeverCommitted) {
  ASSERT_OK(database_->Read(Soon(), [](Session& session) -> absl::Status {
    RONGHE_RETURN_IF_ERROR(Add(session, 1));
    return Add(session, 2);
  }));
  std::barrier both_hold_one(2);
  const auto work = [&](int64_t first, int64_t second) {
    bool met = false;
    return database_->Transact(Soon(), [&](Session& session) -> absl::Status {
      RONGHE_RETURN_IF_ERROR(session.Execute(kBumpThing, 1, first).status());
      if (!std::exchange(met, true)) both_hold_one.arrive_and_wait();
      session.Execute(kBumpThing, 1, second).status().IgnoreError();
      return absl::OkStatus();
    });
  };
  absl::Status other;
  std::thread thread([&] { other = work(2, 1); });
  const absl::Status mine = work(1, 2);
  thread.join();
  EXPECT_OK(mine);
  EXPECT_OK(other);
  ASSERT_OK_AND_ASSIGN(const auto row, database_->Read(Soon(), [](Session& session) {
    return session.SelectOne(kSum);
  }));
  EXPECT_EQ(row->number, 4);
}

TEST_F(DatabaseTest, RepeatedConflictsGiveUpAsAborted) {
  ASSERT_OK(database_->Read(Soon(), [](Session& session) { return Add(session, 1); }));
  ASSERT_OK(Text("SET GLOBAL innodb_lock_wait_timeout = 1"));
  int runs = 0;
  ASSERT_OK(database_->Transact(Soon(), [&](Session& holder) -> absl::Status {
    RONGHE_RETURN_IF_ERROR(holder.Execute(kBumpThing, 1, 1).status());
    EXPECT_THAT(database_->Transact(absl::Now() + absl::Seconds(2),
                                    [&](Session& session) -> absl::Status {
                                      ++runs;
                                      RONGHE_RETURN_IF_ERROR(session.RunText(
                                          "test", "SET SESSION innodb_lock_wait_timeout = 0"));
                                      return session.Execute(kBumpThing, 1, 1).status();
                                    }),
                AllOf(StatusIs(absl::StatusCode::kAborted), HasReason("TRANSACTION_CONFLICT")));
    return absl::OkStatus();
  }));
  EXPECT_EQ(runs, 4);
}

TEST_F(DatabaseTest, AConflictThatTheFunctionFindsRunsItAgain) {
  int runs = 0;
  ASSERT_OK(database_->Transact(Soon(), [&](Session& session) -> absl::Status {
    RONGHE_RETURN_IF_ERROR(Add(session, 1));  // would be refused the second time if it had stayed
    return ++runs < 3 ? Conflict() : absl::OkStatus();
  }));
  EXPECT_EQ(runs, 3);

  runs = 0;
  EXPECT_THAT(database_->Transact(Soon(),
                                  [&](Session&) -> absl::Status {
                                    ++runs;
                                    return Conflict();
                                  }),
              AllOf(StatusIs(absl::StatusCode::kAborted), HasReason("TRANSACTION_CONFLICT")));
  EXPECT_EQ(runs, 4);
}

TEST_F(DatabaseTest, OtherErrorsOfTheFunctionAreFinal) {
  for (const absl::Status& error :
       {absl::AbortedError("moved on"),
        error::Make(absl::StatusCode::kAborted, "ETAG_MISMATCH", "内容已被他人修改"),
        error::Make(absl::StatusCode::kFailedPrecondition, "TRANSACTION_CONFLICT", "")}) {
    int runs = 0;
    EXPECT_EQ(database_->Transact(Soon(),
                                  [&](Session&) {
                                    ++runs;
                                    return error;
                                  }),
              error);
    EXPECT_EQ(runs, 1);
  }
  int runs = 0;
  EXPECT_THAT(database_->Read(Soon(),
                              [&](Session&) {
                                ++runs;
                                return Conflict();
                              }),
              StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(runs, 1);
}

TEST_F(DatabaseTest, AConflictIsNotTriedBeyondTheDeadline) {
  const absl::Time deadline = absl::Now() + absl::Milliseconds(200);
  EXPECT_THAT(database_->Transact(deadline,
                                  [&](Session&) -> absl::Status {
                                    while (absl::Now() < deadline) std::this_thread::yield();
                                    return Conflict();
                                  }),
              HasReason("TRANSACTION_CONFLICT"));
}

TEST_F(DatabaseTest, SnapshotsStandStillAndRefuseWrites) {
  ASSERT_OK(database_->Read(Soon(), [](Session& session) { return Add(session, 1); }));
  ASSERT_OK(database_->ReadSnapshot(Soon(), [&](Session& session) -> absl::Status {
    RONGHE_RETURN_IF_ERROR(database_->Read(Soon(), [](Session& other) { return Add(other, 2); }));
    RONGHE_ASSIGN_OR_RETURN(const auto rows, session.Select(kThings));
    EXPECT_EQ(rows.size(), 1);
    EXPECT_FALSE(Add(session, 3).ok());
    return absl::OkStatus();
  }));
  // The isolation of the snapshot does not outlive it.
  ASSERT_OK(database_->Transact(Soon(), [&](Session& session) -> absl::Status {
    RONGHE_ASSIGN_OR_RETURN(const auto before, session.Select(kThings));
    RONGHE_RETURN_IF_ERROR(database_->Read(Soon(), [](Session& other) { return Add(other, 3); }));
    RONGHE_ASSIGN_OR_RETURN(const auto after, session.Select(kThings));
    EXPECT_EQ(after.size(), before.size() + 1);
    return absl::OkStatus();
  }));
}

// Lost connections

TEST_F(DatabaseTest, KilledInATransactionRunsAgain) {
  int runs = 0;
  ASSERT_OK(database_->Transact(Soon(), [&](Session& session) -> absl::Status {
    ++runs;
    RONGHE_RETURN_IF_ERROR(Add(session, 1));
    if (runs == 1) {
      RONGHE_ASSIGN_OR_RETURN(const int64_t id, ConnectionId(session));
      RONGHE_RETURN_IF_ERROR(Kill(id));
    }
    return Add(session, 2);
  }));
  EXPECT_EQ(runs, 2);
  EXPECT_THAT(Ids(), ::testing::ElementsAre(1, 2));
}

TEST_F(DatabaseTest, KilledEveryTimeIsUnavailableAndLeavesNothing) {
  int runs = 0;
  EXPECT_THAT(database_->Transact(Soon(),
                                  [&](Session& session) -> absl::Status {
                                    ++runs;
                                    RONGHE_RETURN_IF_ERROR(Add(session, 1));
                                    RONGHE_ASSIGN_OR_RETURN(const int64_t id,
                                                            ConnectionId(session));
                                    RONGHE_RETURN_IF_ERROR(Kill(id));
                                    return Add(session, 2);
                                  }),
              AllOf(StatusIs(absl::StatusCode::kUnavailable), HasReason("DATABASE_UNAVAILABLE")));
  EXPECT_EQ(runs, 4);
  EXPECT_TRUE(Ids().empty());
}

TEST_F(DatabaseTest, KilledBeforeTheCommitIsNeverHalfWritten) {
  EXPECT_THAT(database_->Transact(Soon(),
                                  [&](Session& session) -> absl::Status {
                                    RONGHE_RETURN_IF_ERROR(Add(session, 1));
                                    RONGHE_RETURN_IF_ERROR(Add(session, 2));
                                    RONGHE_ASSIGN_OR_RETURN(const int64_t id,
                                                            ConnectionId(session));
                                    return Kill(id);
                                  }),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_TRUE(Ids().empty());
}

TEST_F(DatabaseTest, LostErrorThatIsSwallowedIsNotSuccess) {
  int runs = 0;
  EXPECT_THAT(database_->Transact(Soon(),
                                  [&](Session& session) -> absl::Status {
                                    ++runs;
                                    RONGHE_RETURN_IF_ERROR(Add(session, 1));
                                    RONGHE_ASSIGN_OR_RETURN(const int64_t id,
                                                            ConnectionId(session));
                                    RONGHE_RETURN_IF_ERROR(Kill(id));
                                    Add(session, 2).IgnoreError();
                                    return absl::OkStatus();
                                  }),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_TRUE(Ids().empty());
}

TEST_F(DatabaseTest, ConnectionsKilledWhileIdleAreNotNoticed) {
  ASSERT_OK_AND_ASSIGN(const auto database, OpenWithPool(2));
  ASSERT_OK_AND_ASSIGN(const int64_t id, database->Read(Soon(), ConnectionId));
  ASSERT_OK(Kill(id));
  int runs = 0;
  ASSERT_OK(database->Read(Soon(), [&](Session& session) {
    ++runs;
    return session.SelectOne(kSum).status();
  }));
  EXPECT_EQ(runs, 2);
  ASSERT_OK_AND_ASSIGN(const int64_t next, database->Read(Soon(), ConnectionId));
  ASSERT_OK(Kill(next));
  ASSERT_OK(database->Transact(Soon(), [](Session& session) { return Add(session, 1); }));
  EXPECT_THAT(Ids(), ::testing::ElementsAre(1));
}

TEST_F(DatabaseTest, ReadsThatHaveAnsweredAreNotRepeated) {
  int runs = 0;
  EXPECT_THAT(database_->Read(Soon(),
                              [&](Session& session) -> absl::Status {
                                ++runs;
                                RONGHE_ASSIGN_OR_RETURN(const int64_t id, ConnectionId(session));
                                RONGHE_RETURN_IF_ERROR(Kill(id));
                                return session.SelectOne(kSum).status();
                              }),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(runs, 1);
}

TEST_F(DatabaseTest, SlowStatementsAreLoggedByNameAndNotByTheServer) {
  ASSERT_OK_AND_ASSIGN(const auto server, testing::MariaDb::StartPrivate());
  for (const char* const setting :
       {"log_output = 'TABLE'", "long_query_time = 0", "slow_query_log = 1"}) {
    ASSERT_OK(server->Admin(absl::StrCat("SET GLOBAL ", setting)));
  }
  const testing::TestSchema schema = server->NewSchema({});
  metrics::Registry registry;
  ASSERT_OK_AND_ASSIGN(const auto database, Database::Open(schema.options(), registry));
  const log::Capture log;
  ASSERT_OK_AND_ASSIGN(
      const auto logged,
      database->Read(Soon(), [](Session& session) -> absl::StatusOr<std::optional<NumberRow>> {
        RONGHE_RETURN_IF_ERROR(session.SelectOne(kSleep, 0.001).status());
        RONGHE_RETURN_IF_ERROR(session.SelectOne(kSleep, 0.6).status());
        return session.SelectOne(kServerLogged);
      }));
  EXPECT_EQ(logged->number, 0);
  const std::vector<std::string> around = absl::StrSplit(log.Text(), "sql_slow");
  EXPECT_EQ(around.size(), 2) << log.Text();
  EXPECT_THAT(log.Text(), HasSubstr("database_test.sleep"));
}

TEST_F(DatabaseTest, ServerKilledAmidWritesLosesNothingAcknowledged) {
  ASSERT_OK_AND_ASSIGN(const auto server, testing::MariaDb::StartPrivate());
  const testing::TestSchema schema = server->NewSchema({});
  metrics::Registry registry;
  ASSERT_OK_AND_ASSIGN(const auto database, Database::Open(schema.options(), registry));
  ASSERT_OK(database->Read(Soon(), [](Session& session) {
    return session.RunText("test",
                           "CREATE TABLE thing (id BIGINT NOT NULL, amount BIGINT NOT NULL, "
                           "PRIMARY KEY (id))");
  }));
  // Each transaction writes a pair of rows; acknowledged pairs are remembered.
  std::mutex mutex;
  std::condition_variable progressed;
  std::vector<int64_t> acknowledged;
  std::atomic<bool> stop{false};
  std::vector<std::thread> writers;
  for (int64_t writer = 0; writer < 3; ++writer) {
    writers.emplace_back([&, writer] {
      for (int64_t i = 0; !stop; ++i) {
        const int64_t id = (writer * 1'000'000 + i) * 2;
        const absl::Status status = database->Transact(absl::Now() + absl::Seconds(5),
                                                       [&](Session& session) -> absl::Status {
                                                         RONGHE_RETURN_IF_ERROR(Add(session, id));
                                                         return Add(session, id + 1);
                                                       });
        if (status.ok()) {
          std::lock_guard lock(mutex);
          acknowledged.push_back(id);
          progressed.notify_all();
        }
      }
    });
  }
  const auto wait_for = [&](size_t count) {
    std::unique_lock lock(mutex);
    return progressed.wait_for(lock, std::chrono::seconds(30),
                               [&] { return acknowledged.size() >= count; });
  };
  EXPECT_TRUE(wait_for(50));
  EXPECT_OK(server->KillAndRestart());
  size_t so_far = 0;
  {
    std::lock_guard lock(mutex);
    so_far = acknowledged.size();
  }
  EXPECT_TRUE(wait_for(so_far + 50));
  stop = true;
  for (std::thread& writer : writers) writer.join();
  ASSERT_OK_AND_ASSIGN(const auto rows, database->Read(Soon(), [](Session& session) {
    return session.Select(kThings);
  }));
  std::set<int64_t> stored;
  for (const ThingRow& row : rows) stored.insert(row.id);
  for (int64_t id : acknowledged) EXPECT_TRUE(stored.contains(id)) << id;
  for (int64_t id : stored) EXPECT_TRUE(stored.contains(id ^ 1)) << "half of a pair: " << id;
}

// Deadlines and the pool

TEST_F(DatabaseTest, StatementsEndWithTheDeadline) {
  EXPECT_THAT(
      database_->Read(absl::Now() + absl::Milliseconds(90),
                      [](Session& session) -> absl::Status {
                        static const Query<NumberRow> kLong(
                            "database_test.long",
                            "SELECT COUNT(*) AS number FROM information_schema.collations a "
                            "JOIN information_schema.collations b "
                            "JOIN information_schema.collations c "
                            "JOIN information_schema.collations d WHERE a.id > ?");
                        return session.Select(kLong, 0).status();
                      }),
      AllOf(StatusIs(absl::StatusCode::kDeadlineExceeded), HasReason("STATEMENT_TIMEOUT")));
  EXPECT_THAT(database_->Read(absl::Now() - absl::Seconds(1),
                              [](Session& session) { return session.SelectOne(kSum).status(); }),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST_F(DatabaseTest, NothingIsCommittedPastTheDeadline) {
  const absl::Time deadline = absl::Now() + absl::Milliseconds(50);
  EXPECT_THAT(database_->Transact(deadline,
                                  [&](Session& session) -> absl::Status {
                                    RONGHE_RETURN_IF_ERROR(Add(session, 1));
                                    while (absl::Now() < deadline) std::this_thread::yield();
                                    return absl::OkStatus();
                                  }),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_TRUE(Ids().empty());
}

TEST_F(DatabaseTest, AFullPoolWaitsUntilTheDeadline) {
  ASSERT_OK_AND_ASSIGN(const auto database, OpenWithPool(1));
  ASSERT_OK(database->Read(Soon(), [&](Session&) -> absl::Status {
    absl::Status other;
    std::thread thread([&] {
      other = database->Read(absl::Now() + absl::Milliseconds(50),
                             [](Session& session) { return session.SelectOne(kSum).status(); });
    });
    thread.join();
    EXPECT_THAT(other,
                AllOf(StatusIs(absl::StatusCode::kDeadlineExceeded), HasReason("DATABASE_BUSY")));
    return absl::OkStatus();
  }));
  EXPECT_OK(database->Ping(Soon()));
}

TEST_F(DatabaseTest, ManyThreadsShareFewConnections) {
  ASSERT_OK_AND_ASSIGN(const auto database, OpenWithPool(3));
  ASSERT_OK(database->Read(Soon(), [](Session& session) { return Add(session, 1); }));
  std::mutex mutex;
  std::set<int64_t> connections;
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 20; ++k) {
        const absl::Status status =
            database->Transact(Soon(), [&](Session& session) -> absl::Status {
              RONGHE_ASSIGN_OR_RETURN(const int64_t id, ConnectionId(session));
              {
                std::lock_guard lock(mutex);
                connections.insert(id);
              }
              return session.Execute(kBumpThing, 1, 1).status();
            });
        EXPECT_OK(status);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(connections.size(), 3);
  ASSERT_OK_AND_ASSIGN(const auto row, database->Read(Soon(), [](Session& session) {
    return session.SelectOne(kThing, 1);
  }));
  EXPECT_EQ(row->amount, 320);
}

TEST_F(DatabaseTest, ChangedTablesArePreparedAgain) {
  ASSERT_OK(Text("CREATE TABLE moving (id BIGINT NOT NULL, a INT NOT NULL, PRIMARY KEY (id))"));
  static const Query<NumberRow> kMoving("database_test.moving",
                                        "SELECT id AS number FROM moving WHERE a = ?");
  ASSERT_OK_AND_ASSIGN(const auto database, OpenWithPool(1));
  const auto load = [&] {
    return database->Read(Soon(), [](Session& session) { return session.Select(kMoving, 1); });
  };
  ASSERT_OK(load());
  ASSERT_OK(Text("ALTER TABLE moving ADD COLUMN b INT NULL, MODIFY a BIGINT NOT NULL"));
  ASSERT_OK(load());
  ASSERT_OK(Text("ALTER TABLE moving MODIFY id INT NOT NULL"));
  EXPECT_OK(load());
}

TEST_F(DatabaseTest, ReadsALongListByItsIndexWhileTheStatisticsAreOfAnEmptyTable) {
  static const Query<ThingRow> kOwned("database_test.owned",
                                      "SELECT id, amount FROM grown WHERE owner IN (?*)");
  static const Query<NumberRow> kWalked(
      "database_test.walked",
      "SELECT CAST(VARIABLE_VALUE AS SIGNED) AS number FROM information_schema.SESSION_STATUS "
      "WHERE VARIABLE_NAME = 'HANDLER_READ_RND_NEXT'");
  ASSERT_OK(
      Text("CREATE TABLE grown (id BIGINT NOT NULL, owner BIGINT NOT NULL, amount BIGINT NOT NULL, "
           "PRIMARY KEY (id), KEY grown_by_owner (owner)) STATS_AUTO_RECALC=0 "
           "DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"));
  ASSERT_OK(Text("ANALYZE TABLE grown"));
  ASSERT_OK(Text("INSERT INTO grown SELECT seq, seq, 0 FROM seq_1_to_20000"));
  ASSERT_OK(Text("FLUSH TABLES grown"));
  std::vector<int64_t> owners(kMaxList);
  std::iota(owners.begin(), owners.end(), 1);
  const absl::Status read = database_->Read(Soon(), [&](Session& session) -> absl::Status {
    RONGHE_ASSIGN_OR_RETURN(const std::optional<NumberRow> before, session.SelectOne(kWalked));
    RONGHE_ASSIGN_OR_RETURN(const std::vector<ThingRow> found, session.Select(kOwned, owners));
    RONGHE_ASSIGN_OR_RETURN(const std::optional<NumberRow> after, session.SelectOne(kWalked));
    EXPECT_EQ(found.size(), owners.size());
    // Reading the counter walks over the counters themselves.
    EXPECT_LT(after->number - before->number, 10000);
    return absl::OkStatus();
  });
  EXPECT_OK(read);
}

TEST_F(DatabaseTest, SeriesExistForEveryStatement) {
  EXPECT_OK(database_->Ping(Soon()));
  const std::string text = registry_->Text();
  EXPECT_THAT(text, HasSubstr("ronghe_sql_statement_seconds_count{statement=\"database.ping\"}"));
  EXPECT_THAT(text, HasSubstr("ronghe_sql_pool_connections{state=\"idle\"}"));
  EXPECT_THAT(text, HasSubstr("ronghe_sql_pool_connections{state=\"busy\"} 0"));
}

}  // namespace
}  // namespace ronghe::sql

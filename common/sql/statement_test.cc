#include "common/sql/statement.h"

#include "common/sql/error.h"
#include "common/sql/lint.h"
#include "common/sql/scan.h"
#include "common/testing/matchers.h"
#include "gtest/gtest.h"

namespace ronghe::sql {
namespace {

using ronghe::testing::HasReason;
using ronghe::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

enum class Color : int16_t { kRed = 1 };

struct WideRow {
  int64_t a;
  std::string b;
  std::optional<std::string> c;
  Bytes d;
  std::optional<absl::CivilDay> e;
  absl::Time f;
  Color g = Color::kRed;
  bool h = false;
  double i;
  uint64_t j;
  int32_t k;
  std::optional<Bytes> l;
};
static_assert(internal::kFieldCount<WideRow> == 12);

struct ThirtyTwo {
  std::string a1, a2, a3, a4, a5, a6, a7, a8, b1, b2, b3, b4, b5, b6, b7, b8;
  std::optional<int64_t> c1, c2, c3, c4, c5, c6, c7, c8, d1, d2, d3, d4, d5, d6, d7, d8;
};
static_assert(internal::kFieldCount<ThirtyTwo> == 32);

struct One {
  std::string only;
};
static_assert(internal::kFieldCount<One> == 1);

TEST(ReflectTest, ColumnsFollowTheFields) {
  using internal::FieldSpec;
  using internal::TypeClass;
  EXPECT_THAT(
      internal::ColumnsOf<WideRow>(),
      ElementsAre(FieldSpec{TypeClass::kInteger, 64}, FieldSpec{TypeClass::kText},
                  FieldSpec{.type = TypeClass::kText, .nullable = true},
                  FieldSpec{TypeClass::kBinary},
                  FieldSpec{.type = TypeClass::kDay, .nullable = true}, FieldSpec{TypeClass::kTime},
                  FieldSpec{TypeClass::kInteger, 16}, FieldSpec{TypeClass::kBool},
                  FieldSpec{TypeClass::kDouble}, FieldSpec{TypeClass::kInteger, 64, true},
                  FieldSpec{TypeClass::kInteger, 32},
                  FieldSpec{.type = TypeClass::kBinary, .nullable = true}));
}

TEST(ReflectTest, TieReachesEveryField) {
  One row{"x"};
  std::get<0>(internal::Tie(row)) = "y";
  EXPECT_EQ(row.only, "y");
}

const Query<One> kListed("statement_test.list", "SELECT a FROM t WHERE b = ? AND id IN (?*)");
const Command kInsert(
    "statement_test.insert",
    "INSERT INTO t (a, b) VALUES (?, LEFT(?, 3)) ON DUPLICATE KEY UPDATE a = VALUES(a)");

TEST(StatementTest, ListsExpand) {
  EXPECT_TRUE(kListed.info().has_list);
  EXPECT_EQ(kListed.info().parameters, 1);
  EXPECT_EQ(internal::ExpandedText(kListed.info(), 4),
            "/* statement_test.list */ SELECT a FROM t WHERE b = ? AND id IN (?,?,?,?)");
}

TEST(StatementTest, BatchesRepeatTheTuple) {
  ASSERT_OK_AND_ASSIGN(const std::string text, internal::BatchText(kInsert.info(), 3));
  EXPECT_EQ(text,
            "/* statement_test.insert */ INSERT INTO t (a, b) VALUES "
            "(?, LEFT(?, 3)),(?, LEFT(?, 3)),(?, LEFT(?, 3)) "
            "ON DUPLICATE KEY UPDATE a = VALUES(a)");
}

TEST(StatementTest, OnlyInsertsAreBatched) {
  const Command update("statement_test.update", "UPDATE t SET a = ? WHERE id = ?");
  EXPECT_THAT(internal::BatchText(update.info(), 10), StatusIs(absl::StatusCode::kInternal));
  const Command tail("statement_test.tail",
                     "INSERT INTO t (a) VALUES (?) ON DUPLICATE KEY UPDATE a = ?");
  EXPECT_THAT(internal::BatchText(tail.info(), 10), StatusIs(absl::StatusCode::kInternal));
}

TEST(StatementTest, SameNameSameTextIsOneStatement) {
  const Query<One> again("statement_test.list", "SELECT a FROM t WHERE b = ? AND id IN (?*)");
  EXPECT_EQ(&again.info(), &kListed.info());
}

TEST(StatementDeathTest, SameNameOtherTextEndsTheProcess) {
  EXPECT_DEATH(Query<One>("statement_test.list", "SELECT b FROM t"), "registered twice");
}

TEST(ScanTest, QuotesAndCommentsAreNoCode) {
  EXPECT_EQ(internal::CodeOnly("a 'it''s ?' b"), "a           b");
  EXPECT_EQ(internal::CodeOnly("a -- ?\nb"), "a     \nb");
  EXPECT_EQ(internal::CodeOnly("a /* ? */ b"), "a         b");
  EXPECT_EQ(internal::CodeOnly("a \"\\\"?\" b"), "a       b");
  EXPECT_EQ(internal::CodeOnly("a '?"), "a   ");
  EXPECT_THAT(internal::Placeholders("? '?' `?` ?"), ElementsAre(0, 10));
  EXPECT_EQ(internal::FindKeyword("xvalues values_ VALUES", "VALUES"), 16);
}

TEST(LintTest, PortableStatementsPass) {
  EXPECT_THAT(PortabilityProblems("SELECT a, COUNT(*) FROM t WHERE b IN (?*) GROUP BY a LIMIT ?"),
              IsEmpty());
  EXPECT_THAT(PortabilityProblems("SELECT 'RETURNING; OFFSET' FROM t /* SELECT * */"), IsEmpty());
  EXPECT_THAT(PortabilityProblems("UPDATE t SET returning_on = ? WHERE id = ?"), IsEmpty());
}

class ForbiddenTest : public ::testing::TestWithParam<const char*> {};

TEST_P(ForbiddenTest, IsFound) { EXPECT_THAT(PortabilityProblems(GetParam()), Not(IsEmpty())); }

INSTANTIATE_TEST_SUITE_P(
    All, ForbiddenTest,
    ::testing::Values("SELECT * FROM t", "SELECT t.* FROM t", "select\n*\nfrom t",
                      "SELECT a FROM t LIMIT ? OFFSET ?", "SELECT a FROM t LIMIT ?, ?",
                      "DELETE FROM t WHERE a = ? RETURNING a", "SELECT GET_LOCK('a', 1)",
                      "XA START 'a'", "INSERT IGNORE INTO t (a) VALUES (?)",
                      "REPLACE INTO t (a) VALUES (?)", "CALL p()", "UPDATE t SET a = 1",
                      "DELETE FROM t", "SELECT a FROM t WHERE b NOT IN (?*)", "SELECT 1; SELECT 2",
                      "SELECT a FROM t WHERE MATCH (a) AGAINST (?) ORDER BY FULLTEXT",
                      "SELECT a FROM t FOR UPDATE SKIP LOCKED", "TRUNCATE t", ""));

TEST(LintTest, MigrationsNeedKeyAndCollation) {
  constexpr char kGood[] =
      "CREATE TABLE IF NOT EXISTS t (id BIGINT NOT NULL, PRIMARY KEY (id)) "
      "DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
  EXPECT_THAT(MigrationProblems(kGood), IsEmpty());
  EXPECT_THAT(MigrationProblems("ALTER TABLE t ADD COLUMN a INT NULL"), IsEmpty());
  EXPECT_THAT(MigrationProblems("CREATE TABLE t (id BIGINT)"), ::testing::SizeIs(4));
  EXPECT_THAT(MigrationProblems("DROP TABLE t"), ::testing::SizeIs(1));
  EXPECT_THAT(MigrationProblems("CREATE VIEW v AS SELECT a FROM t"), ::testing::SizeIs(1));
  EXPECT_THAT(MigrationProblems("ALTER TABLE t MODIFY id BIGINT AUTO_INCREMENT"),
              ::testing::SizeIs(1));
}

TEST(ErrorTest, CodesHaveMeanings) {
  using internal::FromServer;
  const auto code = [](int number, std::string_view message = "") {
    return FromServer(number, message, "test").code();
  };
  EXPECT_EQ(code(1062), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(code(1451), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(code(1452), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(code(1213), absl::StatusCode::kAborted);
  EXPECT_EQ(code(1205), absl::StatusCode::kAborted);
  EXPECT_EQ(code(9007), absl::StatusCode::kAborted);
  EXPECT_EQ(code(1264), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(1366), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(1406), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(4025), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(1969), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(code(1047), absl::StatusCode::kUnavailable);
  EXPECT_EQ(code(1290), absl::StatusCode::kUnavailable);
  EXPECT_EQ(code(2002), absl::StatusCode::kUnavailable);
  EXPECT_EQ(code(2013), absl::StatusCode::kUnavailable);
  EXPECT_EQ(code(1105, "Got a packet bigger than 'max_allowed_packet' bytes"),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(1105, "other"), absl::StatusCode::kInternal);
  EXPECT_EQ(code(1064), absl::StatusCode::kInternal);
}

TEST(ErrorTest, TextOfTheServerStaysInside) {
  const absl::Status status = internal::FromServer(
      1062, "Duplicate entry 'for key '张三'' for key 'member_by_identity'", "member.insert");
  EXPECT_EQ(ViolatedKey(status), "member_by_identity");
  EXPECT_EQ(ErrorCode(status), 1062);
  EXPECT_THAT(status, HasReason("ROW_EXISTS"));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("张三")));
  EXPECT_EQ(ViolatedKey(internal::FromServer(1062, "Duplicate entry '1' for key 't.PRIMARY'", "x")),
            "PRIMARY");
  EXPECT_EQ(ErrorCode(absl::InternalError("x")), 0);
  EXPECT_EQ(ViolatedKey(absl::AlreadyExistsError("x")), "");
}

}  // namespace
}  // namespace ronghe::sql

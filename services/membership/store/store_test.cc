#include <vector>

#include "common/sql/database.h"
#include "common/testing/mariadb.h"
#include "common/testing/matchers.h"
#include "common/testing/schema_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/organization_store.h"
#include "services/membership/store/post_store.h"
#include "services/membership/store/roster_import_store.h"
#include "services/membership/store/store_testing.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::HasReason;
using ::ronghe::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

class StoreTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    schema_ = new testing::TestSchema(NewMembershipSchema());
    database_ = sql::Database::Open(schema_->options())->release();
  }
  static void TearDownTestSuite() {
    delete database_;
    delete schema_;
  }

  // Runs in a transaction that stays.
  template <class F>
  auto Write(F fn) {
    return database_->Transact(Soon(), fn);
  }
  template <class F>
  auto Read(F fn) {
    return database_->Read(Soon(), fn);
  }

  void Add(std::vector<MemberRow> members, std::vector<MemberIntervalRow> intervals = {}) {
    ASSERT_OK(Write([&](sql::Session& session) -> absl::Status {
      absl::Status status = InsertMembers(session, members);
      if (status.ok()) status = InsertIntervals(session, intervals);
      return status;
    }));
  }

  static testing::TestSchema* schema_;
  static sql::Database* database_;
};
testing::TestSchema* StoreTest::schema_ = nullptr;
sql::Database* StoreTest::database_ = nullptr;

TEST_F(StoreTest, EveryStatementFitsTheServer) {
  EXPECT_THAT(testing::PrepareAllStatements(*database_), IsEmpty());
}

TEST_F(StoreTest, MigrationsArePortable) {
  EXPECT_THAT(testing::LintMigrations({"services/membership/migrations"}), IsEmpty());
}

TEST_F(StoreTest, TheSchemaIsWrittenDown) {
  EXPECT_TRUE(testing::SchemaIsWrittenDown(*schema_, "services/membership/migrations"));
}

TEST_F(StoreTest, OrganizationsRoundTripAndKeepTheOrderAskedFor) {
  OrganizationRow root = TestOrganization(1001, 0, 611);
  OrganizationRow child = TestOrganization(1002, 1001, 631);
  child.title = "𠮷村党支部";
  child.revoked_on = absl::CivilDay(2026, 1, 2);
  ASSERT_OK(Write([&](sql::Session& session) -> absl::Status {
    absl::Status status = InsertOrganization(session, root);
    if (status.ok()) status = InsertOrganization(session, child);
    return status;
  }));
  const std::vector<int64_t> ids = {1002, 999999, 1001};
  ASSERT_OK_AND_ASSIGN(
      auto rows, Read([&](sql::Session& session) { return LoadOrganizations(session, ids); }));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].title, "𠮷村党支部");
  EXPECT_EQ(rows[0].revoked_on, absl::CivilDay(2026, 1, 2));
  EXPECT_EQ(rows[1].revoked_on, std::nullopt);
  ASSERT_OK_AND_ASSIGN(bool active,
                       Read([](sql::Session& s) { return HasActiveChildren(s, 1001); }));
  EXPECT_FALSE(active);
  EXPECT_THAT(Write([](sql::Session& s) { return LockOrganization(s, 424242).status(); }),
              HasReason("NOT_FOUND"));
}

TEST_F(StoreTest, RootNumbersGoUp) {
  const auto take = [](sql::Session& session) -> absl::StatusOr<int32_t> {
    auto number = LockTree(session);
    if (number.ok()) {
      if (absl::Status status = TakeRootNumber(session); !status.ok()) return status;
    }
    return number;
  };
  ASSERT_OK_AND_ASSIGN(const int32_t first, Write(take));
  ASSERT_OK_AND_ASSIGN(const int32_t second, Write(take));
  EXPECT_EQ(second, first + 1);
}

TEST_F(StoreTest, IdentityNumbersAreUniqueAndTheErrorIsNamed) {
  MemberRow member = TestMember(2001, 1002);
  Add({member});
  MemberRow twin = TestMember(2002, 1002);
  twin.identity_index = member.identity_index;
  EXPECT_THAT(Write([&](sql::Session& s) {
                return InsertMembers(s, std::span<const MemberRow>(&twin, 1));
              }),
              HasReason("MEMBER_EXISTS"));
  twin.identity_index = sql::Bytes(crypto::Sha256("other"));
  Add({twin});
  twin.identity_index = member.identity_index;
  EXPECT_THAT(Write([&](sql::Session& s) { return UpdateMember(s, twin); }),
              HasReason("MEMBER_EXISTS"));
}

TEST_F(StoreTest, UpdateManyKeepsIdentityAndCreateTime) {
  MemberRow member = TestMember(2101, 1002);
  Add({member});
  MemberRow changed = member;
  changed.full_name = "新名字";
  changed.etag = 2;
  changed.identity_cipher = sql::Bytes(std::string("other"));
  changed.create_time = absl::FromUnixSeconds(99);
  ASSERT_OK(Write([&](sql::Session& s) {
    return UpdateMembersKeepingIdentity(s, std::span<const MemberRow>(&changed, 1));
  }));
  const std::vector<int64_t> ids = {2101};
  ASSERT_OK_AND_ASSIGN(auto rows, Read([&](sql::Session& s) { return LoadMembers(s, ids); }));
  EXPECT_EQ(rows[0].full_name, "新名字");
  EXPECT_EQ(rows[0].etag, 2);
  EXPECT_EQ(rows[0].identity_cipher, member.identity_cipher);
  EXPECT_EQ(rows[0].create_time, member.create_time);
}

TEST_F(StoreTest, PagesAcrossBranchesContinueInsideTheFirst) {
  std::vector<MemberRow> members;
  for (int64_t id = 3001; id <= 3004; ++id) members.push_back(TestMember(id, 31));
  members.push_back(TestMember(3005, 30));
  members.push_back(TestMember(3006, 32));
  members.back().floating = true;
  members.back().full_name = "百分%号";
  members.push_back(TestMember(3007, 32, Category::kProbationary));
  members.push_back(TestMember(3008, 32));
  members.back().standing = Standing::kLeft;
  Add(members);
  const std::vector<int64_t> more = {30, 32};
  const auto ids = [&](const MemberFilter& filter) {
    std::vector<int64_t> found;
    const auto page =
        Read([&](sql::Session& s) { return MemberBriefsAcross(s, 31, 3002, more, filter, 100); });
    EXPECT_THAT(page, IsOk());
    for (const MemberBrief& row : *page) found.push_back(row.id);
    return found;
  };
  EXPECT_THAT(ids({}), ElementsAre(3005, 3003, 3004, 3006, 3007));
  EXPECT_THAT(ids({.category = 2}), ElementsAre(3007));
  EXPECT_THAT(ids({.standing = 30}), ElementsAre(3008));
  EXPECT_THAT(ids({.name_prefix = "百分%"}), ElementsAre(3006));
  EXPECT_THAT(ids({.name_prefix = "百分_"}), IsEmpty());
  EXPECT_THAT(ids({.floating = true}), ElementsAre(3006));
  ASSERT_OK_AND_ASSIGN(auto one,
                       Read([](sql::Session& s) { return MembersOf(s, 31, 3001, {}, 2); }));
  ASSERT_EQ(one.size(), 2u);
  EXPECT_EQ(one[0].id, 3002);
  EXPECT_EQ(one[1].id, 3003);
}

TEST_F(StoreTest, NamesDifferByEveryCharacter) {
  std::vector<MemberRow> members = {TestMember(3101, 33), TestMember(3102, 33)};
  members[0].full_name = "𠮷田";
  members[1].full_name = "𠀋田";
  Add(members);
  ASSERT_OK_AND_ASSIGN(auto found,
                       Read([](sql::Session& s) { return MembersByName(s, "𠮷", "", 0, 10); }));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].id, 3101);
}

TEST_F(StoreTest, IntervalsCloseAmendAndCountOnAnyDay) {
  const MemberRow member = TestMember(4001, 41);
  const MemberIntervalRow first = TestInterval(5001, member, absl::CivilDay(2026, 1, 1));
  Add({member}, {first});
  const absl::CivilDay day(2026, 6, 1);
  MemberIntervalRow second = first;
  second.id = 5002;
  second.valid_from = day;
  second.organization_id = 42;
  ASSERT_OK(Write([&](sql::Session& s) -> absl::Status {
    const std::vector<int64_t> ids = {5001};
    absl::Status status = CloseIntervals(s, ids, day);
    if (status.ok()) status = InsertIntervals(s, std::span<const MemberIntervalRow>(&second, 1));
    return status;
  }));
  MemberIntervalRow third = second;
  third.id = 5003;
  EXPECT_THAT(Write([&](sql::Session& s) {
                return InsertIntervals(s, std::span<const MemberIntervalRow>(&third, 1));
              }),
              ::ronghe::testing::StatusIs(absl::StatusCode::kAlreadyExists));
  second.category = Category::kProbationary;
  second.voting = false;
  ASSERT_OK(Write([&](sql::Session& s) {
    return AmendIntervals(s, std::span<const MemberIntervalRow>(&second, 1));
  }));
  ASSERT_OK_AND_ASSIGN(auto history,
                       Read([](sql::Session& s) { return IntervalsOf(s, 4001, kOpenEnd, 10); }));
  ASSERT_EQ(history.size(), 2u);
  EXPECT_EQ(history[0].category, Category::kProbationary);
  EXPECT_TRUE(history[0].open());
  EXPECT_EQ(history[1].valid_to, day);
  const std::vector<int64_t> branches = {41, 42};
  const auto counted = [&](absl::CivilDay on) {
    std::vector<std::pair<int64_t, int64_t>> counts;
    const auto rows = Read([&](sql::Session& s) { return CountIntervalsAsOf(s, branches, on); });
    EXPECT_THAT(rows, IsOk());
    for (const MemberCount& count : *rows) {
      counts.emplace_back(count.organization_id, count.count);
    }
    return counts;
  };
  EXPECT_THAT(counted(absl::CivilDay(2025, 12, 31)), IsEmpty());
  EXPECT_THAT(counted(day - 1), ElementsAre(std::pair(41, 1)));
  EXPECT_THAT(counted(day), ElementsAre(std::pair(42, 1)));
}

TEST_F(StoreTest, PostsAsOfADayWithNames) {
  Add({TestMember(6001, 61), TestMember(6002, 61)});
  const std::vector<PostRow> posts = {
      {7001, 6001, 61, Post::kSecretary, absl::CivilDay(2026, 1, 1), absl::CivilDay(2026, 3, 1)},
      {7002, 6002, 61, Post::kSecretary, absl::CivilDay(2026, 3, 1)},
      {7003, 6001, 61, Post::kCommitteeMember, absl::CivilDay(2026, 3, 1)}};
  ASSERT_OK(Write([&](sql::Session& s) { return InsertPosts(s, posts); }));
  ASSERT_OK_AND_ASSIGN(auto held, Read([](sql::Session& s) {
                         return PostsAsOf(s, 61, absl::CivilDay(2026, 3, 1), 0, 0, 10);
                       }));
  ASSERT_EQ(held.size(), 2u);
  EXPECT_EQ(held[0].full_name, "党员6002");
  EXPECT_EQ(held[1].id, 7003);
  const std::vector<int64_t> branches = {61, 62};
  ASSERT_OK_AND_ASSIGN(auto sizes, Read([&](sql::Session& s) {
                         return CommitteeSizesAsOf(s, branches, absl::CivilDay(2026, 3, 1));
                       }));
  ASSERT_EQ(sizes.size(), 1u);
  EXPECT_EQ(sizes[0].members, 2);
}

TEST_F(StoreTest, RosterImportsWaitInOrderAndKeepTheirBytesAndErrors) {
  RosterImportRow row{.id = 8001,
                      .organization_id = 81,
                      .file_name = "名册.xlsx",
                      .size = 4,
                      .digest = sql::Bytes(std::string(32, 'd')),
                      .state = RosterState::kRunning,
                      .effective_date = absl::CivilDay(2026, 9, 1),
                      .create_time = absl::FromUnixSeconds(5),
                      .update_time = absl::FromUnixSeconds(5)};
  ASSERT_OK(Write([&](sql::Session& s) -> absl::Status {
    absl::Status status = InsertRosterImport(s, row);
    const RosterChunkRow chunk{8001, 0, 4, sql::Bytes(std::string(32, 'x')),
                               sql::Bytes(std::string(1 << 20, '\0'))};
    if (status.ok()) status = InsertRosterChunk(s, chunk);
    const std::vector<RosterErrorRow> errors = {
        {8001, 2, 0, "姓名", "a"}, {8001, 2, 1, "学历", "b"}, {8001, 5, 0, "", "c"}};
    if (status.ok()) status = InsertRosterErrors(s, errors);
    return status;
  }));
  ASSERT_OK_AND_ASSIGN(auto next, Read([](sql::Session& s) { return NextRosterImports(s, 2); }));
  ASSERT_EQ(next.size(), 1u);
  EXPECT_EQ(next[0].id, 8001);
  ASSERT_OK_AND_ASSIGN(auto errors,
                       Read([](sql::Session& s) { return RosterErrors(s, 8001, 2, 0, 10); }));
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors[1].message, "c");
  row.state = RosterState::kSucceeded;
  ASSERT_OK(Write([&](sql::Session& s) { return UpdateRosterImport(s, row); }));
  RosterImportRow again = row;
  again.id = 8002;
  ASSERT_OK_AND_ASSIGN(const int64_t same,
                       Read([&](sql::Session& s) { return SameFileAs(s, again); }));
  EXPECT_EQ(same, 8001);
  ASSERT_OK_AND_ASSIGN(auto chunk,
                       Read([](sql::Session& s) { return LoadRosterChunk(s, 8001, 0); }));
  EXPECT_EQ(chunk->content.size(), 1u << 20);
}

}  // namespace
}  // namespace ronghe::membership

#include "services/membership/api/fact_source.h"

#include <map>
#include <memory>
#include <vector>

#include "common/testing/mariadb.h"
#include "common/testing/matchers.h"
#include "gtest/gtest.h"
#include "services/membership/rules/load.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/post_store.h"
#include "services/membership/store/store_testing.h"

namespace ronghe::membership {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr char kSize[] = "membership.size_within_limit";
constexpr char kMinimum[] = "membership.min_full";
constexpr char kCommittee[] = "membership.committee_present";
const fact::Period kQuarter{absl::CivilDay(2026, 7, 1), absl::CivilDay(2026, 10, 1)};

absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

class FactSourceTest : public ::testing::Test {
 protected:
  FactSourceTest()
      : schema_(NewMembershipSchema()),
        database_(*sql::Database::Open(schema_.options())),
        books_(*LoadRuleBooks()),
        source_(*database_, tree_, books_) {}

  void Branch(int64_t id, std::string kind, int full, int probationary) {
    ASSERT_OK(tree_.Upsert({.id = id, .kind = std::move(kind), .name = "支部", .code = "1"}));
    std::vector<MemberIntervalRow> rows;
    for (int i = 0; i < full + probationary; ++i) {
      rows.push_back(Interval(id, i < full ? Category::kFull : Category::kProbationary));
    }
    Insert(rows);
  }

  MemberIntervalRow Interval(int64_t organization, Category category) {
    ++next_;
    return {.id = next_,
            .member_id = next_,
            .organization_id = organization,
            .category = category,
            .valid_from = absl::CivilDay(2020, 1, 1)};
  }

  // The intervals and the members that they belong to.
  void Insert(const std::vector<MemberIntervalRow>& rows) {
    std::vector<MemberRow> members;
    for (const MemberIntervalRow& row : rows) {
      members.push_back(TestMember(row.member_id, row.organization_id, row.category));
    }
    ASSERT_OK(database_->Transact(Soon(), [&](sql::Session& session) -> absl::Status {
      absl::Status status = InsertMembers(session, members);
      if (!status.ok()) return status;
      return InsertIntervals(session, rows);
    }));
  }

  void Hold(int64_t organization, int64_t member, Post code,
            absl::CivilDay to = absl::CivilDay(9999, 12, 31)) {
    const std::vector<PostRow> rows = {{.id = ++next_,
                                        .member_id = member,
                                        .organization_id = organization,
                                        .code = code,
                                        .valid_from = absl::CivilDay(2025, 1, 1),
                                        .valid_to = to}};
    ASSERT_OK(database_->Transact(
        Soon(), [&](sql::Session& session) { return InsertPosts(session, rows); }));
  }

  std::map<std::string, std::pair<int64_t, int64_t>> Figures(int64_t branch) {
    const std::vector<int64_t> branches = {branch};
    const std::vector<std::string> indicators = {kSize, kMinimum, kCommittee};
    const auto figures = source_.Figures(Soon(), branches, kQuarter, indicators);
    EXPECT_OK(figures);
    std::map<std::string, std::pair<int64_t, int64_t>> found;
    for (const fact::Figure& figure : *figures) {
      EXPECT_EQ(figure.organization, branch);
      found[figure.indicator] = {figure.numerator, figure.denominator};
    }
    return found;
  }

  testing::TestSchema schema_;
  std::unique_ptr<sql::Database> database_;
  org::OrgTree tree_;
  const RuleBooks books_;
  FactSource source_;
  int64_t next_ = 1000;
};

TEST_F(FactSourceTest, BranchesAreMeasuredByTheirSize) {
  Branch(1, "631", 2, 5);   // too few full members
  Branch(2, "631", 3, 0);   // just enough
  Branch(3, "631", 45, 5);  // 50, the normal upper limit
  Branch(4, "631", 45, 6);  // 51
  Branch(5, "632", 2, 0);   // a joint branch: the rules ask nothing
  EXPECT_THAT(Figures(1), UnorderedElementsAre(Pair(kSize, Pair(1, 1)), Pair(kMinimum, Pair(0, 1)),
                                               Pair(kCommittee, Pair(0, 0))));
  EXPECT_THAT(Figures(2), UnorderedElementsAre(Pair(kSize, Pair(1, 1)), Pair(kMinimum, Pair(1, 1)),
                                               Pair(kCommittee, Pair(0, 0))));
  EXPECT_THAT(Figures(3), UnorderedElementsAre(Pair(kSize, Pair(1, 1)), Pair(kMinimum, Pair(1, 1)),
                                               Pair(kCommittee, Pair(0, 1))));
  EXPECT_THAT(Figures(4), UnorderedElementsAre(Pair(kSize, Pair(0, 1)), Pair(kMinimum, Pair(1, 1)),
                                               Pair(kCommittee, Pair(0, 1))));
  EXPECT_THAT(Figures(5), UnorderedElementsAre(Pair(kSize, Pair(0, 0)), Pair(kMinimum, Pair(0, 0)),
                                               Pair(kCommittee, Pair(0, 0))));
}

TEST_F(FactSourceTest, ACommitteeIsThreeDifferentMembersInOfficeOnTheLastDay) {
  Branch(1, "631", 7, 0);
  Hold(1, 1001, Post::kSecretary);
  Hold(1, 1001, Post::kOrganizationMember);  // the same person
  Hold(1, 1002, Post::kPublicityMember);
  Hold(1, 1003, Post::kDisciplineMember, absl::CivilDay(2026, 9, 30));  // left the day before
  Hold(1, 1004, Post::kGroupLeader);                                    // no committee post
  EXPECT_EQ(Figures(1).at(kCommittee), std::pair(int64_t{0}, int64_t{1}));
  Hold(1, 1005, Post::kYouthMember, absl::CivilDay(2026, 10, 1));  // still there on the last day
  EXPECT_EQ(Figures(1).at(kCommittee), std::pair(int64_t{1}, int64_t{1}));
}

TEST_F(FactSourceTest, OnlyThoseInNormalStandingOnTheLastDayCount) {
  Branch(1, "631", 3, 0);
  EXPECT_EQ(Figures(1).at(kMinimum).first, 1);
  MemberIntervalRow left = Interval(2, Category::kFull);
  ASSERT_OK(tree_.Upsert({.id = 2, .kind = "631", .name = "支部", .code = "2"}));
  left.valid_to = absl::CivilDay(2026, 9, 30);
  MemberIntervalRow suspended = Interval(2, Category::kFull);
  suspended.standing = Standing::kSuspended;
  Insert({left, suspended, Interval(2, Category::kFull), Interval(2, Category::kFull)});
  EXPECT_EQ(Figures(2).at(kMinimum).first, 0);
}

TEST_F(FactSourceTest, OpensToMembersAndPosts) {
  Branch(1, "631", 3, 2);
  ASSERT_OK_AND_ASSIGN(const fact::EvidencePage none,
                       source_.Evidence(Soon(), 1, {kCommittee, kQuarter}, 10, ""));
  ASSERT_EQ(none.records.size(), 1u);
  EXPECT_FALSE(none.records[0].counted());
  EXPECT_EQ(none.records[0].name(), "organizations/1");
  Hold(1, 1001, Post::kSecretary);
  ASSERT_OK_AND_ASSIGN(const fact::EvidencePage posts,
                       source_.Evidence(Soon(), 1, {kCommittee, kQuarter}, 10, ""));
  ASSERT_EQ(posts.records.size(), 1u);
  EXPECT_TRUE(posts.records[0].counted());
  EXPECT_EQ(posts.records[0].title(), "党员1001");
  EXPECT_EQ(posts.records[0].detail(), "书记");
  Hold(1, 1002, Post::kOrganizationMember);
  Hold(1, 1003, Post::kGroupLeader);
  ASSERT_OK_AND_ASSIGN(const fact::EvidencePage first,
                       source_.Evidence(Soon(), 1, {kCommittee, kQuarter}, 1, ""));
  ASSERT_OK_AND_ASSIGN(const fact::EvidencePage second,
                       source_.Evidence(Soon(), 1, {kCommittee, kQuarter}, 1, first.next));
  ASSERT_EQ(second.records.size(), 1u);
  EXPECT_EQ(second.records[0].title(), "党员1002");
  EXPECT_EQ(second.next, "");

  std::vector<std::string> names;
  std::vector<bool> counted;
  std::string cursor;
  do {
    ASSERT_OK_AND_ASSIGN(const fact::EvidencePage page,
                         source_.Evidence(Soon(), 1, {kMinimum, kQuarter}, 2, cursor));
    EXPECT_LE(page.records.size(), 2u);
    for (const fact::v1::EvidenceRecord& record : page.records) {
      names.push_back(record.name());
      counted.push_back(record.counted());
    }
    cursor = page.next;
  } while (!cursor.empty());
  EXPECT_THAT(names, ElementsAre("members/1001", "members/1002", "members/1003", "members/1004",
                                 "members/1005"));
  EXPECT_THAT(counted, ElementsAre(true, true, true, false, false));
}

TEST_F(FactSourceTest, IndicatorsNameTheirRule) {
  const std::vector<fact::v1::Indicator> indicators = source_.Indicators(kQuarter.end - 1);
  ASSERT_EQ(indicators.size(), 3u);
  for (const fact::v1::Indicator& indicator : indicators) {
    EXPECT_NE(indicator.rule_id(), "");
    EXPECT_NE(indicator.rule_source(), "");
    EXPECT_EQ(indicator.rule_version(), books_.Get("organization").On(kQuarter.end - 1).name);
  }
}

TEST_F(FactSourceTest, StatementsFitTheSchema) {
  EXPECT_THAT(testing::PrepareAllStatements(*database_), IsEmpty());
}

}  // namespace
}  // namespace ronghe::membership

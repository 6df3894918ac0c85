#include "services/membership/store/membership_tree.h"

#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include "common/base/ids.h"
#include "common/base/status_macros.h"
#include "common/event/event.h"
#include "common/sql/database.h"
#include "common/testing/mariadb.h"
#include "common/testing/matchers.h"
#include "gtest/gtest.h"
#include "services/membership/store/events.h"
#include "services/membership/store/store_testing.h"

namespace ronghe::membership {
namespace {

constexpr absl::CivilDay kDay(2026, 9, 1);
constexpr int64_t kRoot = 1;
constexpr int64_t kTowns = 3;
constexpr int64_t kBranchesPerTown = 4;

absl::Time Soon() { return absl::Now() + absl::Seconds(60); }

class MembershipTreeTest : public ::testing::Test {
 protected:
  MembershipTreeTest()
      : schema_(NewMembershipSchema()),
        database_(*sql::Database::Open(schema_.options())),
        publisher_(*database_, nullptr, base::Clock::Real(), "services/membership"),
        ids_(1) {}

  absl::Status Found(const OrganizationRow& row) {
    return database_->Transact(Soon(), [&](sql::Session& session) -> absl::Status {
      RONGHE_RETURN_IF_ERROR(InsertOrganization(session, row));
      return Emit(session, {OrganizationEvent(row)});
    });
  }

  absl::Status Emit(sql::Session& session, std::vector<event::Draft> drafts) {
    for (event::Draft& draft : drafts) draft.id = ids_.Next();
    return event::EmitMany(session, drafts);
  }

  void FoundCounty() {
    ASSERT_OK(Found(TestOrganization(kRoot, 0, 611)));
    for (int64_t town = 0; town < kTowns; ++town) {
      ASSERT_OK(Found(TestOrganization(10 + town, kRoot, 611)));
      for (int64_t branch = 0; branch < kBranchesPerTown; ++branch) {
        ASSERT_OK(Found(TestOrganization(100 + town * 10 + branch, 10 + town, 631)));
      }
    }
  }

  static int64_t RandomBranch(std::mt19937& random) {
    return 100 + static_cast<int64_t>(random() % kTowns) * 10 +
           static_cast<int64_t>(random() % kBranchesPerTown);
  }

  absl::StatusOr<int64_t> Join(int64_t branch, Category category) {
    return database_->Transact(Soon(), [&](sql::Session& session) -> absl::StatusOr<int64_t> {
      const MemberRow member = TestMember(ids_.Next(), branch, category);
      const MemberIntervalRow interval = TestInterval(ids_.Next(), member, kDay);
      RONGHE_RETURN_IF_ERROR(InsertMembers(session, std::span<const MemberRow>(&member, 1)));
      RONGHE_RETURN_IF_ERROR(
          InsertIntervals(session, std::span<const MemberIntervalRow>(&interval, 1)));
      RONGHE_RETURN_IF_ERROR(Emit(session, {InsertedEvent(interval)}));
      return member.id;
    });
  }

  // Changes the membership on the same day (amended) or a later one (closed, maybe opened).
  absl::Status Change(int64_t member_id, const Membership& next, bool amend) {
    return database_->Transact(Soon(), [&](sql::Session& session) -> absl::Status {
      RONGHE_ASSIGN_OR_RETURN(MemberRow member, LockMember(session, member_id));
      if (!IsMember(member.standing)) return absl::OkStatus();
      const std::vector<int64_t> ids = {member_id};
      RONGHE_ASSIGN_OR_RETURN(std::vector<MemberIntervalRow> open, OpenIntervals(session, ids));
      MemberIntervalRow before = open.at(0);
      member.set_membership(next);
      RONGHE_RETURN_IF_ERROR(UpdateMember(session, member));
      if (amend) {
        MemberIntervalRow after = before;
        after.set_membership(next);
        RONGHE_RETURN_IF_ERROR(
            AmendIntervals(session, std::span<const MemberIntervalRow>(&after, 1)));
        return Emit(session, AmendmentEvents(before, after));
      }
      MemberIntervalRow after = before;
      before.valid_to = before.valid_from + 1;
      const std::vector<int64_t> closed = {before.id};
      RONGHE_RETURN_IF_ERROR(CloseIntervals(session, closed, before.valid_to));
      RONGHE_RETURN_IF_ERROR(Emit(session, {ClosedEvent(before)}));
      if (!IsMember(next.standing)) return absl::OkStatus();
      after.id = ids_.Next();
      after.valid_from = before.valid_to;
      after.set_membership(next);
      RONGHE_RETURN_IF_ERROR(
          InsertIntervals(session, std::span<const MemberIntervalRow>(&after, 1)));
      return Emit(session, {InsertedEvent(after)});
    });
  }

  void ExpectCountsLikeSql(const MembershipTree& tree) {
    std::map<int64_t, org::OrgCounts> expected;
    ASSERT_OK_AND_ASSIGN(const auto counts, database_->Read(Soon(), [](sql::Session& session) {
      return CountOpenIntervals(session);
    }));
    for (const MemberCount& count : counts) {
      for (int64_t id : {count.organization_id, 10 + (count.organization_id - 100) / 10, kRoot}) {
        (count.category == Category::kFull ? expected[id].full : expected[id].probationary) +=
            count.count;
      }
    }
    for (int64_t id = kRoot; id < 140; ++id) {
      if (!tree.tree().Contains(id)) continue;
      EXPECT_EQ(tree.tree().Count(id).full, expected[id].full) << id;
      EXPECT_EQ(tree.tree().Count(id).probationary, expected[id].probationary) << id;
    }
  }

  testing::TestSchema schema_;
  std::unique_ptr<sql::Database> database_;
  event::Publisher publisher_;
  base::IdGenerator ids_;
};

TEST_F(MembershipTreeTest, EventsBeforeTheSnapshotCountOnce) {
  FoundCounty();
  ASSERT_OK(Join(100, Category::kFull).status());
  ASSERT_OK(publisher_.PublishPending(Soon()).status());
  ASSERT_OK(Join(100, Category::kProbationary).status());
  MembershipTree tree(*database_, publisher_);
  ASSERT_OK(tree.Start());
  EXPECT_EQ(tree.tree().Count(kRoot).probationary, 1);
  tree.CatchUp(Soon());
  EXPECT_EQ(tree.tree().Count(kRoot), (org::OrgCounts{1, 1, 1 + kTowns + kTowns * kBranchesPerTown,
                                                      kTowns * kBranchesPerTown}));
  ASSERT_OK(Join(110, Category::kFull).status());
  tree.CatchUp(Soon());
  EXPECT_EQ(tree.tree().Count(11).full, 1);
  ExpectCountsLikeSql(tree);
}

TEST_F(MembershipTreeTest, CatchUpSeesANewOrganization) {
  FoundCounty();
  MembershipTree tree(*database_, publisher_);
  ASSERT_OK(tree.Start());
  ASSERT_OK(Found(TestOrganization(139, 10, 631)));
  tree.CatchUp(Soon());
  EXPECT_TRUE(tree.Within(139, kRoot));
  EXPECT_FALSE(tree.Within(139, 11));
}

TEST_F(MembershipTreeTest, AmendmentsMoveTheCount) {
  FoundCounty();
  MembershipTree tree(*database_, publisher_);
  ASSERT_OK(tree.Start());
  ASSERT_OK_AND_ASSIGN(const int64_t member, Join(100, Category::kProbationary));
  ASSERT_OK(Change(member, {110, Category::kFull}, true));
  tree.CatchUp(Soon());
  EXPECT_EQ(tree.tree().Count(10).probationary, 0);
  EXPECT_EQ(tree.tree().Count(11).full, 1);
  ASSERT_OK(Change(member, {110, Category::kFull, Standing::kSuspended}, false));
  tree.CatchUp(Soon());
  EXPECT_EQ(tree.tree().Count(kRoot).full, 0);
  ExpectCountsLikeSql(tree);
}

TEST_F(MembershipTreeTest, EightWritersAndTheCountsEndLikeSql) {
  FoundCounty();
  MembershipTree early(*database_, publisher_);
  ASSERT_OK(early.Start());
  std::atomic<int> failures = 0;
  std::vector<std::thread> writers;
  for (unsigned seed = 0; seed < 8; ++seed) {
    writers.emplace_back([&, seed] {
      std::mt19937 random(seed);
      std::vector<int64_t> members;
      for (int i = 0; i < 30; ++i) {
        const Category category = random() % 4 == 0 ? Category::kProbationary : Category::kFull;
        const uint32_t act = random() % 4;
        absl::Status status;
        if (act <= 1 || members.empty()) {
          absl::StatusOr<int64_t> member = Join(RandomBranch(random), category);
          status = member.status();
          if (member.ok()) members.push_back(*member);
        } else {
          Membership next{RandomBranch(random), category};
          const size_t index = random() % members.size();
          const bool leaves = random() % 4 == 0;
          if (leaves) next.standing = Standing::kLeft;
          status = Change(members[index], next, act == 2 && !leaves);
          members.erase(members.begin() + static_cast<std::ptrdiff_t>(index));
        }
        if (!status.ok()) {
          ADD_FAILURE() << status;
          ++failures;
        }
      }
    });
  }
  MembershipTree late(*database_, publisher_);
  ASSERT_OK(late.Start());
  for (std::thread& writer : writers) writer.join();
  ASSERT_EQ(failures, 0);
  for (MembershipTree* tree : {&early, &late}) {
    tree->CatchUp(Soon());
    ExpectCountsLikeSql(*tree);
  }
}

}  // namespace
}  // namespace ronghe::membership

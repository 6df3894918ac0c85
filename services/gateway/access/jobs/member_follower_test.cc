#include "services/gateway/access/jobs/member_follower.h"

#include "common/base/civil.h"
#include "common/org/interval_event.h"
#include "services/gateway/access/store/session_store.h"
#include "services/gateway/access/testing/grants_fixture.h"

namespace ronghe::gateway::access {
namespace {

using ::ronghe::testing::IsOk;

const sql::Query<CountRow> kAudits("member_follower_test.audits",
                                   "SELECT COUNT(*) FROM audit WHERE method = ? AND resource = ?");
const sql::Query<CountRow> kEvents("member_follower_test.events",
                                   "SELECT COUNT(*) FROM event WHERE type = ? AND subject = ?");
const sql::Query<CountRow> kMarks("member_follower_test.marks",
                                  "SELECT COUNT(*) FROM member_check");
const sql::Command kPutInterval(
    "member_follower_test.put_interval",
    "INSERT INTO interval_copy (id, member_id, organization_id, category, standing, voting, "
    "valid_from, valid_to) VALUES (?, ?, ?, 1, '10', 1, ?, ?) "
    "ON DUPLICATE KEY UPDATE valid_to = VALUES(valid_to)");

constexpr int64_t kMember = 700;

class MemberFollowerTest : public GrantsFixture {
 protected:
  MemberFollowerTest()
      : today_(base::ShanghaiDay(clock_.Now())),
        follower_({ids_, county_, [this](absl::Time) { return caught_up_; },
                   [this](const std::string& subject) { changed_.push_back(subject); },
                   [this] { ++nudges_; }}) {}

  // What the copy does with one event of membership: row, then mark, in one transaction.
  void Interval(int64_t id, int64_t organization, absl::CivilDay from, absl::CivilDay to) {
    ::ronghe::event::v1::Event event;
    event.set_type(org::kIntervalsOpened);
    (*event.mutable_data())["organization"] = absl::StrCat(organization);
    (*event.mutable_data())["intervals"] =
        absl::StrCat(id, ",", kMember, ",1,10,1,", base::FormatDay(from), ",");
    Change([&](sql::Session& session) -> absl::Status {
      const absl::Status put =
          session.Execute(kPutInterval, id, kMember, organization, from, to).status();
      return put.ok() ? MarkMembers(session, {&event, 1}) : put;
    });
  }
  void Belongs(int64_t organization) { Interval(1, organization, today_ - 100, org::kOpenEnd); }
  void Moves(int64_t from, int64_t to) {
    Interval(1, from, today_ - 100, today_);
    Interval(2, to, today_, org::kOpenEnd);
  }
  void Leaves(int64_t from) { Interval(1, from, today_ - 100, today_); }

  void Run() {
    job::JobContext job(*database_, clock_, "access.members", "test", 1, {});
    EXPECT_OK(follower_.Run(job));
  }
  // Gives the second event of a move the time to arrive.
  void RunLater() {
    clock_.Advance(absl::Seconds(5));
    Run();
  }
  std::vector<std::string> Roles(int64_t account) {
    std::vector<std::string> roles;
    for (const GrantRow& grant : InForce(account)) {
      roles.push_back(absl::StrCat(grant.role, "@", grant.organization_id));
    }
    return roles;
  }
  AccountRow Account(int64_t id) {
    AccountRow account;
    Read([&](sql::Session& session) { account = **account_store::Load(session, id); });
    return account;
  }

  const absl::CivilDay today_;
  absl::Status caught_up_ = absl::OkStatus();
  int nudges_ = 0;
  MemberFollower follower_;
};

using Strings = std::vector<std::string>;

TEST_F(MemberFollowerTest, AMoveEndsWhatHungOnTheOldOrganization) {
  const int64_t account = NewAccount(kMember), deputy = NewAccount();
  Belongs(21);
  const auto branch = Grant(Security(), account, "branch_secretary", 21);
  ASSERT_THAT(branch, IsOk());
  ASSERT_THAT(Grant(Security(), account, "party_worker", 20), IsOk());
  ASSERT_THAT(Grant(Security(), account, "leader", 31), IsOk());
  ASSERT_THAT(Grant(Security(), account, "inspector", 0), IsOk());
  ASSERT_THAT(Delegate(As(account), branch->name(), deputy), IsOk());
  Run();
  EXPECT_EQ(Roles(account).size(), 4u);

  // Inside the town: the branch is left, the town is not.
  Moves(21, 22);
  changed_.clear();
  Run();
  EXPECT_EQ(Roles(account), (Strings{"party_worker@20", "leader@31", "inspector@0"}));
  EXPECT_TRUE(InForce(deputy).empty());
  EXPECT_EQ(changed_, Strings{base::Name("accounts", account)});
  EXPECT_EQ(nudges_, 1);
  EXPECT_EQ(Count(kAudits, "member_moved", branch->name()), 1);
  // Made, and ended.
  EXPECT_EQ(Count(kEvents, "ronghe.access.grant.changed", branch->name()), 2);
  v1::ListGrantsRequest list;
  list.set_parent(base::Name("accounts", account));
  EXPECT_EQ(grants_.ListGrants(Security(), list)->grants(0).end_reason(),
            v1::Grant::END_REASON_MEMBER_MOVED);
  EXPECT_EQ(Account(account).state, AccountState::kActive);

  // Out of the town. What never had to do with the place of the member stays.
  Interval(2, 22, today_, today_);
  Interval(3, 31, today_, org::kOpenEnd);
  Run();
  EXPECT_EQ(Roles(account), (Strings{"leader@31", "inspector@0"}));
  EXPECT_EQ(Count(kMarks), 0);
}

TEST_F(MemberFollowerTest, AMoveIntoASubtreeTiesTheGrantToIt) {
  const int64_t account = NewAccount(kMember);
  Belongs(31);
  ASSERT_THAT(Grant(Security(), account, "party_worker", 20), IsOk());
  Moves(31, 21);
  Run();
  EXPECT_EQ(Roles(account), Strings{"party_worker@20"});
  Interval(2, 21, today_, today_);
  Interval(3, 31, today_, org::kOpenEnd);
  Run();
  EXPECT_TRUE(Roles(account).empty());
}

TEST_F(MemberFollowerTest, WhoLeavesKeepsNothing) {
  const int64_t account = NewAccount(kMember), deputy = NewAccount();
  Belongs(21);
  const auto branch = Grant(Security(), account, "branch_secretary", 21);
  ASSERT_THAT(branch, IsOk());
  ASSERT_THAT(Grant(Security(), account, "inspector", 30), IsOk());
  ASSERT_THAT(Delegate(As(account), branch->name(), deputy), IsOk());
  // A grant that has not begun goes too.
  v1::CreateGrantRequest later = Request(base::Name("accounts", account), "leader", 10);
  later.mutable_grant()->mutable_start_time()->set_seconds(absl::ToUnixSeconds(clock_.Now()) +
                                                           9000);
  ASSERT_THAT(grants_.CreateGrant(Security(), later), IsOk());
  SessionRow session_row;
  session_row.id = ids_.Next();
  session_row.token_hash = std::string(32, 't');
  session_row.csrf_hash = std::string(32, 'c');
  session_row.account_id = account;
  session_row.created_at = session_row.seen_at = session_row.issued_at = clock_.Now();
  session_row.expires_at = clock_.Now() + absl::Hours(8);
  Change([&](sql::Session& session) { return session_store::Insert(session, session_row); });

  Leaves(21);
  // The second half of a move may still be on its way: nobody is thrown out on half a word.
  Run();
  EXPECT_EQ(Roles(account).size(), 2u);
  caught_up_ = absl::UnavailableError("membership is away");
  RunLater();
  EXPECT_EQ(Roles(account).size(), 2u);
  caught_up_ = absl::OkStatus();
  RunLater();
  EXPECT_TRUE(Roles(account).empty());
  EXPECT_TRUE(InForce(deputy).empty());
  EXPECT_EQ(Account(account).state, AccountState::kDisabled);
  Read([&](sql::Session& session) {
    EXPECT_TRUE((*session_store::Load(session, session_row.id))->ended_at.has_value());
  });
  EXPECT_EQ(Count(kAudits, "member_left", base::Name("accounts", account)), 1);
  EXPECT_EQ(Count(kEvents, "ronghe.access.account.disabled", base::Name("accounts", account)), 1);
  EXPECT_EQ(Count(kMarks), 0);
  clock_.Advance(absl::Hours(3));
  EXPECT_TRUE(Roles(account).empty());
}

TEST_F(MemberFollowerTest, TheSameEventsAgainChangeNothing) {
  const int64_t account = NewAccount(kMember);
  Belongs(21);
  ASSERT_THAT(Grant(Security(), account, "branch_secretary", 21), IsOk());
  Leaves(21);
  RunLater();
  Leaves(21);
  RunLater();
  EXPECT_EQ(Count(kAudits, "member_left", base::Name("accounts", account)), 1);
  EXPECT_EQ(Count(kMarks), 0);
  EXPECT_EQ(nudges_, 1);
}

TEST_F(MemberFollowerTest, AMoveInTwoHalvesIsAMove) {
  const int64_t account = NewAccount(kMember);
  Belongs(21);
  ASSERT_THAT(Grant(Security(), account, "party_worker", 20), IsOk());
  Interval(1, 21, today_ - 100, today_);
  Run();
  EXPECT_EQ(Account(account).state, AccountState::kActive);
  Interval(2, 22, today_, org::kOpenEnd);
  RunLater();
  EXPECT_EQ(Account(account).state, AccountState::kActive);
  EXPECT_EQ(Roles(account), Strings{"party_worker@20"});
}

TEST_F(MemberFollowerTest, OnlyLinkedMembersAreLookedAt) {
  Belongs(21);
  Leaves(21);
  EXPECT_EQ(Count(kMarks), 0);
  // A member whose history has not arrived yet has not left.
  const int64_t account = NewAccount(701);
  Change(
      [&](sql::Session& session) { return member_check_store::Mark(session, 701, clock_.Now()); });
  RunLater();
  EXPECT_EQ(Account(account).state, AccountState::kActive);
  EXPECT_EQ(Count(kMarks), 0);
}

}  // namespace
}  // namespace ronghe::gateway::access

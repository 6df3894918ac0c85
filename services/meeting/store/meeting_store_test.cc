#include "services/meeting/store/meeting_store.h"

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/org/copy_store.h"
#include "common/sql/database.h"
#include "common/sql/statement.h"
#include "common/testing/mariadb.h"
#include "common/testing/matchers.h"
#include "common/testing/schema_file.h"
#include "gtest/gtest.h"
#include "services/meeting/store/attendance_store.h"
#include "services/meeting/store/ballot_store.h"
#include "services/meeting/store/duty_store.h"
#include "services/meeting/store/election_store.h"
#include "services/meeting/store/fact_store.h"
#include "services/meeting/store/roll_store.h"
#include "services/meeting/store/sealed_tables.h"

namespace ronghe::meeting {
namespace {

using absl::CivilDay;
using testing::HasReason;
using testing::IsOk;

const absl::Time kOpened = base::ShanghaiMidnight(CivilDay(2026, 11, 20)) + absl::Hours(9);

class StoreTest : public ::testing::Test {
 protected:
  StoreTest()
      : schema_(testing::SharedMariaDb().NewSchema(
            {"common/sql/migrations", "services/meeting/migrations"})),
        database_(sql::Database::Open(schema_.options()).value()) {}

  absl::Status Transact(absl::FunctionRef<absl::Status(sql::Session&)> fn) {
    return database_->Transact(absl::Now() + absl::Seconds(20), fn);
  }

  Meeting Sample(int64_t id, int64_t organization, CivilDay day, State state, Kinds kinds) {
    Meeting meeting;
    meeting.id = id;
    meeting.root_id = id;
    meeting.organization_id = organization;
    meeting.etag = 1;
    meeting.state = state;
    meeting.kinds = kinds;
    meeting.title = "十一月支部党员大会";
    meeting.planned_at = kOpened;
    meeting.event_day = day;
    return meeting;
  }

  testing::TestSchema schema_;
  std::unique_ptr<sql::Database> database_;
};

TEST_F(StoreTest, EveryStatementFitsTheSchema) {
  EXPECT_EQ(testing::PrepareAllStatements(*database_), std::vector<std::string>());
  EXPECT_EQ(testing::LintMigrations({"services/meeting/migrations"}), std::vector<std::string>());
}

TEST_F(StoreTest, TheSchemaIsWrittenDown) {
  EXPECT_TRUE(testing::SchemaIsWrittenDown(schema_, "services/meeting/migrations"));
}

TEST_F(StoreTest, AMeetingComesBackAsItWasSaved) {
  Meeting meeting =
      Sample(11, 31, CivilDay(2026, 11, 20), State::kSubmitted, {Kind::kGeneral, Kind::kThemeDay});
  meeting.opened_at = kOpened;
  meeting.closed_at = kOpened + absl::Hours(2);
  meeting.place = "党员活动室𠮷";
  meeting.chair_id = 1;
  meeting.recorder_id = 2;
  meeting.signed_by_chair = true;
  meeting.attendance = {
      {1, true, true, true, Presence::kPresent, AbsenceReason::kNone, {}, kOpened},
      {2, false, false, false, Presence::kAbsent, AbsenceReason::kSick, 1, {}}};
  meeting.observers = {{"李四", 77, "组织员"}, {"王五", {}, ""}};
  meeting.agenda = {{"学习", "STUDY", 3, "要点", 5}};
  Motion motion;
  motion.text = "通过计划";
  motion.kind = MotionKind::kGeneral;
  motion.present = 1;
  motion.votes_for = 1;
  motion.result = MotionResult::kPassed;
  motion.rule_set = "branch-work@2018";
  motion.subject = "admissionCases/12";
  meeting.motions = {motion};
  meeting.resolutions = {{"落实", "张三", CivilDay(2026, 12, 1)}, {"记录", "", {}}};
  meeting.attachments = {{"签到表", "file:1"}};
  meeting.submitted_at = kOpened + absl::Hours(3);
  meeting.submitted_by = "accounts/1";
  meeting.rule_set = "branch-work@2018";
  const MeetingStore store;
  ASSERT_OK(Transact([&](sql::Session& session) { return store.Insert(session, meeting); }));
  ASSERT_OK(Transact([&](sql::Session& session) -> absl::Status {
    auto loaded = store.Load(session, 11);
    EXPECT_THAT(loaded, IsOk());
    EXPECT_TRUE(loaded->has_value());
    EXPECT_TRUE(**loaded == meeting);
    auto missing = store.Load(session, 12);
    EXPECT_THAT(missing, IsOk());
    EXPECT_FALSE(missing->has_value());
    return absl::OkStatus();
  }));
}

TEST_F(StoreTest, SaveGuardsTheEtagAndReplacesParts) {
  Meeting meeting = Sample(11, 31, CivilDay(2026, 11, 20), State::kOpen, {Kind::kGeneral});
  meeting.agenda = {{"旧", "", 0, "", {}}, {"旧二", "", 0, "", {}}};
  meeting.attendance = {{1, true, true, false, Presence::kUnmarked, {}, {}, {}}};
  const MeetingStore store;
  ASSERT_OK(Transact([&](sql::Session& session) { return store.Insert(session, meeting); }));
  Meeting changed = meeting;
  changed.agenda = {{"新", "", 1, "", {}}};
  changed.attendance[0].presence = Presence::kPresent;
  ASSERT_OK(Transact([&](sql::Session& session) {
    Meeting copy = changed;
    const absl::Status status = store.Save(session, ChangedParts::All(), &copy);
    EXPECT_EQ(copy.etag, 2);
    return status;
  }));
  EXPECT_THAT(Transact([&](sql::Session& session) {
                Meeting copy = changed;
                return store.Save(session, ChangedParts::All(), &copy);
              }),
              HasReason("ETAG_MISMATCH"));
  ASSERT_OK(Transact([&](sql::Session& session) -> absl::Status {
    const Meeting loaded = **store.Load(session, 11);
    EXPECT_EQ(loaded.etag, 2);
    EXPECT_EQ(loaded.agenda, changed.agenda);
    EXPECT_EQ(loaded.attendance, changed.attendance);
    return absl::OkStatus();
  }));
}

TEST_F(StoreTest, AnElectionComesBackAsItWasSaved) {
  Election election;
  election.id = 5;
  election.organization_id = 31;
  election.meeting_id = 11;
  election.etag = 1;
  election.seats = 2;
  election.mode = ElectionMode::kElectronic;
  election.committee_election_id = 4;
  election.upper_approval = "镇党委〔2026〕12号";
  election.event_day = CivilDay(2026, 11, 20);
  election.rule_set = "branch-work@2018";
  election.slate = {{9, 1, 0, 0, 0, {}}, {7, 2, 0, 0, 0, {}}, {8, 3, 0, 0, 0, {}}};
  election.delegation = "committeeElections/2/delegation";
  election.tellers = {{3, TellerDuty::kScrutineer, true}, {4, TellerDuty::kCounter, false}};
  const ElectionStore store;
  ASSERT_OK(Transact([&](sql::Session& session) { return store.Insert(session, election); }));
  election.state = ElectionState::kRunoff;
  election.roll = 1;
  election.voters = {{3, ExclusionReason::kNone, "", ""},
                     {4, ExclusionReason::kAbroad, "13号", "meetings/11/motions/1"}};
  election.rounds = {{1, 100, 2, false, 1, 1, 1, 1, 0, 1, ElectionState::kRunoff, {}}};
  // In ballot order, and last who was written in.
  election.rounds[0].candidates = {{9, 1, 1, 0, 0, CandidateOutcome::kTied},
                                   {7, 2, 0, 1, 0, CandidateOutcome::kNotElected},
                                   {2, 0, 1, 0, 0, CandidateOutcome::kTied}};
  election.slate = {{9, 1, 0, 0, 0, {}}, {2, 2, 0, 0, 0, {}}};
  Election saved = election;
  ASSERT_OK(Transact([&](sql::Session& session) {
    saved = election;
    return store.Save(session, {true, true, true, true}, &saved);
  }));
  EXPECT_EQ(saved.etag, 2);
  EXPECT_THAT(Transact([&](sql::Session& session) {
                Election stale = election;
                return store.Save(session, {}, &stale);
              }),
              HasReason("ETAG_MISMATCH"));
  ASSERT_OK(Transact([&](sql::Session& session) -> absl::Status {
    EXPECT_EQ(**store.LoadForUpdate(session, 5), saved);
    EXPECT_FALSE(store.Load(session, 6)->has_value());
    EXPECT_EQ(store.List(session, 31, 6, 10)->size(), 1u);
    EXPECT_TRUE(store.List(session, 31, 5, 10)->empty());
    return absl::OkStatus();
  }));
}

TEST_F(StoreTest, ATokenIsUsedOnceAndForgotten) {
  const BallotStore store;
  const std::vector<int64_t> voters = {1, 2};
  const sql::Bytes hash(std::string(32, 'h'));
  ASSERT_OK(Transact([&](sql::Session& session) -> absl::Status {
    EXPECT_OK(store.AddVoters(session, 100, std::span<const int64_t>(voters)));
    EXPECT_OK(store.GiveTokens(session, {{100, 2, hash, true, false}}));
    EXPECT_EQ(store.UseToken(session, 101, hash).value(), TokenUse::kUnknown);
    EXPECT_EQ(store.UseToken(session, 100, hash).value(), TokenUse::kUsedNow);
    EXPECT_EQ(store.UseToken(session, 100, hash).value(), TokenUse::kUsedBefore);
    EXPECT_EQ(store.CountTokens(session, 100)->received, 1);
    EXPECT_EQ(store.CountTokens(session, 100)->used, 1);
    EXPECT_OK(store.ForgetTokens(session, 100));
    EXPECT_EQ(store.UseToken(session, 100, hash).value(), TokenUse::kUnknown);
    EXPECT_EQ(store.CountTokens(session, 100)->used, 1);
    EXPECT_EQ(SealedTables()[0]->Count(session).value(), 0);
    return absl::OkStatus();
  }));
}

TEST_F(StoreTest, MonthsOfObserversAndOfRollsAreOne) {
  Meeting meeting =
      Sample(11, 31, CivilDay(2026, 11, 20), State::kSubmitted, {Kind::kGeneral, Kind::kThemeDay});
  meeting.attendance = {{1, true, true, false, Presence::kPresent, AbsenceReason::kNone, {}, {}},
                        {2, true, true, false, Presence::kAbsent, AbsenceReason::kSick, 1, {}},
                        {3, true, true, false, Presence::kAbsent, AbsenceReason::kSick, {}, {}}};
  Meeting elsewhere = Sample(12, 32, CivilDay(2026, 11, 21), State::kAccepted, {Kind::kLecture});
  elsewhere.observers = {{"李四", 3, ""}, {"王五", {}, ""}};
  Meeting returned = Sample(13, 31, CivilDay(2026, 11, 22), State::kReturned, {Kind::kGeneral});
  returned.attendance = meeting.attendance;
  const MeetingStore meetings;
  const AttendanceStore store;
  ASSERT_OK(Transact([&](sql::Session& session) -> absl::Status {
    EXPECT_OK(meetings.Insert(session, meeting));
    EXPECT_OK(meetings.Insert(session, elsewhere));
    EXPECT_OK(meetings.Insert(session, returned));
    const std::vector<int64_t> organizations = {31, 32};
    const auto list = [&](MemberMonth after, int32_t limit) {
      return *store.List(session, std::span<const int64_t>(organizations),
                         {Kind::kGeneral, Kind::kLecture}, CivilDay(2026, 11, 1),
                         CivilDay(2026, 12, 1), after, limit);
    };
    const int64_t november = MonthNumber(CivilDay(2026, 11, 1));
    EXPECT_EQ(MonthOf(november), absl::CivilMonth(2026, 11));
    const std::vector<MemberMonthRow> all = {
        {1, november, 1, 1, 0, 0},
        {2, november, 1, 0, 1, 2},
        {3, november, 1, 1, 0, 0}};  // nobody approved; came elsewhere
    EXPECT_EQ(list({}, 10), all);
    EXPECT_EQ(list({1, november}, 1), (std::vector<MemberMonthRow>{all[1]}));
    EXPECT_EQ(list({2, november}, 10), (std::vector<MemberMonthRow>{all[2]}));
    return absl::OkStatus();
  }));
}

TEST_F(StoreTest, ListsByDayAndIdWithFilters) {
  const MeetingStore store;
  ASSERT_OK(Transact([&](sql::Session& session) -> absl::Status {
    for (int64_t id = 1; id <= 6; ++id) {
      const Meeting meeting = Sample(id, 31, CivilDay(2026, 11, static_cast<int>(id)),
                                     id == 6 ? State::kSuperseded : State::kSubmitted,
                                     id % 2 == 0 ? Kinds{Kind::kReading} : Kinds{Kind::kThemeDay});
      if (absl::Status status = store.Insert(session, meeting); !status.ok()) return status;
    }
    return absl::OkStatus();
  }));
  ASSERT_OK(Transact([&](sql::Session& session) -> absl::Status {
    const auto ids = [&](const MeetingFilter& filter, CivilDay day, int64_t after) {
      std::vector<int64_t> result;
      const auto meetings = store.List(session, 31, filter, day, after, 10);
      EXPECT_THAT(meetings, IsOk());
      for (const Meeting& meeting : *meetings) {
        result.push_back(meeting.id);
      }
      return result;
    };
    EXPECT_EQ(ids({}, CivilDay(9999, 12, 31), 9), (std::vector<int64_t>{5, 4, 3, 2, 1}));
    EXPECT_EQ(ids({}, CivilDay(2026, 11, 4), 4), (std::vector<int64_t>{3, 2, 1}));
    EXPECT_EQ(ids({.kinds = {Kind::kReading}}, CivilDay(9999, 12, 31), 9),
              (std::vector<int64_t>{4, 2}));
    EXPECT_EQ(ids({.states = 1 << static_cast<int>(State::kSuperseded)}, CivilDay(9999, 12, 31), 9),
              (std::vector<int64_t>{6}));
    EXPECT_EQ(ids({.from = CivilDay(2026, 11, 2), .to = CivilDay(2026, 11, 4)},
                  CivilDay(9999, 12, 31), 9),
              (std::vector<int64_t>{3, 2}));
    const std::array<int64_t, 2> organizations = {31, 32};
    const auto counts = *store.Count(session, organizations, {});
    EXPECT_EQ(counts.size(), 1u);
    EXPECT_EQ(counts[0].meetings, 5);
    const auto first = *store.FirstMeeting(session, organizations, Kind::kThemeDay,
                                           {CivilDay(2026, 11, 2), CivilDay(2026, 12, 1)});
    EXPECT_EQ(first.size(), 1u);
    EXPECT_EQ(first[0].meeting_id, 3);
    return absl::OkStatus();
  }));
}

TEST_F(StoreTest, ADutyIsMetByTheFirstMeetingOnly) {
  const DutyStore store;
  const DutyRow open{1,
                     "B-34",
                     CivilDay(2026, 11, 1),
                     CivilDay(2026, 12, 1),
                     31,
                     DutyStanding::kOpen,
                     {},
                     "branch-work@2018",
                     1};
  DutyRow met = open;
  met.id = 2;
  met.standing = DutyStanding::kMet;
  met.met_by = 100;
  const std::array<int64_t, 1> ids = {31};
  ASSERT_OK(Transact([&](sql::Session& session) -> absl::Status {
    if (auto s = store.InsertMissing(session, {open}); !s.ok()) return s;
    if (auto s = store.MarkMet(session, met); !s.ok()) return s;
    met.met_by = 200;
    if (auto s = store.MarkMet(session, met); !s.ok()) return s;
    return store.InsertMissing(session, {open});
  }));
  ASSERT_OK(Transact([&](sql::Session& session) -> absl::Status {
    auto rows = *store.OfWindow(session, "B-34", CivilDay(2026, 11, 1), ids);
    EXPECT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].id, 1);
    EXPECT_EQ(rows[0].met_by, 100);
    EXPECT_EQ(rows[0].etag, 2);
    EXPECT_EQ(rows[0].standing, DutyStanding::kMet);
    // What is met is not set otherwise.
    const std::array<int64_t, 1> duty_ids = {1};
    EXPECT_THAT(store.SetStanding(session, duty_ids, DutyStanding::kDropped), IsOk());
    EXPECT_TRUE(*store.Release(session, rows[0], 100, std::nullopt, DutyStanding::kOpen));
    EXPECT_FALSE(*store.Release(session, rows[0], 100, std::nullopt, DutyStanding::kOpen));
    rows = *store.OfWindow(session, "B-34", CivilDay(2026, 11, 1), ids);
    EXPECT_EQ(rows[0].standing, DutyStanding::kOpen);
    EXPECT_FALSE(rows[0].met_by.has_value());
    EXPECT_EQ(rows[0].etag, 3);
    return absl::OkStatus();
  }));
}

struct Interval {
  int64_t id, member, organization;
  int32_t category;
  std::string standing;
  bool voting;
  CivilDay from, to;
};
struct Post {
  int64_t id, member, organization;
  std::string code;
  CivilDay from, to;
};
const sql::Command kInterval(
    "test.interval",
    "INSERT INTO interval_copy (id, member_id, organization_id, category, standing, voting,"
    " valid_from, valid_to) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
const sql::Command kPost(
    "test.post",
    "INSERT INTO post_copy (id, member_id, organization_id, post_code, valid_from, valid_to)"
    " VALUES (?, ?, ?, ?, ?, ?)");

// Domain rules 11.2: the roll of a past day, with every kind of member.
TEST_F(StoreTest, TheRollIsReadAsOfTheDay) {
  org::OrgTree tree;
  ASSERT_OK(tree.Upsert({31, 0, "631", "支部", "001", 1, {}, {}}));
  ASSERT_OK(tree.Upsert({41, 31, "641", "党小组", "001001", 1, {}, {}}));
  const CivilDay open = org::kOpenEnd;
  const CivilDay old(2020, 1, 1);
  const std::vector<Interval> intervals = {
      {1, 1, 31, 1, "10", true, old, open},                   // full member
      {2, 2, 31, 2, "10", true, old, open},                   // probationary: no vote
      {3, 3, 31, 1, "20", true, old, open},                   // standing stopped: not on the roll
      {4, 4, 31, 1, "10", false, old, open},                  // right to vote suspended
      {5, 5, 31, 1, "10", true, old, CivilDay(2026, 11, 1)},  // left on 1 November
      {6, 5, 99, 1, "10", true, CivilDay(2026, 11, 1), open},
      {7, 6, 41, 1, "10", true, old, open},                   // in a group of the branch
      {8, 7, 31, 1, "10", true, CivilDay(2026, 12, 1), open}  // came later
  };
  const std::vector<Post> posts = {{1, 1, 31, "01", old, open},
                                   {2, 4, 31, "03", old, open},
                                   {3, 6, 31, "04", old, open},
                                   {4, 2, 31, "11", old, open},
                                   {5, 5, 31, "05", old, CivilDay(2026, 11, 1)}};
  ASSERT_OK(Transact([&](sql::Session& session) -> absl::Status {
    if (auto s = session.InsertMany(kInterval, intervals); !s.ok()) return s;
    return session.InsertMany(kPost, posts);
  }));
  RuleSet rules;
  for (int i = 1; i <= kKindCount; ++i) rules.kinds.push_back({static_cast<Kind>(i), {}, {}, {}});
  rules.kinds[0].roll = RollBase::kAllMembers;
  rules.kinds[1].roll = RollBase::kCommittee;
  rules.committee = {{"01", "02", "03", "04", "05", "06", "07", "08"}, 3};
  const auto text = [&](Kinds kinds, CivilDay day) {
    std::string roll;
    EXPECT_OK(Transact([&](sql::Session& session) -> absl::Status {
      const auto attendees = LoadRoll(session, tree, rules, 31, kinds, day);
      EXPECT_THAT(attendees, IsOk());
      for (const Attendee& attendee : *attendees) {
        roll += absl::StrCat(attendee.member_id, attendee.full ? "f" : "p",
                             attendee.voting ? "v" : "-", attendee.committee ? "c " : "- ");
      }
      return absl::OkStatus();
    }));
    return roll;
  };
  EXPECT_EQ(text({Kind::kGeneral}, CivilDay(2026, 11, 20)), "1fvc 2p-- 4f-c 6fvc ");
  EXPECT_EQ(text({Kind::kGeneral}, CivilDay(2026, 10, 31)), "1fvc 2p-- 4f-c 5fvc 6fvc ");
  EXPECT_EQ(text({Kind::kCommittee}, CivilDay(2026, 11, 20)), "1fvc 4f-c 6fvc ");
  EXPECT_EQ(text({Kind::kGeneral, Kind::kCommittee}, CivilDay(2026, 12, 1)),
            "1fvc 2p-- 4f-c 6fvc 7fv- ");
  const std::vector<int64_t> asked = {1, 2, 4, 99};
  ASSERT_OK(Transact([&](sql::Session& session) -> absl::Status {
    EXPECT_EQ(*VotingMembers(session, tree, 31, asked, CivilDay(2026, 11, 20)),
              std::vector<int64_t>{1});  // 2 is probationary, 4 has lost the right, 99 is nobody
    EXPECT_TRUE(VotingMembers(session, tree, 41, asked, CivilDay(2026, 11, 20))->empty());
    EXPECT_TRUE(VotingMembers(session, tree, 31, asked, CivilDay(1999, 1, 1))->empty());
    return absl::OkStatus();
  }));
  ASSERT_OK(Transact([&](sql::Session& session) -> absl::Status {
    const std::array<int64_t, 2> ids = {31, 41};
    const auto holders = *CommitteeHolders(session, rules.committee, ids, CivilDay(2026, 10, 1));
    EXPECT_EQ(holders.size(), 1u);
    EXPECT_EQ(holders.at(31), 4);
    return absl::OkStatus();
  }));
}

}  // namespace
}  // namespace ronghe::meeting

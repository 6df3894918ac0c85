#include "services/meeting/jobs/duty_calendar.h"

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "common/base/clock.h"
#include "common/event/event.h"
#include "common/event/publisher.h"
#include "common/org/copy_store.h"
#include "common/testing/mariadb.h"
#include "common/testing/matchers.h"
#include "gtest/gtest.h"
#include "services/meeting/api/duty_ledger.h"
#include "services/meeting/api/facts_api.h"
#include "services/meeting/jobs/board_follower.h"
#include "services/meeting/rules.h"

namespace ronghe::meeting {
namespace {

using absl::CivilDay;
using testing::IsOk;

constexpr int64_t kCounty = 1;
const CivilDay kStart(2026, 7, 1);

struct PostInsert {
  int64_t id, member, organization;
  std::string code;
  CivilDay from, to;
};
const sql::Command kPost(
    "test.post",
    "INSERT INTO post_copy (id, member_id, organization_id, post_code, valid_from, valid_to)"
    " VALUES (?, ?, ?, ?, ?, ?)");

absl::Time Noon(CivilDay day) { return base::ShanghaiMidnight(day) + absl::Hours(12); }

class DutyCalendarTest : public ::testing::Test {
 protected:
  DutyCalendarTest()
      : schema_(testing::SharedMariaDb().NewSchema(
            {"common/sql/migrations", "services/meeting/migrations"})),
        database_(sql::Database::Open(schema_.options()).value()),
        clock_(Noon(CivilDay(2026, 11, 23))),
        ids_(1, base::Clock::Real()),
        rules_(LoadRuleSets("services/meeting/domain/rules").value()),
        board_(*database_, tree_),
        calendar_(*database_, tree_, rules_, board_, ids_, clock_, metrics_, {.start = kStart},
                  nullptr),
        ledger_(tree_, rules_, ids_, kStart) {
    Add(kCounty, 0, "611");
  }

  void Add(int64_t id, int64_t parent, std::string kind, std::optional<CivilDay> founded = {},
           std::optional<CivilDay> revoked = {}) {
    const org::OrgNode node{id,
                            parent,
                            std::move(kind),
                            absl::StrCat("组织", id),
                            absl::StrCat(id),
                            static_cast<int32_t>(id),
                            founded,
                            revoked};
    nodes_[id] = node;
    ASSERT_OK(tree_.Upsert(node));
    calendar_.Changed();
  }

  // So many members hold posts of the organization's committee.
  void Committee(int64_t organization, int holders, CivilDay from) {
    ASSERT_OK(database_->Transact(Deadline(), [&](sql::Session& session) -> absl::Status {
      std::vector<PostInsert> posts;
      for (int i = 0; i < holders; ++i) {
        posts.push_back({ids_.Next(), organization * 100 + i, organization,
                         absl::StrCat("0", i + 1), from, org::kOpenEnd});
      }
      return session.InsertMany(kPost, posts);
    }));
    if (holders >= 3) committee_from_[organization] = from;
    calendar_.Changed();
  }

  int64_t Run() {
    const auto written =
        calendar_.Run([](sql::Session&) { return absl::OkStatus(); }, [] { return false; });
    EXPECT_THAT(written, IsOk());
    return written.value_or(-1);
  }

  // A submitted record, as SubmitMeeting leaves it.
  Meeting Submit(int64_t organization, Kinds kinds, CivilDay day) {
    Meeting meeting;
    meeting.id = ids_.Next();
    meeting.root_id = meeting.id;
    meeting.organization_id = organization;
    meeting.etag = 1;
    meeting.state = State::kSubmitted;
    meeting.kinds = kinds;
    meeting.title = "会议";
    meeting.planned_at = Noon(day);
    meeting.event_day = day;
    std::vector<DutyRow> changed;
    EXPECT_OK(database_->Transact(Deadline(), [&](sql::Session& session) -> absl::Status {
      changed.clear();
      if (auto status = store_.Insert(session, meeting); !status.ok()) return status;
      return ledger_.Meet(session, meeting, &changed);
    }));
    board_.Apply(changed);
    return meeting;
  }

  void Return(Meeting& meeting) {
    std::vector<DutyRow> changed;
    EXPECT_OK(database_->Transact(Deadline(), [&](sql::Session& session) -> absl::Status {
      changed.clear();
      Meeting copy = meeting;
      copy.state = State::kReturned;
      if (auto status = store_.Save(session, {}, &copy); !status.ok()) return status;
      return ledger_.Release(session, copy, &changed);
    }));
    board_.Apply(changed);
    meeting.state = State::kReturned;
    ++meeting.etag;
  }

  DutyCounts Count(std::string_view rule, CivilDay day, int64_t organization) {
    const DutyRule& duty = *rules_.At(day).Duty(rule);
    return board_.Count(Deadline(), duty.id, WindowOf(duty.window, day).start, organization)
        .value();
  }

  static absl::Time Deadline() { return absl::Now() + absl::Seconds(30); }

  // What the rules say of one duty, without table or board.
  std::optional<DutyStanding> Expected(const DutyWindow& window, const org::OrgNode& node,
                                       const std::vector<Meeting>& meetings) const {
    const auto committee = committee_from_.find(node.id);
    const bool has_committee =
        committee != committee_from_.end() && committee->second <= window.window.start;
    const auto asked =
        InitialStanding(*window.rule, window.window,
                        {node.id, node.kind, node.founded_on, node.revoked_on}, has_committee);
    if (!asked.has_value()) return std::nullopt;
    for (const Meeting& meeting : meetings) {
      if (meeting.organization_id == node.id && Counts(meeting.state) &&
          Meets(*window.rule, window.window, meeting.kinds, meeting.event_day)) {
        return DutyStanding::kMet;
      }
    }
    return asked;
  }

  // Compares the board at every organization and window with a recount from scratch.
  void CheckAgainstRecount(const std::vector<Meeting>& meetings) {
    const CivilDay today = base::ShanghaiDay(clock_.Now());
    for (const DutyWindow& window : DutyWindows(rules_, kStart, today)) {
      std::map<int64_t, DutyCounts> expected;
      for (const auto& [id, node] : nodes_) {
        const auto standing = Expected(window, node, meetings);
        if (!standing.has_value()) continue;
        for (int64_t up = id; up != 0; up = nodes_.at(up).parent) {
          DutyCounts& counts = expected[up];
          counts.open += *standing == DutyStanding::kOpen;
          counts.met += *standing == DutyStanding::kMet;
          counts.exempt += *standing == DutyStanding::kExempt;
        }
      }
      for (const auto& [id, node] : nodes_) {
        const DutyCounts counts =
            board_.Count(Deadline(), window.rule->id, window.window.start, id).value();
        const DutyCounts& want = expected[id];
        ASSERT_EQ(std::tie(counts.open, counts.met, counts.exempt),
                  std::tie(want.open, want.met, want.exempt))
            << window.rule->id << " " << window.window.start << " organization " << id;
      }
    }
  }

  testing::TestSchema schema_;
  std::unique_ptr<sql::Database> database_;
  base::ManualClock clock_;
  base::IdGenerator ids_;
  const RuleSets rules_;
  metrics::Registry metrics_;
  org::OrgTree tree_;
  DutyBoard board_;
  DutyCalendar calendar_;
  DutyLedger ledger_;
  const MeetingStore store_{};
  std::map<int64_t, org::OrgNode> nodes_;
  std::map<int64_t, CivilDay> committee_from_;
};

TEST_F(DutyCalendarTest, OpensEveryWindowAndMeetsEachTagOnce) {
  Add(10, kCounty, "611");
  Add(100, 10, "631");
  Add(101, 10, "631", CivilDay(2026, 11, 10));
  Add(102, 10, "641");
  Committee(100, 3, CivilDay(2026, 1, 1));
  EXPECT_GT(Run(), 0);
  EXPECT_EQ(Run(), 0);  // nothing changed
  calendar_.Changed();
  EXPECT_EQ(Run(), 0);  // and a second look finds nothing to do

  const CivilDay november(2026, 11, 23);
  EXPECT_EQ(Count("B-30", november, kCounty), (DutyCounts{1, 0, 1}));  // 101 is exempt
  EXPECT_EQ(Count("B-31", november, kCounty), (DutyCounts{1, 0, 1}));
  EXPECT_EQ(Count("B-32", november, kCounty), (DutyCounts{1, 0, 0}));
  EXPECT_EQ(Count("B-33", november, kCounty), (DutyCounts{2, 0, 0}));
  EXPECT_EQ(Count("B-34", november, 10), (DutyCounts{1, 0, 1}));

  Meeting joint =
      Submit(100, {Kind::kGeneral, Kind::kThemeDay, Kind::kLecture}, CivilDay(2026, 11, 20));
  EXPECT_EQ(Count("B-30", november, kCounty), (DutyCounts{0, 1, 1}));
  EXPECT_EQ(Count("B-34", november, kCounty), (DutyCounts{0, 1, 1}));
  EXPECT_EQ(Count("B-31", november, kCounty), (DutyCounts{1, 0, 1}));
  EXPECT_EQ(Count("B-33", november, kCounty), (DutyCounts{2, 0, 0}));  // not the branch's duty

  // The second theme day takes over when the first is returned; the general meeting is open again.
  Submit(100, {Kind::kThemeDay}, CivilDay(2026, 11, 22));
  Return(joint);
  EXPECT_EQ(Count("B-34", november, kCounty), (DutyCounts{0, 1, 1}));
  EXPECT_EQ(Count("B-30", november, kCounty), (DutyCounts{1, 0, 1}));
}

TEST_F(DutyCalendarTest, ReadingOnlyLeavesTheMonthUnmet) {
  Add(100, kCounty, "631");
  Run();
  Submit(100, {Kind::kReading}, CivilDay(2026, 11, 20));
  for (const char* rule : {"B-30", "B-34", "B-35", "B-36"}) {
    EXPECT_EQ(Count(rule, CivilDay(2026, 11, 23), kCounty), (DutyCounts{1, 0, 0})) << rule;
  }
}

TEST_F(DutyCalendarTest, ARevokedOrganizationDropsOutAndItsPastStays) {
  Add(100, kCounty, "631");
  Run();
  Add(100, kCounty, "631", {}, CivilDay(2026, 11, 15));
  EXPECT_GT(Run(), 0);
  EXPECT_EQ(Count("B-34", CivilDay(2026, 11, 23), kCounty), (DutyCounts{0, 0, 0}));
  EXPECT_EQ(Count("B-34", CivilDay(2026, 10, 23), kCounty), (DutyCounts{1, 0, 0}));
  EXPECT_EQ(Count("B-30", CivilDay(2026, 11, 23), kCounty), (DutyCounts{0, 0, 0}));
  EXPECT_EQ(Count("B-30", CivilDay(2026, 9, 23), kCounty), (DutyCounts{1, 0, 0}));
  // The revocation was a mistake.
  Add(100, kCounty, "631");
  EXPECT_GT(Run(), 0);
  EXPECT_EQ(Count("B-34", CivilDay(2026, 11, 23), kCounty), (DutyCounts{1, 0, 0}));
}

TEST_F(DutyCalendarTest, AnOrganizationThatBecomesKnownLateFindsItsMeetings) {
  Add(100, kCounty, "631");
  Submit(100, {Kind::kThemeDay}, CivilDay(2026, 11, 5));  // before any window is open
  // A committee that membership reports only now, but that has stood since January: the duty did
  // not exist when the meeting was submitted.
  Submit(100, {Kind::kCommittee}, CivilDay(2026, 11, 6));
  Run();
  EXPECT_EQ(Count("B-34", CivilDay(2026, 11, 23), kCounty), (DutyCounts{0, 1, 0}));
  EXPECT_EQ(Count("B-31", CivilDay(2026, 11, 23), kCounty), (DutyCounts{0, 0, 0}));
  Committee(100, 3, CivilDay(2026, 1, 1));
  Run();
  EXPECT_EQ(Count("B-31", CivilDay(2026, 11, 23), kCounty), (DutyCounts{0, 1, 0}));
  EXPECT_EQ(Count("B-31", CivilDay(2026, 10, 23), kCounty), (DutyCounts{1, 0, 0}));
}

TEST_F(DutyCalendarTest, WindowsBeforeTheCalendarHoldNoDuties) {
  Add(100, kCounty, "631");
  Submit(100, {Kind::kThemeDay}, CivilDay(2026, 6, 10));
  Run();
  EXPECT_EQ(Count("B-34", CivilDay(2026, 6, 10), kCounty), (DutyCounts{0, 0, 0}));
  EXPECT_EQ(Count("B-35", CivilDay(2026, 6, 10), kCounty), (DutyCounts{1, 0, 0}));  // ends later
}

TEST_F(DutyCalendarTest, WindowsOpenAheadOfTheirFirstDay) {
  Add(100, kCounty, "631");
  clock_.Set(Noon(CivilDay(2026, 11, 27)));
  Run();
  EXPECT_EQ(Count("B-34", CivilDay(2026, 12, 1), kCounty), (DutyCounts{0, 0, 0}));
  clock_.Set(Noon(CivilDay(2026, 11, 28)));
  Run();
  EXPECT_EQ(Count("B-34", CivilDay(2026, 12, 1), kCounty), (DutyCounts{1, 0, 0}));
}

TEST_F(DutyCalendarTest, TheGaugeCountsTheLastWindowThatIsOver) {
  Add(100, kCounty, "631");
  Add(101, kCounty, "631");
  Submit(100, {Kind::kThemeDay}, CivilDay(2026, 10, 10));
  Run();
  EXPECT_NE(metrics_.Text().find("ronghe_meeting_overdue_branches{rule=\"B-34\"} 1\n"),
            std::string::npos);
  EXPECT_NE(metrics_.Text().find("ronghe_meeting_overdue_branches{rule=\"B-30\"} 2\n"),
            std::string::npos);
}

// Another replica's board, fed by events only.
TEST_F(DutyCalendarTest, ABoardElsewhereFollowsByEvents) {
  Add(100, kCounty, "631");
  Add(101, kCounty, "631");
  event::Publisher publisher(*database_, nullptr, clock_, "services/meeting");
  DutyBoard other(*database_, tree_);
  BoardFollower follower(*database_, publisher, tree_, other, calendar_, clock_);
  const CivilDay november(2026, 11, 1);
  const auto count = [&] { return other.Count(Deadline(), "B-34", november, kCounty).value(); };
  EXPECT_EQ(count(), DutyCounts());
  Run();
  EXPECT_EQ(count(), DutyCounts());
  ASSERT_THAT(publisher.PublishPending(Deadline()), IsOk());
  ASSERT_THAT(follower.Follow(Deadline()), IsOk());
  EXPECT_EQ(count(), (DutyCounts{2, 0, 0}));

  const Meeting meeting = Submit(100, {Kind::kThemeDay}, CivilDay(2026, 11, 20));
  ASSERT_OK(database_->Transact(Deadline(), [&](sql::Session& session) {
    event::Draft draft;
    draft.type = "ronghe.meeting.meeting.submitted";
    draft.subject = absl::StrCat("meetings/", meeting.id);
    draft.organization_id = 100;
    draft.id = ids_.Next();
    draft.time = clock_.Now();
    return event::Emit(session, draft);
  }));
  ASSERT_THAT(publisher.PublishPending(Deadline()), IsOk());
  ASSERT_THAT(follower.Follow(Deadline()), IsOk());
  EXPECT_EQ(count(), (DutyCounts{1, 1, 0}));

  // A branch moves to another committee.
  Add(20, kCounty, "611");
  event::v1::Event moved;
  moved.set_type("ronghe.membership.organization.changed");
  (*moved.mutable_data())["organization"] = "100";
  (*moved.mutable_data())["parent"] = "1";
  follower.OnMembership(std::vector<event::v1::Event>{moved});
  EXPECT_EQ(other.Count(Deadline(), "B-34", november, 20).value(), DutyCounts());
  Add(100, 20, "631");
  (*moved.mutable_data())["parent"] = "20";
  follower.OnMembership(std::vector<event::v1::Event>{moved});
  EXPECT_EQ(other.Count(Deadline(), "B-34", november, 20).value(), (DutyCounts{0, 1, 0}));
  EXPECT_EQ(count(), (DutyCounts{1, 1, 0}));
}

class RecountTest : public DutyCalendarTest, public ::testing::WithParamInterface<uint32_t> {
 protected:
  // Towns, branches and groups with random dates and committees.
  void Grow(std::mt19937& random) {
    const auto chance = [&](int percent) { return static_cast<int>(random() % 100) < percent; };
    const auto day = [&] { return CivilDay(2026, 6, 15) + static_cast<int>(random() % 165); };
    for (int64_t town = 10; town < 15; ++town) Add(town, kCounty, "611");
    for (int64_t branch = 100; branch < 140; ++branch) {
      std::optional<CivilDay> founded, revoked;
      if (chance(25)) founded = day();
      if (chance(10)) revoked = founded.value_or(CivilDay(2026, 6, 1)) + 40;
      Add(branch, 10 + static_cast<int64_t>(random() % 5), chance(20) ? "632" : "631", founded,
          revoked);
      if (chance(60)) Committee(branch, chance(80) ? 3 : 2, day());
      if (chance(20)) Add(branch + 1000, branch, "641");
      branches_.push_back(branch);
    }
  }

  Meeting SubmitRandom(std::mt19937& random) {
    int64_t organization = branches_[random() % branches_.size()];
    Kinds kinds;
    if (nodes_.contains(organization + 1000) && random() % 3 == 0) {
      organization += 1000;
      kinds.Add(Kind::kGroup);
    } else if (random() % 10 == 0) {
      organization = 10 + static_cast<int64_t>(random() % 5);
      kinds.Add(Kind::kLecture);
    } else {
      constexpr Kind kTags[] = {Kind::kGeneral, Kind::kCommittee, Kind::kThemeDay,
                                Kind::kLecture, Kind::kOrgLife,   Kind::kReading};
      for (size_t i = 0; i < 1 + random() % 3; ++i) kinds.Add(kTags[random() % 6]);
    }
    return Submit(organization, kinds, CivilDay(2026, 6, 20) + static_cast<int>(random() % 156));
  }

  std::vector<int64_t> branches_;
};

TEST_P(RecountTest, TheBoardEqualsARecountFromScratch) {
  std::mt19937 random(GetParam());
  Grow(random);
  clock_.Set(Noon(CivilDay(2026, 9, 1)));
  std::vector<Meeting> meetings;
  for (int round = 0; round < 6; ++round) {
    for (int step = 0; step < 30; ++step) {
      const int dice = static_cast<int>(random() % 10);
      if (dice < 7) {
        meetings.push_back(SubmitRandom(random));
      } else if (dice < 9 && !meetings.empty()) {
        Meeting& meeting = meetings[random() % meetings.size()];
        if (Counts(meeting.state)) Return(meeting);
      } else {
        const int64_t branch = branches_[random() % branches_.size()];
        org::OrgNode node = nodes_.at(branch);
        Add(branch, 10 + static_cast<int64_t>(random() % 5), node.kind, node.founded_on,
            node.revoked_on);
        board_.Moved();
      }
    }
    Run();
    CheckAgainstRecount(meetings);
    if (HasFatalFailure()) return;
    clock_.Advance(absl::Hours(24 * 16));
  }
  // The same figures as facts, from the table instead of the board.
  FactsApi facts(*database_, tree_, rules_);
  const fact::Period period{CivilDay(2026, 8, 1), CivilDay(2026, 11, 1)};
  std::map<std::pair<int64_t, std::string>, std::pair<int64_t, int64_t>> expected;
  const std::map<std::string, std::string> indicator_of = {{"B-30", "meeting.general_on_time"},
                                                           {"B-31", "meeting.committee_on_time"},
                                                           {"B-32", "meeting.group_on_time"},
                                                           {"B-34", "meeting.theme_day_on_time"}};
  std::vector<std::string> indicators;
  for (const auto& [rule, indicator] : indicator_of) indicators.push_back(indicator);
  for (const DutyWindow& window : DutyWindows(rules_, kStart, period.end)) {
    const auto indicator = indicator_of.find(window.rule->id);
    if (indicator == indicator_of.end() || window.window.end <= period.start ||
        window.window.end > period.end) {
      continue;
    }
    for (const auto& [id, node] : nodes_) {
      const auto standing = Expected(window, node, meetings);
      if (!standing.has_value() || *standing == DutyStanding::kExempt) continue;
      auto& sum = expected[{node.kind == "641" ? node.parent : id, indicator->second}];
      sum.first += *standing == DutyStanding::kMet;
      sum.second += 1;
    }
  }
  const auto figures = facts.Figures(Deadline(), branches_, period, indicators);
  ASSERT_THAT(figures, IsOk());
  EXPECT_EQ(figures->size(), branches_.size() * indicators.size());
  for (const fact::Figure& figure : *figures) {
    const auto& want = expected[{figure.organization, figure.indicator}];
    EXPECT_EQ(figure.numerator, want.first) << figure.organization << figure.indicator;
    EXPECT_EQ(figure.denominator, want.second) << figure.organization << figure.indicator;
    // The records behind it are as many, and as many of them count.
    int64_t counted = 0;
    int64_t listed = 0;
    std::string cursor;
    do {
      const auto page =
          facts.Evidence(Deadline(), figure.organization, {figure.indicator, period}, 2, cursor);
      ASSERT_THAT(page, IsOk());
      for (const auto& record : page->records) {
        ++listed;
        counted += record.counted();
      }
      cursor = page->next;
    } while (!cursor.empty());
    EXPECT_EQ(listed, want.second);
    EXPECT_EQ(counted, want.first);
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, RecountTest, ::testing::Range(1u, 5u));

// Submissions, returns and the calendar at the same time.
TEST_F(RecountTest, ConcurrentWritersAndTheCalendarAgreeWithARecount) {
  std::mt19937 random(77);
  Grow(random);
  std::vector<std::vector<Meeting>> by_thread(4);
  std::atomic<bool> done{false};
  std::thread calendar([&] {
    while (!done) {
      calendar_.Changed();
      Run();
    }
  });
  std::vector<std::thread> writers;
  for (size_t thread = 0; thread < by_thread.size(); ++thread) {
    writers.emplace_back([&, thread] {
      std::mt19937 own(static_cast<uint32_t>(thread));
      for (int i = 0; i < 40; ++i) {
        by_thread[thread].push_back(SubmitRandom(own));
        Meeting& some = by_thread[thread][own() % by_thread[thread].size()];
        if (own() % 4 == 0 && Counts(some.state)) Return(some);
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  done = true;
  calendar.join();
  calendar_.Changed();
  Run();
  std::vector<Meeting> meetings;
  for (const auto& own : by_thread) meetings.insert(meetings.end(), own.begin(), own.end());
  CheckAgainstRecount(meetings);
}

}  // namespace
}  // namespace ronghe::meeting

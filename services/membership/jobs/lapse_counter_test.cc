// Does the monthly job keep the counters right, wherever it is killed and however late records
// come?
#include "services/membership/jobs/lapse_counter.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/testing/matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/membership/jobs/attendance_source.h"
#include "services/membership/rules/load.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/disposition_store.h"
#include "services/membership/store/overlay_store.h"
#include "services/membership/store/store_testing.h"

namespace ronghe::membership {
namespace {

using ::ronghe::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Day = absl::CivilDay;
using Month = absl::CivilMonth;

absl::Time Soon() { return absl::Now() + absl::Seconds(30); }

// Noon of a day in Shanghai.
absl::Time Noon(Day day) { return absl::FromCivil(absl::CivilHour(day) + 4, absl::UTCTimeZone()); }

// What the test says happened; a month that it does not mention was kept by nobody.
class Played : public AttendanceSource, public DuesHistory {
 public:
  absl::StatusOr<std::map<MemberMonth, AttendanceFact>> Read(absl::Time,
                                                             std::span<const CountedMember> members,
                                                             Month first, Month last) override {
    ++reads;
    return Between(attendance, members, first, last);
  }
  absl::StatusOr<std::map<MemberMonth, DuesFact>> Read(sql::Session&,
                                                       std::span<const CountedMember> members,
                                                       Month first, Month last) override {
    return Between(dues, members, first, last);
  }
  // Its Read differs from that of DuesHistory by the answer alone, so it is an object of its own.
  struct Transit : TransitSource {
    absl::StatusOr<std::set<MemberMonth>> Read(sql::Session&, std::span<const CountedMember>, Month,
                                               Month) override {
      return months;
    }
    std::set<MemberMonth> months;
  };

  std::map<MemberMonth, AttendanceFact> attendance;
  std::map<MemberMonth, DuesFact> dues;
  Transit transit;
  int reads = 0;

 private:
  template <class Fact>
  static std::map<MemberMonth, Fact> Between(const std::map<MemberMonth, Fact>& all,
                                             std::span<const CountedMember> members, Month first,
                                             Month last) {
    std::map<MemberMonth, Fact> found;
    for (const CountedMember& member : members) {
      for (Month month = first; month <= last; ++month) {
        const auto it = all.find({member.id, MonthCode(month)});
        if (it != all.end()) found.insert(*it);
      }
    }
    return found;
  }
};

struct CounterRow {
  int64_t member_id = 0;
  int32_t ground = 0;
  int32_t months = 0;
  int32_t last_reset_month = 0;
  int32_t counted_month = 0;
  int32_t state = 0;
  bool has_case = false;
  auto tie() const {
    return std::tie(member_id, ground, months, last_reset_month, counted_month, state, has_case);
  }
  friend bool operator==(const CounterRow& a, const CounterRow& b) { return a.tie() == b.tie(); }
};
const sql::Query<CounterRow> kCounters(
    "test.lapse_counters",
    "SELECT member_id, ground, months, last_reset_month, counted_month, state, case_id <> 0 "
    "FROM lapse_counter ORDER BY member_id, ground");
struct MonthRow {
  int64_t member_id = 0;
  int32_t ground = 0;
  int32_t month = 0;
  int32_t verdict = 0;
  int32_t run = 0;
  auto tie() const { return std::tie(member_id, ground, month, verdict, run); }
  friend bool operator==(const MonthRow& a, const MonthRow& b) { return a.tie() == b.tie(); }
};
const sql::Query<MonthRow> kMonths(
    "test.lapse_months",
    "SELECT member_id, ground, month, verdict, run FROM lapse_month ORDER BY member_id, ground, "
    "month");

// A schema with one branch of ten members, 100 the last one on probation.
class Place {
 public:
  static constexpr int64_t kBranch = 5;

  explicit Place(Played& played, int32_t batch = kLapseBatch)
      : schema_(NewMembershipSchema()),
        database_(*sql::Database::Open(schema_.options())),
        ids_(1),
        books_(*LoadRuleBooks()),
        counter_(*database_, ids_, books_, played, played, played.transit, metrics_, batch) {
    std::vector<MemberRow> members;
    for (int64_t id = 91; id <= 100; ++id) {
      members.push_back(
          TestMember(id, kBranch, id == 100 ? Category::kProbationary : Category::kFull));
    }
    std::vector<MemberIntervalRow> intervals;
    for (const MemberRow& member : members) {
      intervals.push_back(TestInterval(ids_.Next(), member, Day(2020, 1, 1)));
    }
    EXPECT_OK(database_->Transact(Soon(), [&](sql::Session& session) -> absl::Status {
      RONGHE_RETURN_IF_ERROR(InsertMembers(session, members));
      return InsertIntervals(session, intervals);
    }));
  }

  // Runs the job as of `day`; gives up before batch `stop_after` when that is not negative.
  absl::Status Run(Day day, int stop_after = -1) {
    int fences = 0;
    return counter_
        .Run(
            Noon(day),
            [&](sql::Session&) -> absl::Status {
              if (fences == stop_after) return absl::AbortedError("killed");
              ++fences;
              return absl::OkStatus();
            },
            [] { return false; })
        .status();
  }

  template <class Row>
  std::vector<Row> All(const sql::Query<Row>& query) {
    auto rows =
        database_->Read(Soon(), [&](sql::Session& session) { return session.Select(query); });
    EXPECT_THAT(rows, IsOk());
    return rows.ok() ? *std::move(rows) : std::vector<Row>();
  }
  LapseCounterRow Counter(int64_t member_id, LapseGround ground) {
    const std::vector<int64_t> ids = {member_id};
    auto rows = database_->Read(
        Soon(), [&](sql::Session& session) { return LapseCountersOf(session, ids); });
    EXPECT_THAT(rows, IsOk());
    for (const LapseCounterRow& row : *rows) {
      if (row.ground == ground) return row;
    }
    return {};
  }
  std::vector<DispositionRow> Cases() {
    const std::vector<int64_t> branches = {kBranch};
    auto rows = database_->Read(Soon(), [&](sql::Session& session) {
      return DispositionsIn(session, branches, 0, 0, 100);
    });
    EXPECT_THAT(rows, IsOk());
    return rows.ok() ? *std::move(rows) : std::vector<DispositionRow>();
  }
  std::vector<DeadlineRow> Deadlines(int64_t member_id) {
    auto rows = database_->Read(Soon(), [&](sql::Session& session) {
      return DeadlinesOf(session, {"lapseCounters", member_id});
    });
    EXPECT_THAT(rows, IsOk());
    return rows.ok() ? *std::move(rows) : std::vector<DeadlineRow>();
  }
  sql::Database& database() { return *database_; }
  base::IdGenerator& ids() { return ids_; }

 private:
  testing::TestSchema schema_;
  std::unique_ptr<sql::Database> database_;
  base::IdGenerator ids_;
  const RuleBooks books_;
  metrics::Registry metrics_;
  LapseCounter counter_;
};

// Invited in every month from 2026-01 on: 91 attends, 92 never, 93 not since March, 100 never.
void Play(Played& played) {
  for (Month month(2026, 1); month <= Month(2026, 9); ++month) {
    const int32_t number = MonthCode(month);
    for (int64_t id = 91; id <= 100; ++id) {
      AttendanceFact fact{.invited = true, .attended = true};
      if (id == 92 || id == 100) fact.attended = false;
      if (id == 93 && month > Month(2026, 3)) fact.attended = false;
      played.attendance[{id, number}] = fact;
    }
    played.dues[{94, number}] = {.known = true, .paid = month <= Month(2026, 4)};
  }
}

TEST(LapseCounterJob, D_04_WarnsAtThreeAndFiveOpensOneCaseAtSixAndChangesNoStanding) {
  Played played;
  Play(played);
  Place place(played);
  ASSERT_OK(place.Run(Day(2026, 4, 11)));  // January to March
  LapseCounterRow counter = place.Counter(92, LapseGround::kAttendance);
  EXPECT_EQ(counter.months, 3);
  EXPECT_EQ(counter.state, LapseState::kWarned);
  EXPECT_EQ(counter.last_reset_month, 0);
  ASSERT_THAT(place.Deadlines(92), SizeIs(1));
  EXPECT_EQ(place.Deadlines(92)[0].code, "DL-17");
  EXPECT_EQ(place.Deadlines(92)[0].due_on, Day(2026, 6, 30));
  EXPECT_EQ(place.Counter(91, LapseGround::kAttendance).months, 0);
  EXPECT_EQ(place.Counter(91, LapseGround::kAttendance).last_reset_month, 202603);

  ASSERT_OK(place.Run(Day(2026, 6, 11)));  // to May
  EXPECT_EQ(place.Counter(92, LapseGround::kAttendance).state, LapseState::kWarnedAgain);
  EXPECT_THAT(place.Cases(), IsEmpty());

  ASSERT_OK(place.Run(Day(2026, 7, 10)));  // June is not over yet
  EXPECT_THAT(place.Cases(), IsEmpty());
  ASSERT_OK(place.Run(Day(2026, 7, 11)));
  ASSERT_THAT(place.Cases(), SizeIs(1));
  const DispositionRow opened = place.Cases()[0];
  EXPECT_EQ(opened.member_id, 92);
  EXPECT_EQ(opened.origin, DispositionOrigin::kCounter);
  EXPECT_EQ(opened.ground, Ground::kD31_6);
  EXPECT_EQ(opened.lapse_ground, static_cast<int32_t>(LapseGround::kAttendance));
  EXPECT_EQ(opened.opened_on, Day(2026, 7, 11));
  EXPECT_EQ(place.Counter(92, LapseGround::kAttendance).case_id, opened.id);
  EXPECT_EQ(place.Deadlines(92)[0].state, DeadlineState::kDropped);
  // On probation: warned, judged by admission.
  EXPECT_EQ(place.Counter(100, LapseGround::kAttendance).state, LapseState::kWarnedAgain);

  ASSERT_OK(place.Run(Day(2026, 9, 11)));  // two months later: the same case
  EXPECT_THAT(place.Cases(), SizeIs(1));
  EXPECT_EQ(place.Counter(92, LapseGround::kAttendance).months, 8);
  const std::vector<int64_t> ids = {92};
  ASSERT_OK_AND_ASSIGN(const auto members,
                       place.database().Read(Soon(), [&](sql::Session& session) {
                         return LoadMembers(session, ids);
                       }));
  EXPECT_EQ(members[0].standing, Standing::kNormal);
  // Dues run on their own.
  EXPECT_EQ(place.Counter(94, LapseGround::kDues).months, 4);
  EXPECT_EQ(place.Counter(94, LapseGround::kDues).last_reset_month, 202604);
  EXPECT_EQ(place.Counter(95, LapseGround::kDues).months, 0);
}

TEST(LapseCounterJob, D_04_KilledAtAnyBatchItEndsWithTheSameRows) {
  Played played;
  Play(played);
  Place whole(played);
  ASSERT_OK(whole.Run(Day(2026, 8, 20)));
  ASSERT_OK(whole.Run(Day(2026, 9, 20)));
  const auto counters = whole.All(kCounters);
  const auto months = whole.All(kMonths);
  ASSERT_THAT(counters, SizeIs(30));

  Place killed(played, 3);  // four batches a month
  for (const Day day : {Day(2026, 8, 20), Day(2026, 9, 20)}) {
    for (int batch = 0; batch < 5; ++batch) EXPECT_FALSE(killed.Run(day, 1).ok() && batch < 4);
    ASSERT_OK(killed.Run(day));
    ASSERT_OK(killed.Run(day));  // nothing left
  }
  EXPECT_EQ(killed.All(kCounters), counters);
  EXPECT_EQ(killed.All(kMonths), months);
  EXPECT_THAT(killed.Cases(), SizeIs(1));
}

TEST(LapseCounterJob, D_04_WhatIsRecordedLateStillCounts) {
  Played played;
  Play(played);
  Place place(played);
  ASSERT_OK(place.Run(Day(2026, 6, 11)));
  EXPECT_EQ(place.Counter(92, LapseGround::kAttendance).months, 5);
  played.attendance[{92, 202603}].attended = true;  // a late entry of a meeting in March
  ASSERT_OK(place.Run(Day(2026, 7, 11)));
  const LapseCounterRow counter = place.Counter(92, LapseGround::kAttendance);
  EXPECT_EQ(counter.months, 3);
  EXPECT_EQ(counter.last_reset_month, 202603);
  EXPECT_EQ(counter.state, LapseState::kWarned);
  EXPECT_THAT(place.Cases(), IsEmpty());
  played.attendance[{92, 202606}].attended = true;
  ASSERT_OK(place.Run(Day(2026, 8, 11)));
  EXPECT_EQ(place.Counter(92, LapseGround::kAttendance).months, 1);
  EXPECT_EQ(place.Deadlines(92)[0].state, DeadlineState::kMet);
}

TEST(LapseCounterJob, D_04_GoodReasonsDoNotTick) {
  Played played;
  Play(played);
  Place place(played);
  // 92 is being looked for from mid-February to mid-April, 93 excused all the time, 100 in transit.
  std::vector<OverlayRow> overlays;
  const auto overlay = [&](int64_t member, OverlayKind kind, Day from, Day to) {
    overlays.push_back({.id = place.ids().Next(),
                        .member_id = member,
                        .organization_id = Place::kBranch,
                        .kind = kind,
                        .valid_from = from,
                        .valid_to = to,
                        .create_time = absl::Now(),
                        .update_time = absl::Now()});
  };
  overlay(92, OverlayKind::kOutOfContact, Day(2026, 2, 15), Day(2026, 4, 15));
  overlay(93, OverlayKind::kExcused, Day(2026, 1, 1), kOpenEnd);
  ASSERT_OK(place.database().Transact(
      Soon(), [&](sql::Session& session) { return InsertOverlays(session, overlays); }));
  for (Month month(2026, 1); month <= Month(2026, 6); ++month) {
    played.transit.months.insert({100, MonthCode(month)});
  }
  ASSERT_OK(place.Run(Day(2026, 7, 11)));
  EXPECT_EQ(place.Counter(92, LapseGround::kAttendance).months, 3);  // January, May, June
  EXPECT_EQ(place.Counter(93, LapseGround::kAttendance).months, 0);
  EXPECT_EQ(place.Counter(100, LapseGround::kAttendance).months, 0);
  EXPECT_THAT(place.Cases(), IsEmpty());
}

TEST(LapseCounterJob, D_04_TasksCountAndTwoGroundsShareACase) {
  Played played;
  Play(played);
  Place place(played);
  ASSERT_OK(place.database().Transact(Soon(), [&](sql::Session& session) {
    return InsertMemberTask(session, {.id = place.ids().Next(),
                                      .member_id = 92,
                                      .organization_id = Place::kBranch,
                                      .kind = 1,
                                      .assigned_on = Day(2025, 12, 1),
                                      .due_on = Day(2026, 1, 31),
                                      .create_time = absl::Now(),
                                      .update_time = absl::Now()});
  }));
  ASSERT_OK(place.Run(Day(2026, 7, 11)));
  EXPECT_EQ(place.Counter(92, LapseGround::kTask).months, 6);
  ASSERT_THAT(place.Cases(), SizeIs(1));
  EXPECT_EQ(place.Counter(92, LapseGround::kTask).case_id, place.Cases()[0].id);
  EXPECT_EQ(place.Counter(92, LapseGround::kAttendance).case_id, place.Cases()[0].id);
}

TEST(LapseCounterJob, WhatTwoOrganizationsSayOfAMonthIsPutTogether) {
  const AttendanceFact absent{.invited = true};
  const AttendanceFact excused{.invited = true, .excused = true};
  const AttendanceFact came{.invited = true, .attended = true};
  const AttendanceFact guest{.attended = true};
  EXPECT_EQ(AttendanceVerdict(Combine(absent, excused)), LapseVerdict::kMissed);
  EXPECT_EQ(AttendanceVerdict(Combine(excused, absent)), LapseVerdict::kMissed);
  EXPECT_EQ(AttendanceVerdict(Combine(excused, excused)), LapseVerdict::kExcused);
  EXPECT_EQ(AttendanceVerdict(Combine({}, excused)), LapseVerdict::kExcused);
  EXPECT_EQ(AttendanceVerdict(Combine(excused, {})), LapseVerdict::kExcused);
  EXPECT_EQ(AttendanceVerdict(Combine(absent, came)), LapseVerdict::kKept);
  EXPECT_EQ(AttendanceVerdict(Combine(guest, absent)), LapseVerdict::kKept);
}

TEST(LapseCounterJob, MonthsThatWereMissedByTheJobAreCountedInOrder) {
  Played played;
  Play(played);
  Place slow(played);
  ASSERT_OK(slow.Run(Day(2026, 2, 28)));
  ASSERT_OK(slow.Run(Day(2026, 9, 30)));
  Place steady(played);
  for (int month = 2; month <= 9; ++month) ASSERT_OK(steady.Run(Day(2026, month, 28)));
  EXPECT_EQ(slow.All(kCounters), steady.All(kCounters));
  EXPECT_EQ(slow.All(kMonths), steady.All(kMonths));
}

}  // namespace
}  // namespace ronghe::membership

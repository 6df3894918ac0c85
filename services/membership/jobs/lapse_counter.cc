#include "services/membership/jobs/lapse_counter.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "common/audit/audit.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "services/membership/domain/standing/disposition.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/disposition_store.h"
#include "services/membership/store/overlay_store.h"

namespace ronghe::membership {
namespace {

constexpr absl::Duration kStep = absl::Seconds(30);
constexpr char kMethod[] = "job/lapse.count";

using CounterKey = std::pair<int64_t, LapseGround>;

bool Covers(const OverlayRow& overlay, absl::CivilMonth month) {
  return overlay.valid_from < absl::CivilDay(month + 1) && overlay.valid_to > absl::CivilDay(month);
}

DispositionRow LapseCase(int64_t id, const LapseCounterRow& counter, absl::Time now) {
  return {.id = id,
          .member_id = counter.member_id,
          .organization_id = counter.organization_id,
          .kind = DispositionKind::kDisposition,
          .ground = Ground::kD31_6,
          .origin = DispositionOrigin::kCounter,
          .lapse_ground = static_cast<int32_t>(counter.ground),
          .opened_on = base::ShanghaiDay(now),
          .open_member_id = counter.member_id,
          .create_time = now,
          .update_time = now};
}

// The deadline of a counter is about the member; its ordinal is the ground.
Subject CounterSubject(int64_t member_id) { return {"lapseCounters", member_id}; }

}  // namespace

// What is known of the members of a batch over the months that are counted.
struct LapseCounter::Facts {
  std::vector<CountedMember> members;
  std::vector<int64_t> ids;
  std::map<MemberMonth, AttendanceFact> attendance;
  std::map<MemberMonth, DuesFact> dues;
  std::set<MemberMonth> transit;
  std::map<int64_t, std::vector<OverlayRow>> overlays;
  std::map<int64_t, std::vector<TaskFact>> tasks;

  LapseVerdict Attendance(int64_t member_id, absl::CivilMonth month) const {
    const MemberMonth key{member_id, MonthCode(month)};
    AttendanceFact fact;
    if (const auto it = attendance.find(key); it != attendance.end()) fact = it->second;
    fact.in_transit = transit.contains(key);
    if (const auto it = overlays.find(member_id); it != overlays.end()) {
      for (const OverlayRow& overlay : it->second) {
        if (!Covers(overlay, month)) continue;
        if (overlay.kind == OverlayKind::kOutOfContact) fact.searched = true;
        if (overlay.kind == OverlayKind::kExcused) fact.care_exempt = true;
      }
    }
    return AttendanceVerdict(fact);
  }

  LapseVerdict Of(LapseGround ground, int64_t member_id, absl::CivilMonth month) const {
    if (ground == LapseGround::kAttendance) return Attendance(member_id, month);
    if (ground == LapseGround::kDues) {
      const auto it = dues.find({member_id, MonthCode(month)});
      return DuesVerdict(it == dues.end() ? DuesFact() : it->second);
    }
    const auto it = tasks.find(member_id);
    return TaskVerdict(it == tasks.end() ? std::vector<TaskFact>() : it->second, month);
  }
};

// What is to be written of a batch.
struct LapseCounter::Batch {
  std::vector<LapseMonthRow> months;
  std::vector<LapseCounterRow> counters;
  std::map<CounterKey, LapseState> before;  // of counters that stood already
  std::set<int64_t> full;                   // members who can have a case of disposition
  int64_t opened = 0;                       // cases
};

LapseCounter::LapseCounter(sql::Database& database, base::IdGenerator& ids, const RuleBooks& books,
                           AttendanceSource& attendance, DuesHistory& dues, TransitSource& transit,
                           metrics::Registry& registry, int32_t batch)
    : database_(database),
      ids_(ids),
      rules_(books.Get("standing")),
      attendance_(attendance),
      dues_(dues),
      transit_(transit),
      batch_(batch),
      counted_(registry.AddCounter("ronghe_membership_lapse_members_total",
                                   "Members whose six-month counters were counted for a month.")),
      opened_(registry.AddCounter("ronghe_membership_lapse_cases_total",
                                  "Cases of disposition that a six-month counter opened.")) {}

absl::StatusOr<std::vector<absl::CivilMonth>> LapseCounter::MonthsToCount(absl::CivilDay today) {
  const absl::CivilMonth last = LastCountable(rules_.On(today), today);
  RONGHE_ASSIGN_OR_RETURN(const int32_t finished,
                          database_.Read(absl::Now() + kStep, [](sql::Session& session) {
                            return LastFinishedRun(session);
                          }));
  // The first run counts the last month; what lies before is counted with it.
  std::vector<absl::CivilMonth> months;
  for (absl::CivilMonth month = finished == 0 ? last : MonthOf(finished) + 1; month <= last;
       ++month) {
    months.push_back(month);
  }
  return months;
}

absl::StatusOr<int64_t> LapseCounter::Run(absl::Time now,
                                          absl::FunctionRef<absl::Status(sql::Session&)> fence,
                                          absl::FunctionRef<bool()> cancelled) {
  RONGHE_ASSIGN_OR_RETURN(const std::vector<absl::CivilMonth> months,
                          MonthsToCount(base::ShanghaiDay(now)));
  int64_t batches = 0;
  for (const absl::CivilMonth month : months) {
    while (true) {
      if (cancelled()) return batches;
      RONGHE_ASSIGN_OR_RETURN(const bool more, CountBatch(month, now, fence));
      if (!more) break;
      ++batches;
    }
  }
  return batches;
}

absl::StatusOr<bool> LapseCounter::CountBatch(
    absl::CivilMonth month, absl::Time now, absl::FunctionRef<absl::Status(sql::Session&)> fence) {
  std::vector<CountedMember> members;
  RONGHE_RETURN_IF_ERROR(
      database_.Read(absl::Now() + kStep, [&](sql::Session& session) -> absl::Status {
        RONGHE_ASSIGN_OR_RETURN(const std::optional<LapseRunRow> run,
                                LoadLapseRun(session, MonthCode(month)));
        RONGHE_ASSIGN_OR_RETURN(members,
                                CountedMembers(session, run ? run->after_member_id : 0, batch_));
        return absl::OkStatus();
      }));
  LapseRunRow run{.month = MonthCode(month), .update_time = now};
  if (members.empty()) {
    run.finished = true;
    RONGHE_RETURN_IF_ERROR(
        database_.Transact(absl::Now() + kStep, [&](sql::Session& session) -> absl::Status {
          RONGHE_RETURN_IF_ERROR(fence(session));
          return WriteLapseRun(session, run);
        }));
    return false;
  }
  run.after_member_id = members.back().id;
  const LapseLimits limits(rules_.On(absl::CivilDay(month)));
  const absl::CivilMonth first = month - (limits.recount - 1);
  RONGHE_ASSIGN_OR_RETURN(const Facts facts, ReadFacts(members, first, month));
  int64_t opened = 0;
  RONGHE_RETURN_IF_ERROR(
      database_.Transact(absl::Now() + kStep, [&](sql::Session& session) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(fence(session));
        RONGHE_ASSIGN_OR_RETURN(Batch batch, Count(session, facts, first, month, now));
        RONGHE_RETURN_IF_ERROR(OpenCases(session, batch, now));
        RONGHE_RETURN_IF_ERROR(SetDeadlines(session, batch, month, now));
        RONGHE_RETURN_IF_ERROR(WriteLapseMonths(session, batch.months));
        RONGHE_RETURN_IF_ERROR(WriteLapseCounters(session, batch.counters));
        opened = batch.opened;
        return WriteLapseRun(session, run);
      }));
  counted_.Increment(static_cast<double>(members.size()));
  opened_.Increment(static_cast<double>(opened));
  return true;
}

absl::StatusOr<LapseCounter::Facts> LapseCounter::ReadFacts(std::span<const CountedMember> members,
                                                            absl::CivilMonth first,
                                                            absl::CivilMonth last) {
  Facts facts;
  facts.members.assign(members.begin(), members.end());
  for (const CountedMember& member : members) facts.ids.push_back(member.id);
  const absl::CivilDay from(first);
  const absl::CivilDay to(last + 1);
  std::vector<CountedMember> places;
  RONGHE_RETURN_IF_ERROR(
      database_.Read(absl::Now() + kStep, [&](sql::Session& session) -> absl::Status {
        facts.overlays.clear();
        facts.tasks.clear();
        RONGHE_ASSIGN_OR_RETURN(places, PlacesBetween(session, facts.ids, from, to));
        RONGHE_ASSIGN_OR_RETURN(facts.dues, dues_.Read(session, members, first, last));
        RONGHE_ASSIGN_OR_RETURN(facts.transit, transit_.Read(session, members, first, last));
        RONGHE_ASSIGN_OR_RETURN(std::vector<OverlayRow> overlays,
                                OverlaysBetween(session, facts.ids, from, to));
        for (OverlayRow& row : overlays) facts.overlays[row.member_id].push_back(std::move(row));
        RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberTaskRow> tasks,
                                MemberTasksBetween(session, facts.ids, from, to));
        for (const MemberTaskRow& row : tasks) {
          facts.tasks[row.member_id].push_back(
              {row.assigned_on, row.due_on, row.completed_on, row.cancelled_on});
        }
        return absl::OkStatus();
      }));
  RONGHE_ASSIGN_OR_RETURN(facts.attendance,
                          attendance_.Read(absl::Now() + kStep, places, first, last));
  return facts;
}

absl::StatusOr<LapseCounter::Batch> LapseCounter::Count(sql::Session& session, const Facts& facts,
                                                        absl::CivilMonth first,
                                                        absl::CivilMonth month, absl::Time now) {
  const LapseLimits limits(rules_.On(absl::CivilDay(month)));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<LapseCounterRow> standing,
                          LapseCountersOf(session, facts.ids));
  RONGHE_ASSIGN_OR_RETURN(const std::vector<LapseMonthRow> bases,
                          LapseMonthsAt(session, facts.ids, MonthCode(first - 1)));
  std::map<CounterKey, const LapseCounterRow*> old;
  for (const LapseCounterRow& row : standing) old[{row.member_id, row.ground}] = &row;
  std::map<CounterKey, int32_t> runs;
  for (const LapseMonthRow& row : bases) runs[{row.member_id, row.ground}] = row.run;

  Batch batch;
  for (const CountedMember& member : facts.members) {
    if (member.category == Category::kFull) batch.full.insert(member.id);
    for (const LapseGround ground : kLapseGrounds) {
      const CounterKey key{member.id, ground};
      std::vector<LapseVerdict> verdicts;
      for (absl::CivilMonth at = first; at <= month; ++at) {
        verdicts.push_back(facts.Of(ground, member.id, at));
      }
      const std::vector<LapseMonth> counted = CountMonths(first, verdicts, runs[key]);
      LapseCounterRow row{.member_id = member.id,
                          .ground = ground,
                          .organization_id = member.organization_id,
                          .months = counted.back().run,
                          .counted_month = MonthCode(month),
                          .state = StateOfRun(limits, counted.back().run),
                          .update_time = now};
      if (const auto it = old.find(key); it != old.end()) {
        batch.before[key] = it->second->state;
        row.last_reset_month = it->second->last_reset_month;
        if (row.months >= limits.open_case) row.case_id = it->second->case_id;
      }
      for (const LapseMonth& at : counted) {
        batch.months.push_back({member.id, ground, MonthCode(at.month), at.verdict, at.run});
        if (at.verdict == LapseVerdict::kKept) row.last_reset_month = MonthCode(at.month);
      }
      batch.counters.push_back(row);
    }
  }
  return batch;
}

absl::Status LapseCounter::OpenCases(sql::Session& session, Batch& batch, absl::Time now) {
  std::vector<int64_t> reached;
  for (LapseCounterRow& row : batch.counters) {
    if (row.state != LapseState::kCaseOpened || row.case_id != 0) continue;
    if (batch.full.contains(row.member_id)) {
      if (reached.empty() || reached.back() != row.member_id) reached.push_back(row.member_id);
    } else {
      // A probationary member is judged by admission at the end of probation.
      row.state = LapseState::kWarnedAgain;
    }
  }
  if (reached.empty()) return absl::OkStatus();
  RONGHE_ASSIGN_OR_RETURN(const std::vector<OpenCase> open, OpenDispositions(session, reached));
  std::map<int64_t, int64_t> cases;
  for (const OpenCase& one : open) cases[one.member_id] = one.case_id;
  std::vector<audit::Entry> entries;
  for (LapseCounterRow& row : batch.counters) {
    if (row.state != LapseState::kCaseOpened || row.case_id != 0) continue;
    int64_t& case_id = cases[row.member_id];
    if (case_id == 0) {
      const DispositionRow opened = LapseCase(ids_.Next(), row, now);
      RONGHE_RETURN_IF_ERROR(InsertDisposition(session, opened));
      case_id = opened.id;
      entries.push_back({.id = ids_.Next(),
                         .time = now,
                         .subject = "services/membership",
                         .method = kMethod,
                         .organization_id = row.organization_id,
                         .resource = opened.subject().name()});
    }
    row.case_id = case_id;
  }
  batch.opened = static_cast<int64_t>(entries.size());
  return audit::Record(session, entries);
}

absl::Status LapseCounter::SetDeadlines(sql::Session& session, const Batch& batch,
                                        absl::CivilMonth month, absl::Time now) {
  const RuleSet& rules = rules_.On(absl::CivilDay(month));
  const LapseLimits limits(rules);
  std::vector<DeadlineRow> deadlines;
  for (const LapseCounterRow& row : batch.counters) {
    const auto before = batch.before.find({row.member_id, row.ground});
    const bool warned_before =
        before != batch.before.end() && before->second != LapseState::kCounting;
    const bool warned = row.state == LapseState::kWarned || row.state == LapseState::kWarnedAgain;
    if (!warned && !warned_before) continue;
    // The member has until the end of the month in which the counter would reach the limit.
    const int32_t left = std::max(limits.open_case - row.months, 0);
    const absl::CivilDay due = absl::CivilDay(month + left + 1) - 1;
    DeadlineRow deadline =
        MakeDeadline(ids_.Next(), "DL-17", CounterSubject(row.member_id), row.organization_id, due,
                     rules.Get("lapse.case_months"), now);
    deadline.ordinal = static_cast<int32_t>(row.ground);
    if (row.state == LapseState::kCounting) {
      deadline.state = DeadlineState::kMet;
      deadline.met_on = base::ShanghaiDay(now);
    } else if (row.state == LapseState::kCaseOpened) {
      deadline.state = DeadlineState::kDropped;
    }
    deadlines.push_back(std::move(deadline));
  }
  return membership::SetDeadlines(session, deadlines);
}

void AddLapseJob(job::JobRunner& jobs, LapseCounter& counter) {
  jobs.Add(kLapseCounterJob, absl::Hours(1), [&counter](job::JobContext& context) {
    return counter
        .Run(
            context.now(), [&](sql::Session& session) { return context.CheckLease(session); },
            [&] { return context.cancelled(); })
        .status();
  });
}

}  // namespace ronghe::membership

#include "services/training/jobs/account_keeper.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "common/base/civil.h"
#include "common/base/status_macros.h"
#include "common/event/event_store.h"
#include "common/org/interval_event.h"
#include "services/training/store/account_store.h"

namespace ronghe::training {
namespace {

constexpr char kSource[] = "services/membership";
constexpr char kPost[] = "ronghe.membership.post.changed";
constexpr char kGaugesJob[] = "training.gauges";
constexpr int32_t kPortion = 250;
constexpr absl::Duration kRun = absl::Minutes(1);

std::string Value(const event::v1::Event& event, const std::string& key) {
  const auto found = event.data().find(key);
  return found == event.data().end() ? std::string() : found->second;
}

// The first of days when the event has none.
absl::CivilDay DayOf(const event::v1::Event& event, const std::string& key) {
  return base::ParseDay(Value(event, key)).value_or(absl::CivilDay(1, 1, 1));
}

}  // namespace

AccountKeeper::AccountKeeper(sql::Database& database, base::IdGenerator& ids,
                             const base::Clock& clock, const RuleBook& rules, job::JobRunner& jobs,
                             std::shared_ptr<rpc::Channel> membership)
    : database_(database),
      ids_(ids),
      clock_(clock),
      rules_(rules),
      jobs_(jobs),
      short_(metrics::Registry::Default().AddGauge(
          "ronghe_training_members_short",
          "Members whose credited hours are below what the current year asks for.")),
      consumer_(
          kSource, event::v1::EventFeedServiceClient(std::move(membership)), database,
          [this](sql::Session& session, std::span<const event::v1::Event> events) {
            return Note(session, events);
          },
          [this](std::span<const event::v1::Event>) { jobs_.Nudge(kJob); },
          event::ConsumerOptions{.name = "accounts",
                                 .types = {org::kIntervalChanged, org::kIntervalsOpened, kPost}},
          clock) {
  jobs_.Add(kJob, absl::Seconds(30),
            [this](job::JobContext& context) { return Keep(context.DeadlineIn(kRun)).status(); });
  jobs_.Add(kGaugesJob, absl::Minutes(1),
            [this](job::JobContext& context) { return Measure(context.DeadlineIn(kRun)); });
}

absl::Status AccountKeeper::Note(sql::Session& session, std::span<const event::v1::Event> events) {
  const absl::CivilDay today = base::ShanghaiDay(clock_.Now());
  std::vector<DueRow> rows;
  for (const event::v1::Event& event : events) {
    const auto add = [&](int64_t member, absl::CivilDay day) {
      rows.push_back(
          {.id = ids_.Next(), .due_on = day, .member_id = member, .sequence = event.sequence()});
    };
    const auto note = [&](int64_t member, absl::CivilDay from, absl::CivilDay to) {
      add(member, today);
      for (const absl::CivilDay day : {from, to}) {
        if (day > today && day.year() <= today.year() + 1) add(member, day);
      }
    };
    RONGHE_ASSIGN_OR_RETURN(const std::vector<org::IntervalRow> told, org::IntervalsIn(event));
    for (const org::IntervalRow& one : told) {
      note(one.member_id, one.valid_from, one.valid_to);
    }
    int64_t member = 0;
    if (event.type() != kPost || !absl::SimpleAtoi(Value(event, "member"), &member)) continue;
    note(member, DayOf(event, "valid_from"), DayOf(event, "valid_to"));
  }
  return InsertDue(session, rows);
}

absl::StatusOr<int64_t> AccountKeeper::Keep(absl::Time deadline) {
  const absl::CivilDay today = base::ShanghaiDay(clock_.Now());
  RONGHE_RETURN_IF_ERROR(OpenYear(static_cast<int>(today.year()), deadline));
  int64_t total = 0;
  for (;;) {
    RONGHE_ASSIGN_OR_RETURN(const int64_t kept, KeepSome(today, deadline));
    total += kept;
    if (kept < kPortion) return total;
  }
}

absl::Status AccountKeeper::OpenYear(int year, absl::Time deadline) {
  const absl::CivilDay today = base::ShanghaiDay(clock_.Now());
  for (;;) {
    RONGHE_ASSIGN_OR_RETURN(
        const bool done,
        database_.Transact(deadline, [&](sql::Session& session) -> absl::StatusOr<bool> {
          RONGHE_ASSIGN_OR_RETURN(const std::optional<RollRow> stored, LoadRoll(session, year));
          RollRow roll = stored.value_or(RollRow{.last_member_id = 0, .done = false});
          if (roll.done) return true;
          RONGHE_ASSIGN_OR_RETURN(const std::vector<int64_t> members,
                                  MembersAfter(session, today, roll.last_member_id, kPortion));
          std::vector<DueRow> rows;
          for (const int64_t member : members) {
            rows.push_back(
                {.id = ids_.Next(), .due_on = today, .member_id = member, .sequence = 0});
          }
          RONGHE_RETURN_IF_ERROR(InsertDue(session, rows));
          if (!members.empty()) roll.last_member_id = members.back();
          roll.done = members.size() < static_cast<size_t>(kPortion);
          RONGHE_RETURN_IF_ERROR(SaveRoll(session, year, roll));
          return roll.done;
        }));
    if (done) return absl::OkStatus();
  }
}

absl::StatusOr<int64_t> AccountKeeper::KeepSome(absl::CivilDay today, absl::Time deadline) {
  RONGHE_ASSIGN_OR_RETURN(
      const std::vector<DueRow> rows,
      database_.Read(deadline, [&](sql::Session& session) -> absl::StatusOr<std::vector<DueRow>> {
        RONGHE_ASSIGN_OR_RETURN(const std::optional<event::PositionRow> copied,
                                event::ReadPosition(session, kSource));
        return ListDue(session, today, copied.has_value() ? copied->last_sequence : 0, kPortion);
      }));
  if (rows.empty()) return 0;
  std::vector<int64_t> ids;
  std::vector<int64_t> members;
  for (const DueRow& row : rows) {
    ids.push_back(row.id);
    members.push_back(row.member_id);
  }
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  const int year = static_cast<int>(today.year());
  RONGHE_ASSIGN_OR_RETURN(const RuleSet* const rules, rules_.OfYear(year));
  const absl::StatusOr<const RuleSet*> rules_before = rules_.OfYear(year - 1);
  const absl::Time now = clock_.Now();
  RONGHE_RETURN_IF_ERROR(database_.Transact(deadline, [&](sql::Session& session) -> absl::Status {
    RONGHE_RETURN_IF_ERROR(RefreshAccounts(session, *rules, year, today, now, members).status());
    if (rules_before.ok()) {
      RONGHE_ASSIGN_OR_RETURN(const std::vector<int64_t> older,
                              WithAccount(session, year - 1, members));
      RONGHE_RETURN_IF_ERROR(
          RefreshAccounts(session, **rules_before, year - 1, today, now, older).status());
    }
    return DeleteDue(session, ids);
  }));
  return static_cast<int64_t>(rows.size());
}

absl::Status AccountKeeper::Measure(absl::Time deadline) {
  const int year = static_cast<int>(base::ShanghaiDay(clock_.Now()).year());
  RONGHE_ASSIGN_OR_RETURN(const int64_t count,
                          database_.Read(deadline, [year](sql::Session& session) {
                            return CountShort(session, year);
                          }));
  short_.Set(static_cast<double>(count));
  return absl::OkStatus();
}

}  // namespace ronghe::training

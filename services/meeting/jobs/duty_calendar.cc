#include "services/meeting/jobs/duty_calendar.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/event/event.h"
#include "services/meeting/store/roll_store.h"

namespace ronghe::meeting {
namespace {

constexpr size_t kChunk = 256;
constexpr absl::Duration kStepTime = absl::Seconds(30);

OrganizationFacts FactsOf(const org::OrgNode& node) {
  return {node.id, node.kind, node.founded_on, node.revoked_on};
}

bool Asks(const DutyRule& rule, const std::string& kind) {
  return std::find(rule.organization_kinds.begin(), rule.organization_kinds.end(), kind) !=
         rule.organization_kinds.end();
}

}  // namespace

// What is to be written of one window.
struct DutyCalendar::Change {
  DutyWindow window;
  std::vector<DutyRow> inserts;
  absl::flat_hash_map<int64_t, DutyStanding> standings;  // of rows that exist
};

DutyCalendar::DutyCalendar(sql::Database& database, const org::OrgTree& tree, const RuleSets& rules,
                           DutyBoard& board, base::IdGenerator& ids, const base::Clock& clock,
                           metrics::Registry& metrics, Options options, std::function<void()> nudge)
    : database_(database),
      tree_(tree),
      rules_(rules),
      board_(board),
      ids_(ids),
      clock_(clock),
      options_(options),
      nudge_(std::move(nudge)),
      changed_(metrics.AddCounter("ronghe_meeting_duties_changed_total",
                                  "Duties that the calendar opened, exempted or dropped.")) {
  for (const RuleSet& set : rules.all()) {
    for (const DutyRule& rule : set.duties) {
      if (!rule.enabled || overdue_.contains(rule.id)) continue;
      overdue_[rule.id] = &metrics.AddGauge(
          "ronghe_meeting_overdue_branches",
          "Organizations that missed a rule in its last window that is over.", {{"rule", rule.id}});
    }
  }
}

absl::StatusOr<int64_t> DutyCalendar::Run(absl::FunctionRef<absl::Status(sql::Session&)> fence,
                                          absl::FunctionRef<bool()> cancelled) {
  const absl::CivilDay today = base::ShanghaiDay(clock_.Now());
  const uint64_t changes = changes_.load();
  if (changes == done_changes_ && today == done_day_) {
    RONGHE_RETURN_IF_ERROR(SetGauges(today));
    return 0;
  }
  const absl::CivilDay from = std::max(options_.start, today - options_.lookback_days);
  std::vector<DutyWindow> windows = DutyWindows(rules_, from, today + options_.ahead_days);
  windows.erase(std::remove_if(windows.begin(), windows.end(),
                               [&](const DutyWindow& window) { return !Covers(window.window); }),
                windows.end());
  int64_t written = 0;
  for (int64_t root : tree_.Roots()) {
    std::optional<org::OrgPath> after;
    while (true) {
      if (cancelled()) return written;
      const std::vector<org::OrgNode> nodes =
          tree_.SubtreeWalk(root, after, kChunk, [](const org::OrgBrief&) { return true; });
      if (nodes.empty()) break;
      RONGHE_ASSIGN_OR_RETURN(const int64_t changed, RunChunk(nodes, windows, fence));
      written += changed;
      if (nodes.size() < kChunk) break;
      after = tree_.Path(root, nodes.back().id);
      if (!after.has_value()) break;  // moved away meanwhile: its event asks for another run
    }
  }
  done_changes_ = changes;
  done_day_ = today;
  changed_.Increment(static_cast<double>(written));
  RONGHE_RETURN_IF_ERROR(SetGauges(today));
  return written;
}

absl::StatusOr<int64_t> DutyCalendar::RunChunk(
    const std::vector<org::OrgNode>& nodes, const std::vector<DutyWindow>& windows,
    absl::FunctionRef<absl::Status(sql::Session&)> fence) {
  // Which of the organizations have a committee on the first day of each window that asks.
  std::vector<int64_t> committee_candidates;
  for (const org::OrgNode& node : nodes) {
    for (const DutyWindow& window : windows) {
      if (window.rule->needs_committee && Asks(*window.rule, node.kind)) {
        committee_candidates.push_back(node.id);
        break;
      }
    }
  }
  std::map<absl::CivilDay, absl::flat_hash_map<int64_t, int64_t>> holders;
  if (!committee_candidates.empty()) {
    RONGHE_RETURN_IF_ERROR(
        database_.Read(absl::Now() + kStepTime, [&](sql::Session& session) -> absl::Status {
          holders.clear();
          for (const DutyWindow& window : windows) {
            if (!window.rule->needs_committee || holders.contains(window.window.start)) continue;
            RONGHE_ASSIGN_OR_RETURN(holders[window.window.start],
                                    CommitteeHolders(session, window.rules->committee,
                                                     std::span<const int64_t>(committee_candidates),
                                                     window.window.start));
          }
          return absl::OkStatus();
        }));
  }

  int64_t written = 0;
  for (const DutyWindow& window : windows) {
    Change change{window, {}, {}};
    const auto committees = holders.find(window.window.start);
    RONGHE_RETURN_IF_ERROR(board_.WithStandings(
        absl::Now() + kStepTime, window.rule->id, window.window.start,
        [&](DutyBoard::StandingOf standing_of) {
          for (const org::OrgNode& node : nodes) {
            bool has_committee = false;
            if (window.rule->needs_committee && committees != holders.end()) {
              const auto count = committees->second.find(node.id);
              has_committee = count != committees->second.end() &&
                              CommitteeExists(window.rules->committee, count->second);
            }
            const std::optional<DutyStanding> asked =
                InitialStanding(*window.rule, window.window, FactsOf(node), has_committee);
            const std::optional<DutyStanding> known = standing_of(node.id);
            if (!known.has_value()) {
              if (!asked.has_value()) continue;
              change.inserts.push_back({0, window.rule->id, window.window.start, window.window.end,
                                        node.id, *asked, std::nullopt, window.rules->Name(), 1});
            } else if (*known != DutyStanding::kMet &&
                       *known != asked.value_or(DutyStanding::kDropped)) {
              change.standings.emplace(node.id, asked.value_or(DutyStanding::kDropped));
            }
          }
        }));
    if (change.inserts.empty() && change.standings.empty()) continue;
    for (DutyRow& row : change.inserts) row.id = ids_.Next();
    RONGHE_RETURN_IF_ERROR(Write(change, fence));
    written += static_cast<int64_t>(change.inserts.size() + change.standings.size());
  }
  return written;
}

absl::Status DutyCalendar::Write(const Change& change,
                                 absl::FunctionRef<absl::Status(sql::Session&)> fence) {
  const std::string& rule_id = change.window.rule->id;
  const Window& window = change.window.window;
  std::vector<int64_t> organizations;
  for (const DutyRow& row : change.inserts) organizations.push_back(row.organization_id);
  for (const auto& [organization_id, standing] : change.standings) {
    organizations.push_back(organization_id);
  }
  const std::span<const int64_t> ids(organizations);
  std::vector<DutyRow> rows;
  RONGHE_RETURN_IF_ERROR(
      database_.Transact(absl::Now() + kStepTime, [&](sql::Session& session) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(fence(session));
        // Inserting first locks the rows: a meeting submitted meanwhile either waits for this
        // transaction and then meets the duty, or is committed and found below.
        RONGHE_RETURN_IF_ERROR(duties_.InsertMissing(session, change.inserts));
        RONGHE_ASSIGN_OR_RETURN(rows, duties_.OfWindow(session, rule_id, window.start, ids));
        std::map<DutyStanding, std::vector<int64_t>> changed;
        for (const DutyRow& row : rows) {
          const auto it = change.standings.find(row.organization_id);
          if (it != change.standings.end() && row.standing != DutyStanding::kMet &&
              row.standing != it->second) {
            changed[it->second].push_back(row.id);
          }
        }
        for (const auto& [standing, duty_ids] : changed) {
          RONGHE_RETURN_IF_ERROR(
              duties_.SetStanding(session, std::span<const int64_t>(duty_ids), standing));
        }
        RONGHE_ASSIGN_OR_RETURN(
            const std::vector<MetByRow> met,
            meetings_.FirstMeeting(session, ids, change.window.rule->kind, window));
        for (const DutyRow& row : rows) {
          const auto standing = change.standings.find(row.organization_id);
          if (standing != change.standings.end() && standing->second == DutyStanding::kDropped) {
            continue;
          }
          for (const MetByRow& meeting : met) {
            if (meeting.organization_id != row.organization_id) continue;
            DutyRow met_row = row;
            met_row.met_by = meeting.meeting_id;
            met_row.standing = DutyStanding::kMet;
            RONGHE_RETURN_IF_ERROR(duties_.MarkMet(session, met_row));
          }
        }
        RONGHE_ASSIGN_OR_RETURN(rows, duties_.OfWindow(session, rule_id, window.start, ids));
        event::Draft draft;
        draft.type = kDutiesOpenedEvent;
        draft.subject = base::Cat("duties/", rule_id, "/", base::FormatDay(window.start));
        draft.data = {{"rule", rule_id},
                      {"window_start", base::FormatDay(window.start)},
                      {"duties", absl::StrCat(rows.size())}};
        draft.id = ids_.Next();
        draft.time = clock_.Now();
        return event::Emit(session, draft);
      }));
  board_.Apply(rows);
  if (nudge_) nudge_();
  return absl::OkStatus();
}

absl::Status DutyCalendar::SetGauges(absl::CivilDay today) {
  for (const DutyWindow& current : DutyWindowsAt(rules_, today)) {
    const auto gauge = overdue_.find(current.rule->id);
    if (gauge == overdue_.end()) continue;
    const Window last = WindowBefore(current.rule->window, current.window);
    if (!Covers(last)) continue;
    RONGHE_RETURN_IF_ERROR(board_.WithStandings(absl::Now() + kStepTime, current.rule->id,
                                                last.start, [](DutyBoard::StandingOf) {}));
    gauge->second->Set(static_cast<double>(board_.Open(current.rule->id, last.start).value_or(0)));
  }
  return absl::OkStatus();
}

}  // namespace ronghe::meeting

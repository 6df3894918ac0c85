#include "services/meeting/jobs/board_follower.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/base/civil.h"
#include "common/base/status_macros.h"
#include "common/event/event_store.h"
#include "common/log/log.h"

namespace ronghe::meeting {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr absl::Duration kPoll = absl::Milliseconds(500);
constexpr int32_t kBatch = 256;
constexpr std::string_view kMeetingEvents = "ronghe.meeting.meeting.";
// Windows that ended longer ago are read afresh when asked for.
constexpr int kReloadDays = 400;

}  // namespace

BoardFollower::BoardFollower(sql::Database& database, event::Publisher& publisher,
                             const org::OrgTree& tree, DutyBoard& board, DutyCalendar& calendar,
                             const base::Clock& clock)
    : database_(database),
      publisher_(publisher),
      tree_(tree),
      board_(board),
      calendar_(calendar),
      clock_(clock) {}

BoardFollower::~BoardFollower() { Stop(); }

absl::Status BoardFollower::Start() {
  RONGHE_ASSIGN_OR_RETURN(position_, publisher_.RefreshHead(absl::Now() + kPatience));
  thread_ = std::thread([this] { Loop(); });
  return absl::OkStatus();
}

void BoardFollower::Stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void BoardFollower::Loop() {
  while (!stopping_) {
    publisher_.WaitBeyond(position_, absl::Now() + kPoll);
    if (stopping_) return;
    absl::StatusOr<int64_t> head = publisher_.RefreshHead(absl::Now() + kPatience);
    if (head.ok() && *head > position_) head = Follow(absl::Now() + kPatience);
    if (!head.ok()) {
      log::Warn("meeting.board_follow_failed", {{"error", head.status().ToString()}});
      absl::SleepFor(kPoll);
    }
  }
}

absl::StatusOr<int64_t> BoardFollower::Follow(absl::Time deadline) {
  int64_t applied = 0;
  while (true) {
    std::set<int64_t> organizations;
    std::set<std::pair<std::string, absl::CivilDay>> opened;
    std::vector<event::EventRow> events;
    std::vector<DutyRow> rows;
    RONGHE_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Session& session) -> absl::Status {
      organizations.clear();
      opened.clear();
      RONGHE_ASSIGN_OR_RETURN(events, event::EventsAfter(session, position_, kBatch));
      for (const event::EventRow& event : events) {
        if (event.type.starts_with(kMeetingEvents)) {
          organizations.insert(event.organization_id);
        } else if (event.type == kDutiesOpenedEvent) {
          const std::vector<std::string> parts = absl::StrSplit(event.subject, '/');
          if (parts.size() != 3) continue;
          if (const auto day = base::ParseDay(parts[2]); day.ok()) opened.emplace(parts[1], *day);
        }
      }
      const std::vector<int64_t> ids(organizations.begin(), organizations.end());
      if (ids.empty()) return absl::OkStatus();
      RONGHE_ASSIGN_OR_RETURN(
          rows, duties_.OfOrganizations(session, std::span<const int64_t>(ids),
                                        base::ShanghaiDay(clock_.Now()) - kReloadDays));
      return absl::OkStatus();
    }));
    if (events.empty()) return applied;
    for (const auto& [rule_id, window_start] : opened) {
      RONGHE_RETURN_IF_ERROR(board_.Refresh(deadline, rule_id, window_start));
    }
    board_.Apply(rows);
    position_ = events.back().sequence.value_or(position_);
    applied += static_cast<int64_t>(events.size());
  }
}

void BoardFollower::OnMembership(std::span<const event::v1::Event> events) {
  bool changed = false;
  bool moved = false;
  {
    absl::MutexLock lock(&mutex_);
    for (const event::v1::Event& event : events) {
      if (event.type() == "ronghe.membership.post.changed") changed = true;
      if (event.type() != "ronghe.membership.organization.changed") continue;
      changed = true;
      int64_t id = 0;
      int64_t parent = 0;
      const auto field = [&event](const char* key) {
        const auto it = event.data().find(key);
        return it == event.data().end() ? std::string() : it->second;
      };
      if (!absl::SimpleAtoi(field("organization"), &id)) continue;
      if (!absl::SimpleAtoi(field("parent"), &parent)) parent = 0;
      const auto [known, inserted] = parents_.try_emplace(id, parent);
      if (inserted) {
        moved |= !tree_.Children(id).empty();
      } else if (known->second != parent) {
        known->second = parent;
        moved = true;
      }
    }
  }
  if (moved) board_.Moved();
  if (changed) calendar_.Changed();
}

}  // namespace ronghe::meeting

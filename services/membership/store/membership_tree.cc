#include "services/membership/store/membership_tree.h"

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/event/event_store.h"
#include "common/log/log.h"
#include "ronghe/event/v1/event_feed.pb.h"
#include "services/membership/store/events.h"
#include "services/membership/store/member_store.h"
#include "services/membership/store/organization_store.h"

namespace ronghe::membership {
namespace {

constexpr int32_t kLoadPage = 5000;
constexpr int32_t kFeedPage = 1000;
constexpr absl::Duration kPollEvery = absl::Milliseconds(200);
constexpr absl::Duration kLoadWithin = absl::Seconds(60);
constexpr absl::Duration kDrainWithin = absl::Seconds(10);

org::OrgNode NodeOf(const OrganizationRow& row) {
  return {.id = row.id,
          .parent = row.parent_id,
          .kind = absl::StrCat(row.kind),
          .name = row.title,
          .code = row.code,
          .sort = row.sort,
          .founded_on = row.founded_on,
          .revoked_on = row.revoked_on};
}

using Data = google::protobuf::Map<std::string, std::string>;

std::string Text(const Data& data, const char* key) {
  const auto it = data.find(key);
  return it == data.end() ? std::string() : it->second;
}

int64_t Int(const Data& data, const char* key) {
  int64_t value = 0;
  static_cast<void>(absl::SimpleAtoi(Text(data, key), &value));
  return value;
}

std::optional<absl::CivilDay> DayOf(const Data& data, const char* key) {
  const absl::StatusOr<absl::CivilDay> day = base::ParseDay(Text(data, key));
  return day.ok() ? std::optional(*day) : std::nullopt;
}

org::OrgNode NodeOf(const Data& data) {
  return {.id = Int(data, "organization"),
          .parent = Int(data, "parent"),
          .kind = Text(data, "kind"),
          .name = Text(data, "name"),
          .code = Text(data, "code"),
          .sort = static_cast<int32_t>(Int(data, "sort")),
          .founded_on = DayOf(data, "founded_on"),
          .revoked_on = DayOf(data, "revoked_on")};
}

struct Snapshot {
  int64_t head = 0;
  std::vector<int64_t> unnumbered;
  std::vector<OrganizationRow> organizations;
  std::vector<MemberCount> counts;
};

}  // namespace

MembershipTree::MembershipTree(sql::Database& database, event::Publisher& publisher)
    : database_(database), publisher_(publisher) {}

MembershipTree::~MembershipTree() { Stop(); }

absl::Status MembershipTree::Load(absl::Time deadline) {
  RONGHE_ASSIGN_OR_RETURN(
      const Snapshot snapshot,
      database_.ReadSnapshot(deadline, [](sql::Session& session) -> absl::StatusOr<Snapshot> {
        Snapshot snapshot;
        RONGHE_ASSIGN_OR_RETURN(snapshot.head, event::ReadHead(session));
        RONGHE_ASSIGN_OR_RETURN(
            snapshot.unnumbered,
            event::UnnumberedEvents(session, std::numeric_limits<int32_t>::max()));
        int64_t after = 0;
        while (true) {
          RONGHE_ASSIGN_OR_RETURN(std::vector<OrganizationRow> page,
                                  OrganizationsAfter(session, after, kLoadPage));
          if (page.empty()) break;
          after = page.back().id;
          for (OrganizationRow& row : page) snapshot.organizations.push_back(std::move(row));
        }
        RONGHE_ASSIGN_OR_RETURN(snapshot.counts, CountOpenIntervals(session));
        return snapshot;
      }));
  for (const OrganizationRow& row : snapshot.organizations) {
    RONGHE_RETURN_IF_ERROR(tree_.Upsert(NodeOf(row)));
  }
  for (const MemberCount& count : snapshot.counts) {
    const bool full = count.category == Category::kFull;
    tree_.AddCount(count.organization_id, full ? count.count : 0, full ? 0 : count.count);
  }
  counted_.insert(snapshot.unnumbered.begin(), snapshot.unnumbered.end());
  position_ = snapshot.head;
  return absl::OkStatus();
}

absl::Status MembershipTree::Start() {
  {
    absl::MutexLock lock(&mutex_);
    RONGHE_RETURN_IF_ERROR(Load(absl::Now() + kLoadWithin));
  }
  thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

void MembershipTree::Stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

absl::Status MembershipTree::Drain(absl::Time deadline) {
  // An event of a child may stand before that of its new parent when replicas' clocks differ.
  std::vector<org::OrgNode> later;
  while (!stopping_) {
    RONGHE_ASSIGN_OR_RETURN(const std::vector<event::EventRow> events,
                            database_.Read(deadline, [&](sql::Session& session) {
                              return event::EventsAfter(session, position_, kFeedPage);
                            }));
    for (const event::EventRow& row : events) {
      position_ = row.sequence.value_or(position_);
      if (!counted_.empty() && counted_.erase(row.id) > 0) continue;
      if (row.type != kOrganizationChanged && row.type != kIntervalChanged &&
          row.type != kIntervalsOpened) {
        continue;
      }
      event::v1::Event payload;
      if (!payload.ParseFromString(row.payload)) {
        log::Error("tree_event_unreadable", {{"event_id", row.id}});
        continue;
      }
      if (row.type == kOrganizationChanged) {
        org::OrgNode node = NodeOf(payload.data());
        if (!tree_.Upsert(node).ok()) later.push_back(std::move(node));
      } else if (row.type == kIntervalsOpened) {
        tree_.AddCount(Int(payload.data(), "organization"), Int(payload.data(), "full"),
                       Int(payload.data(), "probationary"));
      } else if (const int64_t count = Int(payload.data(), "count"); count != 0) {
        const bool full = Text(payload.data(), "category") == "1";
        tree_.AddCount(Int(payload.data(), "organization"), full ? count : 0, full ? 0 : count);
      }
    }
    if (events.size() < static_cast<size_t>(kFeedPage)) break;
  }
  for (const org::OrgNode& node : later) {
    const absl::Status status = tree_.Upsert(node);
    if (!status.ok())
      log::Error("tree_upsert_failed", {{"organization", node.id}, {"error", status}});
  }
  return absl::OkStatus();
}

absl::Status MembershipTree::TryCatchUp(absl::Time deadline) {
  const absl::Time called = absl::Now();
  absl::MutexLock lock(&mutex_);
  if (caught_up_from_ > called) return absl::OkStatus();
  const absl::Time from = absl::Now();
  const int64_t written = written_.load(std::memory_order_acquire);
  absl::Status status = publisher_.PublishPending(deadline).status();
  if (status.ok()) status = Drain(deadline);
  if (!status.ok()) {
    log::Warn("tree_catch_up_failed", {{"error", status}});
    return status;
  }
  caught_up_from_ = from;
  applied_ = written;
  return absl::OkStatus();
}

void MembershipTree::AfterOwnWrites(absl::Time deadline) {
  if (applied_.load(std::memory_order_relaxed) < written_.load(std::memory_order_acquire)) {
    CatchUp(deadline);
  }
}

void MembershipTree::Run() {
  bool failing = false;
  while (!stopping_) {
    if (!publisher_.WaitBeyond(position_, absl::Now() + kPollEvery)) {
      const absl::StatusOr<int64_t> head = publisher_.RefreshHead(absl::Now() + kDrainWithin);
      if (head.ok() && *head <= position_) {
        failing = false;
        continue;
      }
    }
    absl::Status status;
    {
      absl::MutexLock lock(&mutex_);
      status = Drain(absl::Now() + kDrainWithin);
    }
    if (status.ok()) {
      failing = false;
      continue;
    }
    if (!failing) log::Warn("tree_feed_failed", {{"error", status}});
    failing = true;
    const absl::Time until = absl::Now() + absl::Seconds(1);
    while (!stopping_ && absl::Now() < until) absl::SleepFor(absl::Milliseconds(50));
  }
}

int MembershipTree::LevelsBelow(int64_t id, int limit) const {
  int levels = 0;
  std::vector<int64_t> level = {id};
  while (!level.empty() && levels <= limit) {
    ++levels;
    std::vector<int64_t> next;
    for (int64_t organization : level) {
      for (const org::OrgNode& child : tree_.Children(organization)) next.push_back(child.id);
    }
    level = std::move(next);
  }
  return levels;
}

}  // namespace ronghe::membership

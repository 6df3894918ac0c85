#include "services/gateway/access/jobs/member_follower.h"

#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/org/copy_store.h"
#include "common/org/interval_event.h"
#include "services/gateway/access/store/grant_event.h"
#include "services/gateway/access/store/session_store.h"

namespace ronghe::gateway::access {
namespace {

constexpr int64_t kBatch = 100;
constexpr absl::Duration kTimeout = absl::Seconds(5);
// The two events of a move are published within milliseconds of each other.
constexpr absl::Duration kGrace = absl::Seconds(2);

}  // namespace

absl::Status MarkMembers(sql::Session& session,
                         std::span<const ::ronghe::event::v1::Event> events) {
  std::set<int64_t> members;
  for (const ::ronghe::event::v1::Event& event : events) {
    RONGHE_ASSIGN_OR_RETURN(const std::vector<org::IntervalRow> told, org::IntervalsIn(event));
    for (const org::IntervalRow& interval : told) members.insert(interval.member_id);
  }
  return member_check_store::MarkLinked(
      session, std::vector<int64_t>(members.begin(), members.end()), absl::Now());
}

absl::Status MemberFollower::Run(job::JobContext& job) const {
  RONGHE_ASSIGN_OR_RETURN(const auto checks,
                          job.database().Read(job.DeadlineIn(kTimeout), [](sql::Session& session) {
                            return member_check_store::Oldest(session, kBatch);
                          }));
  if (checks.empty()) return absl::OkStatus();
  const bool complete = parts_.catch_up(job.DeadlineIn(kTimeout)).ok();
  for (const MemberCheckRow& check : checks) {
    if (job.cancelled()) break;
    bool changed = false;
    std::string subject;
    RONGHE_RETURN_IF_ERROR(job.database().Transact(
        job.DeadlineIn(kTimeout), [&](sql::Session& session) -> absl::Status {
          changed = false;
          RONGHE_ASSIGN_OR_RETURN(const Verdict verdict,
                                  Look(session, check, complete, job.now(), &changed, &subject));
          return verdict == Verdict::kLater ? absl::OkStatus()
                                            : member_check_store::Unmark(session, check);
        }));
    if (!changed) continue;
    if (parts_.changed != nullptr) parts_.changed(subject);
    if (parts_.nudge != nullptr) parts_.nudge();
  }
  return absl::OkStatus();
}

absl::StatusOr<MemberFollower::Verdict> MemberFollower::Look(sql::Session& session,
                                                             const MemberCheckRow& check,
                                                             bool complete, absl::Time now,
                                                             bool* changed,
                                                             std::string* subject) const {
  const int64_t member = check.member_id;
  RONGHE_ASSIGN_OR_RETURN(const auto account, account_store::OfMemberForUpdate(session, member));
  if (!account.has_value()) return Verdict::kDone;
  *subject = base::Name("accounts", account->id);
  RONGHE_ASSIGN_OR_RETURN(const auto interval,
                          org::IntervalOfMember(session, member, base::ShanghaiDay(now)));
  if (interval.has_value()) {
    if (!parts_.organizations.Contains(interval->organization_id)) return Verdict::kLater;
    RONGHE_ASSIGN_OR_RETURN(*changed,
                            Moved(session, *account, member, interval->organization_id, now));
    return Verdict::kDone;
  }
  const std::vector<int64_t> members = {member};
  RONGHE_ASSIGN_OR_RETURN(const auto past, org::IntervalsOfMembers(session, members));
  // Never heard of: its events will mark it again.
  if (past.empty()) return Verdict::kDone;
  if (!complete || now - check.changed_at < kGrace) return Verdict::kLater;
  RONGHE_ASSIGN_OR_RETURN(*changed, Left(session, *account, member, now));
  return Verdict::kDone;
}

absl::StatusOr<bool> MemberFollower::Moved(sql::Session& session, const AccountRow& account,
                                           int64_t member, int64_t organization,
                                           absl::Time now) const {
  RONGHE_ASSIGN_OR_RETURN(const auto grants,
                          grant_store::NotEnded(session, HolderKind::kAccount, account.id, now));
  std::vector<GrantRow> over;
  for (const GrantRow& grant : grants) {
    if (!parts_.organizations.Contains(grant.organization_id)) continue;
    const bool inside = parts_.organizations.Within(organization, grant.organization_id);
    if (!inside && grant.member_inside) over.push_back(grant);
    if (inside && !grant.member_inside) {
      RONGHE_RETURN_IF_ERROR(grant_store::SetMemberInside(session, grant.id));
    }
  }
  if (over.empty()) return false;
  RONGHE_RETURN_IF_ERROR(EndGrants(session, std::move(over), EndReason::kMemberMoved, member, now));
  return true;
}

absl::StatusOr<bool> MemberFollower::Left(sql::Session& session, AccountRow account, int64_t member,
                                          absl::Time now) const {
  RONGHE_ASSIGN_OR_RETURN(auto grants,
                          grant_store::NotEnded(session, HolderKind::kAccount, account.id, now));
  if (grants.empty() && account.state == AccountState::kDisabled) return false;
  if (!grants.empty()) {
    RONGHE_RETURN_IF_ERROR(
        EndGrants(session, std::move(grants), EndReason::kMemberLeft, member, now));
  }
  account.state = AccountState::kDisabled;
  RONGHE_RETURN_IF_ERROR(account_store::Update(session, &account));
  RONGHE_RETURN_IF_ERROR(session_store::EndOthers(session, account.id, 0, now));
  audit::Entry entry = EntryFor(EndReason::kMemberLeft, member, now);
  entry.organization_id = account.organization_id;
  entry.resource = base::Name("accounts", account.id);
  RONGHE_RETURN_IF_ERROR(audit::Record(session, entry));
  event::Draft event = AccountDisabledEvent(account.id, account.organization_id);
  event.id = parts_.ids.Next();
  event.time = now;
  RONGHE_RETURN_IF_ERROR(event::Emit(session, event));
  return true;
}

absl::Status MemberFollower::EndGrants(sql::Session& session, std::vector<GrantRow> grants,
                                       EndReason reason, int64_t member, absl::Time now) const {
  RONGHE_ASSIGN_OR_RETURN(const auto ended,
                          grant_store::End(session, std::move(grants), reason, now));
  std::vector<event::Draft> events;
  for (const GrantRow& grant : ended) {
    audit::Entry entry = EntryFor(reason, member, now);
    entry.organization_id = grant.organization_id;
    entry.resource = base::Name("grants", grant.id);
    RONGHE_RETURN_IF_ERROR(audit::Record(session, entry));
    events.push_back(GrantEvent(grant));
    events.back().id = parts_.ids.Next();
    events.back().time = now;
  }
  return event::EmitMany(session, events);
}

audit::Entry MemberFollower::EntryFor(EndReason reason, int64_t member, absl::Time now) const {
  audit::Entry entry;
  entry.id = parts_.ids.Next();
  entry.time = now;
  entry.subject = "services/gateway";
  entry.method = reason == EndReason::kMemberMoved ? "member_moved" : "member_left";
  entry.detail = base::Name("members", member);
  return entry;
}

}  // namespace ronghe::gateway::access

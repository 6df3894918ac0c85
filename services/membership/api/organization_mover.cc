#include "services/membership/api/organization_mover.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/error/error.h"
#include "common/log/log.h"
#include "google/protobuf/empty.pb.h"
#include "services/membership/api/membership_writer.h"
#include "services/membership/api/organization_writer.h"
#include "services/membership/domain/errors.h"
#include "services/membership/domain/organization/errors.h"
#include "services/membership/domain/organization/setup.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/founding_store.h"
#include "services/membership/store/unit_store.h"

namespace ronghe::membership {
namespace {

constexpr char kMethod[] = "/ronghe.membership.v1.OrganizationChangeService/MergeOrganizations";
constexpr int32_t kMembersPerRead = 256;
constexpr absl::Duration kRunStep = absl::Minutes(5);

Subject SubjectOf(const OrganizationChangeRow& change) {
  return {"organizationChanges", change.id};
}

bool ActiveChild(const OrganizationRow& child) { return child.kind != kGroupKind; }

// The organization of `rows` with this id.
const OrganizationRow* Find(const std::vector<OrganizationRow>& rows, int64_t id) {
  const auto it = std::find_if(rows.begin(), rows.end(),
                               [id](const OrganizationRow& row) { return row.id == id; });
  return it == rows.end() ? nullptr : &*it;
}

// An organization that takes part: there, active, founded by then, and in no other change.
absl::Status CheckTakesPart(sql::Session& session, const std::vector<OrganizationRow>& rows,
                            int64_t id, absl::CivilDay day) {
  const OrganizationRow* const row = Find(rows, id);
  if (row == nullptr) return OrganizationNotFound(id);
  if (row->revoked_on) return OrganizationRevoked(id);
  if (day < row->founded_on) return EffectiveDateBeforeInterval(day, row->founded_on);
  RONGHE_ASSIGN_OR_RETURN(const bool changing, IsChanging(session, id));
  return changing ? OrganizationChanging(id) : absl::OkStatus();
}

// Founding cases that wait below an organization that ends wait below the other one.
absl::Status RehomeFoundings(service::WriteTx& tx, int64_t from, int64_t to) {
  RONGHE_ASSIGN_OR_RETURN(const auto cases, LockOpenFoundings(tx.session(), from));
  for (const FoundingCaseRow& founding : cases) {
    RONGHE_RETURN_IF_ERROR(RehomeFounding(tx.session(), founding.id, to, tx.now()));
    RONGHE_ASSIGN_OR_RETURN(const std::vector<DeadlineRow> deadlines,
                            DeadlinesOf(tx.session(), {"foundingCases", founding.id}));
    for (DeadlineRow deadline : deadlines) {
      if (deadline.state != DeadlineState::kOpen) continue;
      deadline.organization_id = to;
      deadline.update_time = tx.now();
      RONGHE_RETURN_IF_ERROR(SetDeadline(tx.session(), deadline));
    }
  }
  return absl::OkStatus();
}

// A merged organization stands in every unit in which its sources stood.
absl::Status InheritUnits(service::WriteTx& tx, int64_t from, int64_t to, absl::CivilDay day) {
  RONGHE_ASSIGN_OR_RETURN(const auto own, StandingUnits(tx.session(), to));
  RONGHE_ASSIGN_OR_RETURN(const auto units, StandingUnits(tx.session(), from));
  for (const StandingUnitRow& unit : units) {
    const bool there = std::any_of(own.begin(), own.end(), [&](const StandingUnitRow& one) {
      return one.unit_id == unit.unit_id;
    });
    if (there) continue;
    RONGHE_RETURN_IF_ERROR(AttachUnit(
        tx.session(),
        {.id = tx.NextId(), .organization_id = to, .unit_id = unit.unit_id, .valid_from = day}));
  }
  return absl::OkStatus();
}

absl::Status WriteProgress(service::WriteTx& tx, OrganizationChangeRow& change,
                           ChangeSourceRow& source) {
  source.done = true;
  RONGHE_RETURN_IF_ERROR(UpdateChangeSource(tx.session(), source));
  change.moved += source.moved;
  change.update_time = tx.now();
  return UpdateOrganizationChange(tx.session(), change);
}

// Whether a refusal will be the same at the next try.
bool IsFinal(const absl::Status& status) {
  return status.code() == absl::StatusCode::kFailedPrecondition ||
         status.code() == absl::StatusCode::kNotFound ||
         status.code() == absl::StatusCode::kInvalidArgument;
}

// The job acts for the one who began the change: the audit trail names that account.
rpc::Call CallFor(const OrganizationChangeRow& change, job::JobContext& context) {
  auth::Principal principal;
  principal.subject = change.subject;
  return rpc::Call({.method = kMethod,
                    .permission = "",
                    .principal = std::make_shared<const auth::Principal>(std::move(principal)),
                    .now = context.now(),
                    .deadline = context.DeadlineIn(kRunStep),
                    .trace = trace::Context::New()});
}

}  // namespace

absl::StatusOr<std::vector<OrganizationRow>> OrganizationMover::LockForChange(
    service::WriteTx& tx, OrganizationChangeKind kind, std::vector<int64_t> sources, int64_t target,
    absl::CivilDay day) {
  sql::Session& session = tx.session();
  RONGHE_RETURN_IF_ERROR(LockTree(session).status());
  std::vector<int64_t> ids = sources;
  if (target != 0) ids.push_back(target);
  std::sort(ids.begin(), ids.end());
  if (std::adjacent_find(ids.begin(), ids.end()) != ids.end()) return ChangeSameOrganization();
  RONGHE_ASSIGN_OR_RETURN(std::vector<OrganizationRow> rows, LockOrganizations(session, ids));
  for (const int64_t id : ids) RONGHE_RETURN_IF_ERROR(CheckTakesPart(session, rows, id, day));
  RONGHE_ASSIGN_OR_RETURN(const int64_t members, CountMembersOf(session, sources));
  if (target == 0 && members > 0) return ChangeTargetMissing();
  if (target != 0) {
    const OrganizationRow& to = *Find(rows, target);
    if (members > 0) RONGHE_RETURN_IF_ERROR(CheckHoldsMembers(kinds_.On(day), to.kind));
    for (const int64_t source : sources) {
      if (tree_.Within(target, source)) return OrganizationMoveCycle();
    }
  }
  std::erase_if(rows, [target](const OrganizationRow& row) { return row.id == target; });
  for (const OrganizationRow& row : rows) {
    RONGHE_ASSIGN_OR_RETURN(const auto children, LockChildren(session, row.id));
    if (kind == OrganizationChangeKind::kDissolve &&
        std::any_of(children.begin(), children.end(), ActiveChild)) {
      return OrganizationHasChildren();
    }
  }
  return rows;
}

absl::Status OrganizationMover::MoveMember(service::WriteTx& tx,
                                           const OrganizationChangeRow& change, MemberRow& member) {
  Membership next = member.membership();
  next.organization_id = change.target_id;
  return ChangeMembership(tx, member,
                          {.next = next,
                           .day = change.effective_on,
                           .code = ChangeCode::kMoved,
                           .basis = SubjectOf(change),
                           .changed_field = "organization"});
}

absl::Status OrganizationMover::MoveMembers(service::WriteTx& tx,
                                            const OrganizationChangeRow& change,
                                            ChangeSourceRow& source) {
  int64_t after = 0;
  for (;;) {
    RONGHE_ASSIGN_OR_RETURN(
        std::vector<MemberRow> members,
        LockMembersOf(tx.session(), source.organization_id, after, kMembersPerRead));
    if (members.empty()) return absl::OkStatus();
    if (change.target_id == 0) return ChangeTargetMissing();
    for (MemberRow& member : members) RONGHE_RETURN_IF_ERROR(MoveMember(tx, change, member));
    source.moved += static_cast<int32_t>(members.size());
    after = members.back().id;
  }
}

absl::Status OrganizationMover::MoveChildren(service::WriteTx& tx,
                                             const OrganizationChangeRow& change,
                                             const OrganizationRow& source) {
  RONGHE_ASSIGN_OR_RETURN(std::vector<OrganizationRow> children,
                          LockChildren(tx.session(), source.id));
  if (children.empty()) return absl::OkStatus();
  if (change.kind == OrganizationChangeKind::kDissolve) {
    for (OrganizationRow& group : children) {
      RONGHE_RETURN_IF_ERROR(EndOrganization(tx, group, change.effective_on));
    }
    return absl::OkStatus();
  }
  RONGHE_ASSIGN_OR_RETURN(const OrganizationRow target,
                          LockOrganization(tx.session(), change.target_id));
  const auto above = static_cast<int>(tree_.tree().Ancestors(target.id).size()) + 1;
  for (OrganizationRow& child : children) {
    RONGHE_RETURN_IF_ERROR(CheckPlace(kinds_.On(change.effective_on), child.kind, target.kind));
    if (above + tree_.LevelsBelow(child.id, kMaxLevels) > kMaxLevels) {
      return OrganizationTooDeep(kMaxLevels);
    }
    RONGHE_RETURN_IF_ERROR(Reparent(tx, child, target.id));
  }
  return absl::OkStatus();
}

absl::Status OrganizationMover::MoveSource(service::WriteTx& tx, OrganizationChangeRow& change,
                                           ChangeSourceRow& source) {
  sql::Session& session = tx.session();
  RONGHE_ASSIGN_OR_RETURN(OrganizationRow row, LockOrganization(session, source.organization_id));
  if (row.revoked_on) return OrganizationRevoked(row.id);
  RONGHE_RETURN_IF_ERROR(MoveMembers(tx, change, source));
  RONGHE_RETURN_IF_ERROR(MoveChildren(tx, change, row));
  const int64_t heir = change.kind == OrganizationChangeKind::kMerge || row.parent_id == 0
                           ? change.target_id
                           : row.parent_id;
  if (heir != 0) {
    RONGHE_RETURN_IF_ERROR(RehomeFoundings(tx, row.id, heir));
    if (change.kind == OrganizationChangeKind::kMerge) {
      RONGHE_RETURN_IF_ERROR(InheritUnits(tx, row.id, heir, change.effective_on));
    }
    RONGHE_RETURN_IF_ERROR(RehomeUnits(session, row.id, heir, tx.now()));
  }
  RONGHE_RETURN_IF_ERROR(EndOrganization(tx, row, change.effective_on));
  tx.Audit(row.id, SubjectOf(change).name());
  return WriteProgress(tx, change, source);
}

absl::Status OrganizationMover::MovePart(service::WriteTx& tx, OrganizationChangeRow& change,
                                         ChangeSourceRow& source, std::span<const int64_t> members,
                                         std::span<const int64_t> groups) {
  std::vector<int64_t> ids(members.begin(), members.end());
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  for (size_t from = 0; from < ids.size(); from += kMembersPerRead) {
    const size_t count = std::min<size_t>(kMembersPerRead, ids.size() - from);
    RONGHE_ASSIGN_OR_RETURN(std::vector<MemberRow> rows,
                            LockMembers(tx.session(), std::span(ids).subspan(from, count)));
    if (rows.size() != count) return MemberElsewhere();
    for (MemberRow& member : rows) {
      if (member.organization_id != source.organization_id) return MemberElsewhere();
      RONGHE_RETURN_IF_ERROR(MoveMember(tx, change, member));
      ++source.moved;
    }
  }
  RONGHE_ASSIGN_OR_RETURN(std::vector<OrganizationRow> children,
                          LockChildren(tx.session(), source.organization_id));
  for (const int64_t id : groups) {
    const auto group = std::find_if(children.begin(), children.end(), [id](const auto& child) {
      return child.id == id && child.kind == kGroupKind;
    });
    if (group == children.end()) return GroupElsewhere();
    RONGHE_RETURN_IF_ERROR(Reparent(tx, *group, change.target_id));
  }
  return WriteProgress(tx, change, source);
}

absl::Status OrganizationMover::NextSource(job::JobContext& context,
                                           OrganizationChangeRow& change) {
  rpc::Call call = CallFor(change, context);
  const int64_t id = change.id;
  const auto result = writer_.Write<google::protobuf::Empty>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<google::protobuf::Empty> {
        RONGHE_RETURN_IF_ERROR(context.CheckLease(tx.session()));
        RONGHE_RETURN_IF_ERROR(LockTree(tx.session()).status());
        RONGHE_ASSIGN_OR_RETURN(change, LockOrganizationChange(tx.session(), id));
        const std::vector<int64_t> ids = {id};
        RONGHE_ASSIGN_OR_RETURN(std::vector<ChangeSourceRow> sources, SourcesOf(tx.session(), ids));
        const auto next = std::find_if(sources.begin(), sources.end(),
                                       [](const ChangeSourceRow& row) { return !row.done; });
        if (next != sources.end()) {
          std::vector<int64_t> locked = {next->organization_id};
          if (change.target_id != 0) locked.push_back(change.target_id);
          RONGHE_ASSIGN_OR_RETURN(const auto rows, LockOrganizations(tx.session(), locked));
          const OrganizationRow* const target = Find(rows, change.target_id);
          if (target != nullptr && target->revoked_on) return OrganizationRevoked(target->id);
          RONGHE_RETURN_IF_ERROR(MoveSource(tx, change, *next));
        }
        if (std::all_of(sources.begin(), sources.end(),
                        [](const ChangeSourceRow& row) { return row.done; })) {
          change.state = OrganizationChangeState::kDone;
          change.update_time = tx.now();
          RONGHE_RETURN_IF_ERROR(UpdateOrganizationChange(tx.session(), change));
        }
        tx.Audit(change.target_id, SubjectOf(change).name());
        return google::protobuf::Empty();
      });
  tree_.NoteWrite();
  return result.status();
}

absl::Status OrganizationMover::Fail(job::JobContext& context, int64_t change_id,
                                     const absl::Status& reason) {
  log::Warn("organization_change_failed",
            {{"change", absl::StrCat(change_id)}, {"reason", error::Reason(reason)}});
  return context.database().Transact(
      context.DeadlineIn(kRunStep), [&](sql::Session& session) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(context.CheckLease(session));
        RONGHE_ASSIGN_OR_RETURN(OrganizationChangeRow change,
                                LockOrganizationChange(session, change_id));
        change.state = OrganizationChangeState::kFailed;
        change.error_reason = error::Reason(reason);
        change.update_time = context.now();
        RONGHE_RETURN_IF_ERROR(UpdateOrganizationChange(session, change));
        return ReleaseChangeSources(session, change_id);
      });
}

absl::Status OrganizationMover::Continue(job::JobContext& context, int64_t change_id) {
  OrganizationChangeRow change;
  change.id = change_id;
  RONGHE_ASSIGN_OR_RETURN(
      change, context.database().Read(context.DeadlineIn(kRunStep), [&](sql::Session& session) {
        return LoadOrganizationChange(session, change_id);
      }));
  while (change.state == OrganizationChangeState::kRunning && !context.cancelled()) {
    tree_.AfterOwnWrites(context.DeadlineIn(kRunStep));
    const absl::Status status = NextSource(context, change);
    if (IsFinal(status)) return Fail(context, change_id, status);
    RONGHE_RETURN_IF_ERROR(status);
  }
  return absl::OkStatus();
}

absl::Status OrganizationMover::Run(job::JobContext& context) {
  int64_t after = 0;
  while (!context.cancelled()) {
    RONGHE_ASSIGN_OR_RETURN(
        const std::optional<OrganizationChangeRow> next,
        context.database().Read(context.DeadlineIn(kRunStep), [&](sql::Session& session) {
          return NextRunningChange(session, after);
        }));
    if (!next) return absl::OkStatus();
    RONGHE_RETURN_IF_ERROR(Continue(context, next->id));
    after = next->id;
  }
  return absl::OkStatus();
}

void AddOrganizationChangeJob(job::JobRunner& jobs, OrganizationMover& mover) {
  jobs.Add(kOrganizationChangeJob, absl::Seconds(5),
           [&mover](job::JobContext& context) { return mover.Run(context); });
}

}  // namespace ronghe::membership

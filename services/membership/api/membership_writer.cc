#include "services/membership/api/membership_writer.h"

#include <string>
#include <utility>
#include <vector>

#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/error/error.h"
#include "services/membership/api/admission_follow.h"
#include "services/membership/api/post_writer.h"
#include "services/membership/domain/errors.h"
#include "services/membership/store/change_store.h"
#include "services/membership/store/deadline_store.h"
#include "services/membership/store/events.h"
#include "services/membership/store/overlay_store.h"
#include "services/membership/store/post_store.h"

namespace ronghe::membership {
namespace {

absl::Status NoteChange(service::WriteTx& tx, const MemberRow& row, const Membership* before,
                        const Membership* after, absl::CivilDay day, ChangeCode code,
                        const Subject& basis) {
  const MembershipChangeRow change =
      MakeChange(tx.NextId(), row.id, before, after, day, code, basis, tx.now());
  return InsertChanges(tx.session(), std::span(&change, 1));
}

absl::StatusOr<MemberIntervalRow> OpenIntervalOf(sql::Session& session, int64_t member_id) {
  const std::vector<int64_t> ids = {member_id};
  RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberIntervalRow> open, OpenIntervals(session, ids));
  if (open.size() != 1) {
    return error::Make(absl::StatusCode::kInternal, "INTERVAL_MISSING", "系统内部错误",
                       {{"name", base::Name("members", member_id)}});
  }
  return open.front();
}

absl::Status AddInterval(service::WriteTx& tx, const MemberIntervalRow& row) {
  RONGHE_RETURN_IF_ERROR(InsertIntervals(tx.session(), std::span(&row, 1)));
  tx.Emit(InsertedEvent(row));
  return absl::OkStatus();
}

absl::Status WriteInterval(service::WriteTx& tx, const MemberIntervalRow& before,
                           const Membership& next, const ChangePlan& plan) {
  MemberIntervalRow after = before;
  after.set_membership(next);
  if (plan.kind == ChangePlan::Kind::kAmend) {
    RONGHE_RETURN_IF_ERROR(AmendIntervals(tx.session(), std::span(&after, 1)));
    for (event::Draft& draft : AmendmentEvents(before, after)) tx.Emit(std::move(draft));
    return absl::OkStatus();
  }
  MemberIntervalRow closed = before;
  closed.valid_to = plan.day;
  const std::vector<int64_t> ids = {closed.id};
  RONGHE_RETURN_IF_ERROR(CloseIntervals(tx.session(), ids, plan.day));
  tx.Emit(ClosedEvent(closed));
  if (plan.kind == ChangePlan::Kind::kClose) return absl::OkStatus();
  after.id = tx.NextId();
  after.valid_from = plan.day;
  return AddInterval(tx, after);
}

// Ends the posts that the member can't hold any more.
absl::Status EndLostPosts(service::WriteTx& tx, int64_t member_id, const Membership& before,
                          const Membership& next, absl::CivilDay day) {
  const bool member = IsMember(next.standing);
  if (member && next.organization_id == before.organization_id) return absl::OkStatus();
  const std::vector<int64_t> ids = {member_id};
  RONGHE_ASSIGN_OR_RETURN(std::vector<PostRow> posts, OpenPosts(tx.session(), ids));
  for (PostRow& post : posts) {
    if (member && post.organization_id != before.organization_id) continue;
    RONGHE_RETURN_IF_ERROR(EndPost(tx, post, day));
  }
  return absl::OkStatus();
}

// Overlays go with the member to another branch and end with the membership. Changes the flags of
// `row` only; the caller writes it.
absl::Status FollowMembership(service::WriteTx& tx, MemberRow& row, const Membership& before,
                              const Membership& next, absl::CivilDay day) {
  const bool member = IsMember(next.standing);
  if (member && next.organization_id == before.organization_id) return absl::OkStatus();
  const std::vector<int64_t> ids = {row.id};
  RONGHE_ASSIGN_OR_RETURN(std::vector<OverlayRow> overlays, OpenOverlays(tx.session(), ids));
  for (OverlayRow& overlay : overlays) {
    overlay.organization_id = next.organization_id;
    overlay.update_time = tx.now();
    if (!member) {
      overlay.valid_to = std::max(day, overlay.valid_from);
      overlay.open_kind.reset();
      RONGHE_RETURN_IF_ERROR(DropDeadlines(tx.session(), overlay.subject(), tx.now()));
    }
    RONGHE_RETURN_IF_ERROR(UpdateOverlay(tx.session(), overlay));
  }
  if (!member) row.floating = row.out_of_contact = false;
  return absl::OkStatus();
}

absl::Status WriteRow(service::WriteTx& tx, MemberRow& row, const MembershipChange& change) {
  row.set_membership(change.next);
  ++row.etag;
  row.update_time = tx.now();
  RONGHE_RETURN_IF_ERROR(UpdateMember(tx.session(), row));
  tx.Emit(MemberEvent(row, {std::string(change.changed_field)}));
  return absl::OkStatus();
}

}  // namespace

absl::Status BeginMembership(service::WriteTx& tx, MemberRow& row, std::span<const Interval> first,
                             ChangeCode code, const Subject& basis,
                             std::optional<absl::CivilDay> counted_on) {
  const Interval& last = first.back();
  row.set_membership(last.membership);
  RONGHE_RETURN_IF_ERROR(InsertMembers(tx.session(), std::span(&row, 1)));
  RONGHE_RETURN_IF_ERROR(FollowFlags(
      tx.session(), [&tx] { return tx.NextId(); }, std::span(&row, 1), last.from, tx.now()));
  const Membership* before = nullptr;
  for (const Interval& interval : first) {
    MemberIntervalRow next{.id = tx.NextId(),
                           .member_id = row.id,
                           .valid_from = interval.from,
                           .valid_to = interval.to};
    next.set_membership(interval.membership);
    RONGHE_RETURN_IF_ERROR(AddInterval(tx, next));
    const bool begins = before == nullptr;
    RONGHE_RETURN_IF_ERROR(NoteChange(tx, row, before, &interval.membership,
                                      begins ? counted_on.value_or(interval.from) : interval.from,
                                      begins ? code : ChangeCode::kConverted, basis));
    before = &interval.membership;
  }
  return absl::OkStatus();
}

absl::Status ChangeMembership(service::WriteTx& tx, MemberRow& row,
                              const MembershipChange& change) {
  if (!IsMember(row.standing)) return MemberLeft();
  RONGHE_ASSIGN_OR_RETURN(const MemberIntervalRow open, OpenIntervalOf(tx.session(), row.id));
  const Membership before = open.interval().membership;
  RONGHE_ASSIGN_OR_RETURN(
      const ChangePlan plan,
      PlanChange(open.interval(), change.next, change.day, base::ShanghaiDay(tx.now())));
  RONGHE_RETURN_IF_ERROR(FollowMembership(tx, row, before, change.next, plan.day));
  RONGHE_RETURN_IF_ERROR(WriteRow(tx, row, change));
  RONGHE_RETURN_IF_ERROR(WriteInterval(tx, open, change.next, plan));
  RONGHE_RETURN_IF_ERROR(EndLostPosts(tx, row.id, before, change.next, plan.day));
  RONGHE_RETURN_IF_ERROR(LetAdmissionFollow(tx, row, before, change));
  return NoteChange(tx, row, &before, &change.next, change.counted_on.value_or(plan.day),
                    change.code, change.basis);
}

absl::Status ResumeMembership(service::WriteTx& tx, MemberRow& row,
                              const MembershipChange& change) {
  if (IsMember(row.standing)) return MemberUnchanged();
  const absl::CivilDay today = base::ShanghaiDay(tx.now());
  if (change.day > today) return EffectiveDateInFuture(change.day, today);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<MemberIntervalRow> last,
                          IntervalsOf(tx.session(), row.id, kOpenEnd, 1));
  if (!last.empty() && change.day < last.front().valid_to) {
    return EffectiveDateBeforeInterval(change.day, last.front().valid_to);
  }
  RONGHE_RETURN_IF_ERROR(WriteRow(tx, row, change));
  MemberIntervalRow next{.id = tx.NextId(), .member_id = row.id, .valid_from = change.day};
  next.set_membership(change.next);
  RONGHE_RETURN_IF_ERROR(AddInterval(tx, next));
  return NoteChange(tx, row, nullptr, &change.next, change.counted_on.value_or(change.day),
                    change.code, change.basis);
}

absl::Status NoteMembership(service::WriteTx& tx, const MemberRow& row, absl::CivilDay day,
                            ChangeCode code, const Subject& basis) {
  const Membership membership = row.membership();
  return NoteChange(tx, row, &membership, &membership, day, code, basis);
}

}  // namespace ronghe::membership

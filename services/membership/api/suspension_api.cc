#include "services/membership/api/suspension_api.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "common/error/error.h"
#include "common/rpc/convert.h"
#include "common/rpc/etag.h"
#include "services/membership/api/audited_read.h"
#include "services/membership/api/case_convert.h"
#include "services/membership/api/standing_support.h"
#include "services/membership/api/waiting.h"
#include "services/membership/domain/standing/errors.h"
#include "services/membership/domain/standing/party_standing.h"

namespace ronghe::membership {
namespace {

absl::Status BadField(const char* field) {
  return error::InvalidFields({{field, "取值不在代码表中。"}});
}

// The day of the last step that was taken.
absl::CivilDay LastDay(const SuspensionRow& row) {
  absl::CivilDay last = row.opened_on;
  for (const auto& day : {row.last_attempt_on, row.stop_proposed_on, row.stopped_on, row.found_on,
                          row.removal_proposed_on}) {
    if (day) last = std::max(last, *day);
  }
  return last;
}

void NoteDay(SuspensionRow& row, SuspensionEvent event, absl::CivilDay day) {
  switch (event) {
    case SuspensionEvent::kAttempt:
      if (!row.first_attempt_on) row.first_attempt_on = day;
      row.last_attempt_on = day;
      ++row.attempt_count;
      break;
    case SuspensionEvent::kProposeStop:
      row.stop_proposed_on = day;
      break;
    case SuspensionEvent::kStop:
      row.stopped_on = day;
      break;
    case SuspensionEvent::kFind:
      row.found_on = day;
      break;
    case SuspensionEvent::kProposeRemoval:
      row.removal_proposed_on = day;
      break;
    case SuspensionEvent::kRestore:
    case SuspensionEvent::kRemove:
      break;
  }
  if (IsEnded(row.state)) row.ended_on = day;
}

// What the committee is asked for in a state. A suspension is the branch's own to decide.
std::string_view WaitOf(SuspensionState state) {
  return state == SuspensionState::kRemoveProposed ? kRemovalWaits : kNobody;
}

}  // namespace

SuspensionApi::SuspensionApi(service::Writer& writer, MembershipTree& tree, const RuleBooks& books,
                             MotionReader& motions, const rpc::PageTokens& tokens)
    : writer_(writer),
      tree_(tree),
      rules_(books.Get("standing")),
      motions_(motions),
      tokens_(tokens) {}

absl::StatusOr<v1::SuspensionCase> SuspensionApi::OpenSuspensionCase(
    rpc::Call& call, const v1::OpenSuspensionCaseRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t member_id, base::ParseName(request.parent(), "members"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day,
                          StepDay(call, request.has_opened_on(), request.opened_on(), "opened_on"));
  RONGHE_ASSIGN_OR_RETURN(
      const absl::CivilDay last_contact,
      StepDay(call, request.has_last_contact_on(), request.last_contact_on(), "last_contact_on"));
  const auto ground = static_cast<SuspensionGround>(request.ground());
  if (ground != SuspensionGround::kOutOfContact && ground != SuspensionGround::kAbroad) {
    return BadField("ground");
  }
  const bool lost = ground == SuspensionGround::kOutOfContact;
  if (lost != request.has_last_contact_on()) {
    return error::InvalidFields({{"last_contact_on", "失去联系的须写明最后联系日期。"}});
  }
  return writer_.Write<v1::SuspensionCase>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::SuspensionCase> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(MemberRow member, LockMember(session, member_id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(member.organization_id));
        RONGHE_RETURN_IF_ERROR(
            CheckStandingChange(member.membership(), std::nullopt, ChangeCode::kSuspended));
        const absl::CivilDay today = base::ShanghaiDay(call.now());
        SuspensionRow row{.id = tx.NextId(),
                          .member_id = member_id,
                          .organization_id = member.organization_id,
                          .ground = ground,
                          .last_contact_on = last_contact,
                          .opened_on = day,
                          .open_member_id = member_id,
                          .create_time = tx.now(),
                          .update_time = tx.now()};
        if (lost) {
          RONGHE_RETURN_IF_ERROR(CheckStepDay(last_contact, member.joined_on, today));
          OverlayRow overlay{.id = tx.NextId(),
                             .member_id = member_id,
                             .organization_id = member.organization_id,
                             .kind = OverlayKind::kOutOfContact,
                             .valid_from = last_contact + 1,
                             .basis_collection = kSuspensionCases,
                             .basis_id = row.id,
                             .create_time = tx.now(),
                             .update_time = tx.now(),
                             .open_kind = static_cast<int32_t>(OverlayKind::kOutOfContact)};
          RONGHE_RETURN_IF_ERROR(OpenOverlay(tx, member, overlay));
          row.overlay_id = overlay.id;
        } else {
          RONGHE_ASSIGN_OR_RETURN(const std::optional<OverlayRow> abroad,
                                  OpenOverlayOf(session, member_id, OverlayKind::kAbroad));
          if (!abroad) return NotAbroad();
          row.overlay_id = abroad->id;
          row.settled = abroad->purpose == static_cast<int32_t>(AbroadPurpose::kSettled);
          row.last_contact_on = abroad->valid_from;
        }
        RONGHE_RETURN_IF_ERROR(CheckStepDay(day, row.last_contact_on, today));
        const RuleSet& rules = rules_.On(day);
        RONGHE_RETURN_IF_ERROR(InsertSuspension(session, row));
        RONGHE_RETURN_IF_ERROR(SetDeadline(
            session,
            MakeDeadline(tx.NextId(), "DL-13", row.subject(), row.organization_id,
                         StopAllowedFrom(rules, ground, row.last_contact_on, row.settled),
                         rules.Get(lost ? "suspension.stop_months" : "abroad.review_months"),
                         tx.now())));
        tx.Audit(row.organization_id, row.subject().name());
        return Present(session, row);
      });
}

absl::StatusOr<v1::SuspensionCase> SuspensionApi::Take(rpc::Call& call, const Step& step,
                                                       Part part) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(step.name, kSuspensionCases));
  auto result = writer_.Write<v1::SuspensionCase>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::SuspensionCase> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(SuspensionRow row, LockSuspension(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
        RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(step.etag, row.etag));
        RONGHE_ASSIGN_OR_RETURN(const SuspensionState next,
                                StepSuspension(row.ground, row.state, step.event));
        RONGHE_RETURN_IF_ERROR(CheckStepDay(step.day, LastDay(row), base::ShanghaiDay(call.now())));
        RONGHE_RETURN_IF_ERROR(
            MoveWait(tx, rules_.On(base::ShanghaiDay(tx.now())), row.subject(),
                     {.before = WaitOf(row.state),
                      .after = WaitOf(next),
                      .organization_id = BasicCommitteeOver(tree_, row.organization_id)}));
        Guard guard;
        row.state = next;
        NoteDay(row, step.event, step.day);
        RONGHE_RETURN_IF_ERROR(part(tx, row, guard));
        if (IsEnded(row.state)) {
          row.open_member_id.reset();
          RONGHE_RETURN_IF_ERROR(DropDeadlines(session, row.subject(), tx.now()));
        }
        ++row.etag;
        row.update_time = tx.now();
        RONGHE_RETURN_IF_ERROR(UpdateSuspension(session, row));
        RONGHE_RETURN_IF_ERROR(InsertDecisions(session, writer_.ids(), row.subject(),
                                               NameOf(step.event), guard.decisions(), tx.now()));
        tx.Audit(row.organization_id, row.subject().name());
        return Present(session, row);
      });
  if (result.ok()) tree_.NoteWrite();
  return result;
}

absl::StatusOr<v1::SuspensionCase> SuspensionApi::RecordContactAttempt(
    rpc::Call& call, const v1::RecordContactAttemptRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(
      const absl::CivilDay day,
      StepDay(call, request.has_attempted_on(), request.attempted_on(), "attempted_on"));
  if (!v1::ContactMethod_IsValid(request.method()) ||
      request.method() == v1::CONTACT_METHOD_UNSPECIFIED) {
    return BadField("method");
  }
  return Take(call, {request.name(), request.etag(), SuspensionEvent::kAttempt, day},
              [&](service::WriteTx& tx, SuspensionRow& row, Guard&) {
                return InsertContactAttempt(
                    tx.session(),
                    {tx.NextId(), row.id, day, static_cast<int32_t>(request.method()), tx.now()});
              });
}

absl::StatusOr<v1::SuspensionCase> SuspensionApi::ProposeSuspension(
    rpc::Call& call, const v1::ProposeSuspensionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, StepDay(call, request.has_proposed_on(),
                                                            request.proposed_on(), "proposed_on"));
  return Take(call, {request.name(), request.etag(), SuspensionEvent::kProposeStop, day},
              [&](service::WriteTx&, SuspensionRow& row, Guard& guard) {
                return CheckStopProposal(rules_.On(day),
                                         {.ground = row.ground,
                                          .last_contact = row.last_contact_on,
                                          .settled = row.settled,
                                          .attempts = row.attempt_count,
                                          .day = day},
                                         guard);
              });
}

absl::Status SuspensionApi::CheckDecider(const rpc::Call& call, const SuspensionRow& row,
                                         int64_t decider) const {
  RONGHE_RETURN_IF_ERROR(ActFor(call, decider));
  if (!tree_.tree().Within(row.organization_id, decider)) return SuspensionDeciderInvalid();
  return absl::OkStatus();
}

absl::StatusOr<v1::SuspensionCase> SuspensionApi::SuspendStanding(
    rpc::Call& call, const v1::SuspendStandingRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t decider,
                          base::ParseName(request.decider(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(
      const absl::CivilDay day,
      StepDay(call, request.has_suspended_on(), request.suspended_on(), "suspended_on"));
  tree_.AfterOwnWrites(call.deadline());
  return Take(
      call, {request.name(), request.etag(), SuspensionEvent::kStop, day},
      [&](service::WriteTx& tx, SuspensionRow& row, Guard&) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(CheckDecider(call, row, decider));
        row.stopped_by_id = decider;
        RONGHE_ASSIGN_OR_RETURN(MemberRow member, LockMember(tx.session(), row.member_id));
        RONGHE_RETURN_IF_ERROR(ChangeStanding(tx, member, Standing::kSuspended, day,
                                              ChangeCode::kSuspended, row.subject()));
        RONGHE_RETURN_IF_ERROR(MeetDeadline(tx.session(), row.subject(), "DL-13", day, tx.now()));
        const RuleSet& rules = rules_.On(day);
        DeadlineRow removal = MakeDeadline(tx.NextId(), "DL-13", row.subject(), row.organization_id,
                                           RemovalAllowedFrom(rules, day),
                                           rules.Get("suspension.remove_months"), tx.now());
        removal.ordinal = 1;
        return SetDeadline(tx.session(), removal);
      });
}

absl::StatusOr<v1::SuspensionCase> SuspensionApi::FindMember(rpc::Call& call,
                                                             const v1::FindMemberRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day,
                          StepDay(call, request.has_found_on(), request.found_on(), "found_on"));
  return Take(call, {request.name(), request.etag(), SuspensionEvent::kFind, day},
              [&](service::WriteTx& tx, SuspensionRow& row, Guard&) -> absl::Status {
                if (row.ground == SuspensionGround::kAbroad) return absl::OkStatus();
                RONGHE_ASSIGN_OR_RETURN(MemberRow member, LockMember(tx.session(), row.member_id));
                RONGHE_ASSIGN_OR_RETURN(
                    std::optional<OverlayRow> overlay,
                    OpenOverlayOf(tx.session(), row.member_id, OverlayKind::kOutOfContact));
                if (!overlay) return absl::OkStatus();
                return CloseOverlay(tx, member, *overlay, day);
              });
}

absl::StatusOr<v1::SuspensionCase> SuspensionApi::RestoreStanding(
    rpc::Call& call, const v1::RestoreStandingRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t decider,
                          base::ParseName(request.decider(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, StepDay(call, request.has_restored_on(),
                                                            request.restored_on(), "restored_on"));
  tree_.AfterOwnWrites(call.deadline());
  return Take(call, {request.name(), request.etag(), SuspensionEvent::kRestore, day},
              [&](service::WriteTx& tx, SuspensionRow& row, Guard&) -> absl::Status {
                RONGHE_RETURN_IF_ERROR(CheckDecider(call, row, decider));
                if (!tree_.tree().Within(row.stopped_by_id, decider)) {
                  return SuspensionDeciderInvalid();
                }
                row.restored_by_id = decider;
                RONGHE_ASSIGN_OR_RETURN(MemberRow member, LockMember(tx.session(), row.member_id));
                return ChangeStanding(tx, member, Standing::kNormal, day, ChangeCode::kRestored,
                                      row.subject());
              });
}

absl::StatusOr<v1::SuspensionCase> SuspensionApi::ProposeRemoval(
    rpc::Call& call, const v1::ProposeRemovalRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, StepDay(call, request.has_proposed_on(),
                                                            request.proposed_on(), "proposed_on"));
  return Take(call, {request.name(), request.etag(), SuspensionEvent::kProposeRemoval, day},
              [&](service::WriteTx&, SuspensionRow& row, Guard& guard) {
                return CheckRemovalProposal(rules_.On(*row.stopped_on), *row.stopped_on, day,
                                            guard);
              });
}

absl::StatusOr<v1::SuspensionCase> SuspensionApi::RemoveUntraced(
    rpc::Call& call, const v1::RemoveUntracedRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t approver,
                          base::ParseName(request.approver(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, StepDay(call, request.has_removed_on(),
                                                            request.removed_on(), "removed_on"));
  RONGHE_ASSIGN_OR_RETURN(const MotionVerdict vote, motions_.Read(call, request.motion()));
  tree_.AfterOwnWrites(call.deadline());
  return Take(
      call, {request.name(), request.etag(), SuspensionEvent::kRemove, day},
      [&](service::WriteTx& tx, SuspensionRow& row, Guard& guard) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(ActFor(call, approver));
        RONGHE_ASSIGN_OR_RETURN(
            const Approver found,
            ApproverOf(tx.session(), tree_, row.organization_id, approver, Organ::kBasicCommittee));
        RONGHE_RETURN_IF_ERROR(CheckApprover(rules_.On(day), found, false, std::nullopt, guard));
        RONGHE_RETURN_IF_ERROR(
            CheckVote(vote, {MotionKind::kDisposition}, row.subject().name(), row.organization_id));
        RONGHE_RETURN_IF_ERROR(CheckStepDay(vote.held_on, *row.removal_proposed_on, day));
        row.removed_by_id = approver;
        row.motion = request.motion();
        RONGHE_ASSIGN_OR_RETURN(MemberRow member, LockMember(tx.session(), row.member_id));
        RONGHE_RETURN_IF_ERROR(MeetDeadline(tx.session(), row.subject(), "DL-13", day, tx.now()));
        return ChangeStanding(tx, member, Standing::kLeft, day, ChangeCode::kLapsedUntraced,
                              row.subject());
      });
}

absl::StatusOr<v1::SuspensionCase> SuspensionApi::GetSuspensionCase(
    rpc::Call& call, const v1::GetSuspensionCaseRequest& request) {
  return ReadAudited(
      call, writer_, request.name(), kSuspensionCases, LoadSuspension,
      [this](sql::Session& session, const SuspensionRow& row) { return Present(session, row); });
}

absl::StatusOr<v1::ListSuspensionCasesResponse> SuspensionApi::ListSuspensionCases(
    rpc::Call& call, const v1::ListSuspensionCasesRequest& request) {
  const auto state = static_cast<int32_t>(request.state());
  RONGHE_ASSIGN_OR_RETURN(
      RowPage<SuspensionRow> listed,
      ListAudited<SuspensionRow>(
          call, writer_, tree_, tokens_,
          {request.parent(), base::Cat(state), request.page_size(), request.page_token()},
          [&](sql::Session& session, std::span<const int64_t> branches, const SubtreePosition& at,
              int32_t limit) {
            return SuspensionsIn(session, branches, state, at.after_id, limit);
          },
          NoteId<SuspensionRow>));
  v1::ListSuspensionCasesResponse response;
  for (const SuspensionRow& row : listed.rows) *response.add_cases() = Brief(row);
  response.set_next_page_token(std::move(listed.next_page_token));
  return response;
}

v1::SuspensionCase SuspensionApi::Brief(const SuspensionRow& row) const {
  v1::SuspensionCase proto;
  proto.set_name(row.subject().name());
  proto.set_member(base::Name("members", row.member_id));
  proto.set_organization(OrganizationName(row.organization_id));
  proto.set_ground(static_cast<v1::SuspensionGround>(row.ground));
  proto.set_state(static_cast<v1::SuspensionState>(row.state));
  *proto.mutable_last_contact_on() = rpc::ToProto(row.last_contact_on);
  proto.set_attempt_count(row.attempt_count);
  proto.set_suspended_by(OrganizationName(row.stopped_by_id));
  proto.set_restored_by(OrganizationName(row.restored_by_id));
  proto.set_removed_by(OrganizationName(row.removed_by_id));
  proto.set_motion(row.motion);
  proto.set_etag(base::Cat(row.etag));
  for (const SuspensionState next : AheadOf(row.ground, row.state)) {
    proto.add_next_states(static_cast<v1::SuspensionState>(next));
  }
  if (IsEnded(row.state)) return proto;
  const bool upper = row.state == SuspensionState::kRemoveProposed;
  const int64_t basic = upper ? BasicCommitteeOver(tree_, row.organization_id) : 0;
  proto.set_next_organization(OrganizationName(basic != 0 ? basic : row.organization_id));
  if (row.state == SuspensionState::kStopped) {
    *proto.mutable_next_from() =
        rpc::ToProto(RemovalAllowedFrom(rules_.On(*row.stopped_on), *row.stopped_on));
  } else if (!row.stop_proposed_on) {
    *proto.mutable_next_from() = rpc::ToProto(
        StopAllowedFrom(rules_.On(row.opened_on), row.ground, row.last_contact_on, row.settled));
  }
  return proto;
}

absl::StatusOr<v1::SuspensionCase> SuspensionApi::Present(sql::Session& session,
                                                          const SuspensionRow& row) const {
  v1::SuspensionCase proto = Brief(row);
  const auto step = [&](SuspensionState state, std::optional<absl::CivilDay> day) {
    if (!day) return;
    v1::SuspensionStep& added = *proto.add_steps();
    added.set_state(static_cast<v1::SuspensionState>(state));
    *added.mutable_day() = rpc::ToProto(*day);
  };
  step(SuspensionState::kOpened, row.opened_on);
  step(SuspensionState::kSearching, row.first_attempt_on);
  step(SuspensionState::kStopProposed, row.stop_proposed_on);
  step(SuspensionState::kStopped, row.stopped_on);
  step(SuspensionState::kRemoveProposed, row.removal_proposed_on);
  if (row.stopped_on) step(SuspensionState::kRestoreReview, row.found_on);
  if (IsEnded(row.state)) step(row.state, row.ended_on);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<ContactAttemptRow> attempts,
                          ContactAttemptsOf(session, row.id));
  for (const ContactAttemptRow& attempt : attempts) {
    v1::ContactAttempt& added = *proto.add_attempts();
    *added.mutable_day() = rpc::ToProto(attempt.day);
    added.set_method(static_cast<v1::ContactMethod>(attempt.method));
  }
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DeadlineRow> deadlines,
                          DeadlinesOf(session, row.subject()));
  for (const DeadlineRow& deadline : deadlines) *proto.add_deadlines() = ToProto(deadline);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DecisionRow> decisions,
                          DecisionsOf(session, row.subject(), 0, rpc::kMaxPageSize));
  for (const DecisionRow& decision : decisions) *proto.add_decisions() = ToProto(decision);
  return proto;
}

}  // namespace ronghe::membership

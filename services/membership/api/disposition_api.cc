#include "services/membership/api/disposition_api.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/base/civil.h"
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
#include "services/membership/domain/errors.h"
#include "services/membership/domain/standing/errors.h"
#include "services/membership/domain/standing/party_standing.h"
#include "services/membership/store/discipline_store.h"
#include "services/membership/store/events.h"
#include "services/membership/store/post_store.h"

namespace ronghe::membership {
namespace {

constexpr char kDisciplines[] = "disciplines";

template <class Code, class Number>
std::optional<Code> CodeIn(std::initializer_list<Code> codes, Number number) {
  for (const Code code : codes) {
    if (static_cast<int64_t>(code) == static_cast<int64_t>(number)) return code;
  }
  return std::nullopt;
}

std::optional<DispositionKind> KindOf(v1::DispositionKind kind) {
  return CodeIn(
      {DispositionKind::kDisposition, DispositionKind::kWithdrawal, DispositionKind::kDiscipline},
      kind);
}

std::optional<Ground> GroundOf(v1::DispositionGround ground) {
  return CodeIn({Ground::kD31_1, Ground::kD31_2, Ground::kD31_3, Ground::kD31_4, Ground::kD31_5,
                 Ground::kD31_6, Ground::kD30, Ground::kDiscipline},
                ground);
}

std::optional<DispositionOutcome> OutcomeOf(v1::DispositionOutcome outcome) {
  return CodeIn({DispositionOutcome::kCorrection, DispositionOutcome::kAdvisedOut,
                 DispositionOutcome::kRemovedAfterAdvice, DispositionOutcome::kLapsed,
                 DispositionOutcome::kRemoved, DispositionOutcome::kWithdrawn,
                 DispositionOutcome::kDiscipline},
                outcome);
}

std::optional<Measure> MeasureOf(int32_t measure) {
  return CodeIn({Measure::kWarning, Measure::kSeriousWarning, Measure::kPostRemoved,
                 Measure::kProbationWithinParty, Measure::kExpelled},
                measure);
}

absl::Status BadField(const char* field) {
  return error::InvalidFields({{field, "取值不在代码表中。"}});
}

// What the committee is asked for in a state.
std::string_view WaitOf(DispositionState state) {
  return state == DispositionState::kMeetingDecided ? kDispositionWaits : kNobody;
}

// The day of the last step that was taken.
absl::CivilDay LastDay(const DispositionRow& row) {
  for (const auto& day :
       {row.told_on, row.approved_on, row.decided_on, row.talked_on, row.investigated_on}) {
    if (day) return *day;
  }
  return row.opened_on;
}

void NoteDay(DispositionRow& row, absl::CivilDay day) {
  switch (row.state) {
    case DispositionState::kOpened:
      row.opened_on = day;
      break;
    case DispositionState::kInvestigated:
      row.investigated_on = day;
      break;
    case DispositionState::kTalked:
      row.talked_on = day;
      break;
    case DispositionState::kMeetingDecided:
      row.decided_on = day;
      break;
    case DispositionState::kApproved:
      row.approved_on = day;
      break;
    case DispositionState::kTold:
      row.told_on = day;
      break;
    case DispositionState::kFiled:
    case DispositionState::kClosed:
      row.ended_on = day;
      break;
  }
}

// Ends the posts of a member who was removed from them (D-06).
absl::Status EndAllPosts(service::WriteTx& tx, int64_t member_id, absl::CivilDay day) {
  const std::vector<int64_t> members = {member_id};
  RONGHE_ASSIGN_OR_RETURN(std::vector<PostRow> posts, OpenPosts(tx.session(), members));
  for (PostRow& post : posts) {
    post.valid_to = std::max(day, post.valid_from);
    const std::vector<int64_t> ids = {post.id};
    RONGHE_RETURN_IF_ERROR(EndPosts(tx.session(), ids, post.valid_to));
    tx.Emit(PostEvent(post));
  }
  return absl::OkStatus();
}

}  // namespace

DispositionApi::DispositionApi(service::Writer& writer, MembershipTree& tree,
                               const RuleBooks& books, MotionReader& motions,
                               const rpc::PageTokens& tokens)
    : writer_(writer),
      tree_(tree),
      rules_(books.Get("standing")),
      motions_(motions),
      tokens_(tokens) {}

absl::StatusOr<v1::DispositionCase> DispositionApi::OpenDispositionCase(
    rpc::Call& call, const v1::OpenDispositionCaseRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t member_id, base::ParseName(request.parent(), "members"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day,
                          StepDay(call, request.has_opened_on(), request.opened_on(), "opened_on"));
  const std::optional<DispositionKind> kind = KindOf(request.kind());
  if (!kind) return BadField("kind");
  const std::optional<Ground> ground = GroundOf(request.ground());
  if (!ground) return BadField("ground");
  const bool lapse = *ground == Ground::kD31_6;
  if (!v1::LapseGround_IsValid(request.lapse_ground()) ||
      lapse != (request.lapse_ground() != v1::LAPSE_GROUND_UNSPECIFIED)) {
    return BadField("lapse_ground");
  }
  return writer_.Write<v1::DispositionCase>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::DispositionCase> {
        RONGHE_ASSIGN_OR_RETURN(const MemberRow member, LockMember(tx.session(), member_id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(member.organization_id));
        RONGHE_RETURN_IF_ERROR(CheckGround(*kind, *ground));
        // What may end such a membership tells whether it can have a case at all.
        RONGHE_RETURN_IF_ERROR(
            CheckStandingChange(member.membership(), std::nullopt, ChangeCode::kRemoved));
        RONGHE_RETURN_IF_ERROR(CheckStepDay(day, member.joined_on, base::ShanghaiDay(call.now())));
        const DispositionRow row{.id = tx.NextId(),
                                 .member_id = member_id,
                                 .organization_id = member.organization_id,
                                 .kind = *kind,
                                 .ground = *ground,
                                 .lapse_ground = static_cast<int32_t>(request.lapse_ground()),
                                 .important = request.important(),
                                 .opened_on = day,
                                 .open_member_id = member_id,
                                 .create_time = tx.now(),
                                 .update_time = tx.now()};
        RONGHE_RETURN_IF_ERROR(InsertDisposition(tx.session(), row));
        tx.Audit(row.organization_id, row.subject().name());
        return Present(tx.session(), row);
      });
}

absl::StatusOr<v1::DispositionCase> DispositionApi::Take(rpc::Call& call, const Step& step,
                                                         Part part) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(step.name, kDispositionCases));
  auto result = writer_.Write<v1::DispositionCase>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::DispositionCase> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(DispositionRow row, LockDisposition(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
        RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(step.etag, row.etag));
        RONGHE_ASSIGN_OR_RETURN(const DispositionState next,
                                StepDisposition(row.kind, row.state, step.event));
        RONGHE_RETURN_IF_ERROR(CheckStepDay(step.day, LastDay(row), base::ShanghaiDay(call.now())));
        RONGHE_RETURN_IF_ERROR(
            MoveWait(tx, Rules(base::ShanghaiDay(tx.now())), row.subject(),
                     {.before = WaitOf(row.state),
                      .after = WaitOf(next),
                      .organization_id = BasicCommitteeOver(tree_, row.organization_id)}));
        row.state = next;
        NoteDay(row, step.day);
        Guard guard;
        RONGHE_RETURN_IF_ERROR(part(tx, row, guard));
        if (IsEnded(row.state)) {
          row.open_member_id.reset();
          RONGHE_RETURN_IF_ERROR(DropDeadlines(session, row.subject(), tx.now()));
        }
        ++row.etag;
        row.update_time = tx.now();
        RONGHE_RETURN_IF_ERROR(UpdateDisposition(session, row));
        RONGHE_RETURN_IF_ERROR(InsertDecisions(session, writer_.ids(), row.subject(),
                                               NameOf(step.event), guard.decisions(), tx.now()));
        tx.Audit(row.organization_id, row.subject().name());
        return Present(session, row);
      });
  if (result.ok()) tree_.NoteWrite();
  return result;
}

absl::StatusOr<v1::DispositionCase> DispositionApi::InvestigateDisposition(
    rpc::Call& call, const v1::InvestigateDispositionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(
      const absl::CivilDay day,
      StepDay(call, request.has_investigated_on(), request.investigated_on(), "investigated_on"));
  return Take(call, {request.name(), request.etag(), DispositionEvent::kInvestigate, day},
              [](service::WriteTx&, DispositionRow&, Guard&) { return absl::OkStatus(); });
}

absl::StatusOr<v1::DispositionCase> DispositionApi::TalkDisposition(
    rpc::Call& call, const v1::TalkDispositionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day,
                          StepDay(call, request.has_talked_on(), request.talked_on(), "talked_on"));
  return Take(call, {request.name(), request.etag(), DispositionEvent::kTalk, day},
              [](service::WriteTx&, DispositionRow&, Guard&) { return absl::OkStatus(); });
}

absl::StatusOr<v1::DispositionCase> DispositionApi::DecideDisposition(
    rpc::Call& call, const v1::DecideDispositionRequest& request) {
  const std::optional<DispositionOutcome> outcome = OutcomeOf(request.outcome());
  if (!outcome) return BadField("outcome");
  const std::optional<Measure> measure = MeasureOf(request.measure());
  if (measure.has_value() != (*outcome == DispositionOutcome::kDiscipline)) {
    return BadField("measure");
  }
  RONGHE_ASSIGN_OR_RETURN(const MotionVerdict vote, motions_.Read(call, request.motion()));
  const absl::CivilDay day = vote.held_on;
  return Take(
      call, {request.name(), request.etag(), DispositionEvent::kDecide, day},
      [&](service::WriteTx& tx, DispositionRow& row, Guard& guard) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(
            CheckVote(vote, {MotionKind::kDisposition}, row.subject().name(), row.organization_id));
        RONGHE_RETURN_IF_ERROR(CheckOutcome(Rules(day), row.ground, *outcome, guard));
        row.outcome = static_cast<int32_t>(*outcome);
        row.motion = request.motion();
        if (measure) {
          row.measure = static_cast<int32_t>(*measure);
          RONGHE_ASSIGN_OR_RETURN(
              row.measure_months,
              EffectMonths(Rules(day), *measure, request.measure_months(), guard));
        }
        if (*outcome == DispositionOutcome::kCorrection) {
          RONGHE_RETURN_IF_ERROR(CheckCorrection(Rules(day), request.correction_months(), guard));
          row.correction_months = request.correction_months();
        }
        if (row.kind != DispositionKind::kWithdrawal) return absl::OkStatus();
        // The meeting announces a withdrawal; nobody approves it.
        RONGHE_ASSIGN_OR_RETURN(MemberRow member, LockMember(tx.session(), row.member_id));
        return ChangeStanding(tx, member, Standing::kLeft, day, ChangeCode::kWithdrew,
                              row.subject());
      });
}

absl::Status DispositionApi::CheckCommittee(service::WriteTx& tx, const DispositionRow& row,
                                            int64_t approver, Organ organ, absl::CivilDay day,
                                            Guard& guard) const {
  RONGHE_RETURN_IF_ERROR(ActFor(tx.call(), approver));
  RONGHE_ASSIGN_OR_RETURN(const Approver found,
                          ApproverOf(tx.session(), tree_, row.organization_id, approver, organ));
  return CheckApprover(Rules(day), found, row.important, MeasureOf(row.measure), guard);
}

absl::StatusOr<v1::DispositionCase> DispositionApi::ApproveDisposition(
    rpc::Call& call, const v1::ApproveDispositionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t approver,
                          base::ParseName(request.approver(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, StepDay(call, request.has_approved_on(),
                                                            request.approved_on(), "approved_on"));
  const std::optional<Organ> organ =
      CodeIn({Organ::kBasicCommittee, Organ::kCommission}, request.organ());
  if (!organ) return BadField("organ");
  std::optional<MotionVerdict> vote;
  if (!request.motion().empty()) {
    RONGHE_ASSIGN_OR_RETURN(vote, motions_.Read(call, request.motion()));
  }
  tree_.AfterOwnWrites(call.deadline());
  return Take(
      call, {request.name(), request.etag(), DispositionEvent::kApprove, day},
      [&](service::WriteTx& tx, DispositionRow& row, Guard& guard) -> absl::Status {
        RONGHE_RETURN_IF_ERROR(CheckCommittee(tx, row, approver, *organ, day, guard));
        if (vote) {
          RONGHE_RETURN_IF_ERROR(CheckVote(*vote, {MotionKind::kCommittee, MotionKind::kApproval},
                                           row.subject().name(), approver));
        }
        row.approver_id = approver;
        row.organ = static_cast<int32_t>(*organ);
        row.approval_motion = request.motion();
        return CarryOut(tx, row);
      });
}

absl::Status DispositionApi::CarryOut(service::WriteTx& tx, DispositionRow& row) const {
  if (row.kind == DispositionKind::kWithdrawal) return absl::OkStatus();
  const auto outcome = static_cast<DispositionOutcome>(row.outcome);
  if (outcome == DispositionOutcome::kCorrection) return BeginCorrection(tx, row);
  if (outcome == DispositionOutcome::kDiscipline) {
    RONGHE_RETURN_IF_ERROR(BeginDiscipline(tx, row));
  }
  const std::optional<ChangeCode> exit = ExitOf(outcome, MeasureOf(row.measure));
  if (!exit) return absl::OkStatus();
  RONGHE_ASSIGN_OR_RETURN(MemberRow member, LockMember(tx.session(), row.member_id));
  return ChangeStanding(tx, member, Standing::kLeft, *row.approved_on, *exit, row.subject());
}

absl::Status DispositionApi::BeginDiscipline(service::WriteTx& tx,
                                             const DispositionRow& row) const {
  const auto measure = static_cast<Measure>(row.measure);
  const absl::CivilDay day = *row.approved_on;
  RONGHE_ASSIGN_OR_RETURN(MemberRow member, LockMember(tx.session(), row.member_id));
  const DisciplinePeriod period = PeriodFrom(measure, day, row.measure_months);
  const DisciplineRow discipline{.id = tx.NextId(),
                                 .member_id = row.member_id,
                                 .organization_id = member.organization_id,
                                 .measure = measure,
                                 .decided_on = day,
                                 .effect_from = period.from,
                                 .effect_until = period.until,
                                 .organ = static_cast<Organ>(row.organ),
                                 .decided_by_id = row.approver_id,
                                 .basis_collection = kDispositionCases,
                                 .basis_id = row.id,
                                 .create_time = tx.now(),
                                 .update_time = tx.now()};
  RONGHE_RETURN_IF_ERROR(InsertDiscipline(tx.session(), discipline));
  if (measure == Measure::kExpelled) return absl::OkStatus();
  const Rule& rule = EffectRule(Rules(day), measure);
  RONGHE_RETURN_IF_ERROR(SetDeadline(
      tx.session(), MakeDeadline(tx.NextId(), "DL-24", {kDisciplines, discipline.id},
                                 member.organization_id, period.until, rule, tx.now())));
  if (measure == Measure::kPostRemoved || measure == Measure::kProbationWithinParty) {
    RONGHE_RETURN_IF_ERROR(EndAllPosts(tx, row.member_id, day));
  }
  return FollowDisciplines(tx, member, day, row.subject());
}

absl::Status DispositionApi::BeginCorrection(service::WriteTx& tx, DispositionRow& row) const {
  const absl::CivilDay day = *row.approved_on;
  row.correction_until = base::AddMonths(day, row.correction_months);
  RONGHE_ASSIGN_OR_RETURN(MemberRow member, LockMember(tx.session(), row.member_id));
  if (!IsMember(member.standing)) return MemberLeft();
  const OverlayRow overlay{.id = tx.NextId(),
                           .member_id = row.member_id,
                           .organization_id = member.organization_id,
                           .kind = OverlayKind::kInCorrection,
                           .valid_from = day,
                           .basis_collection = kDispositionCases,
                           .basis_id = row.id,
                           .create_time = tx.now(),
                           .update_time = tx.now(),
                           .open_kind = static_cast<int32_t>(OverlayKind::kInCorrection)};
  RONGHE_RETURN_IF_ERROR(OpenOverlay(tx, member, overlay));
  return SetDeadline(tx.session(), MakeDeadline(tx.NextId(), "DL-18", overlay.subject(),
                                                member.organization_id, *row.correction_until,
                                                Rules(day).Get("correction.max_months"), tx.now()));
}

absl::StatusOr<v1::DispositionCase> DispositionApi::RefuseDisposition(
    rpc::Call& call, const v1::RefuseDispositionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t approver,
                          base::ParseName(request.approver(), "organizations"));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, StepDay(call, request.has_refused_on(),
                                                            request.refused_on(), "refused_on"));
  const std::optional<Organ> organ =
      CodeIn({Organ::kBasicCommittee, Organ::kCommission}, request.organ());
  if (!organ) return BadField("organ");
  tree_.AfterOwnWrites(call.deadline());
  return Take(call, {request.name(), request.etag(), DispositionEvent::kRefuse, day},
              [&](service::WriteTx& tx, DispositionRow& row, Guard& guard) -> absl::Status {
                RONGHE_RETURN_IF_ERROR(CheckCommittee(tx, row, approver, *organ, day, guard));
                row.approver_id = approver;
                row.organ = static_cast<int32_t>(*organ);
                row.close_reason = static_cast<int32_t>(CloseReason::kRefused);
                return absl::OkStatus();
              });
}

absl::StatusOr<v1::DispositionCase> DispositionApi::TellDisposition(
    rpc::Call& call, const v1::TellDispositionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day,
                          StepDay(call, request.has_told_on(), request.told_on(), "told_on"));
  return Take(call, {request.name(), request.etag(), DispositionEvent::kTell, day},
              [](service::WriteTx&, DispositionRow&, Guard&) { return absl::OkStatus(); });
}

absl::StatusOr<v1::DispositionCase> DispositionApi::FileDisposition(
    rpc::Call& call, const v1::FileDispositionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day,
                          StepDay(call, request.has_filed_on(), request.filed_on(), "filed_on"));
  return Take(call, {request.name(), request.etag(), DispositionEvent::kFile, day},
              [](service::WriteTx&, DispositionRow&, Guard&) { return absl::OkStatus(); });
}

absl::StatusOr<v1::DispositionCase> DispositionApi::CloseDisposition(
    rpc::Call& call, const v1::CloseDispositionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day,
                          StepDay(call, request.has_closed_on(), request.closed_on(), "closed_on"));
  const std::optional<CloseReason> reason =
      CodeIn({CloseReason::kNoGround, CloseReason::kGoodReason, CloseReason::kCriticism,
              CloseReason::kWishWithdrawn, CloseReason::kMemberLeft},
             request.reason());
  if (!reason) return BadField("reason");
  return Take(
      call, {request.name(), request.etag(), DispositionEvent::kClose, day},
      [&](service::WriteTx& tx, DispositionRow& row, Guard&) -> absl::Status {
        const DispositionState from = row.talked_on         ? DispositionState::kTalked
                                      : row.investigated_on ? DispositionState::kInvestigated
                                                            : DispositionState::kOpened;
        RONGHE_RETURN_IF_ERROR(CheckClose(row.kind, from, *reason));
        if (*reason == CloseReason::kMemberLeft) {
          RONGHE_ASSIGN_OR_RETURN(const MemberRow member, LoadMember(tx.session(), row.member_id));
          if (IsMember(member.standing)) return CloseReasonNotAllowed();
        }
        row.close_reason = static_cast<int32_t>(*reason);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::DispositionCase> DispositionApi::ReviewCorrection(
    rpc::Call& call, const v1::ReviewCorrectionRequest& request) {
  RONGHE_ASSIGN_OR_RETURN(const int64_t id, base::ParseName(request.name(), kDispositionCases));
  RONGHE_ASSIGN_OR_RETURN(const absl::CivilDay day, StepDay(call, request.has_reviewed_on(),
                                                            request.reviewed_on(), "reviewed_on"));
  const std::optional<CorrectionResult> result =
      CodeIn({CorrectionResult::kCorrected, CorrectionResult::kNotCorrected}, request.result());
  if (!result) return BadField("result");
  return writer_.Write<v1::DispositionCase>(
      call, [&](service::WriteTx& tx) -> absl::StatusOr<v1::DispositionCase> {
        sql::Session& session = tx.session();
        RONGHE_ASSIGN_OR_RETURN(DispositionRow row, LockDisposition(session, id));
        RONGHE_RETURN_IF_ERROR(call.Authorize(row.organization_id));
        RONGHE_RETURN_IF_ERROR(rpc::CheckEtag(request.etag(), row.etag));
        if (!row.correction_until || row.correction_result != 0) return CorrectionNotRunning();
        RONGHE_RETURN_IF_ERROR(CheckStepDay(day, *row.approved_on, base::ShanghaiDay(call.now())));
        RONGHE_ASSIGN_OR_RETURN(MemberRow member, LockMember(session, row.member_id));
        RONGHE_ASSIGN_OR_RETURN(std::optional<OverlayRow> overlay,
                                OpenOverlayOf(session, row.member_id, OverlayKind::kInCorrection));
        if (!overlay || overlay->basis_id != row.id) return CorrectionNotRunning();
        RONGHE_RETURN_IF_ERROR(MeetDeadline(session, overlay->subject(), "DL-18", day, tx.now()));
        RONGHE_RETURN_IF_ERROR(CloseOverlay(tx, member, *overlay, day));
        row.correction_result = static_cast<int32_t>(*result);
        ++row.etag;
        row.update_time = tx.now();
        RONGHE_RETURN_IF_ERROR(UpdateDisposition(session, row));
        tx.Audit(row.organization_id, row.subject().name());
        return Present(session, row);
      });
}

absl::StatusOr<v1::DispositionCase> DispositionApi::GetDispositionCase(
    rpc::Call& call, const v1::GetDispositionCaseRequest& request) {
  return ReadAudited(
      call, writer_, request.name(), kDispositionCases, LoadDisposition,
      [this](sql::Session& session, const DispositionRow& row) { return Present(session, row); });
}

absl::StatusOr<v1::ListDispositionCasesResponse> DispositionApi::ListDispositionCases(
    rpc::Call& call, const v1::ListDispositionCasesRequest& request) {
  const auto state = static_cast<int32_t>(request.state());
  RONGHE_ASSIGN_OR_RETURN(
      RowPage<DispositionRow> listed,
      ListAudited<DispositionRow>(
          call, writer_, tree_, tokens_,
          {request.parent(), base::Cat(state), request.page_size(), request.page_token()},
          [&](sql::Session& session, std::span<const int64_t> branches, const SubtreePosition& at,
              int32_t limit) {
            return DispositionsIn(session, branches, state, at.after_id, limit);
          },
          NoteId<DispositionRow>));
  v1::ListDispositionCasesResponse response;
  for (const DispositionRow& row : listed.rows) *response.add_cases() = Brief(row);
  response.set_next_page_token(std::move(listed.next_page_token));
  return response;
}

v1::DispositionCase DispositionApi::Brief(const DispositionRow& row) const {
  v1::DispositionCase proto;
  proto.set_name(row.subject().name());
  proto.set_member(base::Name("members", row.member_id));
  proto.set_organization(OrganizationName(row.organization_id));
  proto.set_kind(static_cast<v1::DispositionKind>(row.kind));
  proto.set_ground(static_cast<v1::DispositionGround>(row.ground));
  proto.set_origin(static_cast<v1::DispositionOrigin>(row.origin));
  proto.set_lapse_ground(static_cast<v1::LapseGround>(row.lapse_ground));
  proto.set_state(static_cast<v1::DispositionState>(row.state));
  proto.set_important(row.important);
  proto.set_outcome(static_cast<v1::DispositionOutcome>(row.outcome));
  proto.set_measure(static_cast<v1::DisciplineMeasure>(row.measure));
  proto.set_measure_months(row.measure_months);
  if (row.correction_until) {
    *proto.mutable_correction_until() = rpc::ToProto(*row.correction_until);
  }
  proto.set_correction_result(static_cast<v1::CorrectionResult>(row.correction_result));
  proto.set_motion(row.motion);
  proto.set_approver(OrganizationName(row.approver_id));
  proto.set_organ(static_cast<v1::DisciplineOrgan>(row.organ));
  proto.set_approval_motion(row.approval_motion);
  proto.set_close_reason(static_cast<v1::DispositionCloseReason>(row.close_reason));
  proto.set_etag(base::Cat(row.etag));
  if (const std::optional<DispositionState> next = AheadOf(row.kind, row.state)) {
    proto.set_next_state(static_cast<v1::DispositionState>(*next));
    const int64_t basic = BasicCommitteeOver(tree_, row.organization_id);
    const bool high = row.important || MeasureOf(row.measure) == Measure::kExpelled;
    const bool above = *next == DispositionState::kApproved && basic != 0;
    const std::vector<int64_t> higher = tree_.tree().Ancestors(basic);
    proto.set_next_organization(OrganizationName(!above                    ? row.organization_id
                                                 : high && !higher.empty() ? higher.front()
                                                                           : basic));
  }
  return proto;
}

absl::StatusOr<v1::DispositionCase> DispositionApi::Present(sql::Session& session,
                                                            const DispositionRow& row) const {
  v1::DispositionCase proto = Brief(row);
  const auto step = [&](DispositionState state, std::optional<absl::CivilDay> day) {
    if (!day) return;
    v1::DispositionStep& added = *proto.add_steps();
    added.set_state(static_cast<v1::DispositionState>(state));
    *added.mutable_day() = rpc::ToProto(*day);
  };
  step(DispositionState::kOpened, row.opened_on);
  step(DispositionState::kInvestigated, row.investigated_on);
  step(DispositionState::kTalked, row.talked_on);
  step(DispositionState::kMeetingDecided, row.decided_on);
  step(DispositionState::kApproved, row.approved_on);
  step(DispositionState::kTold, row.told_on);
  if (IsEnded(row.state)) step(row.state, row.ended_on);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DeadlineRow> deadlines,
                          DeadlinesOf(session, row.subject()));
  for (const DeadlineRow& deadline : deadlines) *proto.add_deadlines() = ToProto(deadline);
  RONGHE_ASSIGN_OR_RETURN(const std::vector<DecisionRow> decisions,
                          DecisionsOf(session, row.subject(), 0, rpc::kMaxPageSize));
  for (const DecisionRow& decision : decisions) *proto.add_decisions() = ToProto(decision);
  return proto;
}

}  // namespace ronghe::membership

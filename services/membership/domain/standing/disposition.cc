#include "services/membership/domain/standing/disposition.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/base/strings.h"
#include "services/membership/domain/standing/errors.h"

namespace ronghe::membership {
namespace {

using State = DispositionState;
using Event = DispositionEvent;

struct Transition {
  State from;
  Event event;
  State to;
};

constexpr Transition kTransitions[] = {
    {State::kOpened, Event::kInvestigate, State::kInvestigated},
    {State::kInvestigated, Event::kTalk, State::kTalked},
    {State::kTalked, Event::kDecide, State::kMeetingDecided},
    {State::kMeetingDecided, Event::kApprove, State::kApproved},
    {State::kMeetingDecided, Event::kRefuse, State::kClosed},
    {State::kApproved, Event::kTell, State::kTold},
    {State::kTold, Event::kFile, State::kFiled},
    {State::kOpened, Event::kClose, State::kClosed},
    {State::kInvestigated, Event::kClose, State::kClosed},
    {State::kTalked, Event::kClose, State::kClosed},
};

}  // namespace

std::string_view NameOf(DispositionState state) {
  constexpr std::string_view kNames[] = {"",       "OPENED",          "INVESTIGATED",
                                         "TALKED", "MEETING_DECIDED", "APPROVED",
                                         "TOLD",   "FILED",           "CLOSED"};
  return kNames[static_cast<size_t>(state)];
}

std::string_view NameOf(DispositionEvent event) {
  constexpr std::string_view kNames[] = {"INVESTIGATE", "TALK", "DECIDE", "APPROVE",
                                         "REFUSE",      "TELL", "FILE",   "CLOSE"};
  return kNames[static_cast<size_t>(event)];
}

std::optional<DispositionState> NextDisposition(DispositionKind kind, DispositionState from,
                                                DispositionEvent event) {
  if (kind == DispositionKind::kWithdrawal) {
    // The member's own word needs no investigation, and what the meeting announced is only
    // recorded above.
    if (from == State::kOpened && event == Event::kTalk) return State::kTalked;
    if (event == Event::kRefuse) return std::nullopt;
  }
  for (const Transition& transition : kTransitions) {
    if (transition.from == from && transition.event == event) return transition.to;
  }
  return std::nullopt;
}

absl::StatusOr<DispositionState> StepDisposition(DispositionKind kind, DispositionState from,
                                                 DispositionEvent event) {
  const std::optional<DispositionState> next = NextDisposition(kind, from, event);
  if (!next) return DispositionStateInvalid(NameOf(from), NameOf(event));
  return *next;
}

std::optional<DispositionState> AheadOf(DispositionKind kind, DispositionState state) {
  if (IsEnded(state)) return std::nullopt;
  if (kind == DispositionKind::kWithdrawal && state == State::kOpened) return State::kTalked;
  return static_cast<State>(static_cast<int32_t>(state) + 1);
}

absl::Status CheckGround(DispositionKind kind, Ground ground) {
  const bool withdrawal = ground == Ground::kD31_3;
  const bool discipline = ground == Ground::kDiscipline;
  const bool met = kind == DispositionKind::kWithdrawal   ? withdrawal
                   : kind == DispositionKind::kDiscipline ? discipline
                                                          : !withdrawal && !discipline;
  if (met) return absl::OkStatus();
  return GroundNotOfKind(static_cast<int32_t>(kind), static_cast<int32_t>(ground));
}

absl::Status CheckOutcome(const RuleSet& rules, Ground ground, DispositionOutcome outcome,
                          Guard& guard) {
  const Rule& rule = rules.Get(base::Cat("disposition.outcomes.", static_cast<int32_t>(ground)));
  return guard.Require(rule.Has(static_cast<int64_t>(outcome)), rule, "OUTCOME_NOT_OF_GROUND",
                       "此情形不能作出这样的处置。", absl::StrJoin(rule.codes, ","),
                       absl::StrCat(static_cast<int32_t>(outcome)));
}

absl::Status CheckCorrection(const RuleSet& rules, int32_t months, Guard& guard) {
  const Rule& rule = rules.Get("correction.max_months");
  return guard.Require(months >= 1 && months <= rule.number, rule, "D_CORRECTION_TOO_LONG",
                       "限期改正时间不符合规定。", absl::StrCat("1..", rule.number),
                       absl::StrCat(months));
}

absl::Status CheckClose(DispositionKind kind, DispositionState state, CloseReason reason) {
  const bool withdrawal = kind == DispositionKind::kWithdrawal;
  bool met = false;
  switch (reason) {
    case CloseReason::kNoGround:
      met = !withdrawal && state != State::kOpened;
      break;
    case CloseReason::kGoodReason:
      met = kind == DispositionKind::kDisposition && state != State::kOpened;
      break;
    case CloseReason::kCriticism:
      met = !withdrawal && state == State::kTalked;
      break;
    case CloseReason::kWishWithdrawn:
      met = withdrawal;
      break;
    case CloseReason::kMemberLeft:
      met = true;
      break;
    case CloseReason::kRefused:
      break;
  }
  return met ? absl::OkStatus() : CloseReasonNotAllowed();
}

std::optional<ChangeCode> ExitOf(DispositionOutcome outcome, std::optional<Measure> measure) {
  switch (outcome) {
    case DispositionOutcome::kAdvisedOut:
      return ChangeCode::kAdvisedOut;
    case DispositionOutcome::kRemovedAfterAdvice:
      return ChangeCode::kRemovedAfterAdvice;
    case DispositionOutcome::kLapsed:
      return ChangeCode::kLapsed;
    case DispositionOutcome::kRemoved:
      return ChangeCode::kRemoved;
    case DispositionOutcome::kWithdrawn:
      return ChangeCode::kWithdrew;
    case DispositionOutcome::kDiscipline:
      if (measure == Measure::kExpelled) return ChangeCode::kExpelled;
      break;
    case DispositionOutcome::kCorrection:
      break;
  }
  return std::nullopt;
}

absl::Status CheckApprover(const RuleSet& rules, const Approver& approver, bool important,
                           std::optional<Measure> measure, Guard& guard) {
  const bool high = important || measure == Measure::kExpelled;
  const Rule& rule = rules.Get(high ? "approve.important_kinds" : "approve.kinds");
  const bool commission = approver.organ == Organ::kCommission;
  const bool met =
      approver.above_branch && rule.Has(approver.kind) && (commission ? approver.of_county : !high);
  return guard.Require(
      met, rule, "D_APPROVER",
      high ? "开除党籍和重要案件须由县级以上纪委审批。" : "须由上级基层党委审批。",
      high ? "COMMISSION_ABOVE_BASIC_COMMITTEE" : "COMMITTEE_ABOVE_BRANCH",
      absl::StrCat("kind=", approver.kind, " organ=", static_cast<int32_t>(approver.organ)));
}

absl::Status CheckStepDay(absl::CivilDay day, absl::CivilDay earliest, absl::CivilDay today) {
  if (day < earliest || day > today) return StepDayInvalid(day, earliest, today);
  return absl::OkStatus();
}

}  // namespace ronghe::membership
